"""The demo: a lively bakery on twelve channels, without a network and the same each time.

Settings: `as` (the channel it looks like; without it, a handful of all), `start` (when the
demo began, ISO 8601; set by `identify`), `now` (stops the clock at that time), `trouble`
(offline, sign_in, forbidden, gone, rate_limited, broken, slow, lost_answer: everything fails
that way; with lost_answer a reply is carried out first).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cm_desktop.connectors.base import (
    AccountConfig,
    Action,
    ChannelInfo,
    Identity,
    Reply,
    Sent,
)
from cm_desktop.connectors.demo_looks import LOOKS, MIXED
from cm_desktop.connectors.demo_memory import Entry, Memory, Replay, spoken_id
from cm_desktop.connectors.demo_stage import Moment, answers_of, look_of, scripted
from cm_desktop.domain.channel_words import ChannelWords, Step
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    GoneError,
    NotAllowedError,
    OfflineError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
)
from cm_desktop.domain.events import CursorMoved, Event, MessageSeen, SeenAuthor
from cm_desktop.domain.model import Direction, OutboxKind
from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.domain.standing import Standing
from cm_desktop.domain.text_length import room_left
from cm_desktop.i18n import _

_PAGE = 40
_CLOCK_SLACK = timedelta(minutes=5)
_LOST_ANSWER = "lost_answer"
# What takes something back is allowed where the thing itself is.
_NEEDS = {
    OutboxKind.UNHIDE: Ability.HIDE,
    OutboxKind.UNLIKE: Ability.LIKE,
    OutboxKind.UNBLOCK: Ability.BLOCK,
}


@dataclass(frozen=True, slots=True)
class _Told:
    """A moment on its way out. `entry` is the deed it belongs to, None for the script's."""

    moment: Moment
    at: datetime  # its place; a deed and what follows from it stand together
    entry: int | None = None
    ends: bool = True  # whether it is the last of its deed


class Demo:
    """One of the bakery's accounts."""

    def __init__(self, config: AccountConfig) -> None:
        """Prepare; nothing can fail yet."""
        self._settings: Mapping[str, str] = config.settings
        self._look = look_of(config.settings.get("as", ""))
        self._memory = Memory(config.secret, config.keep_secret)
        self._began_at = self._now()

    @property
    def policy(self) -> ChannelPolicy:
        """The rules of the channel it looks like."""
        return self._look.policy

    def identify(self) -> Identity:
        """Tell who the bakery is on this channel. Raises AddressError for odd settings."""
        self._have_trouble()
        return Identity(
            remote_id=self._remote_id,
            handle=self._look.handle,
            title=self._look.title,
            url=f"https://{self._look.host}",
            settings={"start": self._start().isoformat()},
        )

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report what happened since; an edited message begins a page of its own."""
        self._have_trouble()
        told_ms, told_entries = _read_cursor(since)
        now = self._now()
        page: list[_Told] = []
        for one in self._happenings(now):
            is_new = _ms(one.at) > told_ms if one.entry is None else one.entry >= told_entries
            if not is_new:
                continue
            if page and _ends_page(page, one):
                told_ms, told_entries = _after(page, told_ms, told_entries)
                yield from _events(page, told_ms, told_entries)
                page = []
            page.append(one)
        if page:
            yield from _events(page, *_after(page, told_ms, told_entries))

    def send(self, reply: Reply) -> Sent:
        """Remember a reply; the same key a second time is the same reply."""
        self._have_trouble(but=_LOST_ANSWER)
        kind = Ability.PRIVATE if reply.private else Ability.REPLY
        if not self.policy.may(kind):
            raise NotAllowedError("ability")
        left = room_left(reply.text, self.policy)
        if not reply.text.strip() or (left is not None and left < 0):
            raise RejectedError("too_long" if reply.text.strip() else "empty")
        self._target(reply.target.remote_id)
        entry = Entry(
            what="say",
            at=_ms(self._now()),
            target=reply.target.remote_id,
            text=reply.text,
            key=reply.client_key,
            private=reply.private,
        )
        if self._sent(reply) is None:
            self._memory.add(entry)
        self._have_trouble()
        return _as_sent(entry)

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look a reply up by its key."""
        self._have_trouble(but=_LOST_ANSWER)
        entry = self._sent(reply)
        if entry is None:
            return None
        first = reply.first_attempt_at
        at = datetime.fromtimestamp(entry.at / 1000, UTC)
        return None if first is not None and at < first - _CLOCK_SLACK else _as_sent(entry)

    def act(self, action: Action) -> None:
        """Remember an act. Raises NotAllowedError for what the channel does not have."""
        self._have_trouble(but=_LOST_ANSWER)
        if not self.policy.may(_NEEDS.get(action.kind) or Ability(action.kind.value)):
            raise NotAllowedError("ability")
        try:
            target = self._target(action.target.remote_id)
        except GoneError:
            if action.kind is OutboxKind.DELETE:
                return
            raise
        if action.kind is OutboxKind.EDIT and target.direction is not Direction.OUT:
            raise NotAllowedError("not_own_message")
        self._memory.add(
            Entry(
                what=action.kind.value,
                at=_ms(self._now()),
                target=action.target.remote_id,
                text=action.text,
            )
        )
        self._have_trouble()

    def wait(self, seconds: float, cancelled: threading.Event) -> bool:  # noqa: ARG002  (contract)
        """Return at once: the demo does not push."""
        return False

    def standing(self) -> Standing:
        """Nothing ends here and nothing is counted."""
        return Standing()

    def close(self) -> None:
        """Nothing is held open."""

    @property
    def _remote_id(self) -> str:
        return f"morgenrot-{self._look.channel}"

    def _now(self) -> datetime:
        return _time(self._settings, "now") or datetime.now(UTC)

    def _start(self) -> datetime:
        return _time(self._settings, "start") or _time(self._settings, "now") or self._began_at

    def _happenings(self, now: datetime) -> list[_Told]:
        """Return the script and our own deeds up to now in order of time."""
        moments = [one for one in scripted(self._look, self._start()) if one.at <= now]
        ours = SeenAuthor(
            remote_id=self._remote_id, name=self._look.title, handle=self._look.handle
        )
        replay = Replay(moments, ours, answers_of(self._look))
        found = [_Told(moment, moment.at) for moment in moments]
        place = datetime.min.replace(tzinfo=UTC)
        for number, entry in enumerate(self._memory.entries()):
            effects = replay.play(number, entry)
            # Deeds keep their order even if the clock was set back.
            place = max([place, *(one.at for one in effects[:1])])
            found += [_Told(one, place, number, one is effects[-1]) for one in effects]
        return sorted(found, key=lambda one: one.at)

    def _target(self, remote_id: str) -> MessageSeen:
        """Return a message as it is now. Raises GoneError."""
        known: MessageSeen | None = None
        for one in self._happenings(self._now()):
            if getattr(one.moment.what, "remote_id", "") == remote_id:
                what = one.moment.what
                known = what if isinstance(what, MessageSeen) else None
        if known is None:
            raise GoneError("target")
        return known

    def _sent(self, reply: Reply) -> Entry | None:
        entries = self._memory.entries()
        return next((one for one in entries if one.key == reply.client_key), None)

    def _have_trouble(self, *, but: str = "") -> None:
        trouble = self._settings.get("trouble", "")
        if trouble and trouble != but:
            raise _trouble(trouble)


def _words() -> ChannelWords:
    return ChannelWords(
        card=_("Invented conversations of a bakery, to try things out. Nobody is reached."),
        steps=(Step(text=_("There is nothing to fill in.")),),
    )


def make(config: AccountConfig) -> Demo:
    """Return the connector of one of the bakery's accounts."""
    return Demo(config)


CHANNEL = ChannelInfo(
    channel="demo",
    make=make,
    words=_words,
    setting_fields=("as",),
    policy=MIXED.policy,
)


def demo_accounts(now: datetime | None = None) -> list[AccountConfig]:
    """Return the bakery's twelve accounts; with `now` their clock stands still there."""
    settings = {} if now is None else {"now": now.isoformat()}
    return [AccountConfig(channel="demo", settings={"as": name, **settings}) for name in LOOKS]


def _time(settings: Mapping[str, str], name: str) -> datetime | None:
    value = settings.get(name, "")
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise AddressError(name, value) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _read_cursor(since: str | None) -> tuple[int, int]:
    """Return up to when the script and how much of the memory was told."""
    script, _, entries = (since or "").partition(".")
    if not script.isdecimal() or not entries.isdecimal():
        return 0, 0  # told again from the beginning: that costs nothing here
    return int(script), int(entries)


def _ends_page(page: list[_Told], coming: _Told) -> bool:
    """Return whether a page ends before a moment: it is full, or its order would break."""
    if coming.entry is None and coming.at == page[-1].at:
        return False  # a cursor could not tell the two apart
    what = coming.moment.what
    seen = [one.moment.what for one in page if isinstance(one.moment.what, MessageSeen)]
    breaks = isinstance(what, MessageSeen) and seen and what.created_at < seen[-1].created_at
    return bool(breaks) or len(page) >= _PAGE


def _after(page: Iterable[_Told], told_ms: int, told_entries: int) -> tuple[int, int]:
    for one in page:
        if one.entry is None:
            told_ms = max(told_ms, _ms(one.at))
        elif one.ends:
            told_entries = max(told_entries, one.entry + 1)
    return told_ms, told_entries


def _events(page: list[_Told], told_ms: int, told_entries: int) -> Iterator[Event]:
    yield from (one.moment.what for one in page)
    yield CursorMoved(f"{told_ms}.{told_entries}")


def _as_sent(entry: Entry) -> Sent:
    return Sent(
        remote_id=spoken_id(entry.key),
        created_at=datetime.fromtimestamp(entry.at / 1000, UTC),
        text=entry.text,
    )


def _trouble(kind: str) -> CmError:
    make_error = _TROUBLES.get(kind)
    return make_error() if make_error else ServerTroubleError("demo", status=503)


_TROUBLES: dict[str, Callable[[], CmError]] = {
    "offline": lambda: OfflineError("demo"),
    "sign_in": lambda: SignInNeededError("demo"),
    "forbidden": lambda: NotAllowedError("demo"),
    "gone": lambda: GoneError("demo"),
    "rate_limited": lambda: RateLimitedError(7.0, "demo"),
    "slow": lambda: SlowError("demo"),
    _LOST_ANSWER: lambda: SlowError("demo"),
}
