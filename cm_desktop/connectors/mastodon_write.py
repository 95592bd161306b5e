"""Answers, favourites, blocks and reports on a Mastodon server, and looks up lost answers."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import msgspec

from cm_desktop.connectors import mastodon_shapes as shapes
from cm_desktop.connectors.base import Action, Reply, Sent, Target
from cm_desktop.connectors.http import Ask, Http
from cm_desktop.connectors.http_json import items
from cm_desktop.domain.errors import GoneError, NotAllowedError, RejectedError
from cm_desktop.domain.model import OutboxKind
from cm_desktop.domain.policy import TextUnit
from cm_desktop.domain.text_length import count

_CLOCKS_DIFFER = timedelta(minutes=5)
_PAGE = 40
_PAGES = 5
_VISIBLE = ("public", "unlisted", "private", "direct")
_REPORT = 1_000  # characters of a report's comment
_OF_STATUS = {OutboxKind.LIKE: "favourite", OutboxKind.UNLIKE: "unfavourite"}
_OF_ACCOUNT = {
    OutboxKind.MUTE: "mute",
    OutboxKind.BLOCK: "block",
    OutboxKind.UNBLOCK: "unblock",
}


class Writer:
    """What our account may say and do. `limit` is the longest status as Mastodon counts."""

    def __init__(self, http: Http, me: str, limit: int) -> None:
        """Write as the account with that id."""
        self._http = http
        self._me = me
        self._limit = limit

    def send(self, reply: Reply) -> Sent:
        """Answer a status, once: a second time within an hour Mastodon knows the key.

        Nobody is notified who is not named in the text, so the one who is answered is.
        """
        text = self._with_names(reply)
        form = {
            "status": text,
            "in_reply_to_id": reply.target.remote_id,
            "visibility": "direct" if reply.private else visibility(reply.target),
        }
        if warning := reply.target.context.get("warning"):
            form["spoiler_text"] = warning
        answer = self._http.post_form(
            "/api/v1/statuses", form, headers={"Idempotency-Key": reply.client_key}
        )
        return _sent(answer.json(shapes.Status))

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look for an answer of ours by what it answers, its text and its time."""
        earliest = reply.first_attempt_at and reply.first_attempt_at - _CLOCKS_DIFFER
        asked: dict[str, object] = {"limit": _PAGE, "exclude_reblogs": "true"}
        for _ in range(_PAGES):
            path = f"/api/v1/accounts/{quote(self._me, safe='')}/statuses"
            page = self._http.get_json(path, list[msgspec.Raw], asked)
            ours = [one for one in items(page, shapes.Status) if isinstance(one, shapes.Status)]
            for one in ours:
                at = shapes.when(one.created_at)
                if earliest and at and at < earliest:
                    return None
                if one.in_reply_to_id == reply.target.remote_id and _same(one, reply.text):
                    return _sent(one)
            if not ours or len(page) < _PAGE or not earliest:
                return None
            asked["max_id"] = ours[-1].id
        return None

    def act(self, action: Action) -> None:
        """Do one thing to a status or to whoever wrote it."""
        status = quote(action.target.remote_id, safe="")
        account = quote(action.target.author_remote_id, safe="")
        if word := _OF_STATUS.get(action.kind):
            self._http.post_json(f"/api/v1/statuses/{status}/{word}", shapes.Status)
        elif word := _OF_ACCOUNT.get(action.kind):
            self._http.post_json(f"/api/v1/accounts/{account}/{word}", dict)
        elif action.kind is OutboxKind.DELETE:
            self._http.delete(f"/api/v1/statuses/{status}")
        elif action.kind is OutboxKind.EDIT:
            self._edit(action)
        elif action.kind is OutboxKind.REPORT:
            form = {
                "account_id": action.target.author_remote_id,
                "status_ids[]": [action.target.remote_id],
                "comment": action.text[:_REPORT],
            }
            self._http.post_form("/api/v1/reports", form)
        else:
            raise NotAllowedError("ability")

    def _edit(self, action: Action) -> None:
        """Change the text of a status of ours; what hangs on it stays only if it is named."""
        path = f"/api/v1/statuses/{quote(action.target.remote_id, safe='')}"
        now = self._http.get_json(path, shapes.Status)
        if now.account.id != self._me:
            raise NotAllowedError("not_own_message")
        if _same(now, action.text):
            return
        names = [one.acct for one in now.mentions or () if one.acct]
        form: dict[str, object] = {"status": self._checked(_named(action.text, names))}
        if now.spoiler_text:
            form["spoiler_text"] = now.spoiler_text
        if media := [one.id for one in now.media_attachments or () if one.id]:
            form["media_ids[]"] = media
        self._http.ask(Ask(method="PUT", path=path, form=form))

    def _with_names(self, reply: Reply) -> str:
        author = reply.target.author_handle.lstrip("@")
        others = reply.target.context.get("mentions", "").split() if not reply.private else []
        names = [author, *others] if author else others
        text = _named(reply.text, names)
        if count(text, TextUnit.MASTODON) > self._limit:
            text = _named(reply.text, names[:1])
        return self._checked(text)

    def _checked(self, text: str) -> str:
        over = count(text, TextUnit.MASTODON) - self._limit
        if over > 0:
            raise RejectedError("too_long", str(over))
        return text


def visibility(target: Target) -> str:
    """Return who may see an answer: just those who see what it answers, never more."""
    told = target.context.get("visibility", "")
    if told in _VISIBLE:
        return told
    return "public" if target.public and not told else "direct"


def _named(text: str, names: list[str]) -> str:
    """Put @names in front of a text, but for those that are in it."""
    there = {one.lower() for one in re.findall(r"@([\w.-]+(?:@[\w.:-]+)?)", text)}
    missing = [one for one in dict.fromkeys(names) if one.lower() not in there]
    return " ".join([*(f"@{one}" for one in missing), text])


def _same(status: shapes.Status, text: str) -> bool:
    said = shapes.text_of(status)
    ours = shapes.without_leading_names(text.strip(), status)
    warning = f"⚠ {status.spoiler_text}" if status.spoiler_text else ""
    return _folded(said.removeprefix(warning)) == _folded(ours)


def _folded(text: str) -> str:
    # A server shortens what links show, and names lose their host.
    text = re.sub(r"(@[\w.-]+)@[\w.:-]+", r"\1", text)
    return " ".join(text.split())


def _sent(status: shapes.Status) -> Sent:
    if not status.id:
        raise GoneError("no_id")
    return Sent(
        remote_id=status.id,
        permalink=shapes.web_address(status.url),
        created_at=shapes.when(status.created_at),
        text=shapes.text_of(status),
        context=shapes.context_of(status, status.account.id),
    )
