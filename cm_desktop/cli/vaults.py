"""`cm-desktop vault …`: make, list, back up, restore and remove vaults."""

from __future__ import annotations

from pathlib import Path

import click

from cm_desktop.cli.output import line, put, table
from cm_desktop.cli.program import (
    Answer,
    ask_new_passphrase,
    ask_passphrase,
    current,
    has_terminal,
)
from cm_desktop.cli.views import vault_json
from cm_desktop.cli.words import command, confirmed, group, option
from cm_desktop.domain.errors import KeyringMissingError, VaultMissingError
from cm_desktop.i18n import _
from cm_desktop.services import backup
from cm_desktop.services.contract_json import stamp
from cm_desktop.services.vault import (
    VaultInfo,
    create_vault,
    list_vaults,
    remove_vault,
    restore_vault,
)


@group("vault", lambda: _("Make, list, back up and remove vaults: one for each client."))
def vault() -> None:
    """Hold the commands about vaults."""


@command("create", lambda: _("Make an empty, encrypted vault."))
@click.argument("name")
@option("--title", metavar="T", default="", about=lambda: _("The client's full name."))
@option(
    "--passphrase",
    is_flag=True,
    about=lambda: _("Protect it with a passphrase even if there is a keyring."),
)
def create(name: str, title: str, *, passphrase: bool) -> Answer:
    """Make a vault."""
    folder = current().folder
    chosen = _passphrase_wanted() if passphrase else None
    try:
        made = create_vault(folder, name, title=title, passphrase=chosen)
    except KeyringMissingError:
        # Nothing was made; with a terminal a passphrase takes the place of the keyring.
        asked = ask_new_passphrase()
        if asked is None:
            raise
        made = create_vault(folder, name, title=title, passphrase=asked)
    made.close()
    info = _info(made.name)
    return Answer(
        vault_json(info),
        lambda: put(_("The vault “%(name)s” is ready.") % {"name": line(info.name)}),
    )


@command("list", lambda: _("List the vaults on this computer."))
def list_() -> Answer:
    """List the vaults."""
    found = list_vaults(current().folder)

    def people() -> None:
        rows = [(one.name, one.title, one.key_kind, f"{one.size / 1e6:.1f} MB") for one in found]
        table((_("Name"), _("Client"), _("Key"), _("Size")), rows)

    return Answer([vault_json(one) for one in found], people)


@command("remove", lambda: _("Remove a vault with everything in it, for good."))
@click.argument("name")
@confirmed
def remove(name: str) -> Answer:
    """Remove a vault."""
    remove_vault(current().folder, name)
    return Answer(
        {"removed": name}, lambda: put(_("“%(name)s” is removed.") % {"name": line(name)})
    )


@command("backup", lambda: _("Write an encrypted backup of the vault beside it."))
def back_up() -> Answer:
    """Back up the vault."""
    with current().vault() as opened:
        made = backup.back_up(opened.db, opened.folder, "manual")
    return Answer(
        {"file": str(made.file), "made_at": stamp(made.made_at), "size": made.size},
        lambda: put(str(made.file)),
    )


@command("restore", lambda: _("Put a backup back; the newest one unless a file is named."))
@click.argument("name")
@option(
    "--file",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    about=lambda: _("The backup to put back."),
)
@confirmed
def restore(name: str, file: Path | None) -> Answer:
    """Put a backup back."""
    ask = ask_passphrase if has_terminal() else None
    chosen = restore_vault(current().folder, name, file=file, ask_passphrase=ask)
    return Answer(
        {"restored": name, "file": str(chosen)},
        lambda: put(
            _("“%(name)s” is as it was in %(file)s.") % {"name": line(name), "file": chosen.name}
        ),
    )


for one in (create, list_, remove, back_up, restore):
    vault.add_command(one)


def _info(name: str) -> VaultInfo:
    for info in list_vaults(current().folder):
        if info.name == name:
            return info
    raise VaultMissingError(name)


def _passphrase_wanted() -> str:
    from cm_desktop.services.key_store import passphrase_from_file

    chosen = passphrase_from_file() or ask_new_passphrase()
    if chosen is None:
        raise KeyringMissingError("passphrase")
    return chosen
