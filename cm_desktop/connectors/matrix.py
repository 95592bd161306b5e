"""Matrix: rooms that are not encrypted, their threads and private talks, on any server."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping

from cm_desktop.connectors import matrix_shapes as shapes
from cm_desktop.connectors.base import (
    AccountConfig,
    Action,
    ChannelInfo,
    Identity,
    Reply,
    Sent,
)
from cm_desktop.connectors.matrix_address import TEXT_BYTES, discover, look, typed_address
from cm_desktop.connectors.matrix_browser import BROWSER
from cm_desktop.connectors.matrix_home import Home, path
from cm_desktop.connectors.matrix_listen import Ear
from cm_desktop.connectors.matrix_read import NEWS, Pass
from cm_desktop.connectors.matrix_words import words
from cm_desktop.connectors.matrix_write import Writer
from cm_desktop.connectors.plain_text import clean_name
from cm_desktop.domain.errors import GoneError, NotAllowedError, ServerTroubleError
from cm_desktop.domain.events import Event
from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.domain.standing import Standing

POLICY = ChannelPolicy(
    abilities=frozenset(
        {
            Ability.REPLY,
            Ability.EDIT,
            Ability.DELETE,
            Ability.LIKE,
            Ability.BLOCK,
            Ability.APPROVE,  # an invitation
            Ability.MUTE,
            Ability.REPORT,
        }
    ),
    own_only=frozenset({Ability.EDIT}),
    byte_limit=TEXT_BYTES,
    poll_seconds=60,
    repeat_is_safe=True,
)


class Matrix:
    """One account on its server."""

    def __init__(self, config: AccountConfig) -> None:
        """Prepare; nothing is asked and nothing can fail yet."""
        self._config = config
        self._settings: Mapping[str, str] = config.settings
        self._open: Home | None = None
        self._ear: Ear | None = None

    @property
    def policy(self) -> ChannelPolicy:
        """What can be done; rooms may allow less."""
        return POLICY

    def identify(self) -> Identity:
        """Find the server, sign in there, and learn who we are."""
        base = discover(self._config)
        home = self._home(base)
        me = home.get(path("account", "whoami"), shapes.WhoAmI)
        if not shapes.is_id(me.user_id, "@"):
            raise ServerTroubleError("unexpected_shape $.user_id")
        device = home.device or me.device_id or ""
        self._settings = {
            **self._config.settings,
            "base": base,
            "user": me.user_id,
            **({"device": device} if device else {}),
        }
        return Identity(
            remote_id=me.user_id,
            handle=me.user_id,
            title=_name_of(home, me.user_id) or me.user_id,
            url=typed_address(self._config),
            settings=self._settings,
        )

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report everything new in all rooms; see matrix_read."""
        me = self._me()
        join = self._settings.get("join", "") == "yes"
        return Pass(self._home(), since, me, join=join).events()

    def send(self, reply: Reply) -> Sent:
        """Answer a message, once."""
        if reply.private:
            raise NotAllowedError("ability")
        return self._writer().send(reply)

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look in the room for an answer of ours."""
        return self._writer().find_sent(reply)

    def act(self, action: Action) -> None:
        """Like, redact, ban, ignore, report; edit what is ours; answer an invitation."""
        self._writer().act(action)

    def wait(self, seconds: float, cancelled: threading.Event) -> bool:
        """Listen until somebody else says something in one of our rooms."""
        if seconds <= 0 or cancelled.is_set():
            return False
        if self._ear is None:
            self._ear = Ear(self._me(), NEWS)
        return self._ear.wait(self._home(), seconds, cancelled)

    def standing(self) -> Standing:
        """Until when we are signed in, where that ends for good, and what we may still ask."""
        return self._open.standing if self._open else Standing()

    def close(self) -> None:
        """Give back connections."""
        if self._open:
            self._open.close()
            self._open = None

    def _home(self, base: str = "") -> Home:
        if self._open is None:
            base = base or self._settings.get("base", "") or discover(self._config)
            self._open = Home(self._config, base)
        return self._open

    def _me(self) -> str:
        if not shapes.is_id(self._settings.get("user"), "@"):
            self.identify()
        return self._settings["user"]

    def _writer(self) -> Writer:
        me = self._me()
        return Writer(self._home(), me)


def _name_of(home: Home, user: str) -> str:
    try:
        profile = home.get(path("profile", user), shapes.Profile)
    except (GoneError, NotAllowedError):
        return ""
    return clean_name(profile.displayname or "")


CHANNEL = ChannelInfo(
    channel="matrix",
    make=Matrix,
    words=words,
    secret_fields=("password",),
    setting_fields=("server", "join"),
    needs_handle=True,
    policy=POLICY,
    look=look,
    browser=BROWSER,
)
