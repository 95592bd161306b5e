"""Misago: threads of a forum and private threads, signed in as one of its people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cm_desktop.connectors.base import (
    AccountConfig,
    Action,
    ChannelInfo,
    Finding,
    Identity,
    Reply,
    Sent,
)
from cm_desktop.connectors.http import Http
from cm_desktop.connectors.http_connector import HttpConnector
from cm_desktop.connectors.misago_forum import (
    Forum,
    board_at,
    forum_address,
    forum_name,
)
from cm_desktop.connectors.misago_read import Pass
from cm_desktop.connectors.misago_shapes import Board, User
from cm_desktop.connectors.misago_words import words
from cm_desktop.connectors.misago_write import Writer
from cm_desktop.connectors.plain_text import clean_name
from cm_desktop.domain.errors import AddressError, NotAllowedError, SignInNeededError
from cm_desktop.domain.events import Event
from cm_desktop.domain.policy import Ability, ChannelPolicy

_USUAL_LIMIT = 60_000
_CATEGORY_PAGE = re.compile(r"/c/[\w-]+/(\d+)")
_NEEDED = {"user", "private", "held", "longest", "shortest", "chosen"}
_ABLE = (
    Ability.REPLY,
    Ability.EDIT,
    Ability.HIDE,
    Ability.DELETE,
    Ability.LIKE,
)


def _policy(limit: int, *, moderator: bool) -> ChannelPolicy:
    return ChannelPolicy(
        abilities=frozenset({*_ABLE, Ability.APPROVE} if moderator else _ABLE),
        own_only=frozenset() if moderator else frozenset({Ability.HIDE, Ability.DELETE}),
        text_limit=limit or None,
        poll_seconds=120,
    )


class Misago(HttpConnector):
    """One forum, as one of its people."""

    def __init__(self, config: AccountConfig) -> None:
        """Prepare; nothing is asked and nothing can fail yet."""
        super().__init__(config)
        self._opened_forum: Forum | None = None
        self._opened_writer: Writer | None = None

    @property
    def policy(self) -> ChannelPolicy:
        """What the person may do in the forum, as far as it is known."""
        limit = _number(self._settings.get("longest"), _USUAL_LIMIT)
        return _policy(limit, moderator=self._settings.get("moderator", "yes") == "yes")

    def identify(self) -> Identity:
        """Sign in with the password; learn what the forum is called and what we may."""
        forum = self._forum(fresh=True)
        board = forum.board()
        if board.settings.delegated:
            raise NotAllowedError("sign_in_elsewhere")
        forum = self._forum(fresh=True, csrf_cookie=board.csrf_cookie)
        user = forum.sign_in()
        if user.id is None:
            raise SignInNeededError("invalid_login")
        self._settings = {
            **self._config.settings,
            "user": str(user.id),
            "csrf_cookie": board.csrf_cookie,
            "longest": str(board.settings.post_length_max),
            "shortest": str(board.settings.post_length_min),
            "chosen": ",".join(map(str, self._chosen(forum))),
            **_rights(user),
        }
        name = forum_name(forum.address)
        return Identity(
            remote_id=f"{user.id}@{name}",
            handle=clean_name(user.username) or str(user.id),
            title=clean_name(board.settings.forum_name) or name,
            url=forum.address,
            settings=self._settings,
        )

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report threads, private threads and what waits for approval; see misago_read."""
        forum, me = self._entered()
        known = self._settings
        chosen = frozenset(int(one) for one in known["chosen"].split(",") if one.isdecimal())
        reading = Pass(forum, since, me, chosen)
        yield from reading.events(private=known["private"] == "yes", held=known["held"] == "yes")

    def send(self, reply: Reply) -> Sent:
        """Answer a post in its thread, once."""
        if reply.private:
            raise NotAllowedError("ability")
        return self._writer().send(reply)

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look in the thread for an answer of ours."""
        return self._writer().find_sent(reply)

    def act(self, action: Action) -> None:
        """Like, hide, approve or delete a post, or edit our own."""
        self._writer().act(action)

    def close(self) -> None:
        """Give back connections."""
        super().close()
        self._opened_forum = self._opened_writer = None

    def _opened(self) -> Http:
        config = self._config
        if not config.handle.strip() or not config.secret.get("password", ""):
            raise SignInNeededError("no_password")
        return _http(config)

    def _forum(self, *, fresh: bool = False, csrf_cookie: str = "") -> Forum:
        """Return the way to the forum; a fresh one has no sign-in yet."""
        if self._opened_forum is None or fresh:
            config = self._config
            secret = dict(config.secret)
            if fresh:
                secret.pop("session", None)
            self._opened_writer = None
            self._opened_forum = Forum(
                self._http,
                config.handle.strip(),
                secret,
                config.keep_secret,
                csrf_cookie=csrf_cookie or self._settings.get("csrf_cookie", ""),
            )
        return self._opened_forum

    def _entered(self) -> tuple[Forum, int]:
        """Return the forum, signed in, and our number there."""
        if not self._settings.keys() >= _NEEDED:
            self.identify()
        me = _number(self._settings["user"], 0)
        forum = self._forum()
        user = forum.enter(me)
        if user.id != me:
            raise SignInNeededError("other_user")
        return forum, me

    def _writer(self) -> Writer:
        forum, me = self._entered()
        if self._opened_writer is None:
            longest, shortest = (
                _number(self._settings[name], 0) for name in ("longest", "shortest")
            )
            self._opened_writer = Writer(forum, me, longest=longest, shortest=shortest)
        return self._opened_writer

    def _chosen(self, forum: Forum) -> list[int]:
        """Return the numbers of the categories that were typed: names, numbers or addresses.

        Raises AddressError for one that the forum does not show us.
        """
        typed = re.split(r"[,;\n]", self._config.settings.get("categories", ""))
        wanted = [one.strip() for one in typed if one.strip()]
        board = forum.board() if wanted else None
        return sorted({_category(one, board) for one in wanted if board})


def look(config: AccountConfig) -> Finding:
    """Return what forum stands behind an address. Raises AddressError and others."""
    http = _http(config)
    try:
        board = board_at(http)
    finally:
        http.close()
    return Finding(
        software="Misago",
        title=clean_name(board.settings.forum_name),
        text_limit=board.settings.post_length_max or None,
        url=http.base_url,
    )


def _http(config: AccountConfig) -> Http:
    # Our password goes over TLS or nowhere, whatever other channels may be allowed.
    settings = {key: config.settings[key] for key in config.settings if key != "allow_http"}
    return Http(forum_address(config.url), settings=settings)


def _rights(user: User) -> dict[str, str]:
    asked = {
        "moderator": "can_approve_content",
        "held": "can_see_unapproved_content_lists",
        "private": "can_use_private_threads",
    }
    return {name: "yes" if user.may(asked[name]) else "no" for name in asked}


def _category(typed: str, board: Board) -> int:
    page = _CATEGORY_PAGE.search(typed)
    number = page[1] if page else typed
    for known, name, slug in board.categories:
        if str(known) == number or typed.casefold() in (name.strip().casefold(), slug):
            return known
    raise AddressError("categories", typed[:100])


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() else otherwise


CHANNEL = ChannelInfo(
    channel="misago",
    make=Misago,
    words=words,
    secret_fields=("password",),
    setting_fields=("categories",),
    needs_url=True,
    needs_handle=True,
    policy=_policy(_USUAL_LIMIT, moderator=True),
    look=look,
)
