"""A program that sends what waits in a vault and kills itself with SIGKILL at a named point.

Arguments: one JSON object. It does in a process of its own what the worker does on a thread.
"""

import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.services import syncing
from cm_desktop.services.tools import Tools
from cm_desktop.services.vault import open_with_key
from tests.fakes import FileOutside, ScriptedConnector


def main(told):
    """Make one pass; end by SIGKILL where told to."""

    def at(point):
        if point == told["point"]:
            os.kill(os.getpid(), signal.SIGKILL)

    policy = ChannelPolicy(abilities=frozenset(Ability), **told["policy"])
    connector = ScriptedConnector(FileOutside(told["outside"]), policy=policy)
    connector.at = at
    tools = Tools(
        make=lambda _vault, _account: connector,
        now=lambda: datetime.fromisoformat(told["now"]),
        at=at,
    )
    with open_with_key(Path(told["data_dir"]), told["vault"], bytes.fromhex(told["key"])) as vault:
        syncing.sync_once(vault, tools=tools)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
