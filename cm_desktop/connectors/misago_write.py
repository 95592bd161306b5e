"""Answers, edits and moderates in a Misago forum, and looks up lost answers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from time import monotonic

from cm_desktop.connectors import misago_shapes as shapes
from cm_desktop.connectors.base import Action, Reply, Sent, Target
from cm_desktop.connectors.misago_forum import Forum
from cm_desktop.connectors.misago_pages import PagesOf
from cm_desktop.connectors.misago_read import PRIVATE, THREADS
from cm_desktop.connectors.misago_text import as_markup, composed, rewritten, same, split_quote
from cm_desktop.domain.errors import (
    GoneError,
    NotAllowedError,
    RateLimitedError,
    RejectedError,
)
from cm_desktop.domain.model import OutboxKind
from cm_desktop.domain.outbox_rules import OUTCOME_UNKNOWN

_CLOCKS_DIFFER = timedelta(minutes=5)
_LOOK_PAGES = 30
# Between two posts of one person; a forum also has a limit for each hour and day, which it
# words the same.
_FLOOD_SECONDS = 3.0
_LIMIT_SECONDS = 60.0
# What is set, to what, and which right of ours that takes.
_CHANGES: Mapping[OutboxKind, tuple[str, bool, str]] = {
    OutboxKind.LIKE: ("is-liked", True, "can_like"),
    OutboxKind.UNLIKE: ("is-liked", False, "can_like"),
    OutboxKind.HIDE: ("is-hidden", True, "can_hide"),
    OutboxKind.UNHIDE: ("is-hidden", False, "can_unhide"),
    OutboxKind.APPROVE: ("is-unapproved", False, "can_approve"),
}


class Writer:
    """What one person may say and do in a forum."""

    def __init__(self, forum: Forum, me: int, *, longest: int, shortest: int) -> None:
        """Write as the person with that number; the limits are those of a post, 0 is none."""
        self._forum = forum
        self._me = me
        self._longest = longest
        self._shortest = shortest
        self._sent_at: float | None = None

    def send(self, reply: Reply) -> Sent:
        """Answer in the thread, once.

        Asked first is what the forum itself asks when somebody presses "Reply": may we, and
        is what we answer still there? After that a refusal can only be the flood protection.
        """
        route, number = _place(reply.target)
        body = self._body(reply)
        self._forum.get_json(f"{route}/posts/reply_editor/", object, {"reply": str(number)})
        try:
            answer = self._forum.write("POST", f"{route}/posts/", {"post": body})
        except NotAllowedError as error:
            raise self._too_fast() from error
        except RejectedError as error:
            raise self._refused(body) from error
        self._sent_at = monotonic()
        return self._sent(answer.json(shapes.Post))

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look for an answer of ours in the thread: written since, with the very same text.

        Raises RejectedError `outcome_unknown` where too much was written to see it all.
        """
        route, number = _place(reply.target)
        body = self._body(reply)
        since = reply.first_attempt_at - _CLOCKS_DIFFER if reply.first_attempt_at else None
        # No answer is older than what it answers, and none has a smaller number.
        reading = PagesOf(self._forum, f"{route}/posts/").down_to(number, _LOOK_PAGES, since=since)
        for post in reading.posts:
            at = shapes.when(post.posted_on)
            ours = post.poster is not None and post.poster.id == self._me and not post.is_event
            late = since is None or (at is not None and at >= since)
            if ours and late and post.id > number and self._says(route, post, body):
                return self._sent(post)
        if not reading.whole:
            raise RejectedError(OUTCOME_UNKNOWN)
        return None

    def act(self, action: Action) -> None:
        """Moderate, like or edit one post. What is already so is left as it is."""
        route, number = _place(action.target)
        if action.kind is OutboxKind.EDIT:
            self._edit(f"{route}/posts/{number}/", action.text)
        elif action.kind is OutboxKind.DELETE:
            self._delete(route, number)
        elif action.kind in _CHANGES:
            self._change(route, number, *_CHANGES[action.kind])
        else:
            raise NotAllowedError("ability")

    def _body(self, reply: Reply) -> str:
        """Return the answer as it is written: with a quote, as a thread has no branches.

        Between two people it is clear what is answered. But a forum may ask for a few letters
        at least, more than a "Yes".
        """
        target = reply.target
        plain = as_markup(reply.text)
        quoted = composed(reply.text, target.author_handle, target.text)
        if not plain:
            raise RejectedError("empty")
        fits = not self._longest or len(quoted) <= self._longest
        return quoted if fits and (target.public or len(plain) < self._shortest) else plain

    def _says(self, route: str, post: shapes.Post, body: str) -> bool:
        """Whether a post is what we wrote, by its source, or by its text if we may not see it."""
        try:
            editor = self._forum.get_json(f"{route}/posts/{post.id}/post_editor/", shapes.Editor)
        except (NotAllowedError, GoneError):
            _quote, rest = split_quote(post.content or "")
            return same(
                shapes.text_of(rest, self._forum.address),
                body.rpartition("[/quote]")[2].replace("\\", ""),
            )
        return editor.post.strip() == body.strip()

    def _edit(self, route: str, text: str) -> None:
        editor = self._forum.get_json(f"{route}post_editor/", shapes.Editor)
        if editor.poster is None or editor.poster != self._forum.user().username:
            raise NotAllowedError("not_own_message")
        body = rewritten(editor.post, text)
        if body == editor.post:
            return
        try:
            # Who does not say that it is protected, takes the protection off.
            self._forum.write("PUT", route, {"post": body, "protect": editor.is_protected})
        except RejectedError as error:
            raise self._refused(body) from error

    def _change(self, route: str, number: int, name: str, value: bool, right: str) -> None:
        place = f"{route}/posts/{number}/"
        if name != "is-liked":
            first, _others = PagesOf(self._forum, f"{route}/posts/").first()
            # The first post is hidden and approved with its thread.
            place = f"{route}/" if first == number else place
        done, now = self._forum.patch(place, name, value)
        if not done:
            raise RejectedError("refused") if now.may(right) else NotAllowedError("refused")

    def _delete(self, route: str, number: int) -> None:
        """Delete for good. With a thread's first post everything in it would go: we refuse."""
        with suppress(GoneError):
            first, others = PagesOf(self._forum, f"{route}/posts/").first()
            if first == number and others:
                raise RejectedError("has_answers")
            place = f"{route}/" if first == number else f"{route}/posts/{number}/"
            self._forum.write("DELETE", place)

    def _too_fast(self) -> RateLimitedError | NotAllowedError:
        """Return what it means that the forum refused what it had just allowed."""
        if self._forum.user().id != self._me:
            return RateLimitedError(1.0, "session_ended")  # the next attempt signs in anew
        just_sent = self._sent_at is not None and monotonic() - self._sent_at < _FLOOD_SECONDS
        return RateLimitedError(_FLOOD_SECONDS if just_sent else _LIMIT_SECONDS, "flood")

    def _refused(self, body: str) -> RejectedError:
        if self._longest and len(body) > self._longest:
            return RejectedError("too_long")
        return RejectedError("too_short" if len(body) < self._shortest else "refused")

    def _sent(self, post: shapes.Post) -> Sent:
        _quote, rest = split_quote(post.content or "")
        return Sent(
            remote_id=str(post.id),
            permalink=shapes.link(post, self._forum.address),
            created_at=shapes.when(post.posted_on),
            text=shapes.text_of(rest, self._forum.address),
        )


def _place(target: Target) -> tuple[str, int]:
    """Return the route of the thread a post stands in now, and the post's number."""
    began_in = target.conversation_remote_id.removeprefix("thread:")
    thread = target.context.get("thread", began_in)
    if not (thread.isascii() and thread.isdecimal() and target.remote_id.isascii()):
        raise GoneError("target")
    if not target.remote_id.isdecimal():
        raise GoneError("target")
    return f"{THREADS if target.public else PRIVATE}{thread}", int(target.remote_id)
