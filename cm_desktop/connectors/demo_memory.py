"""What the demo's channel remembers of us: it lies with the account's secret, in the vault.

So it is encrypted, lasts from one program to the next, and leaves no file anywhere; see
docs/decisions/011-demo.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec

from cm_desktop.connectors.demo_stage import Moment
from cm_desktop.domain.errors import GoneError
from cm_desktop.domain.events import (
    ItemSkipped,
    MessageGone,
    MessageSeen,
    SeenAuthor,
    SeenConversation,
)
from cm_desktop.domain.model import Direction, Kind, OutboxKind, Visibility

_FIELD = "memory"
_THANKS = {
    "de": ("Super, danke für die schnelle Antwort! 🙏", "Ah, gut zu wissen. Merci!", "Perfekt 👍"),
    "en": ("Lovely, thank you so much!", "Great, that helps. See you soon!", "Perfect, thanks 👍"),
}
_VISIBLE_AS = {
    OutboxKind.HIDE: Visibility.HIDDEN,
    OutboxKind.UNHIDE: Visibility.SHOWN,
    OutboxKind.APPROVE: Visibility.SHOWN,
    OutboxKind.HOLD: Visibility.HELD,
    OutboxKind.SPAM: Visibility.SPAM,
}


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was done: by us (`say`, or the word of an act), or by a stranger (`hear`)."""

    what: str
    at: int  # milliseconds since 1970
    target: str = ""
    text: str = ""
    key: str = ""  # the outbox row's, of a reply
    private: bool = False


class Memory:
    """The entries, oldest first."""

    def __init__(
        self, secret: Mapping[str, str], keep: Callable[[Mapping[str, str]], None]
    ) -> None:
        """Read from a secret; `keep` stores it when it changed."""
        self._secret = secret
        self._keep = keep

    def entries(self) -> list[Entry]:
        """Return what was done so far; nothing where the memory cannot be read."""
        try:
            return msgspec.json.decode(self._secret.get(_FIELD, "[]"), type=list[Entry])
        except msgspec.DecodeError:
            return []

    def add(self, entry: Entry) -> int:
        """Keep a further entry and return its number."""
        entries = [*self.entries(), entry]
        renewed = {**self._secret, _FIELD: msgspec.json.encode(entries).decode()}
        self._keep(renewed)
        if self._secret.get(_FIELD) != renewed[_FIELD]:
            self._secret = renewed
        return len(entries) - 1


def spoken_id(key: str) -> str:
    """Return how the channel names a reply of ours."""
    return f"said-{key}"


class Replay:
    """Plays entries upon what the script said, and tells what became of it."""

    def __init__(
        self,
        before: Iterable[Moment],
        ours: SeenAuthor,
        answers: Mapping[str, list[str]],
    ) -> None:
        """Begin with everything that the script has said so far."""
        self._known: dict[str, MessageSeen] = {}
        self._gone: set[str] = set()
        self._blocked: set[str] = set()
        self._ours = ours
        self._answers = answers
        self._answered: dict[str, int] = {}
        for moment in before:
            self._note(moment.what)

    def message(self, remote_id: str) -> MessageSeen:
        """Return a message as it is now. Raises GoneError."""
        if remote_id in self._gone or remote_id not in self._known:
            raise GoneError("target")
        return self._known[remote_id]

    def is_blocked(self, author: str) -> bool:
        """Return whether we have blocked somebody."""
        return author in self._blocked

    def play(self, number: int, entry: Entry) -> list[Moment]:
        """Return what an entry makes happen; nothing where its target is gone."""
        at = datetime.fromtimestamp(entry.at / 1000, UTC)
        try:
            happened = list(self._effects(number, entry, at))
        except GoneError:
            return []
        for moment in happened:
            self._note(moment.what)
        return happened

    def _effects(self, number: int, entry: Entry, at: datetime) -> list[Moment]:
        if entry.what == "hear":
            return [Moment(at, _stranger(number, entry.text, at))]
        if entry.what == "spoil":
            return [Moment(at, ItemSkipped(reason="unexpected_shape"))]
        target = self.message(entry.target)
        if entry.what == "say":
            said = self._said(entry, target, at)
            return [Moment(at, said), *self._answer(number, entry, said, target)]
        changed = self._changed(OutboxKind(entry.what), entry, target, at)
        return [] if changed is None else [Moment(at, changed)]

    def _changed(
        self, kind: OutboxKind, entry: Entry, target: MessageSeen, at: datetime
    ) -> MessageSeen | MessageGone | None:
        if kind in _VISIBLE_AS:
            return replace(target, visibility=_VISIBLE_AS[kind])
        match kind:
            case OutboxKind.EDIT:
                return replace(target, text=entry.text, edited_at=at)
            case OutboxKind.DELETE:
                return MessageGone(remote_id=target.remote_id, at=at)
            case OutboxKind.LIKE | OutboxKind.UNLIKE:
                return replace(target, liked=kind is OutboxKind.LIKE)
            case OutboxKind.BLOCK:
                self._blocked.add(target.author.remote_id)
            case OutboxKind.UNBLOCK:
                self._blocked.discard(target.author.remote_id)
        return None

    def _said(self, entry: Entry, target: MessageSeen, at: datetime) -> MessageSeen:
        return MessageSeen(
            remote_id=spoken_id(entry.key),
            conversation=target.conversation,
            direction=Direction.OUT,
            author=self._ours,
            text=entry.text,
            created_at=at,
            parent_remote_id=target.remote_id,
            public=target.public and not entry.private,
            seen_by_us=True,
        )

    def _answer(
        self, number: int, entry: Entry, said: MessageSeen, target: MessageSeen
    ) -> list[Moment]:
        """Let the other side answer, at most twice in a conversation and never a machine's."""
        talk = target.conversation.remote_id
        count = self._answered.get(talk, 0)
        script = self._answers.get(talk, [])
        if count >= 2 or not _answers_at_all(target) or self.is_blocked(target.author.remote_id):
            return []
        self._answered[talk] = count + 1
        thanks = _THANKS["en" if target.language == "en" else "de"]
        at = said.created_at + timedelta(seconds=1)
        text = script[count] if count < len(script) else thanks[number % len(thanks)]
        answer = replace(
            target,
            remote_id=f"answer-{entry.key}",
            text=text,
            quoted="",
            created_at=at,
            edited_at=None,
            parent_remote_id=said.remote_id,
            public=said.public,
            liked=False,
            seen_by_us=False,
            rating=None,
            attachments=(),
            permalink="",
        )
        return [Moment(at, answer)]

    def _note(self, what: MessageSeen | MessageGone | ItemSkipped) -> None:
        if isinstance(what, MessageSeen):
            self._known[what.remote_id] = what
        elif isinstance(what, MessageGone):
            self._gone.add(what.remote_id)


def _answers_at_all(target: MessageSeen) -> bool:
    return (
        target.direction is Direction.IN
        and target.nature.value == "person"
        and target.visibility is Visibility.SHOWN
        and target.conversation.kind is not Kind.REVIEW
    )


def _stranger(number: int, text: str, at: datetime) -> MessageSeen:
    return MessageSeen(
        remote_id=f"heard-{number}",
        conversation=SeenConversation(remote_id=f"heard-{number}", kind=Kind.COMMENTS),
        direction=Direction.IN,
        author=SeenAuthor(remote_id="passer-by", name="Paula Passant", handle="paula"),
        text=text,
        created_at=at,
        language="de",
    )
