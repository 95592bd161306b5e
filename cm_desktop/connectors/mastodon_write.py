"""Answers, favourites, blocks and reports on a Mastodon server, and looks up lost answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from urllib.parse import quote

import msgspec

from cm_desktop.connectors import mastodon_shapes as shapes
from cm_desktop.connectors.base import Action, Reply, Sent, Target
from cm_desktop.connectors.http import Ask, Http
from cm_desktop.connectors.http_json import items
from cm_desktop.connectors.mastodon_server import Server, status_path
from cm_desktop.connectors.web_values import iso_time, web_address
from cm_desktop.domain.errors import (
    GoneError,
    NotAllowedError,
    RejectedError,
    ServerTroubleError,
)
from cm_desktop.domain.model import OutboxKind
from cm_desktop.domain.policy import TextUnit
from cm_desktop.domain.text_length import count

_CLOCKS_DIFFER = timedelta(minutes=5)
_PAGE = 40
_PAGES = 5
_VISIBLE = ("public", "unlisted", "private", "direct")
_REPORT = 1_000  # characters of a report's comment
_LINK = re.compile(r"https?://[^\s<>\"]+")
_USUAL_LINK = 23  # what TextUnit.MASTODON counts a link as
_OF_STATUS = {OutboxKind.LIKE: "favourite", OutboxKind.UNLIKE: "unfavourite"}
_OF_ACCOUNT = {
    OutboxKind.MUTE: "mute",
    OutboxKind.BLOCK: "block",
    OutboxKind.UNBLOCK: "unblock",
}


class Writer:
    """What our account may say and do."""

    def __init__(self, http: Http, server: Server) -> None:
        """Write as the account that the server knows us by."""
        self._http = http
        self._server = server

    def send(self, reply: Reply) -> Sent:
        """Answer a status, once: a second time within an hour Mastodon knows the key.

        Nobody is notified who is not named in the text, so the one who is answered is.
        Servers that resemble Mastodon make a post of its own out of an answer to what is no
        longer there; so it is looked at first.
        """
        target = reply.target
        form = {
            "status": self._with_names(reply),
            "in_reply_to_id": target.remote_id,
            "visibility": "direct" if reply.private else visibility(target),
        }
        if warning := target.context.get("warning"):
            form["spoiler_text"] = warning
        if not self._server.is_mastodon:
            self._read(target.remote_id)
        answer = self._http.post_form(
            "/api/v1/statuses", form, headers={"Idempotency-Key": reply.client_key}
        )
        return self._sent(answer.json(shapes.Status))

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look for an answer of ours by what it answers, its text and its time.

        First below what it answers, then among all of ours: were that deleted meanwhile, our
        answer would hang on nothing.
        """
        found = [*self._below(reply), *self._among_ours(reply)]
        exact = (one for one in found if _folded(self._said(one)) == _folded(self._meant(reply)))
        # Mastodon keeps texts as they are; others read Markdown and smileys in them.
        like = found if not self._server.is_mastodon else []
        close = (one for one in like if _letters(self._said(one)) == _letters(self._meant(reply)))
        match = next(exact, None) or next(close, None)
        return self._sent(match) if match else None

    def act(self, action: Action) -> None:
        """Do one thing to a status or to whoever wrote it."""
        if word := _OF_STATUS.get(action.kind):
            self._http.post(status_path(action.target.remote_id, f"/{word}")).json(object)
        elif word := _OF_ACCOUNT.get(action.kind):
            account = quote(action.target.author_remote_id, safe="")
            if not account:
                raise GoneError("no_author")
            self._http.post(f"/api/v1/accounts/{account}/{word}").json(object)
        elif action.kind is OutboxKind.DELETE:
            self._delete(action.target)
        elif action.kind is OutboxKind.EDIT:
            self._edit(action)
        elif action.kind is OutboxKind.REPORT:
            self._report(action)
        else:
            raise NotAllowedError("ability")

    def _delete(self, target: Target) -> None:
        if target.author_remote_id != self._server.me:
            raise NotAllowedError("not_own_message")
        path = status_path(target.remote_id)
        try:
            self._http.delete(path).json(object)
        except GoneError:
            # It was gone already; or this server cannot delete, and then it is still there.
            with suppress(GoneError):
                self._read(target.remote_id)
                raise NotAllowedError("ability") from None

    def _report(self, action: Action) -> None:
        form = {
            "account_id": action.target.author_remote_id,
            "status_ids[]": [action.target.remote_id],
            "comment": action.text[:_REPORT],
        }
        self._http.post_form("/api/v1/reports", form).json(object)

    def _edit(self, action: Action) -> None:
        """Change the text of a status of ours; what hangs on it stays only if it is named."""
        now = self._read(action.target.remote_id)
        if now.account.id != self._server.me:
            raise NotAllowedError("not_own_message")
        if now.poll is not None:
            raise RejectedError("has_poll")  # the votes would be lost
        text = action.text.strip().removeprefix(shapes.warning_of(now)).strip()
        if _folded(self._said(now)) == _folded(text):
            return
        names = [shapes.name_of(one.acct) for one in now.mentions or ()]
        form: dict[str, object] = {"status": self._checked(_named(text, names))}
        form["spoiler_text"] = now.spoiler_text or ""
        form["sensitive"] = "true" if now.sensitive else "false"
        if media := [one.id for one in now.media_attachments or () if one.id]:
            form["media_ids[]"] = media
        path = status_path(action.target.remote_id)
        self._http.ask(Ask(method="PUT", path=path, form=form)).json(object)

    def _read(self, number: str) -> shapes.Status:
        return self._server.settled(self._http.get_json(status_path(number), shapes.Status))

    def _below(self, reply: Reply) -> Iterator[shapes.Status]:
        path = status_path(reply.target.remote_id, "/context")
        with suppress(GoneError):
            context = self._http.get_json(path, shapes.Context)
            yield from self._answers_to(reply, self._statuses(context.descendants))

    def _among_ours(self, reply: Reply) -> Iterator[shapes.Status]:
        asked: dict[str, object] = {"limit": _PAGE, "exclude_reblogs": "true"}
        for _ in range(_PAGES):
            path = f"/api/v1/accounts/{quote(self._server.me, safe='')}/statuses"
            page = self._http.get_json(path, list[msgspec.Raw], asked)
            ids = [one.id for one in items(page, shapes.Named) if isinstance(one, shapes.Named)]
            found = list(self._statuses(page))
            yield from self._answers_to(reply, found)
            earlier = any(_is_before(reply, one) for one in found)
            if not ids or len(page) < _PAGE or earlier or not reply.first_attempt_at:
                return
            asked["max_id"] = ids[-1]

    def _statuses(self, page: list[msgspec.Raw]) -> Iterator[shapes.Status]:
        for one in items(page, shapes.Status):
            if isinstance(one, shapes.Status):
                yield self._server.settled(one)

    def _answers_to(
        self, reply: Reply, found: Iterator[shapes.Status] | list[shapes.Status]
    ) -> Iterator[shapes.Status]:
        for one in found:
            in_place = one.in_reply_to_id == reply.target.remote_id
            if in_place and one.account.id == self._server.me and not _is_before(reply, one):
                yield one

    def _said(self, status: shapes.Status) -> str:
        text = shapes.text_of(status, self._server.left_out(status))
        return text.removeprefix(shapes.warning_of(status))

    def _meant(self, reply: Reply) -> str:
        names = {name.lower() for name in self._names(reply)}
        names |= {name.partition("@")[0] for name in names}
        return shapes.without_leading_names(reply.text.strip(), names)

    def _names(self, reply: Reply) -> list[str]:
        """Return whom an answer is for: the author, and whoever was named beside us."""
        author = shapes.name_of(reply.target.author_handle)
        ours = reply.target.author_remote_id == self._server.me
        names = [author] if author and not ours else []
        if not reply.private or ours:
            names += map(shapes.name_of, reply.target.context.get("mentions", "").split())
        return [name for name in names if name and name.lower() not in self._server.own_names]

    def _with_names(self, reply: Reply) -> str:
        names = self._names(reply)
        text = _named(reply.text, names)
        if self._over(text) > 0:
            text = _named(reply.text, names[:1])  # the others see it in the thread
        return self._checked(text)

    def _checked(self, text: str) -> str:
        over = self._over(text)
        if over > 0:
            raise RejectedError("too_long", str(over))
        return text

    def _over(self, text: str) -> int:
        links = len(_LINK.findall(text)) * (self._server.link_length - _USUAL_LINK)
        return count(text, TextUnit.MASTODON) + links - self._server.text_limit

    def _sent(self, status: shapes.Status) -> Sent:
        status = self._server.settled(status)
        if not status.id:
            raise ServerTroubleError("no_id")
        return Sent(
            remote_id=status.id,
            permalink=web_address(status.url),
            created_at=iso_time(status.created_at),
            text=shapes.text_of(status, self._server.left_out(status)),
            context=shapes.context_of(status),
        )


def visibility(target: Target) -> str:
    """Return who may see an answer: just those who see what it answers, never more."""
    told = target.context.get("visibility", "")
    if told in _VISIBLE:
        return told
    return "public" if target.public and not told else "direct"


def _named(text: str, names: list[str]) -> str:
    """Put @names in front of a text, but for those that are in it."""
    there = {name.lower() for name in shapes.names_in(text)}
    missing = [one for one in dict.fromkeys(names) if one and one.lower() not in there]
    return " ".join([*(f"@{one}" for one in missing), text])


def _is_before(reply: Reply, status: shapes.Status) -> bool:
    """Whether a status is older than the first attempt, for clocks that differ."""
    at = iso_time(status.created_at)
    first = reply.first_attempt_at
    return bool(first and at and at < first - _CLOCKS_DIFFER)


def _folded(text: str) -> str:
    """Return a text as far as every server keeps it: names lose their host."""
    return " ".join(re.sub(r"(@[\w.-]+)@[\w.:-]+", r"\1", text).split())


def _letters(text: str) -> str:
    """Return the letters and digits; a text without any stands for itself."""
    text = _folded(text)
    return re.sub(r"\W+", "", text) or text
