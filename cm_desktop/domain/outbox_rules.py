"""Which state follows which outcome in the outbox. Pure: no clock, no network, no store.

    queued -> sending -> sent
      ^          |-----> queued       nothing left this computer, or the channel asks us to wait
      |          |-----> failed       the channel refused: somebody has to change the text
      |          '-----> unknown      no whole answer, or we crashed: it may have been carried out
      '- not found ----- unknown ---> sent         it is there
                            '-------> needs_human  cannot be looked up, or not within a day

The one rule behind all of it: what may have been carried out is never simply done again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from cm_desktop.domain.errors import (
    CmError,
    DuplicateError,
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
    ServerTroubleError,
    SlowError,
    UsageError,
)
from cm_desktop.domain.model import OutboxKind, OutboxRow, OutboxState
from cm_desktop.domain.policy import Ability, ChannelPolicy

# From an attempt on: its request is certainly over, and a channel that has it shows it.
SETTLE = timedelta(seconds=60)
# Mastodon forgets a client key after 60 minutes, the shortest of all; ten in hand.
KEY_KEPT = timedelta(minutes=50)
# After this nobody can tell any more what became of an attempt without looking.
GIVE_UP = timedelta(hours=24)
# A reply that waited longer is only sent after another look at what it answers.
STALE = timedelta(minutes=15)

_LONGEST_WAIT = timedelta(hours=24)
_WAIT_UNTOLD = timedelta(seconds=60)
_BACKOFF_FIRST = 30.0  # seconds
_BACKOFF_LONGEST = 900.0
_JITTER = 0.2

_IN_THE_WAY = (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNKNOWN)
_ABILITIES = {
    OutboxKind.UNHIDE: Ability.HIDE,
    OutboxKind.UNLIKE: Ability.LIKE,
    OutboxKind.UNBLOCK: Ability.BLOCK,
}

ANSWERED_MEANWHILE = "answered_meanwhile"
LOST_TRACK = "lost_track"
# A person gives this answer on the channel's own page, for programs may not; see ChannelPolicy.
ANSWER_THERE = "answer_there"
# Reason of a RejectedError from `find_sent`: on this channel nobody but a person can tell.
OUTCOME_UNKNOWN = "outcome_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What becomes of an outbox row."""

    state: OutboxState
    error: str | None = None  # code, see domain/errors.py
    detail: str = ""
    next_attempt_at: datetime | None = None
    stops_account: bool = False  # nothing else of this account would fare better now


class Step(Enum):
    """What to do with a row whose outcome is unknown."""

    READ = "read"  # look it up on the channel
    REPEAT = "repeat"  # send again under the same key; the channel drops the second one
    WAIT = "wait"
    ASK = "ask"  # only a human can tell


def ability_of(kind: OutboxKind) -> Ability:
    """Return the ability an outbox kind needs: taking back needs the same as doing."""
    return _ABILITIES.get(kind) or Ability(kind.value)


def backoff(failures: int, chance: float) -> timedelta:
    """Return the wait after so many failures in a row: doubling up to 15 minutes, +-20 %.

    `chance` is a random number from 0 to 1; without it all devices would come back at once.
    """
    seconds = min(_BACKOFF_LONGEST, _BACKOFF_FIRST * 2.0 ** min(max(failures - 1, 0), 10))
    return timedelta(seconds=seconds * (1 - _JITTER + 2 * _JITTER * chance))


def wait_told(error: RateLimitedError) -> timedelta:
    """Return how long to wait: what the channel says, within a second and a day."""
    if error.wait_seconds is None:
        return _WAIT_UNTOLD
    # Comparing in seconds: a hint of the year 9999 does not fit into a timedelta's users.
    seconds = min(max(error.wait_seconds, 1.0), _LONGEST_WAIT.total_seconds())
    return timedelta(seconds=seconds)


def is_due(row: OutboxRow, now: datetime) -> bool:
    """Whether nothing holds a queued row back any more."""
    return row.hold_until <= now and (row.next_attempt_at is None or row.next_attempt_at <= now)


def restamped(row: OutboxRow, now: datetime) -> OutboxRow:
    """Return the row with its waits counted from now, where the clock has been set back.

    Without this an undo time of 10 seconds lasts as long as the clock was wrong, and
    looking up a reply would begin after the time at which the channel has it.
    """
    if row.created_at > now:
        hold = max(row.hold_until - row.created_at, timedelta(0))
        row = replace(row, created_at=now, hold_until=now + hold)
    first, after = row.first_attempt_at, row.next_attempt_at
    if first is not None and first > now:
        if after is not None:
            after = now + min(max(after - first, timedelta(0)), _LONGEST_WAIT)
        row = replace(row, first_attempt_at=now, next_attempt_at=after)
    return row


def is_stale(row: OutboxRow, now: datetime) -> bool:
    """Whether a text waited so long that what it answers must be looked at again."""
    return row.kind.speaks and now - max(row.hold_until, row.created_at) > STALE


def stands_in_the_way(earlier: OutboxRow, later: OutboxRow) -> bool:
    """Whether a row has to be through before a later one may go, to keep the order.

    Texts of one conversation keep theirs, and so does whatever is done to one message.
    """
    if earlier.state not in _IN_THE_WAY:
        return False
    if earlier.kind.speaks and later.kind.speaks:
        return earlier.conversation == later.conversation
    return earlier.target is not None and earlier.target == later.target


def may_go(row: OutboxRow, before: Iterable[OutboxRow]) -> bool:
    """Whether no row written before stands in the way."""
    return not any(stands_in_the_way(earlier, row) for earlier in before)


def next_due(rows: Iterable[OutboxRow]) -> datetime | None:
    """Return when the first of some open rows, in the order written, may be gone on with."""
    before: list[OutboxRow] = []
    times = []
    for row in rows:
        if row.state is OutboxState.UNKNOWN:
            times.append(row.next_attempt_at or row.created_at)
        elif row.state is OutboxState.QUEUED and may_go(row, before):
            times.append(max(row.hold_until, row.next_attempt_at or row.hold_until))
        before.append(row)
    return min(times, default=None)


def at_start(row: OutboxRow) -> OutboxRow:
    """Return how to take a row that a stopped program left behind: never as `queued`."""
    if row.state is not OutboxState.SENDING:
        return row
    return replace(row, state=OutboxState.UNKNOWN, error=LOST_TRACK)


def after_error(row: OutboxRow, error: CmError, now: datetime, chance: float = 0.5) -> Move:
    """Return what follows from an error of `send` or `act`.

    `row` is as it was before the attempt: one that came from `unknown` never goes back to
    `queued`, because its earlier attempt is still open.
    """
    if isinstance(error, GoneError) and row.kind is OutboxKind.DELETE:
        return Move(state=OutboxState.SENT)
    if isinstance(error, SlowError | ServerTroubleError | DuplicateError):
        return _open_end(row, error, now, chance)
    if isinstance(error, RejectedError | NotAllowedError | GoneError | UsageError):
        repeated = row.state is OutboxState.UNKNOWN and row.kind.speaks
        state = OutboxState.NEEDS_HUMAN if repeated else OutboxState.FAILED
        return Move(state=state, error=error.code, detail=reason_of(error))
    until = now + wait_told(error) if isinstance(error, RateLimitedError) else None
    return Move(
        state=row.state,
        error=error.code,
        detail=reason_of(error),
        next_attempt_at=until,
        stops_account=True,
    )


def next_step(row: OutboxRow, policy: ChannelPolicy, now: datetime) -> Step:
    """Return what to do with an unknown row now."""
    if not row.kind.speaks:
        return Step.REPEAT  # hiding what is hidden changes nothing
    tried = row.first_attempt_at or now
    settled = _is_settled(row, now)
    if policy.repeat_is_safe and now - tried < KEY_KEPT:
        if settled:
            return Step.REPEAT
        return Step.READ if policy.can_read_back else Step.WAIT
    return Step.READ if policy.can_read_back else Step.ASK


def after_not_found(row: OutboxRow, now: datetime, chance: float = 0.5) -> Move:
    """Return what follows when the channel does not show an unknown reply.

    Only a look at least SETTLE after the attempt counts: before that the request may
    still be under way, and lists lag.
    """
    if not _is_settled(row, now):
        return _still_unknown(row, row.next_attempt_at)
    if row.error == DuplicateError.code:
        # The channel has this very text from somebody else: sending again would not help.
        return Move(state=OutboxState.FAILED, error=DuplicateError.code)
    if now - (row.first_attempt_at or now) > GIVE_UP:
        return Move(state=OutboxState.NEEDS_HUMAN, error=LOST_TRACK)
    # A text that the channel chokes on each time must not be tried without a pause.
    wait = None if row.attempts <= 1 else now + backoff(row.attempts, chance)
    return Move(state=OutboxState.QUEUED, next_attempt_at=wait)


def after_failed_look(row: OutboxRow, error: CmError, now: datetime, chance: float = 0.5) -> Move:
    """Return what follows when looking an unknown reply up did not work.

    An error that says "never" (no right to look, nothing to look in) counts like a look
    that found nothing, but leaves the decision to a human.
    """
    if isinstance(error, RejectedError | NotAllowedError | GoneError | UsageError):
        if not _is_settled(row, now):
            return _still_unknown(row, row.next_attempt_at)
        return Move(state=OutboxState.NEEDS_HUMAN, error=LOST_TRACK, detail=reason_of(error))
    if isinstance(error, SlowError | ServerTroubleError):
        if now - (row.first_attempt_at or now) > GIVE_UP:
            return Move(state=OutboxState.NEEDS_HUMAN, error=LOST_TRACK, detail=reason_of(error))
        until: datetime | None = now + max(SETTLE, backoff(row.attempts, chance))
    elif isinstance(error, RateLimitedError):
        until = now + max(SETTLE, wait_told(error))
    else:
        until = row.next_attempt_at
    stops = not isinstance(error, ServerTroubleError)  # that may be about this one reply
    return replace(_still_unknown(row, until), stops_account=stops)


def reason_of(error: CmError) -> str:
    """Return the machine-readable reason behind an error, fit for a report and a log."""
    return (error.reason if isinstance(error, RejectedError) else "") or error.detail


def _is_settled(row: OutboxRow, now: datetime) -> bool:
    return row.next_attempt_at is None or row.next_attempt_at <= now


def _still_unknown(row: OutboxRow, until: datetime | None) -> Move:
    return Move(
        state=OutboxState.UNKNOWN,
        error=row.error,
        detail=row.error_detail,
        next_attempt_at=until,
    )


def _open_end(row: OutboxRow, error: CmError, now: datetime, chance: float) -> Move:
    # A channel that does not answer would make everything that waits unknown in one pass.
    stops = not isinstance(error, DuplicateError)
    if row.kind.speaks:
        return Move(
            state=OutboxState.UNKNOWN,
            error=error.code,
            detail=reason_of(error),
            next_attempt_at=now + SETTLE,
            stops_account=stops,
        )
    if now - (row.first_attempt_at or now) > GIVE_UP:
        return Move(state=OutboxState.FAILED, error=error.code, detail=reason_of(error))
    return Move(
        state=OutboxState.QUEUED,
        error=error.code,
        detail=reason_of(error),
        next_attempt_at=now + backoff(row.attempts + 1, chance),
        stops_account=stops,
    )
