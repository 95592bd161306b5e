"""What the program is told of a mail: its conversation, its author, its message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cm_desktop.connectors.mailbox_cursor import Known
from cm_desktop.connectors.mailbox_parse import ParsedMail
from cm_desktop.connectors.mailbox_settings import MailSettings
from cm_desktop.domain.events import MessageSeen, SeenAuthor, SeenConversation
from cm_desktop.domain.model import Direction, Kind, Nature, Visibility

_MOST_REFERENCES = 20
UNKNOWN_AUTHOR = "unknown"


def conversation_of(mail: ParsedMail, own: str, known: Callable[[str], str]) -> str:
    """Return the id of the conversation a mail belongs to.

    The conversation of the earliest mail it refers to that we know, else the first id of
    its References, else of In-Reply-To, else its own. A bounce belongs to the mail that
    came back.
    """
    bounce = mail.bounce
    chain = [*bounce.references, bounce.message_id] if bounce.message_id else [*mail.references]
    for one in chain:
        if found := known(one):
            return found
    return chain[0] if chain else own


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Where and how a mail was met."""

    direction: Direction
    seen_by_us: bool
    visibility: Visibility = Visibility.SHOWN
    place: str = ""  # where to find a mail without Message-ID again


def event_of(
    mail: ParsedMail, settings: MailSettings, known: Known, sighting: Sighting
) -> MessageSeen:
    """Return what is reported of a mail."""
    title = mail.title or mail.subject
    author = _author(mail, settings, sighting.direction)
    return MessageSeen(
        remote_id=known.remote_id,
        conversation=SeenConversation(
            remote_id=known.conversation,
            kind=Kind.MAIL,
            title=title,
            context={"subject": title},
        ),
        direction=sighting.direction,
        author=author,
        text=mail.text,
        quoted=mail.quoted,
        created_at=mail.created_at,
        parent_remote_id=_parent(mail, known.remote_id),
        public=False,
        visibility=sighting.visibility,
        nature=mail.nature,
        seen_by_us=sighting.seen_by_us,
        attachments=mail.attachments,
        context=_context(mail, author, sighting.place),
    )


def _author(mail: ParsedMail, settings: MailSettings, direction: Direction) -> SeenAuthor:
    name, address = mail.author
    if direction is Direction.OUT:
        shown = settings.name or name or settings.address
        return SeenAuthor(remote_id=settings.address, name=shown, handle=settings.address)
    if address == settings.address and mail.reply_to[1]:
        # A form on the firm's own site writes in the firm's name, and to be answered elsewhere.
        name, address = mail.reply_to
    return SeenAuthor(remote_id=address or UNKNOWN_AUTHOR, name=name or address, handle=address)


def _parent(mail: ParsedMail, remote_id: str) -> str | None:
    if mail.bounce.message_id:
        return mail.bounce.message_id
    return mail.references[-1] if mail.references and mail.references[-1] != remote_id else None


def _context(mail: ParsedMail, author: SeenAuthor, place: str) -> dict[str, str]:
    """Return what an answer will need, and what a person may want to know."""
    first, last = mail.references[:1], mail.references[1:][-_MOST_REFERENCES:]
    answer_to = mail.reply_to[1] or author.handle
    found = {
        "message_id": mail.message_id,
        "references": " ".join((*first, *last)),
        "subject": mail.subject,
        "from": mail.author[1],
        "from_name": author.name if author.name != author.handle else "",
        "reply_to": answer_to,
        "to": ", ".join(address for _, address in mail.to[:20]),
        "cc": ", ".join(address for _, address in mail.cc[:20]),
        "place": place,
        "damaged": "yes" if mail.damaged else "",
    }
    if mail.nature is Nature.BOUNCE:
        found["bounced_message_id"] = mail.bounce.message_id
        found["bounced_recipient"] = mail.bounce.recipient
        found["bounce_status"] = mail.bounce.status
    return {key: value for key, value in found.items() if value}
