"""Reads a mailbox in which networks tell what was said: their mails become messages.

Everything about IMAP is as for the channel `mail`: the place reading goes on from, the
bounds, the mails that come twice. The mailbox is only read. A mail that leaves it takes
nothing back: what it told was said on the network, and is there whether we keep mails or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from cm_desktop.connectors.mailbox_cursor import FolderCursor, Known, MailCursor
from cm_desktop.connectors.mailbox_fetch import MailReader
from cm_desktop.connectors.mailbox_folders import Places
from cm_desktop.connectors.mailbox_imap import Fetched, ImapSession
from cm_desktop.connectors.mailbox_settings import MailSettings
from cm_desktop.connectors.notifications_patterns import place_of
from cm_desktop.connectors.notifications_recognise import (
    Recognised,
    falsely_claimed,
    recognise,
)
from cm_desktop.domain.events import Event, MessageSeen, SeenAuthor, SeenConversation
from cm_desktop.domain.model import Direction, Kind

_NOTHING = Known("", "", "")
# What is said to us alone, or of us by one person, is one conversation with that person.
_BY_PERSON = (Kind.DIRECT, Kind.REVIEW)


class NotificationReader(MailReader):
    """One pass over a mailbox."""

    def __init__(
        self,
        session: ImapSession,
        settings: MailSettings,
        cursor: MailCursor,
        *,
        leave_unknown: bool,
    ) -> None:
        """Go on from a cursor; with `leave_unknown`, mails of nobody we know are passed over."""
        # Nowhere else is looked, so that a mail which left the folder is not reported as gone.
        places = Places(inbox=settings.folder, sent="", junk="", trash="", all_searched=False)
        super().__init__(session, settings, places, cursor)
        self._leave_unknown = leave_unknown

    def _mail(
        self, meta: Fetched, raw: bytes | None, here: FolderCursor, direction: Direction
    ) -> Iterator[Event]:
        found = recognise(raw, meta.arrived) if raw is not None else None
        if found is not None:
            yield from self._told(meta, found, here)
        elif self._leave_unknown:
            here.remember(meta.uid, _NOTHING)
        else:
            for event in super()._mail(meta, raw, here, direction):
                yield _doubted(event, raw) if isinstance(event, MessageSeen) else event

    def _told(self, meta: Fetched, found: Recognised, here: FolderCursor) -> Iterator[Event]:
        mail = found.mail
        same = self._ids.get(mail.message_id or mail.remote_id)
        if same and same.digest == mail.digest:  # a second delivery of the same mail
            here.remember(meta.uid, same)
            return
        remote_id = f"{mail.remote_id}#{mail.digest}" if same else mail.remote_id
        known = Known(remote_id, conversation_of(found), mail.digest, mail.message_id or remote_id)
        here.remember(meta.uid, known)
        self._ids.setdefault(known.message_id, known)
        yield event_of(found, known, seen_by_us="\\seen" in meta.flags)


def conversation_of(found: Recognised) -> str:
    """Return the conversation of a notification: one for each page, or for each person there."""
    parts = [found.pattern.network, place_of(found.link, found.pattern)]
    if found.link == found.pattern.home:  # it names no page: then its title has to do
        parts.append(found.title or found.author)
    if found.kind in _BY_PERSON:
        parts.append(found.author)
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()
    return f"{found.pattern.network}:{digest[:32]}"


def event_of(found: Recognised, known: Known, *, seen_by_us: bool) -> MessageSeen:
    """Return what is reported of a notification."""
    network, mail = found.pattern.network, found.mail
    title = f"{found.pattern.name}: {found.title}" if found.title else found.pattern.name
    context = {"network": network, "subject": mail.subject, "cut": "yes" if found.cut else ""}
    return MessageSeen(
        remote_id=known.remote_id,
        conversation=SeenConversation(
            remote_id=known.conversation,
            kind=found.kind,
            title=title,
            context={"network": network},
        ),
        direction=Direction.IN,
        author=SeenAuthor(
            remote_id=f"{network}:{found.author.casefold()}"[:300], name=found.author
        ),
        text=found.text,
        created_at=mail.created_at,
        public=found.kind is not Kind.DIRECT,
        seen_by_us=seen_by_us,
        rating=found.rating,
        permalink=found.link,
        context={name: value for name, value in context.items() if value},
    )


def _doubted(event: MessageSeen, raw: bytes | None) -> MessageSeen:
    """Note on a mail which network it claims to be from, where its signature says otherwise."""
    network = falsely_claimed(raw) if raw is not None else ""
    return replace(event, context={**event.context, "claims": network}) if network else event
