"""The search language: what a member types becomes a tree of conditions.

Words are joined by AND. `OR`/`ODER`/`|`, `NOT`/`NICHT`/`-`, brackets, "phrases" and `word*`
are understood, and the operators of `OPERATORS` in German and English. A text that makes no
sense as an operator is searched as it stands, and brackets or quotes may be left open: a
query is also read while it is being typed. So `parse` never raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from cm_desktop.domain.search_dates import day_span

_MOST = 64  # conditions of one query; what follows is not read
_DEEPEST = 16  # brackets within brackets


class Is(StrEnum):
    """What `ist:` and `is:` ask of a conversation."""

    OPEN = "open"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    DONE = "done"
    MINE = "mine"
    UNREAD = "unread"
    UNANSWERED = "unanswered"  # open, and the other side spoke last
    HIDDEN = "hidden"  # a message in it is held or hidden
    SPAM = "spam"  # a message in it is spam or trash; else those are not found
    DUE = "due"  # its time for an answer is over


class Has(StrEnum):
    """What `hat:` and `has:` ask for."""

    ATTACHMENT = "attachment"
    NOTE = "note"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Text:
    """A word or a phrase in a message, its author, its title, a note or a tag."""

    text: str
    prefix: bool = False  # the last word may go on


@dataclass(frozen=True, slots=True)
class From:
    """A message's author, by name or handle."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class OnChannel:
    """The conversation's channel, or the beginning of its name."""

    name: str


@dataclass(frozen=True, slots=True)
class OnAccount:
    """The account of ours it was said to, by title or handle."""

    text: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag on the conversation, or the beginning of its name."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class InState:
    """A state of the conversation; `now` is what DUE compares with, `me` whose MINE is."""

    state: Is
    now: datetime
    me: str


@dataclass(frozen=True, slots=True)
class Having:
    """Something that belongs to the conversation or to one of its messages."""

    what: Has


@dataclass(frozen=True, slots=True)
class Written:
    """When a message was written: from `begin` on, before `end`."""

    begin: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """Whose conversation it is; None: nobody's."""

    member: str | None


@dataclass(frozen=True, slots=True)
class InLanguage:
    """The language a message is written in, as a code such as `de`."""

    code: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of several conditions."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of several conditions."""

    nodes: tuple[Node, ...]


Leaf = (
    Text | From | OnChannel | OnAccount | Tagged | InState | Having | Written | Assigned
    | InLanguage
)  # fmt: skip
Node = Leaf | Not | And | Or


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, as conditions; without any, everything is found."""

    root: Node | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for."""
        return self.root is None


def parse(text: str, now: datetime, me: str = "") -> Query:
    """Read what was typed. Days are those of the zone of `now`; `me` is who asks."""
    return Query(_Reader(_split(text), now, me).read())


_TOKEN = re.compile(
    r"""
      (?P<open>\() | (?P<close>\)) | (?P<or>\|+) | (?P<not>-)(?=\()
    | (?P<sign>-)?
      (?: (?P<name>[^\W\d_]+):(?=\S) )?
      (?: ["“”„«»](?P<quoted>[^"“”„«»]*)(?P<end>["“”„«»]|$) | (?P<word>[^\s()|"“”„«»]+) )
    """,
    re.VERBOSE,
)
_WORDS = {"OR": "or", "ODER": "or", "AND": "and", "UND": "and", "NOT": "not", "NICHT": "not"}


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of what was typed: a bracket, a connective, or a condition."""

    kind: str  # open, close, or, and, not, word
    negated: bool = False
    operator: str = ""
    text: str = ""
    prefix: bool = False  # ends in a star
    last: bool = False  # and may still be typed on


def _split(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(text):
        tokens.append(_token(match, at_end=match.end() == len(text)))
        if len(tokens) >= _MOST * 2:
            break
    return tokens


def _token(match: re.Match[str], *, at_end: bool) -> _Token:
    for kind in ("open", "close", "or", "not"):
        if match[kind]:
            return _Token(kind)
    operator, quoted, word = match["name"] or "", match["quoted"], match["word"] or ""
    negated = bool(match["sign"])
    if quoted is not None:
        open_end = at_end and not match["end"]
        return _Token("word", negated, operator, quoted.strip(), last=open_end)
    if word in _WORDS and not operator and not negated:
        return _Token(_WORDS[word])
    typed = word.rstrip("*")
    return _Token("word", negated, operator, typed, prefix=typed != word, last=at_end)


class _Reader:
    """Reads tokens from left to right; whatever is missing or too much is passed over."""

    def __init__(self, tokens: list[_Token], now: datetime, me: str) -> None:
        self._tokens = tokens
        self._place = 0
        self._left = _MOST
        self._negations = 0
        self._now = now
        self._me = me

    def read(self) -> Node | None:
        parts = []
        while self._place < len(self._tokens):
            if node := self._either(0):
                parts.append(node)
            self._place += 1  # a closing bracket too many
        return _joined(And, parts)

    def _either(self, depth: int) -> Node | None:
        parts = [self._all(depth)]
        while self._next() == "or":
            self._place += 1
            parts.append(self._all(depth))
        return _joined(Or, [node for node in parts if node])

    def _all(self, depth: int) -> Node | None:
        parts = []
        while (kind := self._next()) and kind not in ("or", "close"):
            if kind == "and":
                self._place += 1
            elif node := self._one(depth):
                parts.append(node)
        return _joined(And, parts)

    def _one(self, depth: int) -> Node | None:
        negated = False
        while self._next() == "not":
            negated = not negated
            self._place += 1
        self._negations += negated
        node = self._group(depth) if self._next() == "open" else self._word()
        self._negations -= negated
        return Not(node) if node and negated else node

    def _group(self, depth: int) -> Node | None:
        self._place += 1
        if depth >= _DEEPEST:
            return None
        node = self._either(depth + 1)
        if self._next() == "close":
            self._place += 1
        return node

    def _word(self) -> Node | None:
        if self._next() != "word":
            return None
        self._place += 1
        return self._condition(self._tokens[self._place - 1])

    def _next(self) -> str:
        return self._tokens[self._place].kind if self._place < len(self._tokens) else ""

    def _condition(self, token: _Token) -> Node | None:
        self._left -= 1
        if self._left < 0:
            return None
        # What is not wanted is a whole word: typing `-a` on the way to `-and` hides nothing yet.
        if token.last and not (token.negated or self._negations):
            token = replace(token, prefix=True)
        node: Node | None = None
        if make := OPERATORS.get(token.operator.casefold()):
            node = make(token, self._now, self._me)
        if node is None:
            text = f"{token.operator}:{token.text}" if token.operator else token.text
            node = Text(text, prefix=token.prefix) if text else None
        return Not(node) if node and token.negated else node


def _joined(kind: type[And | Or], nodes: list[Node]) -> Node | None:
    return kind(tuple(nodes)) if len(nodes) > 1 else nodes[0] if nodes else None


_Make = Callable[[_Token, datetime, str], "Node | None"]

_STATES: Mapping[str, Is] = {
    "open": Is.OPEN, "offen": Is.OPEN, "waiting": Is.WAITING, "wartet": Is.WAITING,
    "snoozed": Is.SNOOZED, "zurückgestellt": Is.SNOOZED, "zurueckgestellt": Is.SNOOZED,
    "done": Is.DONE, "erledigt": Is.DONE, "mine": Is.MINE, "meine": Is.MINE,
    "unread": Is.UNREAD, "ungelesen": Is.UNREAD,
    "unanswered": Is.UNANSWERED, "unbeantwortet": Is.UNANSWERED,
    "hidden": Is.HIDDEN, "verborgen": Is.HIDDEN, "spam": Is.SPAM,
    "due": Is.DUE, "fällig": Is.DUE, "faellig": Is.DUE,
}  # fmt: skip
_THINGS: Mapping[str, Has] = {
    "attachment": Has.ATTACHMENT, "anhang": Has.ATTACHMENT, "file": Has.ATTACHMENT,
    "datei": Has.ATTACHMENT, "note": Has.NOTE, "notiz": Has.NOTE,
    "draft": Has.DRAFT, "entwurf": Has.DRAFT,
}  # fmt: skip
_NOBODY = {"-", "nobody", "niemand", "none", "keiner"}
_SELF = {"me", "mich", "mir", "ich"}


def _state(token: _Token, now: datetime, me: str) -> Node | None:
    state = _STATES.get(token.text.casefold())
    return InState(state, now, me) if state else None


def _thing(token: _Token, _now: datetime, _me: str) -> Node | None:
    what = _THINGS.get(token.text.casefold())
    return Having(what) if what else None


def _assigned(token: _Token, _now: datetime, me: str) -> Node | None:
    name = token.text.casefold()
    if name in _NOBODY:
        return Assigned(None)
    return Assigned(me if name in _SELF else token.text)


def _before(token: _Token, now: datetime, _me: str) -> Node | None:
    span = day_span(token.text, now)
    return Written(end=span[0]) if span else None


def _since(token: _Token, now: datetime, _me: str) -> Node | None:
    span = day_span(token.text, now)
    return Written(begin=span[0]) if span else None


def _on(token: _Token, now: datetime, _me: str) -> Node | None:
    span = day_span(token.text, now)
    return Written(begin=span[0], end=span[1]) if span else None


def _from(token: _Token, _now: datetime, _me: str) -> Node | None:
    return From(token.text, token.prefix)


def _tagged(token: _Token, _now: datetime, _me: str) -> Node | None:
    return Tagged(token.text, token.prefix)


def _channel(token: _Token, _now: datetime, _me: str) -> Node | None:
    return OnChannel(token.text)


def _account(token: _Token, _now: datetime, _me: str) -> Node | None:
    return OnAccount(token.text)


def _language(token: _Token, _now: datetime, _me: str) -> Node | None:
    return InLanguage(token.text.casefold())


OPERATORS: Mapping[str, _Make] = {
    "von": _from, "from": _from,
    "an": _account, "to": _account, "konto": _account, "account": _account,
    "kanal": _channel, "channel": _channel,
    "tag": _tagged, "schlagwort": _tagged, "label": _tagged,
    "ist": _state, "is": _state,
    "hat": _thing, "has": _thing,
    "vor": _before, "before": _before,
    "nach": _since, "after": _since, "seit": _since, "since": _since,
    "am": _on, "on": _on,
    "zuständig": _assigned, "zustaendig": _assigned, "assigned": _assigned,
    "sprache": _language, "language": _language, "lang": _language,
}  # fmt: skip
