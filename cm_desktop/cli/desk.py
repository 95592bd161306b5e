"""Commands for the work on a conversation: tags, status, snooze, assignee, notes, handoffs."""

from __future__ import annotations

from collections.abc import Sequence

import click

from cm_desktop.cli.output import line, put, table
from cm_desktop.cli.program import Answer, current
from cm_desktop.cli.times import moment
from cm_desktop.cli.views import handoff_json, member_json
from cm_desktop.cli.words import command, group, option
from cm_desktop.domain.changes import HandoffAnswered
from cm_desktop.domain.ids import ConversationId, HandoffId, NoteId
from cm_desktop.domain.model import Handoff, Status
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.services.contract_json import conversation_json, note_json
from cm_desktop.services.desk import Desk
from cm_desktop.services.my_name import use_name
from cm_desktop.services.vault import Vault


@group("tag", lambda: _("Put tags on a conversation, or take them off."))
def tag() -> None:
    """Hold the commands about tags."""


@command("add", lambda: _("Put tags on a conversation."))
@click.argument("conversation")
@click.argument("tags", nargs=-1, required=True, metavar="TAG...")
def tag_add(conversation: str, tags: Sequence[str]) -> Answer:
    """Put tags on."""
    with current().vault() as vault:
        for name in tags:
            Desk(vault).tag(ConversationId(conversation), name)
        return _conversation(vault, conversation)


@command("remove", lambda: _("Take tags off a conversation."))
@click.argument("conversation")
@click.argument("tags", nargs=-1, required=True, metavar="TAG...")
def tag_remove(conversation: str, tags: Sequence[str]) -> Answer:
    """Take tags off."""
    with current().vault() as vault:
        for name in tags:
            Desk(vault).untag(ConversationId(conversation), name)
        return _conversation(vault, conversation)


tag.add_command(tag_add)
tag.add_command(tag_remove)


@command("status", lambda: _("Say where the work on a conversation stands."))
@click.argument("conversation")
@click.argument("status", type=click.Choice(["open", "waiting", "done"]))
def status(conversation: str, status: str) -> Answer:
    """Set the status."""
    with current().vault() as vault:
        Desk(vault).set_status(ConversationId(conversation), Status(status))
        return _conversation(vault, conversation)


@command("snooze", lambda: _("Put a conversation away until a time: 2h, 3d, 2026-05-04T09:00…"))
@click.argument("conversation")
@click.argument("until")
def snooze(conversation: str, until: str) -> Answer:
    """Snooze a conversation."""
    at = moment(until)
    with current().vault() as vault:
        Desk(vault).snooze(ConversationId(conversation), at)
        return _conversation(vault, conversation)


@command("assign", lambda: _("Give a conversation to a member; - takes it away."))
@click.argument("conversation")
@click.argument("member", metavar="MEMBER|-")
def assign(conversation: str, member: str) -> Answer:
    """Assign a conversation."""
    with current().vault() as vault:
        Desk(vault).assign(ConversationId(conversation), None if member == "-" else member)
        return _conversation(vault, conversation)


@command("read", lambda: _("Mark every message of a conversation as read."))
@click.argument("conversation")
def read(conversation: str) -> Answer:
    """Mark a conversation as read."""
    with current().vault() as vault:
        Desk(vault).mark_read(ConversationId(conversation))
        return _conversation(vault, conversation)


@command("unread", lambda: _("Mark a conversation as unread."))
@click.argument("conversation")
def unread(conversation: str) -> Answer:
    """Mark a conversation as unread."""
    with current().vault() as vault:
        Desk(vault).mark_unread(ConversationId(conversation))
        return _conversation(vault, conversation)


@command(
    "note",
    lambda: _("Write an internal note on a conversation, which is never sent; or remove one."),
)
@click.argument("conversation", metavar="CONVERSATION|remove")
@click.argument("text", metavar="TEXT|NOTE")
def note(conversation: str, text: str) -> Answer:
    """Write a note, or remove one."""
    with current().vault() as vault:
        if conversation == "remove":
            Desk(vault).remove_note(NoteId(text))
            return Answer({"removed": text}, lambda: put(_("The note is gone.")))
        made = Desk(vault).note(ConversationId(conversation), text)
    return Answer(note_json(made), lambda: put(_("Noted.")))


@command(
    "handoff",
    lambda: _("Hand a conversation to a member and say what is asked; or accept or decline one."),
)
@click.argument("conversation", metavar="CONVERSATION|accept|decline")
@click.argument("member", metavar="MEMBER|HANDOFF")
@click.argument("text", required=False, default="")
@option("--until", metavar="UNTIL", about=lambda: _("Until when it is needed."))
def handoff(conversation: str, member: str, text: str, until: str | None) -> Answer:
    """Hand a conversation over, or answer a handoff."""
    at = moment(until) if until else None
    with current().vault() as vault:
        desk = Desk(vault)
        if conversation == "accept":
            return _answered(vault, desk.accept_handoff(HandoffId(member), text))
        if conversation == "decline":
            return _answered(vault, desk.decline_handoff(HandoffId(member), text))
        made = desk.hand_over(ConversationId(conversation), member, text, at)
    return _handoff(made)


@group("member", lambda: _("List the members of the team, or add one."))
def member() -> None:
    """Hold the commands about members."""


@command("list", lambda: _("List the members of the team."))
def member_list() -> Answer:
    """List the members."""
    with current().vault() as vault:
        found = reading.members(vault)

    def people() -> None:
        rows = [(one.name, one.role, _("this is you") if one.me else "") for one in found]
        table((_("Name"), _("Role"), ""), rows)

    return Answer([member_json(one) for one in found], people)


@command("add", lambda: _("Add a member to the team."))
@click.argument("name")
@option("--role", default="member", metavar="R", about=lambda: _("What they may do."))
def member_add(name: str, role: str) -> Answer:
    """Add a member."""
    with current().vault() as vault:
        made = Desk(vault).add_member(name, role)
    return Answer(member_json(made), lambda: put(line(made.name)))


@command("me", lambda: _("Work under another name from now on."))
@click.argument("name")
def member_me(name: str) -> Answer:
    """Choose one's own name."""
    with current().vault() as vault:
        made = use_name(vault, name)
    return Answer(member_json(made), lambda: put(line(made.name)))


for one in (member_list, member_add, member_me):
    member.add_command(one)


def _answered(vault: Vault, change: HandoffAnswered) -> Answer:
    thread = reading.thread(vault, change.handoff.conversation, limit=1)
    return _handoff(next(one for one in thread.handoffs if one.id == change.handoff.id))


def _handoff(made: Handoff) -> Answer:
    words = {"member": line(made.receiver), "state": made.state, "id": made.id}
    return Answer(
        handoff_json(made),
        lambda: put(_("Handoff to %(member)s: %(state)s (%(id)s).") % words),
    )


def _conversation(vault: Vault, conversation: str) -> Answer:
    found = reading.conversation(vault, ConversationId(conversation))
    tags = ", ".join(one.name for one in found.tags)
    facts = [str(found.status), found.assignee or "", tags]
    text = " · ".join(line(fact) for fact in facts if fact)
    return Answer(conversation_json(found), lambda: put(text))
