"""Reads a mailbox: what is new, what was skipped, what was moved away or deleted."""

from __future__ import annotations

import email
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from cm_desktop.connectors import mailbox_structure
from cm_desktop.connectors.mailbox_body import Body, text_of
from cm_desktop.connectors.mailbox_cursor import (
    KEPT,
    FolderCursor,
    Known,
    MailCursor,
    write_cursor,
)
from cm_desktop.connectors.mailbox_events import Sighting, conversation_of, event_of
from cm_desktop.connectors.mailbox_folders import Places
from cm_desktop.connectors.mailbox_imap import Fetched, ImapSession
from cm_desktop.connectors.mailbox_parse import UNREADABLE, ParsedMail, describe, parse_mail
from cm_desktop.connectors.mailbox_settings import MailSettings
from cm_desktop.domain.errors import GoneError
from cm_desktop.domain.events import CursorMoved, Event, ItemSkipped, MessageGone, MessageSeen
from cm_desktop.domain.model import Direction, Visibility

PAGE = 50  # mails asked for at once
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
WHOLE_CAP = 10 << 20  # bytes; of a larger mail only headers, text and names of files are fetched
_BATCH = 8 << 20  # bytes asked for at once; a cursor follows each
_TEXT_BYTES = 1 << 20  # of the text of a large mail
FIRST_SENT = 200  # latest mails of the sent folder that a first bite takes
_META = "FLAGS INTERNALDATE RFC822.SIZE"


class MailReader:
    """One pass over a mailbox."""

    def __init__(
        self, session: ImapSession, settings: MailSettings, places: Places, cursor: MailCursor
    ) -> None:
        """Go on from a cursor, which is moved along."""
        self._session = session
        self._settings = settings
        self._places = places
        self._cursor = cursor
        self._ids = cursor.by_message_id()
        self.uidnext = 0  # of the inbox when it was read

    def events(self) -> Iterator[Event]:
        """Report everything. Our own mails first: the answers to them refer to them."""
        if self._places.sent:
            try:
                yield from self._folder(self._places.sent, Direction.OUT, FIRST_SENT)
            except GoneError:  # named in the settings, but not there (any more)
                yield ItemSkipped(reason="no_sent_folder")
        yield from self._folder(self._places.inbox, Direction.IN, KEPT)

    def _folder(self, name: str, direction: Direction, first: int) -> Iterator[Event]:
        state = self._session.select(name)
        before = self._cursor.folders.get(name)
        missing: dict[int, Known] = {}
        if before is None or before.uidvalidity != state.uidvalidity:
            new = self._first_bite(before, first)
            begin = new[0] if new else max(state.uidnext, 1)
            here = FolderCursor(state.uidvalidity, begin, begin - 1)
        else:
            here = before
            # `n:*` names the newest mail even where its UID is below n.
            there = [
                uid for uid in self._session.search(f"UID {here.begin}:*") if uid >= here.begin
            ]
            new = [uid for uid in there if uid not in here.latest]
            missing = {uid: here.latest[uid] for uid in here.latest.keys() - set(there)}
        self._cursor.folders[name] = here
        for start in range(0, len(new), PAGE):
            yield from self._page(new[start : start + PAGE], here, direction)
        for uid in missing:
            here.latest.pop(uid, None)
        if direction is Direction.IN:
            self.uidnext = max(state.uidnext, here.last_uid + 1)
            yield from self._whereabouts(missing, here)
        yield CursorMoved(write_cursor(self._cursor))

    def _first_bite(self, before: FolderCursor | None, first: int) -> list[int]:
        """Return the UIDs to read where none of ours are valid.

        After a change of UIDVALIDITY as many as were looked after, and everything from
        the earliest of those on: nothing that came since the last pass is left out.
        """
        every = self._session.search("ALL")
        if before is None or not before.latest:
            return every[-first:]
        oldest = len(every)
        for uid in sorted(before.latest):
            message_id = before.latest[uid].message_id
            found = self._session.with_message_id(message_id) if message_id else []
            if found:
                oldest = every.index(found[0]) if found[0] in every else oldest
                break
        return every[min(oldest, max(0, len(every) - first)) :]

    def _page(
        self, uids: Sequence[int], here: FolderCursor, direction: Direction
    ) -> Iterator[Event]:
        metas = {one.uid: one for one in self._session.fetch(uids, _META)}
        for batch in _batches(sorted(metas), metas):
            whole = [uid for uid in batch if metas[uid].size <= WHOLE_CAP]
            asked = f"BODY.PEEK[]<0.{WHOLE_CAP}>"
            contents = {one.uid: one.content for one in self._session.fetch(whole, asked)}
            events: list[Event] = []
            for uid in batch:
                if uid in whole and uid not in contents:
                    continue  # deleted in between, or the server stumbled: asked for again
                events += self._mail(metas[uid], contents.get(uid), here, direction)
            # Mails do not always arrive in the order they were written in.
            yield from sorted(events, key=_written)
            yield CursorMoved(write_cursor(self._cursor))

    def _mail(
        self, meta: Fetched, raw: bytes | None, here: FolderCursor, direction: Direction
    ) -> Iterator[Event]:
        try:
            mail = parse_mail(raw, meta.arrived) if raw is not None else self._large(meta)
        except UNREADABLE as error:
            here.remember(meta.uid, Known("", "", ""))
            yield ItemSkipped(reason=f"unreadable_mail:{type(error).__name__}")
            return
        if _is_empty(mail):
            here.remember(meta.uid, Known("", "", ""))
            yield ItemSkipped(reason="empty_mail")
            return
        same = self._ids.get(mail.message_id or mail.remote_id)
        if same and (same.digest == mail.digest or mail.author[1] == self._settings.address):
            # A second delivery of the same mail, or our own mail come back by a list.
            here.remember(meta.uid, same)
            return
        # A stranger may give a mail the id of another one: that must not replace it.
        remote_id = f"{mail.remote_id}#{mail.digest}" if same else mail.remote_id
        conversation = conversation_of(mail, remote_id, self._known_conversation)
        known = Known(remote_id, conversation, mail.digest, mail.message_id or remote_id)
        here.remember(meta.uid, known)
        self._ids.setdefault(known.message_id, known)
        sighting = Sighting(
            direction=direction,
            seen_by_us="\\seen" in meta.flags,
            place="" if mail.message_id else self._session.place_of(meta.uid),
        )
        yield event_of(mail, self._settings, known, sighting)

    def _known_conversation(self, message_id: str) -> str:
        known = self._ids.get(message_id)
        return known.conversation if known else ""

    def _large(self, meta: Fetched) -> ParsedMail:
        """Read headers, text and names of files of a mail without fetching the rest."""
        asked = list(self._session.fetch([meta.uid], "BODY.PEEK[HEADER]"))
        message = email.message_from_bytes(asked[0].content[:_TEXT_BYTES] if asked else b"")
        found = list(self._session.fetch([meta.uid], "BODYSTRUCTURE"))
        pieces = mailbox_structure.pieces_of(found[0]) if found else []
        chosen, text = mailbox_structure.body_piece(pieces), ""
        if chosen:
            section = f"BODY.PEEK[{chosen.section}]<0.{_TEXT_BYTES}>"
            answer = list(self._session.fetch([meta.uid], section))
            chosen.head.set_payload(
                answer[0].content.decode("ascii", "surrogateescape") if answer else ""
            )
            text = text_of(chosen.head)
        files = tuple(piece.as_attachment() for piece in pieces if not piece.is_text)
        return describe(message, Body(text=text, attachments=files), meta.arrived)

    def _whereabouts(self, missing: dict[int, Known], here: FolderCursor) -> Iterator[Event]:
        """Tell of mails that left the inbox: junk, trash, put elsewhere, or gone for good."""
        still_here = {known.remote_id for known in here.latest.values()}
        lost = {
            known.remote_id: known
            for _, known in sorted(missing.items())
            if known.remote_id and known.remote_id not in still_here
        }
        searched = [
            (self._places.junk, Visibility.SPAM),
            (self._places.trash, Visibility.TRASHED),
            *((name, Visibility.SHOWN) for name in self._places.others),
        ]
        for folder, visibility in searched if lost else ():
            if folder:
                yield from self._look_into(folder, visibility, lost)
        for remote_id in lost if self._places.all_searched else ():
            yield MessageGone(remote_id=remote_id)

    def _look_into(
        self, folder: str, visibility: Visibility, lost: dict[str, Known]
    ) -> Iterator[MessageSeen]:
        if not lost:
            return
        try:
            self._session.select(folder)
        except GoneError:  # deleted since the list was made
            return
        for remote_id, known in list(lost.items()):
            found = self._session.with_message_id(known.message_id)
            if not found:
                continue
            if visibility is Visibility.SHOWN:
                del lost[remote_id]  # put away into a folder of someone's own: still there
                continue
            for one in self._session.fetch(found[-1:], f"{_META} BODY.PEEK[]<0.{WHOLE_CAP}>"):
                moved = self._moved(one, known, visibility)
                if moved:
                    del lost[remote_id]
                    yield moved

    def _moved(self, one: Fetched, known: Known, visibility: Visibility) -> MessageSeen | None:
        try:
            mail = parse_mail(one.content, one.arrived)
        except UNREADABLE:
            return None
        sighting = Sighting(direction=Direction.IN, seen_by_us=True, visibility=visibility)
        return event_of(mail, self._settings, known, sighting)


def _is_empty(mail: ParsedMail) -> bool:
    """Tell whether there is nothing to show: no author, no subject, no text, no file."""
    said = (*mail.author, mail.subject, mail.text, mail.quoted, mail.attachments)
    return not any(said)


def _written(event: Event) -> datetime:
    return event.created_at if isinstance(event, MessageSeen) else _LONG_AGO


def _batches(uids: Sequence[int], metas: dict[int, Fetched]) -> Iterator[list[int]]:
    batch: list[int] = []
    weight = 0
    for uid in uids:
        size = min(metas[uid].size, WHOLE_CAP)
        if batch and weight + size > _BATCH:
            yield batch
            batch, weight = [], 0
        batch.append(uid)
        weight += size
    if batch:
        yield batch
