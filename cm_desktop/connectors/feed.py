"""Feeds: news about the firm, comments and reviews that a website offers as RSS, Atom or JSON."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import NoReturn
from urllib.parse import urldefrag, urlsplit

from cm_desktop.connectors.base import (
    AccountConfig,
    Action,
    ChannelInfo,
    Finding,
    Identity,
    Reply,
    Sent,
)
from cm_desktop.connectors.feed_find import Found, address_of, find
from cm_desktop.connectors.feed_read import Pass, Wanted
from cm_desktop.connectors.http import Http
from cm_desktop.connectors.http_connector import HttpConnector
from cm_desktop.domain.channel_words import ChannelWords, FieldWords, Step
from cm_desktop.domain.errors import AddressError, NotAllowedError
from cm_desktop.domain.events import Event
from cm_desktop.domain.model import Kind
from cm_desktop.domain.outbox_rules import ANSWER_THERE
from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.i18n import _

SHORTEST, LONGEST = 900, 86_400  # seconds between two looks, whatever a feed says of itself
POLICY = ChannelPolicy(
    abilities=frozenset({Ability.REPLY}),
    answered_there=True,
    poll_seconds=SHORTEST,
    can_read_back=False,
)
_KINDS = {"mention": Kind.MENTION, "comments": Kind.COMMENTS, "review": Kind.REVIEW}


class FeedConnector(HttpConnector):
    """One feed. It is read without signing in; answers are given on the pages it names."""

    @property
    def policy(self) -> ChannelPolicy:
        """How often it is looked at is what the feed and its server ask for."""
        asked = self._settings.get("poll_seconds", "")
        seconds = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
        return replace(POLICY, poll_seconds=min(max(seconds, SHORTEST), LONGEST))

    def identify(self) -> Identity:
        """Read the feed once; of a web page, the feed it names.

        Raises AddressError("no_feed") and ("bad_setting"), and what the network raises.
        """
        found = self._found()
        self._settings = {**self._config.settings, "poll_seconds": str(_seconds(found))}
        return Identity(
            remote_id=found.url,
            handle="",
            title=found.feed.title or urlsplit(found.url).hostname or found.url,
            url=found.url,
            settings=self._settings,
        )

    def look(self) -> Finding:
        """Tell what kind of feed stands there and what it calls itself."""
        found = self._found()
        return Finding(software=found.feed.software, title=found.feed.title, url=found.url)

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report what is new or changed; see feed_read."""
        words = self._config.settings.get("words", "").split(",")
        wanted = Wanted(
            url=_address(self._config),
            kind=_kind(self._config),
            words=tuple(one.strip() for one in words if one.strip()),
        )
        yield from Pass(self._http, wanted, since).events()

    def send(self, reply: Reply) -> NoReturn:  # noqa: ARG002  (contract)
        """Refuse: raises NotAllowedError("answer_there")."""
        raise NotAllowedError(ANSWER_THERE)

    def find_sent(self, reply: Reply) -> Sent | None:  # noqa: ARG002  (contract)
        """Return None: nothing is ever sent from here."""
        return None

    def act(self, action: Action) -> NoReturn:  # noqa: ARG002  (contract)
        """Refuse: raises NotAllowedError("answer_there")."""
        raise NotAllowedError(ANSWER_THERE)

    def _opened(self) -> Http:
        return Http(_address(self._config), settings=self._config.settings)

    def _found(self) -> Found:
        kind = _kind(self._config)
        return find(self._http, _address(self._config), comments=kind is Kind.COMMENTS)


def _address(config: AccountConfig) -> str:
    address = urldefrag(address_of(config.url)).url
    if not address:
        raise AddressError("missing", "url")
    return address


def _kind(config: AccountConfig) -> Kind | None:
    wanted = config.settings.get("kind", "").strip().lower()
    if wanted and wanted not in _KINDS:
        raise AddressError("bad_setting", wanted[:40])
    return _KINDS.get(wanted)


def _seconds(found: Found) -> int:
    """Return how long the feed and its server say that an answer stays good."""
    named = found.answer.headers.get("cache-control", "").lower().replace(" ", "").split(",")
    ages = [one.removeprefix("max-age=") for one in named if one.startswith("max-age=")]
    seconds = [int(one) for one in ages if one.isascii() and one.isdigit() and len(one) < 9]
    return min(max([found.feed.ttl_seconds, SHORTEST, *seconds]), LONGEST)


def _look(config: AccountConfig) -> Finding:
    with contextlib.closing(FeedConnector(config)) as connector:
        return connector.look()


def _words() -> ChannelWords:
    return ChannelWords(
        card=_("News, comments and reviews that a website offers as a feed (RSS, Atom, JSON)."),
        steps=(
            Step(
                text=_(
                    "Open the website and copy its address. Most sites name their feed"
                    " themselves, so that the address of the page is enough."
                ),
                link="{url}",
            ),
            Step(
                text=_(
                    "Many search services offer a feed for what is written about your firm: copy"
                    " the address that they call RSS."
                )
            ),
        ),
        fields=_fields(),
        limits=(
            _("Answers are given on the page: the program copies your text and opens the page."),
            _("A feed is looked at every 15 minutes at most, or as seldom as it asks for itself."),
            _("A feed shows only its newest items; what drops out between two looks is missing."),
            _("What is deleted on the website later is not noticed here."),
        ),
    )


def _fields() -> dict[str, FieldWords]:
    return {
        "url": FieldWords(
            label=_("Address of the website or feed"), example="https://www.example.com/feed"
        ),
        "words": FieldWords(
            label=_("Only with these words"),
            example=_("Smith Bakery, John Smith"),
            hint=_("Separated by commas. Leave it empty to get everything."),
        ),
        "kind": FieldWords(
            label=_("What the feed brings"),
            example="mention",
            hint=_(
                "Enter mention, comments or review. Leave it empty to let the program see for"
                " itself."
            ),
        ),
    }


CHANNEL = ChannelInfo(
    channel="feed",
    make=FeedConnector,
    words=_words,
    setting_fields=("words", "kind", "ca_file", "allow_http", "proxy"),
    needs_url=True,
    policy=POLICY,
    look=_look,
)
