"""What a channel's rules say about a reply or an act, before it is queued."""

from __future__ import annotations

from datetime import timedelta

from cm_desktop.domain.errors import GoneError, NotAllowedError, RejectedError, UsageError
from cm_desktop.domain.model import Direction, Message, OutboxKind
from cm_desktop.domain.outbox_rules import ability_of
from cm_desktop.domain.policy import ChannelPolicy
from cm_desktop.domain.text_length import room_left
from cm_desktop.store.cleaning import MAX_BYTES

_OURS = frozenset({OutboxKind.EDIT})
_THEIRS = frozenset({OutboxKind.BLOCK, OutboxKind.UNBLOCK, OutboxKind.MUTE, OutboxKind.REPORT})


def check_reply(
    kind: OutboxKind,
    text: str,
    target: Message,
    policy: ChannelPolicy,
    left: timedelta | None,
) -> None:
    """Raise NotAllowedError, RejectedError or GoneError where a reply cannot be sent.

    `left`: the time that the channel leaves to answer, None where it has no end.
    """
    _check_ability(kind, policy)
    check_text(text, policy)
    if target.deleted_at is not None:
        raise GoneError("target")
    if left is not None and left <= timedelta(0):
        raise RejectedError("window_over")


def check_act(kind: OutboxKind, text: str, target: Message, policy: ChannelPolicy) -> None:
    """Raise NotAllowedError, RejectedError, GoneError or UsageError where an act makes no sense."""
    if kind.speaks:
        raise UsageError("not_an_act", kind.value)
    _check_ability(kind, policy)
    only_ours = kind in _OURS or ability_of(kind) in policy.own_only
    if only_ours and target.direction is not Direction.OUT:
        raise UsageError("not_own_message", target.id)
    if kind in _THEIRS and target.direction is not Direction.IN:
        raise UsageError("own_message", target.id)
    if kind is OutboxKind.EDIT:
        check_text(text, policy)
    if target.deleted_at is not None and kind not in _THEIRS:
        raise GoneError("target")


def check_text(text: str, policy: ChannelPolicy) -> None:
    """Raise RejectedError("empty") or RejectedError("too_long").

    The vault's own limit counts too: it would cut the text off, and the rest be sent.
    """
    if not text.strip():
        raise RejectedError("empty")
    over = len(text.encode("utf-8", "replace")) - MAX_BYTES
    if over > 0:
        raise RejectedError("too_long", str(over))
    left = room_left(text, policy)
    if left is not None and left < 0:
        raise RejectedError("too_long", str(-left))


def _check_ability(kind: OutboxKind, policy: ChannelPolicy) -> None:
    if not policy.may(ability_of(kind)):
        raise NotAllowedError("ability")
