"""Where messages belong: upserts of authors, posts and conversations, in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cm_desktop.domain.events import MessageSeen, SeenAuthor, SeenConversation, SeenPost
from cm_desktop.domain.ids import fact_bytes
from cm_desktop.domain.model import Account, Kind, Status
from cm_desktop.store.cleaning import clean, clean_address, clean_map, clean_name
from cm_desktop.store.connection import Connection
from cm_desktop.store.rows import listed_uids, stamp_or_none

_PEOPLE = """
    SELECT uid, id, name, handle, url, avatar_url FROM person
     WHERE uid IN (SELECT unhex(value) FROM json_each(?))
"""
_NEW_PEOPLE = """
    INSERT INTO person (name, handle, url, avatar_url, id, uid, account_id, remote_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_CHANGE_PEOPLE = "UPDATE person SET name = ?, handle = ?, url = ?, avatar_url = ? WHERE id = ?"
_LAST_PERSON = "SELECT coalesce(max(id), 0) FROM person"

_POSTS = """
    SELECT uid, id, title, text, url, created_ms FROM post
     WHERE uid IN (SELECT unhex(value) FROM json_each(?))
"""
_NEW_POSTS = """
    INSERT INTO post (title, text, url, created_ms, id, uid, account_id, remote_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_CHANGE_POSTS = "UPDATE post SET title = ?, text = ?, url = ?, created_ms = ? WHERE id = ?"
_LAST_POST = "SELECT coalesce(max(id), 0) FROM post"

_CONVERSATIONS = """
    SELECT uid, id, post_id, kind, title, context, status, n, unread FROM conversation
     WHERE uid IN (SELECT unhex(value) FROM json_each(?))
"""
_BY_ROW = """
    SELECT uid, id, post_id, kind, title, context, status, n, unread FROM conversation
     WHERE id IN (SELECT value FROM json_each(?))
"""
# The log may still speak of conversations that were erased: their numbers are not used again.
_LAST_CONVERSATION = """
    SELECT max(coalesce((SELECT max(id) FROM conversation), 0),
               coalesce((SELECT max(conv_id) FROM event WHERE conv_id IS NOT NULL), 0))
"""


@dataclass(slots=True, kw_only=True)
class Place:
    """A conversation while messages are put into it."""

    row: int
    uid: bytes
    remote_id: str = ""
    post: int | None
    kind: Kind | str
    title: str
    context: str
    status: Status = Status.DONE
    n: int = 0
    unread: int = 0
    new: bool = False  # it has no row yet
    described: bool = False  # title, post or context are to be written
    heard: int = 0  # new messages IN that are no spam
    person: bool = False  # one of them of a person
    recount: bool = False  # what was counted changed in ways that cannot be added up


class Table:
    """Rows of people or posts by remote id: read once, written in bulk, newest word wins."""

    def __init__(self, connection: Connection, account: Account, row: int, kind: str) -> None:
        self._connection = connection
        self._account = account
        self._account_row = row
        self._kind = kind
        self._sql = _TABLES[kind]
        self._rows: dict[str, int] = {}
        self._facts: dict[str, tuple[Any, ...]] = {}

    def row(self, remote_id: str) -> int:
        """Return the row of something that `keep` was called with."""
        return self._rows[remote_id]

    def keep(self, facts: Iterable[tuple[str, tuple[Any, ...]]]) -> None:
        """Insert what is new and update what says something else; empty says nothing."""
        wanted = dict(facts)
        self._read([remote_id for remote_id in wanted if remote_id not in self._rows])
        new: dict[str, tuple[Any, ...]] = {}
        changed = []
        for remote_id, said in wanted.items():
            known = self._facts.get(remote_id)
            if known is None:
                new[remote_id] = said
                continue
            merged = tuple(now or before for now, before in zip(said, known, strict=True))
            if merged != known:
                changed.append((*merged, self._rows[remote_id]))
                self._facts[remote_id] = merged
        self._connection.executemany(self._sql.change, changed)
        self._insert(new)

    def _read(self, remote_ids: Sequence[str]) -> None:
        uids = {self._uid(remote_id): remote_id for remote_id in remote_ids}
        if not uids:
            return
        for uid, row, *facts in self._connection.execute(self._sql.read, (listed_uids(uids),)):
            self._rows[uids[uid]] = row
            self._facts[uids[uid]] = tuple(facts)

    def _insert(self, new: dict[str, tuple[Any, ...]]) -> None:
        if not new:
            return
        last = self._connection.execute(self._sql.last).fetchone()[0]
        rows = []
        for row, (remote_id, facts) in enumerate(new.items(), last + 1):
            self._rows[remote_id] = row
            self._facts[remote_id] = facts
            uid = self._uid(remote_id)
            rows.append((*facts, row, uid, self._account_row, clean(remote_id)))
        self._connection.executemany(self._sql.insert, rows)

    def _uid(self, remote_id: str) -> bytes:
        account = self._account
        return fact_bytes(account.channel, account.remote_id, self._kind, remote_id)


@dataclass(frozen=True, slots=True)
class _Sql:
    read: str
    insert: str
    change: str
    last: str


_TABLES = {
    "person": _Sql(_PEOPLE, _NEW_PEOPLE, _CHANGE_PEOPLE, _LAST_PERSON),
    "post": _Sql(_POSTS, _NEW_POSTS, _CHANGE_POSTS, _LAST_POST),
}


class Places:
    """Authors, posts and conversations of one account, remembered during one call of keep."""

    def __init__(self, connection: Connection, account: Account, row: int) -> None:
        self._connection = connection
        self._account = account
        self.people = Table(connection, account, row, "person")
        self.posts = Table(connection, account, row, "post")
        self._places: dict[str, Place] = {}
        self._by_row: dict[int, Place] = {}
        self._last: int = connection.execute(_LAST_CONVERSATION).fetchone()[0]

    def prepare(self, new: Sequence[MessageSeen], known: Sequence[MessageSeen]) -> list[Place]:
        """Make ready all that new messages need, and note what known ones tell anew.

        Return the conversations that say something else of themselves now.
        """
        events = [*new, *known]
        self.people.keep((one.author.remote_id, _author(one.author)) for one in events)
        seen = {one.conversation.remote_id: one.conversation for one in events}
        posts = [one.post for one in seen.values() if one.post and one.post.remote_id]
        self.posts.keep((post.remote_id, _post(post)) for post in posts)
        missing = [remote_id for remote_id in seen if remote_id not in self._places]
        self._read(missing)
        for event in new:
            if event.conversation.remote_id not in self._places:
                self._begin(event.conversation)
        told = [(self._places.get(remote_id), about) for remote_id, about in seen.items()]
        return [place for place, about in told if place and self._describe(place, about)]

    def of(self, conversation: SeenConversation) -> Place:
        """Return the place of a conversation that `prepare` was called with."""
        return self._places[conversation.remote_id]

    def of_rows(self, rows: Iterable[int]) -> None:
        """Read the conversations of known messages, for `by_row`."""
        wanted = [row for row in set(rows) if row not in self._by_row]
        if wanted:
            found = self._connection.execute(_BY_ROW, (f"[{','.join(map(str, wanted))}]",))
            for row in found.fetchall():
                self._by_row[row[1]] = _place(row)

    def by_row(self, row: int) -> Place:
        """Return a conversation that `of_rows` was called with."""
        return self._by_row[row]

    def _read(self, remote_ids: Iterable[str]) -> None:
        uids = {self._uid(remote_id): remote_id for remote_id in remote_ids}
        if not uids:
            return
        for row in self._connection.execute(_CONVERSATIONS, (listed_uids(uids),)).fetchall():
            place = self._by_row.get(row[1]) or _place(row)
            self._by_row[place.row] = self._places[uids[place.uid]] = place

    def _begin(self, seen: SeenConversation) -> None:
        self._last += 1
        self._places[seen.remote_id] = self._by_row[self._last] = Place(
            row=self._last,
            uid=self._uid(seen.remote_id),
            remote_id=clean(seen.remote_id),
            post=None,
            kind=seen.kind,
            title="",
            context="{}",
            new=True,
        )

    def _describe(self, place: Place, seen: SeenConversation) -> bool:
        """Take over what a connector says of a conversation; return whether it is new."""
        post = seen.post and seen.post.remote_id and self.posts.row(seen.post.remote_id)
        said = (
            post or place.post,
            clean_name(seen.title) or place.title,
            place.context if not seen.context else clean_map(seen.context),
        )
        if said != (place.post, place.title, place.context):
            place.post, place.title, place.context = said
            place.described = True
        return place.described

    def _uid(self, remote_id: str) -> bytes:
        account = self._account
        return fact_bytes(account.channel, account.remote_id, "conversation", remote_id)


def _place(row: tuple[Any, ...]) -> Place:
    uid, key, post, kind, title, context, status, n, unread = row
    return Place(
        uid=uid,
        row=key,
        post=post,
        kind=kind,
        title=title,
        context=context,
        status=Status(status),
        n=n,
        unread=unread,
    )


def _author(seen: SeenAuthor) -> tuple[str, str, str, str]:
    return (
        clean_name(seen.name),
        clean_name(seen.handle),
        clean_address(seen.url),
        clean_address(seen.avatar_url),
    )


def _post(seen: SeenPost) -> tuple[str, str, str, int | None]:
    created = stamp_or_none(seen.created_at)
    return clean_name(seen.title), clean(seen.text), clean_address(seen.url), created
