"""Bluesky: answers, mentions and quotes of an account, by an app password or the browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from cm_desktop.connectors import bluesky_address as address
from cm_desktop.connectors import bluesky_shapes as shapes
from cm_desktop.connectors.base import (
    AccountConfig,
    Action,
    ChannelInfo,
    Finding,
    Identity,
    Reply,
    Sent,
)
from cm_desktop.connectors.bluesky_oauth import BROWSER
from cm_desktop.connectors.bluesky_read import Pass
from cm_desktop.connectors.bluesky_session import Session
from cm_desktop.connectors.bluesky_write import Writer
from cm_desktop.connectors.web_values import iso_time
from cm_desktop.domain.channel_words import ChannelWords, FieldWords, Step
from cm_desktop.domain.errors import AddressError, CmError, GoneError, RejectedError
from cm_desktop.domain.events import Event
from cm_desktop.domain.policy import Ability, ChannelPolicy, TextUnit
from cm_desktop.domain.standing import Standing
from cm_desktop.i18n import _

_GRAPHEMES = 300
_BYTES = 3_000


def _policy(*, repeat_is_safe: bool) -> ChannelPolicy:
    return ChannelPolicy(
        abilities=frozenset(
            {
                Ability.REPLY,
                Ability.DELETE,
                Ability.LIKE,
                Ability.MUTE,
                Ability.BLOCK,
                Ability.REPORT,
            }
        ),
        own_only=frozenset({Ability.DELETE}),
        text_limit=_GRAPHEMES,
        text_unit=TextUnit.GRAPHEMES,
        byte_limit=_BYTES,
        poll_seconds=60,
        repeat_is_safe=repeat_is_safe,
    )


class Bluesky:
    """One account, on whichever server it lies."""

    def __init__(self, config: AccountConfig) -> None:
        """Prepare; nothing is asked and nothing can fail yet."""
        self._keep_outside = config.keep_secret
        self._config = replace(config, keep_secret=self._keep)
        self._open: Session | None = None

    @property
    def policy(self) -> ChannelPolicy:
        """What can be done. A public answer may be repeated safely, a private one may not."""
        return _policy(repeat_is_safe=not self._reads_chat)

    def identify(self) -> Identity:
        """Sign in and tell who we are."""
        session = self._session()
        account = session.get("com.atproto.server.getSession", shapes.Account)
        if not address.is_did(account.did):
            raise AddressError("no_api", self._config.url)
        return Identity(
            remote_id=account.did,
            handle=shapes.author_of(shapes.Author(did="", handle=account.handle)).handle,
            title=_title(session, account),
            url=address.server_address(self._config) if self._config.url.strip() else "",
            settings=self._config.settings,
        )

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report answers, mentions, quotes and private messages; see bluesky_read."""
        return Pass(self._session(), since, chat=self._reads_chat).events()

    def send(self, reply: Reply) -> Sent:
        """Answer a post or a private message, once."""
        return self._writer().send(reply)

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look on our server for an answer of ours."""
        return self._writer().find_sent(reply)

    def act(self, action: Action) -> None:
        """Like, mute, block, report; delete what is ours."""
        self._writer().act(action)

    def wait(self, seconds: float, cancelled: threading.Event) -> bool:  # noqa: ARG002  (contract)
        """Return at once: only services that are always on are pushed to."""
        return False

    def standing(self) -> Standing:
        """What the server said of our allowance; a sign-in in the browser ends after two weeks."""
        told = self._open.standing if self._open else Standing()
        return replace(told, signed_in_until=iso_time(self._config.secret.get("until", "")))

    def close(self) -> None:
        """Give back connections."""
        if self._open:
            self._open.close()
            self._open = None

    def _keep(self, secret: Mapping[str, str]) -> None:
        # Kept here too: a token that was renewed is no good after `close` and a new beginning.
        self._config = replace(self._config, secret=secret)
        self._keep_outside(secret)

    @property
    def _reads_chat(self) -> bool:
        return self._config.settings.get("direct_messages", "") == "yes"

    def _session(self) -> Session:
        if self._open is None:
            self._open = Session(self._config)
        return self._open

    def _writer(self) -> Writer:
        return Writer(self._session(), self.policy)


def _title(session: Session, account: shapes.Account) -> str:
    """Return the name shown; an account that never came to Bluesky has none."""
    try:
        asked = {"actor": account.did}
        profile = session.get("app.bsky.actor.getProfile", shapes.Author, asked)
    except (RejectedError, GoneError):
        profile = shapes.Author(did=account.did, handle=account.handle)
    return shapes.author_of(profile).name or account.did


def look(config: AccountConfig) -> Finding:
    """Tell which server an account lies on. Raises AddressError("no_api") where there is none."""
    home = address.home_of(config)
    http = address.http_to(home, config)
    try:
        http.get_json("/xrpc/com.atproto.server.describeServer", shapes.Server)
    except CmError as error:
        if address.is_no_server(error):
            raise AddressError("no_api", home) from error
        raise
    finally:
        http.close()
    return Finding(
        software="Bluesky",
        title=urlsplit(home).netloc,
        text_limit=_GRAPHEMES,
        text_unit=TextUnit.GRAPHEMES,
        url=home,
    )


def _words() -> ChannelWords:
    return ChannelWords(
        card=_("Answers to your posts, mentions and quotes on Bluesky."),
        steps=(
            Step(
                text=_(
                    "Type your handle below, and sign in in the browser. Every two weeks Bluesky"
                    " will want you to do so again."
                )
            ),
            Step(
                text=_(
                    "Or sign in for good: in Bluesky's settings open “Privacy and security”, then"
                    " “App passwords”, add one named CM Desktop, and paste it below."
                ),
                link="https://bsky.app/settings/app-passwords",
            ),
        ),
        fields={
            "handle": FieldWords(
                label=_("Your handle on Bluesky"),
                example="bakery.bsky.social",
                hint=_("It is below your name on your profile."),
            ),
            "password": FieldWords(
                label=_("App password"),
                example="xxxx-xxxx-xxxx-xxxx",
                hint=_("Not the password with which you sign in to Bluesky."),
            ),
        },
        limits=(
            _("Answers of others cannot be deleted on Bluesky; you can mute, block or report."),
            _("A post on Bluesky cannot be changed once it is sent."),
            _("Private messages are switched off; they were never tried on the real service."),
        ),
    )


CHANNEL = ChannelInfo(
    channel="bluesky",
    make=Bluesky,
    words=_words,
    secret_fields=("password",),
    setting_fields=("direct_messages",),
    needs_handle=True,
    policy=_policy(repeat_is_safe=True),
    look=look,
    browser=BROWSER,
)
