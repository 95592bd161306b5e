"""Answers, edits and moderates comments of a WordPress site, and looks up lost answers."""

from __future__ import annotations

import html
import ipaddress
import re
import unicodedata
from collections.abc import Mapping
from datetime import timedelta

from cm_desktop.connectors import wordpress_shapes as shapes
from cm_desktop.connectors.base import Action, Reply, Sent, Target
from cm_desktop.connectors.wordpress_site import Site
from cm_desktop.domain.errors import GoneError, NotAllowedError, RejectedError
from cm_desktop.domain.model import OutboxKind

CONTENT_BYTES = 65_525  # what a comment's column holds, as WordPress itself counts
_CLOCKS_DIFFER = timedelta(minutes=5)
_AGENT = "CM Desktop; reply "
_STATUS = {
    OutboxKind.APPROVE: "approved",
    OutboxKind.UNHIDE: "approved",
    OutboxKind.HOLD: "hold",
    OutboxKind.HIDE: "hold",
    OutboxKind.SPAM: "spam",
    OutboxKind.DELETE: "trash",
}
_ROUTE = "/wp/v2/comments"


class Writer:
    """What one user may say and do. `moderator`: the site shows them what others may not see."""

    def __init__(self, site: Site, user: int, *, moderator: bool) -> None:
        """Write as the user with that number."""
        self._site = site
        self._user = user
        self._context = {"context": "edit"} if moderator else {}

    def send(self, reply: Reply) -> Sent:
        """Answer a comment, once.

        WordPress takes an answer to a comment that no longer exists, and shows it as if it
        answered nobody. So the comment is looked at first.
        """
        try:
            answered = self._read(reply.target)
        except GoneError as error:
            raise GoneError("target") from error
        if answered.status in ("spam", "trash", "post-trashed"):
            raise RejectedError(f"parent_{answered.status}")
        body = {
            "post": answered.post,
            "parent": answered.id,
            "content": as_html(reply.text),
            # Kept with the comment, for moderators only: our own key, to find it again.
            "author_user_agent": _AGENT + reply.client_key,
        }
        return _sent(self._site.post(_ROUTE, body).item_as(shapes.Comment))

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look for an answer of ours by our key, else by its text under the same comment.

        All that we wrote since is asked for, not only what hangs on that comment: were it
        deleted meanwhile, our answer would hang on the one above.
        """
        asked = {"author": str(self._user), "status": "any", "order": "desc", "per_page": "100"}
        if reply.first_attempt_at:
            after = reply.first_attempt_at - _CLOCKS_DIFFER
            asked |= {"order": "asc", "after": shapes.iso(after)}
        items = self._site.get(_ROUTE, asked | self._context).items()
        found = shapes.decoded(items, shapes.Comment)
        ours = [one for one in found if isinstance(one, shapes.Comment)]
        match = _with_key(ours, reply) or _with_text(ours, reply)
        return _sent(match) if match else None

    def act(self, action: Action) -> None:
        """Moderate or edit one comment. What is already so is left as it is."""
        now = self._read(action.target)
        if action.kind is OutboxKind.EDIT:
            self._edit(now, action.text)
            return
        wanted = _STATUS.get(action.kind)
        if wanted is None:
            raise NotAllowedError("ability")
        if now.status == wanted:
            return
        if wanted == "trash":
            self._trash(now)
            return
        changed = self._change(now, {"status": wanted})
        if changed.status != wanted:
            raise RejectedError("status_kept", changed.status)

    def _edit(self, now: shapes.Comment, text: str) -> None:
        if now.author != self._user:
            raise NotAllowedError("not_own_message")
        if _same(now.content, text):
            return
        self._change(now, {"content": as_html(text)})

    def _trash(self, now: shapes.Comment) -> None:
        """Put it into the trash; where the site has none, refuse rather than destroy it."""
        try:
            self._site.delete(f"{_ROUTE}/{now.id}")
        except GoneError as error:
            if "rest_already_trashed" not in error.detail:
                raise

    def _change(self, now: shapes.Comment, body: Mapping[str, object]) -> shapes.Comment:
        """Change a comment and nothing else about it.

        With any change WordPress notes the address and the program of whoever asked as if
        the comment came from there; what it knew of its author is handed back.
        """
        kept = {"author_user_agent": now.author_user_agent, "author_ip": _address(now.author_ip)}
        body = {**{key: value for key, value in kept.items() if value}, **body}
        return self._site.post(f"{_ROUTE}/{now.id}", body).item_as(shapes.Comment)

    def _read(self, target: Target) -> shapes.Comment:
        if not target.remote_id.isdecimal():
            raise GoneError("no_comment_number")
        route = f"{_ROUTE}/{target.remote_id}"
        return self._site.get(route, self._context).item_as(shapes.Comment)


def as_html(text: str) -> str:
    """Return a plain text as WordPress keeps comments: HTML with line breaks as they are."""
    return html.escape(text.strip(), quote=False)


def _with_key(ours: list[shapes.Comment], reply: Reply) -> shapes.Comment | None:
    agent = _AGENT + reply.client_key
    return next((one for one in ours if one.author_user_agent == agent), None)


def _with_text(ours: list[shapes.Comment], reply: Reply) -> shapes.Comment | None:
    """Match by text, for sites that do not tell us or did not keep our key."""
    for one in ours:
        of_another_reply = (one.author_user_agent or "").startswith(_AGENT)
        in_place = str(one.parent) == reply.target.remote_id
        if in_place and not of_another_reply and _same(one.content, reply.text):
            return one
    return None


def _same(content: shapes.Content, text: str) -> bool:
    """Whether a comment says what we wrote.

    What is only shown has other quotes, dashes and smileys than what was written: there the
    letters and digits decide, if there are any.
    """
    ours, theirs = _folded(text), _folded(shapes.text_of(content))
    if content.raw is None and (letters := re.sub(r"\W+", "", ours)):
        return letters == re.sub(r"\W+", "", theirs)
    return ours == theirs


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _address(text: str | None) -> str:
    """Return an IP address if WordPress would take it; it refuses a whole change otherwise."""
    try:
        return str(ipaddress.ip_address(text or ""))
    except ValueError:
        return ""


def _sent(comment: shapes.Comment) -> Sent:
    return Sent(
        remote_id=str(comment.id),
        permalink=shapes.web_address(comment.link),
        created_at=shapes.when(comment.date_gmt, comment.date),
        text=shapes.text_of(comment.content),
        context={"post": str(comment.post), "status": comment.status},
    )
