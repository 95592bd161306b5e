"""Write a file as a whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cm_desktop.domain.errors import DiskFullError, UsageError
from cm_desktop.store.vault_file import ABOUT


@contextmanager
def written_whole(out: Path) -> Iterator[BinaryIO]:
    """Give a file that takes the place of `out` only when the block ends well.

    What was at `out` before stays untouched until then, and nothing half-written is left
    when the block fails. The file is readable by its owner only, as it holds what people
    wrote. Raises DiskFullError, or UsageError("not_writable"), also where `out` is something
    else than a file (a device would be replaced by one) or lies in a vault.
    """
    with _explained(out):
        if _must_stay(out):
            raise UsageError("not_writable", str(out))
        descriptor, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name[:40]}.")
        os.close(descriptor)
    temporary = Path(name)
    try:
        with _explained(out), temporary.open("r+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with _explained(out):
            temporary.replace(out)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _must_stay(out: Path) -> bool:
    place = Path(os.path.realpath(out))
    in_vault = any((folder / ABOUT).exists() for folder in place.parents)
    return in_vault or (place.exists() and not place.is_file())


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFullError(str(error.errno)) from error
        raise UsageError("not_writable", str(out)) from error
