"""What a mail too large to fetch consists of, read from the server's BODYSTRUCTURE."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from cm_desktop.connectors.mailbox_body import file_name, given_name
from cm_desktop.connectors.mailbox_imap import Fetched
from cm_desktop.domain.events import SeenAttachment
from cm_desktop.domain.model import Attachment

_TOKEN = re.compile(rb'\(|\)|"(?:[^"\\]|\\.)*"|[^\s()"]+')
_ESCAPED = re.compile(rb"\\(.)")
_LITERAL = re.compile(rb"\{\d+\}$")
_MAX_TOKENS = 20_000
_MAX_DEPTH = 40
# Base64 writes 57 bytes as a line of 76 letters and a line end.
_BASE64 = 57 / 78
Node = list["Node"] | bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One part of a mail: how to ask for it, and its head in our own words."""

    section: str  # such as 1.2
    head: Message  # Content-Type, Content-Transfer-Encoding, Content-Disposition
    size: int  # bytes as transferred

    @property
    def is_text(self) -> bool:
        """Whether it is text to be read and not a file."""
        return (
            self.head.get_content_type() in ("text/plain", "text/html")
            and self.head.get_content_disposition() != "attachment"
            and not given_name(self.head)
        )

    def as_attachment(self) -> SeenAttachment:
        """Return it as a file whose content was left on the server."""
        kind = self.head.get_content_type()
        base64 = self.head.get("Content-Transfer-Encoding", "") == "base64"
        about = Attachment(
            name=file_name(given_name(self.head), kind),
            type=kind[:100],
            size=int(self.size * _BASE64) if base64 else self.size,
        )
        return SeenAttachment(about=about)


def pieces_of(fetched: Fetched) -> list[Piece]:
    """Return the parts of a mail from a FETCH answer with BODYSTRUCTURE."""
    _, _, structure = _joined(fetched).partition(b"BODYSTRUCTURE")
    tree = _tree(structure)
    return list(_pieces(tree, "")) if isinstance(tree, list) else []


def body_piece(pieces: list[Piece]) -> Piece | None:
    """Return the part to read: the first plain text, else the first HTML."""
    texts = [piece for piece in pieces if piece.is_text]
    texts.sort(key=lambda piece: piece.head.get_content_subtype() != "plain")
    return texts[0] if texts else None


def _joined(fetched: Fetched) -> bytes:
    # Literals become quoted strings, so that one expression reads both.
    parts = []
    for before, literal in fetched.literals:
        escaped = literal.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        parts.append(_LITERAL.sub(b"", before) + b'"' + escaped.replace(b"\n", b" ") + b'"')
    return b" ".join([*parts, fetched.tail])


def _tree(raw: bytes) -> Node:
    """Return the first parenthesised list as nested lists."""
    stack: list[list[Node]] = [[]]
    for count, found in enumerate(_TOKEN.finditer(raw)):
        token = found.group()
        if token == b"(":
            if len(stack) > _MAX_DEPTH:
                return None
            stack.append([])
        elif token == b")":
            done = stack.pop()
            if len(stack) <= 1:
                return done
            stack[-1].append(done)
        else:
            stack[-1].append(_value(token))
        if count > _MAX_TOKENS:
            return None
    return None


def _value(token: bytes) -> bytes | None:
    if token.startswith(b'"'):
        return _ESCAPED.sub(rb"\1", token[1:-1])
    return None if token.upper() == b"NIL" else token


def _pieces(node: list[Node], section: str) -> Iterator[Piece]:
    if node and isinstance(node[0], list):
        children = [child for child in node if isinstance(child, list)]
        for number, child in enumerate(children, 1):
            if child and isinstance(child[0], (list, bytes)) and _is_part(child):
                yield from _pieces(child, f"{section}.{number}" if section else str(number))
        return
    if len(node) >= 7:
        yield Piece(section=section or "1", head=_head(node), size=_number(node[6]))


def _is_part(node: list[Node]) -> bool:
    """Tell a part from the parameters that follow the parts of a multipart."""
    return isinstance(node[0], list) or (len(node) >= 7 and isinstance(node[1], bytes))


def _head(node: list[Node]) -> Message:
    kind = f"{_text(node[0])}/{_text(node[1])}".lower()
    disposition = next(
        (
            extra
            for extra in node[7:]
            if isinstance(extra, list)
            and len(extra) == 2
            and _text(extra[0]).lower() in ("attachment", "inline")
        ),
        None,
    )
    lines = [f"Content-Type: {kind}{_parameters(node[2])}"]
    lines.append(f"Content-Transfer-Encoding: {_text(node[5]).lower()}")
    if disposition:
        lines.append(f"Content-Disposition: {_text(disposition[0])}{_parameters(disposition[1])}")
    return email.message_from_string("\n".join(lines) + "\n\n")


def _parameters(node: Node) -> str:
    values = [_text(value) for value in node] if isinstance(node, list) else []
    pairs = zip(values[::2], values[1::2], strict=False)
    return "".join(
        f"; {name}={value}" if name.endswith("*") else f'; {name}="{value}"'
        for name, value in pairs
        if re.fullmatch(r"[A-Za-z0-9*_-]{1,60}", name)
    )


def _text(node: Node) -> str:
    text = node.decode("utf-8", "replace") if isinstance(node, bytes) else ""
    return re.sub(r"[\x00-\x1f\"\\]", "", text)[:400]


def _number(node: Node) -> int:
    return int(node) if isinstance(node, bytes) and node.isdigit() and len(node) < 16 else 0
