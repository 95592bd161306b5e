"""Answers, edits and moderates in a Discourse forum, and looks up lost answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from cm_desktop.connectors import discourse_shapes as shapes
from cm_desktop.connectors.base import Action, Reply, Sent, Target
from cm_desktop.connectors.discourse_events import HELD, Me, link
from cm_desktop.connectors.discourse_forum import Forum
from cm_desktop.connectors.discourse_text import as_markdown, rewritten, same, split_quotes, text_of
from cm_desktop.domain.errors import (
    CmError,
    DuplicateError,
    GoneError,
    NotAllowedError,
    RejectedError,
)
from cm_desktop.domain.model import OutboxKind
from cm_desktop.domain.outbox_rules import OUTCOME_UNKNOWN

_CLOCKS_DIFFER = timedelta(minutes=5)
_LOOKED_AT = 200  # posts of a topic in which an answer of ours is looked for
# For so long a forum may refuse a text that we posted elsewhere: five minutes, unless its
# administrator changed that.
_SAME_TEXT = timedelta(hours=1)
_LIKE, _OFF_TOPIC, _INAPPROPRIATE, _TO_MODERATORS, _SPAM = 2, 3, 4, 7, 8
_APPROVE = ("approve_post", "approve_post_closed")  # the latter where the topic is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long posts may be and must be, in characters; 0: not told."""

    longest: int = 0
    shortest: int = 0
    shortest_private: int = 0


class Writer:
    """What we may say and do in a forum."""

    def __init__(self, forum: Forum, me: Me, limits: Limits) -> None:
        """Write as the user whose name goes with the key."""
        self._forum = forum
        self._me = me
        self._limits = limits
        self._deeds: dict[OutboxKind, Callable[[shapes.Post], None]] = {
            OutboxKind.LIKE: self._like,
            OutboxKind.UNLIKE: self._unlike,
            OutboxKind.HIDE: lambda post: self._hide(post, _INAPPROPRIATE, _OFF_TOPIC, _SPAM),
            OutboxKind.SPAM: lambda post: self._hide(post, _SPAM, _INAPPROPRIATE, _OFF_TOPIC),
            OutboxKind.UNHIDE: self._unhide,
            OutboxKind.APPROVE: self._unhide,
            OutboxKind.DELETE: self._delete,
        }

    def send(self, reply: Reply) -> Sent:
        """Answer in the topic, once.

        The post that is answered is asked for first: it may be gone, or moved elsewhere.
        """
        if reply.target.remote_id.startswith(HELD):
            raise RejectedError("approve_first")
        raw = self._raw(reply)
        post = self._post(reply.target)
        if post.is_gone:
            raise GoneError("target")
        body: dict[str, object] = {"raw": raw, "topic_id": post.topic_id}
        if post.post_number > 1:  # who answers the first post answers the topic
            body["reply_to_post_number"] = post.post_number
        try:
            answer = self._forum.write("POST", "/posts.json", body)
        except RejectedError as error:
            raise self._refused(reply, raw, error) from error
        made = answer.json(shapes.Made)
        if made.pending_post is not None:
            return _pending(made.pending_post)
        return self._sent(answer.json(shapes.Post))

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look for an answer of ours: to this post, written since, with the very same text.

        It may also wait for approval. Raises RejectedError `outcome_unknown` where too much
        was written to see it all.
        """
        raw = as_markdown(reply.text)
        since = reply.first_attempt_at - _CLOCKS_DIFFER if reply.first_attempt_at else None
        target = self._post(reply.target)
        newer = [one for one in self._forum.topic(target.topic_id).numbers if one > target.id]
        answered = (None, 0, 1) if target.post_number == 1 else (target.post_number,)
        for post in self._forum.posts(target.topic_id, newer[-_LOOKED_AT:]):
            ours = post.user_id == self._me.id and not post.is_gone
            answers = post.reply_to_post_number in answered and _is_late(post.created_at, since)
            if ours and answers and self._says(post, raw, reply.text):
                return self._sent(post)
        found = self._pending(target.topic_id, raw, since)
        if found is None and len(newer) > _LOOKED_AT:
            raise RejectedError(OUTCOME_UNKNOWN)
        return found

    def act(self, action: Action) -> None:
        """Moderate, like or edit one post. What is already so is left as it is."""
        target = action.target
        if target.remote_id.startswith(HELD):
            self._review(target.remote_id.removeprefix(HELD), action.kind)
            return
        if action.kind is OutboxKind.EDIT:
            self._edit(self._post(target), action.text)
        elif action.kind is OutboxKind.REPORT:
            self._report(self._post(target), action.text)
        elif action.kind in self._deeds:
            try:
                post = self._post(target)
            except GoneError:
                if action.kind is OutboxKind.DELETE:
                    return
                raise
            self._deeds[action.kind](post)
        else:
            raise NotAllowedError("ability")

    def _raw(self, reply: Reply) -> str:
        raw = as_markdown(reply.text)
        if not raw:
            raise RejectedError("empty")
        if self._limits.longest and len(raw) > self._limits.longest:
            raise RejectedError("too_long", str(len(raw) - self._limits.longest))
        return raw

    def _post(self, target: Target) -> shapes.Post:
        """Return a post as it is now. Raises GoneError where it is not there for us."""
        if not (target.remote_id.isascii() and target.remote_id.isdecimal()):
            raise GoneError("target")
        number = int(target.remote_id)
        topic = target.conversation_remote_id.removeprefix("topic:")
        try:
            if topic.isascii() and topic.isdecimal():
                for post in self._forum.posts(int(topic), [number]):
                    return post
        except GoneError:
            with suppress(NotAllowedError, GoneError):
                return self._forum.get(f"/posts/{number}.json", shapes.Post)
            raise GoneError("target") from None
        try:
            return self._forum.get(f"/posts/{number}.json", shapes.Post)  # it was moved
        except GoneError:
            raise GoneError("target") from None

    def _says(self, post: shapes.Post, raw: str, text: str) -> bool:
        if post.raw is not None:
            return same(post.raw, raw)
        _quotes, rest = split_quotes(post.cooked)
        return same(text_of(rest, None, self._me.base), text)

    def _pending(self, topic: int, raw: str, since: datetime | None) -> Sent | None:
        path = f"/posts/{quote(self._me.name, safe='')}/pending.json"
        try:
            page = self._forum.get(path, shapes.PendingPosts)
        except (GoneError, NotAllowedError):
            return None
        for one in shapes.good(page.pending_posts, shapes.PendingPost):
            if (
                one.topic_id == topic
                and _is_late(one.created_at, since)
                and same(one.raw_text, raw)
            ):
                return _pending(one)
        return None

    def _refused(self, reply: Reply, raw: str, error: RejectedError) -> RejectedError:
        """Return what a refusal means; the forum only words it, in its own language.

        One reason is that we posted this very text a few minutes ago, anywhere. If that was
        as an answer to this post, it was an earlier attempt of ours.
        """
        if len(raw) < self._shortest(reply.target):
            return RejectedError("too_short")
        with suppress(CmError):
            if reply.first_attempt_at is not None and self.find_sent(reply) is not None:
                return DuplicateError("same_text")
            since = datetime.now(UTC) - _SAME_TEXT
            posts = [one for one in self._forum.latest(None) if isinstance(one, shapes.Post)]
            ours = [one for one in posts if one.user_id == self._me.id]
            if any(_is_late(one.created_at, since) and same(one.raw or "", raw) for one in ours):
                return RejectedError("same_text")
        return error if error.reason.startswith("http_") else RejectedError("refused")

    def _shortest(self, target: Target) -> int:
        return self._limits.shortest if target.public else self._limits.shortest_private

    def _edit(self, post: shapes.Post, text: str) -> None:
        if post.user_id != self._me.id:
            raise NotAllowedError("not_own_message")
        if post.is_gone or post.raw is None:
            raise GoneError("target")
        raw = rewritten(post.raw, text)
        if same(raw, post.raw):
            return
        # With the text as we know it, so that nobody's edit of meanwhile is lost.
        body = {"post": {"raw": raw, "original_text": post.raw}}
        try:
            self._forum.write("PUT", f"/posts/{post.id}.json", body)
        except RejectedError as error:
            if self._limits.shortest and len(raw) < self._limits.shortest:
                raise RejectedError("too_short") from error
            raise

    def _like(self, post: shapes.Post) -> None:
        if not post.liked:
            self._flag(post, _LIKE)

    def _unlike(self, post: shapes.Post) -> None:
        if post.liked:
            asked = f"/post_actions/{post.id}.json?post_action_type_id={_LIKE}"
            self._forum.write("DELETE", asked)

    def _hide(self, post: shapes.Post, *kinds: int) -> None:
        """Hide as staff: by a flag that is agreed with at once.

        A kind that we used on this post before is not taken again.
        """
        if post.hidden or post.is_gone:
            return
        kind = next((one for one in kinds if post.action(one).get("can_act") is True), kinds[0])
        after = self._flag(post, kind, take_action="true")  # as text: a JSON true is not taken
        if not after.hidden:
            raise RejectedError("refused")

    def _unhide(self, post: shapes.Post) -> None:
        if post.hidden:
            self._forum.write("PUT", f"/posts/{post.id}/unhide.json")

    def _delete(self, post: shapes.Post) -> None:
        """Delete so that moderators still see it. With a first post its topic would go: no."""
        if post.is_gone:
            return
        if post.post_number == 1 and self._forum.topic(post.topic_id).posts_count > 1:
            raise RejectedError("has_answers")
        with suppress(GoneError):
            self._forum.write("DELETE", f"/posts/{post.id}.json")

    def _report(self, post: shapes.Post, reason: str) -> None:
        kind = _TO_MODERATORS if reason.strip() else _INAPPROPRIATE
        if post.action(kind).get("acted") is True:
            return
        if reason.strip():
            self._flag(post, kind, message=reason.strip())
        else:
            self._flag(post, kind)

    def _flag(self, post: shapes.Post, kind: int, **more: str) -> shapes.Post:
        body = {"id": post.id, "post_action_type_id": kind, **more}
        return self._forum.write("POST", "/post_actions.json", body).json(shapes.Post)

    def _review(self, number: str, kind: OutboxKind) -> None:
        """Approve or refuse what waits. Whatever was decided before stays."""
        if kind not in (OutboxKind.APPROVE, OutboxKind.SPAM, OutboxKind.DELETE, OutboxKind.HIDE):
            raise NotAllowedError("ability")
        wanted = "approved" if kind is OutboxKind.APPROVE else "rejected"
        try:
            item = self._forum.get(f"/review/{int(number)}.json", shapes.ReviewItem)
        except (GoneError, ValueError):
            raise GoneError("target") from None
        if item.reviewable.state != "pending":
            self._decided(item.reviewable.state, wanted)
            return
        named = _APPROVE if kind is OutboxKind.APPROVE else ("reject_post",)
        deed = next((one for one in named if one in item.offered), named[0])
        # The version says what we decided on: if somebody changed it meanwhile, it is refused.
        path = f"/review/{item.reviewable.id}/perform/{deed}.json"
        try:
            self._forum.write("PUT", f"{path}?version={item.reviewable.version}")
        except RejectedError:
            after = self._forum.get(f"/review/{item.reviewable.id}.json", shapes.ReviewItem)
            self._decided(after.reviewable.state, wanted)

    @staticmethod
    def _decided(state: str, wanted: str) -> None:
        if state != wanted:
            raise RejectedError("refused" if state == "pending" else "decided_otherwise")

    def _sent(self, post: shapes.Post) -> Sent:
        _quotes, rest = split_quotes(post.cooked)
        return Sent(
            remote_id=str(post.id),
            permalink=link(post, self._me.base),
            created_at=shapes.when(post.created_at),
            text=text_of(rest, post.raw, self._me.base),
        )


def _pending(post: shapes.PendingPost) -> Sent:
    """Return what became of an answer that a moderator has to approve first."""
    return Sent(
        remote_id=f"{HELD}{post.id}", created_at=shapes.when(post.created_at), text=post.raw_text
    )


def _is_late(written: str | None, since: datetime | None) -> bool:
    at = shapes.when(written)
    return since is None or (at is not None and at >= since)
