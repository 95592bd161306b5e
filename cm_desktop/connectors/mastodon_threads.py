"""Which conversation a status belongs to, asked for as seldom as can be.

A conversation is a thread as long as it stays public or stays private: an answer that only
those named in it see begins one of its own, so that nothing private stands in a public one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

import msgspec

from cm_desktop.connectors import mastodon_shapes as shapes
from cm_desktop.connectors.http import Http
from cm_desktop.connectors.http_json import items
from cm_desktop.connectors.mastodon_server import Server, status_path
from cm_desktop.connectors.plain_text import scrub
from cm_desktop.domain.errors import GoneError
from cm_desktop.domain.events import ItemSkipped, SeenConversation, SeenPost
from cm_desktop.domain.model import Kind


class Threads:
    """What one pass has learned of threads."""

    def __init__(self, http: Http, server: Server) -> None:
        """Nothing is known yet."""
        self._http = http
        self._server = server
        self._statuses: dict[str, shapes.Status] = {}
        self._roots: dict[str, str] = {}
        self._posts: dict[str, tuple[shapes.Status, SeenPost]] = {}  # and what each was made of

    def statuses(self, page: list[msgspec.Raw]) -> Iterator[shapes.Status | ItemSkipped]:
        """Yield the statuses of a page, and remember them."""
        for one in items(page, shapes.Status):
            if isinstance(one, ItemSkipped):
                yield one
            else:
                yield self.noted(one)

    def noted(self, status: shapes.Status) -> shapes.Status:
        """Remember a status that came some other way."""
        status = self._server.settled(status)
        self._statuses[status.id] = status
        return status

    def below(self, number: str) -> list[shapes.Status | ItemSkipped]:
        """Return what stands below a status. Raises GoneError where it is not there any more."""
        if number not in self._statuses and self.status(number) is None:
            raise GoneError("thread")
        context = self._http.get_json(status_path(number, "/context"), shapes.Context)
        found = list(self.statuses(context.descendants))
        self._roots.setdefault(number, number)
        self._place(one for one in found if isinstance(one, shapes.Status))
        return found

    def above(self, status: shapes.Status) -> list[shapes.Status]:
        """Return what a status answers, from the beginning of the thread on."""
        context = shapes.Context()
        with suppress(GoneError):
            context = self._http.get_json(status_path(status.id, "/context"), shapes.Context)
        found = [one for one in self.statuses(context.ancestors) if isinstance(one, shapes.Status)]
        self._place((*found, status))
        return found

    def status(self, number: str) -> shapes.Status | None:
        """Return a status as it is now; None: it is not there, or no longer for us."""
        try:
            found = self._http.get_json(status_path(number), shapes.Status)
        except GoneError:
            return None
        return self.noted(found)

    def conversation(self, status: shapes.Status) -> SeenConversation:
        """Return where a status belongs."""
        if status.id not in self._roots:
            if status.in_reply_to_id and status.in_reply_to_id not in self._roots:
                self.above(status)
            self._place([status])
        root = self._statuses.get(self._roots[status.id], status)
        if self._server.is_direct(status):
            return SeenConversation(remote_id=scrub(root.id), kind=Kind.DIRECT)
        if root.id != status.id and self.is_post(root):
            post = self._post(root)
            return SeenConversation(remote_id=scrub(root.id), kind=Kind.COMMENTS, post=post)
        return SeenConversation(remote_id=scrub(root.id), kind=Kind.MENTION)

    def is_post(self, status: shapes.Status) -> bool:
        """Whether a status is a post of ours, which others may comment on."""
        ours = status.account.id == self._server.me
        return ours and not status.in_reply_to_id and not self._server.is_direct(status)

    def _post(self, root: shapes.Status) -> SeenPost:
        """Return a post of ours as what comments hang on, made once for all of its comments."""
        status, post = self._posts.get(root.id, (None, None))
        if post is None or status is not root:
            post = shapes.post_of(root)
            self._posts[root.id] = root, post
        return post

    def _place(self, statuses: Iterable[shapes.Status]) -> None:
        """Find the root of each; a parent has to come before what answers it."""
        for status in statuses:
            self._statuses[status.id] = status
            above = status.in_reply_to_id  # "" for none; a broken status may have that for its id
            parent = self._statuses.get(above) if above else None
            same = parent and self._server.is_direct(parent) == self._server.is_direct(status)
            root = self._roots.get(parent.id, parent.id) if parent and same else status.id
            self._roots.setdefault(status.id, root)
