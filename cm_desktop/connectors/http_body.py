"""Read the body of an answer without trusting how large it says it is. No network here."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping

from cm_desktop.domain.errors import ServerTroubleError

# zlib's number for "expect a gzip header".
_GZIP = 16 + zlib.MAX_WBITS


def read_body(pieces: Iterable[bytes], headers: Mapping[str, str], limit: int) -> bytes:
    """Return a body, decompressed, of at most `limit` bytes.

    Raises ServerTroubleError: `too_large`, `bad_encoding` (we ask for gzip or nothing),
    `cut` for a compressed body without its end.
    """
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise ServerTroubleError("bad_encoding")
    if _declared(headers) > limit:
        raise ServerTroubleError("too_large")
    body = _Body(limit, unzip="gzip" in encoding)
    for piece in pieces:
        body.add(piece)
    return body.whole()


def _declared(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 16 else 0


class _Body:
    def __init__(self, limit: int, *, unzip: bool) -> None:
        self._bytes = bytearray()
        self._limit = limit
        self._unzip = unzip
        self._unzipper = zlib.decompressobj(_GZIP)
        self._between = True  # whether no compressed member is open

    def add(self, piece: bytes) -> None:
        if not self._unzip:
            self._keep(piece)
            return
        try:
            while piece:
                piece = self._add_zipped(piece)
        except zlib.error:
            raise ServerTroubleError("bad_encoding") from None

    def whole(self) -> bytes:
        if not self._between:
            raise ServerTroubleError("cut")
        return bytes(self._bytes)

    def _add_zipped(self, piece: bytes) -> bytes:
        """Unzip no more than may be kept, and return what was not looked at yet."""
        self._between = False
        room = self._limit - len(self._bytes)
        self._keep(self._unzipper.decompress(piece, room + 1))
        if not self._unzipper.eof:
            return self._unzipper.unconsumed_tail
        rest = self._unzipper.unused_data
        self._unzipper = zlib.decompressobj(_GZIP)
        self._between = True
        return rest

    def _keep(self, piece: bytes) -> None:
        if len(self._bytes) + len(piece) > self._limit:
            raise ServerTroubleError("too_large")
        self._bytes += piece
