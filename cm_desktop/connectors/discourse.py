"""Discourse: topics of a forum, private messages and its review queue, by an API key."""

from __future__ import annotations

from collections.abc import Iterator

from cm_desktop.connectors import discourse_inbox as inbox
from cm_desktop.connectors.base import (
    AccountConfig,
    Action,
    ChannelInfo,
    Finding,
    Identity,
    Reply,
    Sent,
)
from cm_desktop.connectors.discourse_events import Me
from cm_desktop.connectors.discourse_forum import (
    Forum,
    chosen_categories,
    forum_address,
    forum_name,
    limits_at,
    site_at,
)
from cm_desktop.connectors.discourse_read import Pass
from cm_desktop.connectors.discourse_words import words
from cm_desktop.connectors.discourse_write import Limits, Writer
from cm_desktop.connectors.http import Http
from cm_desktop.connectors.http_connector import HttpConnector
from cm_desktop.connectors.plain_text import clean_name
from cm_desktop.domain.errors import NotAllowedError, SignInNeededError
from cm_desktop.domain.events import Event
from cm_desktop.domain.policy import Ability, ChannelPolicy

_USUAL_LIMIT = 32_000
_NEEDED = {"user", "name", "staff", "reviewer", "inboxes", "chosen"}
_USER = {Ability.REPLY, Ability.EDIT, Ability.LIKE, Ability.DELETE, Ability.REPORT}
_STAFF = {Ability.HIDE, Ability.SPAM}


def _policy(limit: int, *, staff: bool, reviewer: bool) -> ChannelPolicy:
    more = (_STAFF if staff else set()) | ({Ability.APPROVE, Ability.SPAM} if reviewer else set())
    return ChannelPolicy(
        abilities=frozenset(_USER | more),
        own_only=frozenset() if staff else frozenset({Ability.DELETE}),
        text_limit=limit or None,
        poll_seconds=120,
    )


class Discourse(HttpConnector):
    """One forum, as one of its users."""

    def __init__(self, config: AccountConfig) -> None:
        """Prepare; nothing is asked and nothing can fail yet."""
        super().__init__(config)
        self._opened_forum: Forum | None = None

    @property
    def policy(self) -> ChannelPolicy:
        """What the user may do in the forum, as far as it is known."""
        return _policy(
            _number(self._settings.get("longest"), _USUAL_LIMIT),
            staff=self._settings.get("staff", "yes") == "yes",
            reviewer=self._settings.get("reviewer", "yes") == "yes",
        )

    def identify(self) -> Identity:
        """Learn what the forum is called, who we are by the key, and what we may."""
        site = site_at(self._http)
        forum = self._forum
        user = forum.user()
        limits = limits_at(self._http)
        chosen = chosen_categories(forum, self._config.settings.get("categories", ""))
        self._settings = {
            **self._config.settings,
            "user": str(user.id),
            "name": clean_name(user.username),
            "staff": _yes(user.is_staff),
            "reviewer": _yes(user.is_staff or user.can_review),
            "inboxes": ",".join(user.inboxes[:5]),
            "chosen": ",".join(map(str, chosen)),
            "longest": str(limits.max_post_length),
            "shortest": str(limits.min_post_length),
            "shortest_private": str(limits.min_personal_message_post_length),
        }
        name = forum_name(forum.address)
        return Identity(
            remote_id=f"{user.id}@{name}",
            handle=clean_name(user.username) or str(user.id),
            title=clean_name(site.title) or name,
            url=forum.address,
            settings=self._settings,
        )

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report posts, private messages and what waits for approval; see discourse_read."""
        me = self._me()
        known = self._settings
        chosen = frozenset(int(one) for one in known["chosen"].split(",") if one.isdecimal())
        reading = Pass(self._forum, since, me, chosen)
        yield from reading.latest()
        inboxes = [one for one in known["inboxes"].split(",") if one]
        yield from inbox.private_messages(reading, inboxes)
        yield from inbox.notified(reading)
        if known["reviewer"] == "yes":
            yield from inbox.waiting(reading)
        else:
            yield from inbox.own_waiting(reading)
        yield from reading.again()
        yield reading.moved()

    def send(self, reply: Reply) -> Sent:
        """Answer a post in its topic, once."""
        if reply.private:
            raise NotAllowedError("ability")
        return self._writer().send(reply)

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look in the topic for an answer of ours."""
        return self._writer().find_sent(reply)

    def act(self, action: Action) -> None:
        """Like, hide, approve, delete or report a post, or edit our own."""
        self._writer().act(action)

    def close(self) -> None:
        """Give back connections."""
        super().close()
        self._opened_forum = None

    def _opened(self) -> Http:
        config = self._config
        key, name = config.secret.get("token", "").strip(), config.handle.strip()
        if not key or not name:
            raise SignInNeededError("no_token")
        http = _http(config, {"Api-Key": key, "Api-Username": name.removeprefix("@")})
        http.secret_words = (key,)
        return http

    @property
    def _forum(self) -> Forum:
        if self._opened_forum is None:
            self._opened_forum = Forum(self._http)
        return self._opened_forum

    def _me(self) -> Me:
        """Return who we are; asks now if nobody asked before."""
        if not self._settings.keys() >= _NEEDED:
            self.identify()
        number = int(self._settings["user"])
        return Me(id=number, name=self._settings["name"], base=self._forum.address)

    def _writer(self) -> Writer:
        me = self._me()
        longest, shortest, private = (
            _number(self._settings.get(name), 0)
            for name in ("longest", "shortest", "shortest_private")
        )
        limits = Limits(longest=longest, shortest=shortest, shortest_private=private)
        return Writer(self._forum, me, limits)


def look(config: AccountConfig) -> Finding:
    """Return what forum stands behind an address. Raises AddressError and others."""
    http = _http(config, {})
    try:
        site = site_at(http)
        limits = limits_at(http)
    finally:
        http.close()
    return Finding(
        software="Discourse",
        title=clean_name(site.title),
        text_limit=limits.max_post_length or None,
        url=http.base_url,
    )


def _http(config: AccountConfig, headers: dict[str, str]) -> Http:
    # Our key goes over TLS or nowhere, whatever other channels may be allowed.
    settings = {key: config.settings[key] for key in config.settings if key != "allow_http"}
    return Http(forum_address(config.url), settings=settings, headers=headers)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() else otherwise


CHANNEL = ChannelInfo(
    channel="discourse",
    make=Discourse,
    words=words,
    secret_fields=("token",),
    setting_fields=("categories",),
    needs_url=True,
    needs_handle=True,
    policy=_policy(_USUAL_LIMIT, staff=True, reviewer=True),
    look=look,
)
