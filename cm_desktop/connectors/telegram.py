"""Telegram: what people write to a bot, in its groups, under posts and to a business account."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping

from cm_desktop.connectors import telegram_shapes as shapes
from cm_desktop.connectors.base import (
    AccountConfig,
    Action,
    ChannelInfo,
    Identity,
    Reply,
    Sent,
)
from cm_desktop.connectors.plain_text import clean_name
from cm_desktop.connectors.telegram_api import Api
from cm_desktop.connectors.telegram_read import Pass, asked
from cm_desktop.connectors.telegram_words import words
from cm_desktop.connectors.telegram_write import TEXT_LIMIT, Pace, Writer
from cm_desktop.domain.errors import NotAllowedError, RejectedError, ServerTroubleError
from cm_desktop.domain.events import Event
from cm_desktop.domain.outbox_rules import OUTCOME_UNKNOWN
from cm_desktop.domain.policy import Ability, ChannelPolicy, TextUnit
from cm_desktop.domain.standing import Standing

_LISTEN = 10.0  # seconds of one long poll: nobody who ends the program waits longer
_BREATHER = 5.0

POLICY = ChannelPolicy(
    abilities=frozenset(
        {
            Ability.REPLY,
            Ability.EDIT,
            Ability.DELETE,
            Ability.LIKE,
            Ability.BLOCK,
            Ability.MUTE,
        }
    ),
    text_limit=TEXT_LIMIT,
    text_unit=TextUnit.UTF16,
    poll_seconds=60,
    can_read_back=False,
)


class Telegram:
    """One bot."""

    def __init__(self, config: AccountConfig) -> None:
        """Prepare; nothing is asked and nothing can fail yet."""
        self._config = config
        self._settings: Mapping[str, str] = config.settings
        self._way: Api | None = None
        self._pace = Pace()
        self._announced: int | None = None  # the update that `wait` told of last

    @property
    def policy(self) -> ChannelPolicy:
        """What a bot can do; whether it may in a group is up to the group."""
        return POLICY

    def identify(self) -> Identity:
        """Sign in; learn what the bot is called and whether it may be asked for its news.

        A bot that delivers to a website gives us nothing. That website may be somebody's
        working program, so it is only taken off if the setting `take_over` says "yes".
        """
        api = self._api
        me = api.read("getMe", shapes.Me)
        if api.read("getWebhookInfo", shapes.WebhookInfo).url:
            if self._config.settings.get("take_over", "") != "yes":
                raise NotAllowedError("webhook_set")
            api.do("deleteWebhook", bool, {"drop_pending_updates": False})
        self._settings = {
            **self._config.settings,
            "bot": str(me.id),
            "reads_groups": "yes" if me.can_read_all_group_messages else "no",
        }
        name = clean_name(me.username or "")
        return Identity(
            remote_id=str(me.id),
            handle=f"@{name}" if name else "",
            title=shapes.user_name(me) or str(me.id),
            settings=self._settings,
        )

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report up to a hundred updates; see telegram_read."""
        api = self._api
        return Pass(api, since, self._me()).events()

    def send(self, reply: Reply) -> Sent:
        """Answer a message, once."""
        if reply.private:
            raise NotAllowedError("ability")
        return Writer(self._api, self._pace).send(reply)

    def find_sent(self, reply: Reply) -> Sent | None:  # noqa: ARG002  (contract)
        """Nobody but a person can tell: Telegram shows a bot nothing of what it said."""
        raise RejectedError(OUTCOME_UNKNOWN)

    def act(self, action: Action) -> None:
        """Delete, react, shut out, mute; edit what the bot said."""
        Writer(self._api, self._pace).act(action)

    def wait(self, seconds: float, cancelled: threading.Event) -> bool:
        """Wait until Telegram has something for us; asked so that nothing is dropped for it.

        What was fetched but not yet dropped is still there and is told of once more: the
        fetch that follows has it dropped. Raises NotAllowedError where a website gets it all.
        """
        until = time.monotonic() + seconds
        while not cancelled.is_set() and (left := until - time.monotonic()) > 0:
            began = time.monotonic()
            first = self._first(min(left, _LISTEN))
            if first is not None and first != self._announced:
                self._announced = first
                return True
            if first is not None or time.monotonic() - began < 1:
                # Told of already, asked elsewhere meanwhile, or a server that does not wait.
                cancelled.wait(min(left, _BREATHER))
            if first is not None:
                self._announced = None
        return False

    def standing(self) -> Standing:
        """A token lasts until somebody revokes it; what Telegram allows it does not say."""
        return self._way.http.standing if self._way else Standing()

    def close(self) -> None:
        """Give back connections."""
        if self._way:
            self._way.http.close()
            self._way = None

    def _first(self, seconds: float) -> int | None:
        """Return the number of the oldest update, waiting for one; None: none came."""
        try:
            page = self._api.read("getUpdates", list[shapes.Numbered], asked(None, 1, int(seconds)))
        except ServerTroubleError as error:
            if error.status != 409:
                raise
            return None  # a fetch, most likely our own, took its turn
        return page[0].update_id if page else None

    @property
    def _api(self) -> Api:
        if self._way is None:
            self._way = Api(self._config)
        return self._way

    def _me(self) -> int:
        if not self._settings.get("bot", "").isdecimal():
            self.identify()
        return int(self._settings["bot"])


CHANNEL = ChannelInfo(
    channel="telegram",
    make=Telegram,
    words=words,
    secret_fields=("token",),
    setting_fields=("take_over",),
    policy=POLICY,
)
