"""Names for files that others named."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 120  # characters; file systems take 255 bytes, and umlauts take two
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
# Devices of Windows: opening a file of that name talks to hardware.
_DEVICES = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")


def safe_file_name(name: str, fallback: str = "file") -> str:
    """Return a name that stays in its folder and shows its true ending on every system.

    Direction marks, which can make `exe.gpj` look like `jpg.exe` the other way round, are
    dropped; so are path separators, leading dots and trailing dots and spaces.
    """
    letters = (one for one in name if unicodedata.category(one) not in ("Cf", "Cs", "Cc"))
    cleaned = _FORBIDDEN.sub("_", "".join(letters)).strip(" .")
    if not cleaned or _DEVICES.match(cleaned):
        cleaned = f"{fallback}_{cleaned}".rstrip("_")
    if len(cleaned) <= _LONGEST:
        return cleaned
    stem, dot, ending = cleaned.rpartition(".")
    if not dot or len(ending) > 10:
        return cleaned[:_LONGEST]
    return stem[: _LONGEST - len(ending) - 1] + "." + ending
