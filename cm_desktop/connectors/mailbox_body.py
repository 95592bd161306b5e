"""The text and the attachments of a mail, found in whatever structure it was given."""

from __future__ import annotations

import hashlib
import ntpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from cm_desktop.connectors.mailbox_headers import (
    children,
    clean,
    decode_bytes,
    decode_words,
    one_line,
    raw_header,
)
from cm_desktop.connectors.plain_text import plain_text
from cm_desktop.domain.events import SeenAttachment
from cm_desktop.domain.model import Attachment

MAX_TEXT = 200_000  # characters of one mail that are kept
ATTACHMENT_CAP = 5 << 20  # bytes; a larger file is named but not kept
_ALL_ATTACHMENTS_CAP = 20 << 20
_MAX_PARTS = 300
_MAX_DEPTH = 25
_MAX_HTML = 2_000_000
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([a-zA-Z0-9_:.-]{2,40})", re.IGNORECASE
)
# For names with bare 8-bit letters, which the standard library gives up on.
_FILE_NAME = re.compile(r"name\*?\s*=\s*\"?([^\";]{1,400})", re.IGNORECASE)
_UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)
# What mail servers tell each other; what matters of it is in the text.
_FOR_MACHINES = {
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
    "text/rfc822-headers",
}
_EXTENSIONS = {
    "message/rfc822": "mail.eml",
    "text/calendar": "invite.ics",
    "application/ms-tnef": "winmail.dat",
    "text/html": "page.html",
    "text/plain": "text.txt",
    "application/pdf": "document.pdf",
    "image/png": "image.png",
    "image/jpeg": "image.jpg",
    "image/gif": "image.gif",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a mail's body holds: text as a person would read it, and files."""

    text: str
    attachments: tuple[SeenAttachment, ...] = ()
    damaged: bool = False


def read_body(message: Message) -> Body:
    """Return text and attachments. Plain text is preferred to HTML, where it says anything."""
    texts: list[str] = []
    files: list[SeenAttachment] = []
    left, damaged = _ALL_ATTACHMENTS_CAP, False
    for part in _leaves(message):
        try:
            if _is_body(part, message):
                texts.append(text_of(part))
                continue
            found = _attachment(part, left)
        except _UNREADABLE:
            damaged = True
            continue
        left -= len(found.content or b"")
        files.append(found)
    whole = "\n\n".join(text for text in texts if text.strip())
    return Body(text=whole[:MAX_TEXT].strip("\n"), attachments=tuple(files), damaged=damaged)


def text_of(part: Message) -> str:
    """Return the text of a text/plain or text/html part."""
    return text_from(
        _payload(part), part.get_content_subtype(), _charset(part), _parameter(part, "format")
    )


def text_from(raw: bytes, subtype: str, charset: str | None, flowed: str = "") -> str:
    """Return the text of decoded bytes of a text part."""
    if subtype == "html":
        if not charset and (found := _META_CHARSET.search(raw[:2048])):
            charset = found.group(1).decode("ascii")
        return clean(plain_text(decode_bytes(raw, charset)[:_MAX_HTML]))[:MAX_TEXT]
    text = clean(decode_bytes(raw[: MAX_TEXT * 8], charset))[:MAX_TEXT]
    text = _unflow(text) if flowed == "flowed" else text
    return "\n".join(line.rstrip() for line in text.split("\n"))


def file_name(given: str, kind: str) -> str:
    """Return a name that can be shown and saved: no folders, no control or direction signs."""
    shown = one_line(decode_words(given), 5_000)
    shown = re.sub("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", shown)
    shown = ntpath.basename(shown.replace("/", "\\").rstrip("\\")).strip(". ")
    shown = re.sub(r'[<>:"|?*]', "_", shown)
    stem, dot, ending = shown.rpartition(".")
    if len(shown) > 120:
        shown = f"{stem[: 119 - len(ending)]}{dot}{ending}" if len(ending) < 10 else shown[:120]
    return shown or _EXTENSIONS.get(kind, "attachment")


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts that are to be shown or listed, at most `_MAX_PARTS`."""
    stack: list[tuple[Message, int, str]] = [(message, 0, "")]
    count = 0
    while stack and count < _MAX_PARTS:
        part, depth, unwanted = stack.pop()
        if part.get_content_type() in _FOR_MACHINES and part is not message:
            continue
        if part.get_content_maintype() != "multipart" or not part.is_multipart():
            count += 1
            if part.get_content_type() != unwanted or given_name(part):
                yield part
            continue
        inside = children(part)[:_MAX_PARTS]
        if part.get_content_subtype() == "alternative" and not unwanted:
            unwanted = "text/html" if _has_plain_text(part) else "text/plain"
        if depth < _MAX_DEPTH:
            stack.extend((child, depth + 1, unwanted) for child in reversed(inside))


def _has_plain_text(alternative: Message) -> bool:
    """Tell whether one of the alternatives is plain text that says something."""
    kinds = [part.get_content_type() for part in alternative.walk()]
    return "text/html" not in kinds or any(map(_says_something, alternative.walk()))


def _says_something(part: Message) -> bool:
    try:
        return part.get_content_type() == "text/plain" and bool(text_of(part).strip())
    except _UNREADABLE:
        return False


def _is_body(part: Message, whole: Message) -> bool:
    if part.get_content_type() not in ("text/plain", "text/html"):
        return False
    if part is whole:
        return part.get_content_disposition() != "attachment"
    return part.get_content_disposition() != "attachment" and not given_name(part)


def _attachment(part: Message, left: int) -> SeenAttachment:
    kind = part.get_content_type()
    content = _payload(part)
    kept = content if 0 < len(content) <= min(ATTACHMENT_CAP, left) else None
    about = Attachment(
        name=file_name(given_name(part), kind),
        type=kind[:100],
        size=len(content),
        sha256=hashlib.sha256(kept).hexdigest() if kept is not None else "",
    )
    return SeenAttachment(about=about, content=kept)


def given_name(part: Message) -> str:
    """Return the file name a part was given, undecoded; "" for none."""
    for header in ("Content-Disposition", "Content-Type"):
        value = raw_header(part, header)
        try:
            name = part.get_filename("") if value.isascii() else ""
        except _UNREADABLE:
            name = ""
        if not name and (found := _FILE_NAME.search(value)):
            name = found.group(1)
        if name.strip():
            return name
    return ""


def _payload(part: Message) -> bytes:
    if part.is_multipart():
        # A mail within the mail: its bytes are the file.
        return b"".join(child.as_bytes() for child in children(part)[:1])
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _charset(part: Message) -> str | None:
    return _parameter(part, "charset") or None


def _parameter(part: Message, name: str) -> str:
    try:
        value = part.get_param(name, "")
    except _UNREADABLE:
        return ""
    if isinstance(value, tuple):  # RFC 2231: charset, language, value
        value = value[2]
    return str(value).strip().lower()


def _unflow(text: str) -> str:
    """Join lines that end in a space (RFC 3676), but never a signature's `-- `."""
    joined: list[str] = []
    open_line = False
    for line in text.split("\n"):
        quoted = line.startswith(">")
        if open_line and not quoted and line != "-- ":
            joined[-1] += line.removeprefix(" ")
        else:
            joined.append(line if quoted else line.removeprefix(" "))
        open_line = line.endswith(" ") and line != "-- " and not quoted
    return "\n".join(joined)
