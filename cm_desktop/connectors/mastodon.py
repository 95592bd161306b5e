"""Mastodon and servers that resemble it: mentions, answers under our posts, private messages."""

from __future__ import annotations

from collections.abc import Iterator

from cm_desktop.connectors import mastodon_shapes as shapes
from cm_desktop.connectors.base import (
    Action,
    ChannelInfo,
    Identity,
    Reply,
    Sent,
)
from cm_desktop.connectors.http import Http, bearer
from cm_desktop.connectors.http_connector import HttpConnector
from cm_desktop.connectors.mastodon_address import http_to, server_name
from cm_desktop.connectors.mastodon_instance import instance, look
from cm_desktop.connectors.mastodon_oauth import BROWSER
from cm_desktop.connectors.mastodon_read import Pass
from cm_desktop.connectors.mastodon_server import NEEDED, Server, server_of
from cm_desktop.connectors.mastodon_words import words
from cm_desktop.connectors.mastodon_write import Writer
from cm_desktop.domain.errors import (
    AddressError,
    GoneError,
    RejectedError,
    ServerTroubleError,
    SignInNeededError,
)
from cm_desktop.domain.events import Event
from cm_desktop.domain.policy import Ability, ChannelPolicy, TextUnit

_ABILITIES = frozenset(
    {
        Ability.REPLY,
        Ability.PRIVATE,
        Ability.EDIT,
        Ability.DELETE,
        Ability.LIKE,
        Ability.MUTE,
        Ability.BLOCK,
        Ability.REPORT,
    }
)


def _policy(server: Server) -> ChannelPolicy:
    return ChannelPolicy(
        abilities=_ABILITIES - server.lacks,
        own_only=frozenset({Ability.DELETE}),
        text_limit=server.text_limit,
        text_unit=TextUnit.MASTODON,
        poll_seconds=120,
        # For an hour, which is longer than the outbox tries; only Mastodon promises it.
        repeat_is_safe=server.is_mastodon,
    )


class Mastodon(HttpConnector):
    """One account on one server."""

    @property
    def policy(self) -> ChannelPolicy:
        """What can be done; servers that only resemble Mastodon may do less."""
        return _policy(server_of(self._settings))

    def identify(self) -> Identity:
        """Sign in; learn who we are and what the server allows."""
        me = self._myself()
        about = instance(self._http)
        name = shapes.name_of(me.username or me.acct).partition("@")[0]
        if not me.id or not name:
            raise AddressError("no_api", self._http.base_url)
        place = server_name(self._http.base_url)
        self._settings = {
            **self._config.settings,
            "user": me.id,
            "name": name,
            "host": about.host or place,
            "software": about.software,
            "text_limit": str(about.text_limit),
            "link_length": str(about.link_length),
        }
        return Identity(
            remote_id=f"{name}@{place}".lower(),
            handle=f"@{name}@{about.host or place}",
            title=shapes.author_of(me).name or name,
            url=self._http.base_url,
            settings=self._settings,
        )

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report mentions, threads and private messages; see mastodon_read."""
        return Pass(self._http, since, self._server()).events()

    def send(self, reply: Reply) -> Sent:
        """Answer a status, once."""
        return self._writer().send(reply)

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look on the server for an answer of ours."""
        return self._writer().find_sent(reply)

    def act(self, action: Action) -> None:
        """Favourite, mute, block, report; delete and edit what is ours."""
        self._writer().act(action)

    def _opened(self) -> Http:
        token = self._config.secret.get("token", "").strip()
        if not token:
            raise SignInNeededError("no_token")
        return http_to(self._config, authorization=bearer(token))

    def _myself(self) -> shapes.Account:
        try:
            return self._http.get_json("/api/v1/accounts/verify_credentials", shapes.Account)
        except GoneError as error:
            raise AddressError("no_api", self._http.base_url) from error
        except RejectedError as error:  # snac's word for a token it does not know
            raise SignInNeededError("bad_token") from error
        except ServerTroubleError as error:
            if error.detail == "not_json":  # a web page: some other website
                raise AddressError("no_api", self._http.base_url) from error
            raise

    def _server(self) -> Server:
        """Return what `identify` found out; asks now if nobody asked before."""
        if not all(self._settings.get(name) for name in NEEDED):
            self.identify()
        return server_of(self._settings)

    def _writer(self) -> Writer:
        return Writer(self._http, self._server())


CHANNEL = ChannelInfo(
    channel="mastodon",
    make=Mastodon,
    words=words,
    secret_fields=("token",),
    needs_url=True,
    policy=_policy(Server(me="")),
    look=look,
    browser=BROWSER,
)
