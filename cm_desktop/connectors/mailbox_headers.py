"""Bytes of others made into text: charsets that lie, encoded headers, addresses, ids, dates."""

from __future__ import annotations

import codecs
import email.header
import email.utils
import re
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.message import Message

MAX_HEADER = 20_000  # characters of one header that are looked at
_MAX_IDS = 200
# Python knows them as text encodings, but no mail is written in them and some are slow bombs.
_NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs"}
# Programs name the smaller charset and write the larger one, as every browser knows.
_LARGER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso8859-9": "cp1254",
}
# What is called Latin-1 or ASCII is windows-1252 as soon as it holds more.
_REALLY_1252 = {"ascii", "iso8859-1", "cp1252"}
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_YEAR_ZERO = re.compile(r"\s0{3,4}\s")
_LINE_ENDS = re.compile("\r\n|\r|\u2028|\u2029")


def clean(text: str) -> str:
    """Return text that every later place can hold: no NUL, no lone surrogates, one line end."""
    text = _LINE_ENDS.sub("\n", text)
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))


def one_line(text: str, limit: int = 500) -> str:
    """Return cleaned text without line ends and double spaces, cut to a limit."""
    return " ".join(clean(text[: limit * 8]).split())[:limit]


def decode_bytes(raw: bytes, charset: str | None) -> str:
    """Return bytes as text, whatever the mail claims about them. Never fails."""
    name = _charset(charset)
    if name in _REALLY_1252 or name is None:
        if b"\x1b$" in raw and raw.isascii():
            return raw.decode("iso2022_jp", "replace")
        return _utf8_or_1252(raw)
    if name == "utf-8":
        return _utf8_or_1252(raw)
    try:
        return raw.decode(name, "replace")
    except (ValueError, LookupError):
        return _utf8_or_1252(raw)


def _utf8_or_1252(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # One bad byte in a long UTF-8 text is damage; one in a text without a good
        # multi-byte sequence before it is another charset.
        if not raw[: error.start].isascii():
            return raw.decode("utf-8", "replace")
        return raw.decode("cp1252", "replace")


def _charset(name: str | None) -> str | None:
    if not name:
        return None
    try:
        found = codecs.lookup(name.strip().strip("\"'").strip()[:60]).name
    except (LookupError, ValueError):
        return None
    return None if found in _NO_CHARSETS else _LARGER.get(found, found)


def children(part: Message) -> list[Message]:
    """Return the parts of a multipart or the mail in a mail; nothing for a leaf.

    A leaf's own `get_payload` would try to decode it, and fail on charsets of strangers.
    """
    inside = part.get_payload() if part.is_multipart() else []
    return [one for one in inside if isinstance(one, Message)]


def raw_header(message: Message, name: str) -> str:
    """Return the first header of a name as it was sent, 8-bit bytes made readable."""
    return next(iter(raw_headers(message, name)), "")


def raw_headers(message: Message, name: str) -> list[str]:
    """Return all headers of a name as they were sent, 8-bit bytes made readable."""
    wanted = name.lower()
    return [_readable(str(value)) for key, value in message.raw_items() if key.lower() == wanted]


def _readable(value: str) -> str:
    raw = value[:MAX_HEADER].encode("utf-8", "surrogateescape")
    text = value[:MAX_HEADER] if raw.isascii() else decode_bytes(raw, None)
    return " ".join(text.replace("\0", "").split())


def header_text(message: Message, name: str, limit: int = 500) -> str:
    """Return a header as readable text, encoded words decoded. Never fails."""
    return one_line(decode_words(raw_header(message, name)), limit)


def decode_words(value: str) -> str:
    """Return a header's value with its `=?charset?q?...?=` words decoded. Never fails."""
    if "=?" not in value:
        return value
    try:
        chunks = email.header.decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    # What was not encoded comes as latin-1, or escaped where it does not fit into that.
    plain = "latin-1" if all(letter <= "\xff" for letter in value) else "raw-unicode-escape"
    return "".join(_decoded_word(chunk, charset, plain) for chunk, charset in chunks) or value


def _decoded_word(chunk: bytes | str, charset: str | None, plain: str) -> str:
    if isinstance(chunk, str):
        return chunk
    return decode_bytes(chunk, charset) if charset else chunk.decode(plain, "replace")


def addresses(message: Message, name: str) -> list[tuple[str, str]]:
    """Return (name, address) pairs of a header; addresses in lower case, without nonsense."""
    found: list[tuple[str, str]] = []
    for value in raw_headers(message, name)[:5]:
        try:
            pairs = email.utils.getaddresses([value])
        except (ValueError, LookupError, TypeError, RecursionError):
            pairs = []  # comments within comments
        for shown, address in pairs:
            plain = one_line(decode_words(address), 320).strip("<> ").lower()
            if "@" in plain and " " not in plain:
                found.append((one_line(decode_words(shown), 200).strip("\"' "), plain))
        if not found and (loose := re.search(r"[^\s<>,;\"]{1,200}@[^\s<>,;\"]{1,200}", value)):
            found.append(("", loose.group().lower()))
    return found


def message_ids(value: str) -> list[str]:
    """Return the `<ids>` in a header, in order, each once.

    Encoded words are decoded first: several mail libraries wrongly encode long ids.
    """
    return list(dict.fromkeys(_MESSAGE_ID.findall(clean(decode_words(value)))))[:_MAX_IDS]


def message_id(message: Message) -> str:
    """Return the mail's own id with its angle brackets, or "" where it has none to go by."""
    value = raw_header(message, "Message-ID")
    found = message_ids(value)
    if found:
        return found[0]
    bare = one_line(value, 990).strip("<> ")
    return f"<{bare}>" if bare and " " not in bare and "<" not in bare and ">" not in bare else ""


def parse_date(value: str) -> datetime | None:
    """Return a date header in UTC, or None for none and for nonsense. No zone counts as UTC."""
    if _YEAR_ZERO.search(value):  # read as 2000 otherwise
        return None
    try:
        found = email.utils.parsedate_to_datetime(value[:200])
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        found = found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, LookupError, AttributeError):
        return None
    return found if 1980 <= found.year <= 2200 else None
