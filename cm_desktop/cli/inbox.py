"""`cm-desktop inbox` and `cm-desktop show`: read conversations."""

from __future__ import annotations

import click

from cm_desktop.cli.output import line, plain, put, table, when
from cm_desktop.cli.program import Answer, current
from cm_desktop.cli.views import thread_json
from cm_desktop.cli.words import command, option
from cm_desktop.domain.ids import ConversationId
from cm_desktop.domain.model import Conversation, Direction, Message
from cm_desktop.domain.views import View, ViewName
from cm_desktop.i18n import _
from cm_desktop.services import reading
from cm_desktop.services.contract_json import conversation_json
from cm_desktop.services.reading import Thread
from cm_desktop.services.vault import Vault

_MOST = 1000


@command("inbox", lambda: _("List conversations, newest first."))
@option("--query", default="", metavar="Q", about=lambda: _("Search, as in the window."))
@option(
    "--limit",
    type=click.IntRange(1, _MOST),
    default=50,
    show_default=True,
    metavar="N",
    about=lambda: _("How many at most."),
)
@option("--after", type=int, metavar="KEY", about=lambda: _("Go on after the “key” of one."))
@option(
    "--view",
    type=click.Choice([str(name) for name in ViewName]),
    about=lambda: _("Which list; else the inbox, or all when searching."),
)
def inbox(query: str, limit: int, after: int | None, view: str | None) -> Answer:
    """List conversations."""
    # A search is about everything, as in the window.
    chosen = View(view or (ViewName.ALL if query.strip() else ViewName.INBOX))
    with current().vault() as vault:
        found = reading.page(vault, chosen, query, after=after, limit=limit)
    return Answer([conversation_json(one) for one in found], lambda: _list(found))


@command("show", lambda: _("Show a conversation with its messages, notes and events."))
@click.argument("conversation")
def show(conversation: str) -> Answer:
    """Show a conversation."""
    with current().vault() as vault:
        thread = reading.thread(vault, ConversationId(conversation))
        messages = _all_messages(vault, thread)
        history = reading.history(vault, thread.conversation.id)
    return Answer(thread_json(thread, messages, history), lambda: _people(thread, messages))


def _all_messages(vault: Vault, thread: Thread) -> list[Message]:
    messages, earlier = list(thread.messages), thread
    while earlier.more_before:
        earlier = reading.thread(vault, thread.conversation.id, before=earlier.messages[0].id)
        messages[:0] = earlier.messages
    return messages


def _list(found: list[Conversation]) -> None:
    rows = [
        (
            one.id,
            when(one.last_at),
            one.channel,
            str(one.status),
            str(one.unread or ""),
            line(one.author.name, 24),
            line(one.title or one.preview, 60),
        )
        for one in found
    ]
    headings = (_("Id"), _("Last"), _("Channel"), _("Status"), _("New"), _("From"), _("About"))
    table(headings, rows)


def _people(thread: Thread, messages: list[Message]) -> None:
    about = thread.conversation
    put(line(about.title or about.author.name))
    facts = [about.channel, str(about.status), about.assignee or "", *(t.name for t in about.tags)]
    put(line(" · ".join(filter(None, facts))))
    if about.post is not None and about.post.url:
        put(line(about.post.url))
    for message in messages:
        ours = message.direction is Direction.OUT
        arrow = "→" if ours else "←"
        put(f"\n{arrow} {line(message.author.name)}  {when(message.created_at)}  {message.id}")
        put(plain(message.text))
    for note in thread.notes:
        put("\n" + _("Note by %(member)s") % {"member": line(note.member)})
        put(plain(note.text))
    for row in thread.outbox:
        waits = {"kind": row.kind, "state": row.state, "id": row.id}
        put("\n" + _("Waits: %(kind)s, %(state)s (%(id)s)") % waits)
        put(plain(row.text))
