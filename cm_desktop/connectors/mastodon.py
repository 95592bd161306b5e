"""Mastodon and servers that resemble it: mentions, answers under our posts, private messages."""

from __future__ import annotations

from collections.abc import Iterator

from cm_desktop.connectors import mastodon_shapes as shapes
from cm_desktop.connectors.base import (
    AccountConfig,
    Action,
    ChannelInfo,
    Finding,
    Identity,
    Reply,
    Sent,
)
from cm_desktop.connectors.http import Http, bearer
from cm_desktop.connectors.http_connector import HttpConnector
from cm_desktop.connectors.mastodon_address import http_to, server_address, server_name
from cm_desktop.connectors.mastodon_oauth import BROWSER
from cm_desktop.connectors.mastodon_read import Pass
from cm_desktop.connectors.mastodon_write import Writer
from cm_desktop.domain.channel_words import ChannelWords, FieldWords, Step
from cm_desktop.domain.errors import AddressError, GoneError, SignInNeededError
from cm_desktop.domain.events import Event
from cm_desktop.domain.policy import Ability, ChannelPolicy, TextUnit
from cm_desktop.i18n import _

_USUAL_LIMIT = 500


def _policy(limit: int, *, knows_keys: bool) -> ChannelPolicy:
    return ChannelPolicy(
        abilities=frozenset(
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
        ),
        own_only=frozenset({Ability.DELETE}),
        text_limit=limit,
        text_unit=TextUnit.MASTODON,
        poll_seconds=120,
        repeat_is_safe=knows_keys,
    )


class Mastodon(HttpConnector):
    """One account on one server."""

    @property
    def policy(self) -> ChannelPolicy:
        """What can be done; only Mastodon itself is known to drop a repeated key."""
        limit = self._settings.get("text_limit", "")
        return _policy(
            int(limit) if limit.isdecimal() else _USUAL_LIMIT,
            knows_keys=self._settings.get("software", "") == "Mastodon",
        )

    def identify(self) -> Identity:
        """Sign in; learn who we are and what the server allows."""
        me = self._http.get_json("/api/v1/accounts/verify_credentials", shapes.Account)
        about = instance(self._http)
        name = server_name(self._http.base_url)
        who = me.username or me.acct.partition("@")[0]
        if not me.id or not who:
            raise AddressError("no_api", self._http.base_url)
        self._settings = {
            **self._config.settings,
            "user": me.id,
            "software": about.software,
            "text_limit": str(about.limits.max_characters),
        }
        author = shapes.author_of(me)
        return Identity(
            remote_id=f"{who}@{name}".lower(),
            handle=f"@{who}@{name}",
            title=author.name or who,
            url=self._http.base_url,
            settings=self._settings,
        )

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report mentions, threads and private messages; see mastodon_read."""
        return Pass(self._http, since, self._me()).events()

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

    def _me(self) -> str:
        if not self._settings.get("user"):
            self.identify()
        return self._settings["user"]

    def _writer(self) -> Writer:
        me = self._me()
        return Writer(self._http, me, self.policy.text_limit or _USUAL_LIMIT)


def instance(http: Http) -> shapes.Instance:
    """Return what a server says of itself, in the second form or else the first."""
    try:
        return http.get_json("/api/v2/instance", shapes.Instance)
    except GoneError:
        return http.get_json("/api/v1/instance", shapes.Instance)


def look(config: AccountConfig) -> Finding:
    """Tell what stands behind an address. Raises AddressError("no_api") for another kind."""
    http = http_to(config)
    try:
        about = instance(http)
    except GoneError as error:
        raise AddressError("no_api", http.base_url) from error
    finally:
        http.close()
    return Finding(
        software=about.software,
        title=about.title or server_name(http.base_url),
        text_limit=about.limits.max_characters,
        text_unit=TextUnit.MASTODON,
        url=server_address(config),
    )


def _words() -> ChannelWords:
    return ChannelWords(
        card=_("Mentions, answers to your posts and private messages on a Mastodon server."),
        steps=(
            Step(text=_("Type the address of your server, and sign in there in the browser.")),
            Step(
                text=_(
                    "Or make an access token there, under “Preferences”, “Development”, and paste"
                    " it below."
                ),
                link="{url}/settings/applications",
            ),
        ),
        fields={
            "url": FieldWords(label=_("Address of the server"), example="https://mastodon.social"),
            "token": FieldWords(
                label=_("Access token"),
                hint=_("Not needed if you sign in in the browser."),
            ),
        },
        limits=(
            _("Mastodon cannot hide answers of others; you can mute, block or report."),
            _("Answers of people your server does not know of may not arrive."),
        ),
    )


CHANNEL = ChannelInfo(
    channel="mastodon",
    make=Mastodon,
    words=_words,
    secret_fields=("token",),
    needs_url=True,
    policy=_policy(_USUAL_LIMIT, knows_keys=True),
    look=look,
    browser=BROWSER,
)
