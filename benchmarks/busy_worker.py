"""The program's own worker, its accounts connected to a channel that answers at once.

A program of its own: `busy_worker.py SECONDS`; each fetch reports for so long. Speaks as the
worker does, but makes no backups meanwhile.
"""

import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).parent.parent))

from benchmarks.flat_out import FlatOut
from cm_desktop import worker
from cm_desktop.domain.model import Account
from cm_desktop.services.tools import Tools
from cm_desktop.services.vault import Vault

_SECONDS = float(sys.argv[1])


def _make(_vault: Vault, account: Account) -> FlatOut:
    return FlatOut(seconds=_SECONDS, seed=hash(account.channel))


class _Worker(worker.Worker):
    def __init__(self, vault: Vault, say: worker.Say) -> None:
        super().__init__(vault, say, Tools(make=_make), first_backup=1e9)


worker.Worker = _Worker
sys.exit(worker.main())
