"""The demo: a throw-away vault in which a bakery's channels are already connected and read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cm_desktop.services import connecting, syncing
from cm_desktop.services.vault import Vault, open_demo


def open_filled_demo(folder: Path, now: datetime | None = None) -> Vault:
    """Make a demo vault below an empty folder and fetch what its channels have.

    Nothing leaves this computer. With `now` the channels' clock stands still there.
    """
    from cm_desktop.connectors.demo import demo_accounts

    vault = open_demo(folder)
    try:
        for config in demo_accounts(now):
            connecting.keep_account(vault, connecting.probe(config))
        syncing.sync_once(vault, send=False)
    except BaseException:
        vault.close()
        raise
    return vault
