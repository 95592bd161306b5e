"""Which acts are offered for a message, and what they are called."""

from __future__ import annotations

from cm_desktop.domain.model import Direction, Message, OutboxKind, Visibility
from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.i18n import _

# Acts that cannot be taken back on the channel: they are asked about and cite a house rule.
FINAL = (OutboxKind.DELETE, OutboxKind.BLOCK, OutboxKind.REPORT)


def offered(message: Message, policy: ChannelPolicy) -> list[OutboxKind]:
    """Return the acts that make sense for a message now, the likeliest first."""
    if message.deleted_at is not None:
        return []
    if message.direction is Direction.OUT:
        own = (OutboxKind.EDIT, OutboxKind.DELETE)
        return [kind for kind in own if policy.may(Ability(kind.value))]
    wanted = _likely(message)
    able = policy.abilities - policy.own_only
    return [kind for kind in wanted if _ability(kind) in able]


def words(kind: OutboxKind) -> tuple[str, str]:
    """Return the glyph of an act, and what its button says."""
    return {
        OutboxKind.REPLY: ("reply", _("Reply")),
        OutboxKind.PRIVATE: ("private", _("Reply privately")),
        OutboxKind.EDIT: ("edit", _("Edit")),
        OutboxKind.HIDE: ("hide", _("Hide")),
        OutboxKind.UNHIDE: ("unhide", _("Show again")),
        OutboxKind.DELETE: ("delete", _("Delete…")),
        OutboxKind.LIKE: ("like", _("Like")),
        OutboxKind.UNLIKE: ("liked", _("Take the like back")),
        OutboxKind.BLOCK: ("block", _("Block the person…")),
        OutboxKind.UNBLOCK: ("person", _("Unblock the person")),
        OutboxKind.APPROVE: ("approve", _("Approve")),
        OutboxKind.HOLD: ("hold", _("Hold back")),
        OutboxKind.SPAM: ("spam", _("Mark as spam")),
        OutboxKind.MUTE: ("mute", _("Mute the person")),
        OutboxKind.REPORT: ("report", _("Report…")),
    }[kind]


def done_words(kind: OutboxKind) -> str:
    """Return what the window says once an act was put in the outbox."""
    return {
        OutboxKind.EDIT: _("Change will be sent"),
        OutboxKind.HIDE: _("Comment will be hidden"),
        OutboxKind.UNHIDE: _("Comment will be shown again"),
        OutboxKind.DELETE: _("Message will be deleted"),
        OutboxKind.LIKE: _("Like will be sent"),
        OutboxKind.UNLIKE: _("Like will be taken back"),
        OutboxKind.BLOCK: _("Person will be blocked"),
        OutboxKind.UNBLOCK: _("Person will be unblocked"),
        OutboxKind.APPROVE: _("Approval will be sent"),
        OutboxKind.HOLD: _("Comment will be held back"),
        OutboxKind.SPAM: _("Marked as spam"),
        OutboxKind.MUTE: _("Person will be muted"),
        OutboxKind.REPORT: _("Report will be sent"),
        OutboxKind.REPLY: _("Reply will be sent"),
        OutboxKind.PRIVATE: _("Private reply will be sent"),
    }[kind]


def _likely(message: Message) -> list[OutboxKind]:
    kinds = []
    if message.visibility in (Visibility.HELD, Visibility.SPAM, Visibility.TRASHED):
        kinds.append(OutboxKind.APPROVE)
    kinds.append(OutboxKind.UNLIKE if message.liked else OutboxKind.LIKE)
    if message.visibility is Visibility.HIDDEN:
        kinds.append(OutboxKind.UNHIDE)
    elif message.visibility is Visibility.SHOWN:
        kinds += [OutboxKind.HIDE, OutboxKind.HOLD]
    if message.visibility is not Visibility.SPAM:
        kinds.append(OutboxKind.SPAM)
    kinds += [OutboxKind.DELETE, OutboxKind.MUTE]
    kinds.append(OutboxKind.UNBLOCK if message.author.blocked else OutboxKind.BLOCK)
    kinds.append(OutboxKind.REPORT)
    return kinds


def _ability(kind: OutboxKind) -> Ability:
    opposite = {
        OutboxKind.UNHIDE: Ability.HIDE,
        OutboxKind.UNLIKE: Ability.LIKE,
        OutboxKind.UNBLOCK: Ability.BLOCK,
    }
    return opposite.get(kind) or Ability(kind.value)
