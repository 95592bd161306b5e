"""Notifications: channels without an API, by the mails in which their networks tell of news."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from typing import NoReturn

from cm_desktop.connectors.base import (
    AccountConfig,
    Action,
    ChannelInfo,
    Connector,
    Identity,
    Reply,
    Sent,
)
from cm_desktop.connectors.mailbox_cursor import read_cursor
from cm_desktop.connectors.mailbox_imap import ImapSession
from cm_desktop.connectors.mailbox_settings import MailSettings, read_settings
from cm_desktop.connectors.notifications_read import NotificationReader
from cm_desktop.domain.channel_words import ChannelWords, FieldWords, Step
from cm_desktop.domain.errors import NotAllowedError
from cm_desktop.domain.events import Event
from cm_desktop.domain.outbox_rules import ANSWER_THERE
from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.domain.standing import Standing
from cm_desktop.i18n import _

_INBOX = "INBOX"
POLICY = ChannelPolicy(
    abilities=frozenset({Ability.REPLY}),
    answered_there=True,
    poll_seconds=120,
    can_read_back=False,
)
BY_HAND_POLICY = ChannelPolicy(
    abilities=frozenset({Ability.REPLY}),
    answered_there=True,
    poll_seconds=24 * 3600,  # there is nothing to ask
    can_read_back=False,
)
BY_HAND = "by-hand"  # the remote id of the account without a mailbox


class _ReadOnly:
    """What both kinds of account share: answers are given on the network's own page."""

    def send(self, reply: Reply) -> NoReturn:  # noqa: ARG002  (contract)
        """Refuse: raises NotAllowedError("answer_there")."""
        raise NotAllowedError(ANSWER_THERE)

    def find_sent(self, reply: Reply) -> Sent | None:  # noqa: ARG002  (contract)
        """Return None: nothing is ever sent from here."""
        return None

    def act(self, action: Action) -> NoReturn:  # noqa: ARG002  (contract)
        """Refuse: raises NotAllowedError("answer_there")."""
        raise NotAllowedError(ANSWER_THERE)

    def standing(self) -> Standing:
        """Mailboxes tell neither an end of the sign-in nor an allowance."""
        return Standing()

    def close(self) -> None:
        """Nothing is held open between calls."""


class Notifications(_ReadOnly):
    """One mailbox to which networks write. It is only read; nothing in it is changed."""

    def __init__(self, config: AccountConfig) -> None:
        """Keep what the account is set to; it is read and checked at the first use."""
        self._config = config
        self._uidnext = 0  # of the folder, when it was read last

    @property
    def policy(self) -> ChannelPolicy:
        """Answers are given on the pages."""
        return POLICY

    def identify(self) -> Identity:
        """Sign in and tell whose mailbox it is.

        Raises AddressError, SignInNeededError, UntrustedServerError, OfflineError, GoneError
        (no such folder).
        """
        settings = read_settings(self._config)
        with _session(settings) as session:
            session.select(settings.folder)
        at = "" if settings.folder == _INBOX else f"/{settings.folder}"
        return Identity(
            remote_id=f"{settings.address}{at}",
            handle=settings.address,
            title=f"{settings.address}{at}",
            url=self._config.url,
            settings=_kept(settings),
        )

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report what networks and, unless they are to be left, others wrote."""
        settings = read_settings(self._config)
        leave = self._config.settings.get("unknown", "").strip() == "leave"
        with _session(settings) as session:
            reader = NotificationReader(session, settings, read_cursor(since), leave_unknown=leave)
            yield from reader.events()
            self._uidnext = reader.uidnext

    def wait(self, seconds: float, cancelled: threading.Event) -> bool:
        """Wait for new mail by IDLE, where the server offers it."""
        if seconds <= 0 or cancelled.is_set():
            return False
        settings = read_settings(self._config)
        with _session(settings) as session:
            if "IDLE" not in session.capabilities:
                return False
            state = session.select(settings.folder)
            if self._uidnext and state.uidnext > self._uidnext:
                return True  # came between the last fetch and now
            return session.wait(seconds, cancelled.is_set)


class ByHand(_ReadOnly):
    """The account of what people note down themselves: it has no mailbox and asks nobody."""

    @property
    def policy(self) -> ChannelPolicy:
        """Answers are given on the pages."""
        return BY_HAND_POLICY

    def identify(self) -> Identity:
        """Tell who we are; there is one such account in a vault."""
        return Identity(
            remote_id=BY_HAND,
            handle="",
            title=_("Noted by hand"),
            settings={"by_hand": "yes"},
        )

    def fetch(self, since: str | None) -> Iterator[Event]:  # noqa: ARG002  (contract)
        """Report nothing."""
        return iter(())

    def wait(self, seconds: float, cancelled: threading.Event) -> bool:  # noqa: ARG002  (contract)
        """Return at once: nothing comes by itself."""
        return False


def make(config: AccountConfig) -> Connector:
    """Return the connector of a mailbox, or of what is noted down by hand."""
    if config.settings.get("by_hand", "").strip() == "yes":
        return ByHand()
    return Notifications(config)


def _kept(settings: MailSettings) -> Mapping[str, str]:
    """Return what to store with the account: a changed table of providers must change nothing."""
    return {
        "imap_host": settings.imap.host,
        "imap_port": str(settings.imap.port),
        "imap_security": settings.imap.security.value,
    }


@contextlib.contextmanager
def _session(settings: MailSettings) -> Iterator[ImapSession]:
    session = ImapSession(settings)
    try:
        yield session
    finally:
        session.close()


def _words() -> ChannelWords:
    return ChannelWords(
        card=_(
            "Facebook, Instagram, LinkedIn, Google reviews and others: what they tell you by"
            " e-mail comes into the inbox."
        ),
        steps=(
            Step(
                text=_(
                    "On each network, open the settings for notifications and switch on e-mails"
                    " about comments, mentions, messages and reviews."
                )
            ),
            Step(
                text=_(
                    "Let them come to one mailbox, or have your mail provider move them to a"
                    " folder of their own."
                )
            ),
            Step(text=_("Enter the mailbox below. It is only read: no e-mail in it is changed.")),
        ),
        fields=_fields(),
        limits=(
            _(
                "Answers are given on the page of the network: the program copies your text and"
                " opens the page."
            ),
            _("Networks often send only the beginning of a text, and some news not at all."),
            _("What is changed or deleted on the network later is not noticed here."),
        ),
    )


def _fields() -> dict[str, FieldWords]:
    return {
        "handle": FieldWords(
            label=_("E-mail address to which the networks write"), example="social@example.com"
        ),
        "password": FieldWords(label=_("Password of the mailbox")),
        "folder": FieldWords(
            label=_("Folder"),
            example=_INBOX,
            hint=_("Leave it empty for the inbox of the mailbox."),
        ),
        "imap_host": FieldWords(
            label=_("Incoming mail server"),
            example="imap.example.com",
            hint=_("Only needed where your provider is not known to the program."),
        ),
        "unknown": FieldWords(
            label=_("Other e-mails"),
            example="leave",
            hint=_("Enter “leave” if this mailbox is connected as E-mail, too."),
        ),
    }


CHANNEL = ChannelInfo(
    channel="notifications",
    make=make,
    words=_words,
    secret_fields=("password",),
    setting_fields=(
        "imap_host",
        "imap_port",
        "imap_security",
        "username",
        "folder",
        "unknown",
        "by_hand",
        "ca_file",
    ),
    needs_handle=True,
    policy=POLICY,
    alone=("by_hand", "yes"),
)
