"""Secrets that are found again wherever they went, in every spelling a program might write."""

import base64
import urllib.parse
from pathlib import Path


def spellings(secret):
    """Return the bytes that would betray a secret: raw, base64, quoted, hex, UTF-16, escaped."""
    raw = secret.encode()
    found = {
        raw, raw.hex().encode(), raw.hex().upper().encode(), secret.encode("utf-16-le"),
        secret.encode("utf-16-be"), urllib.parse.quote(secret, safe="").encode(),
        urllib.parse.quote_plus(secret).encode(), ascii(secret)[1:-1].encode(),
    }  # fmt: skip
    for shift in range(3):
        # The middle of base64, which is the same whatever stands before and behind.
        for alphabet in (base64.b64encode, base64.urlsafe_b64encode):
            found.add(alphabet(bytes(shift) + raw)[4 : -4 or None].rstrip(b"="))
    return sorted(found)


def hits(canaries, content):
    """Return the names of the canaries that some bytes hold, in any spelling."""
    return sorted(
        name
        for name, secret in canaries.items()
        if any(one in content for one in spellings(secret))
    )


def hits_in(folder, canaries, *, but=()):
    """Return which files below a folder hold which canaries; also in their names."""
    found = {}
    for place in sorted(Path(folder).rglob("*")):
        if place in but:
            continue
        content = str(place).encode("utf-8", "surrogateescape")
        content += place.read_bytes() if place.is_file() else b""
        if told := hits(canaries, content):
            found[str(place.relative_to(folder))] = told
    return found
