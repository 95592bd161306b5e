"""The contract between the program and a channel.

A connector is made for one account, holds no state but its own session, and never sees
the vault, Qt or a thread it did not get. It turns what the channel says into events of
`domain/events.py` and raises only errors of `domain/errors.py`.

Rules every connector keeps, checked by tests/connectors/contract.py:

* `fetch` reports oldest first within a page and yields `CursorMoved` only after the
  events that the cursor covers; whoever calls it saves events and cursor together.
* Fetching twice from the same cursor reports the same things; overlap is welcome,
  holes are not.
* An item that makes no sense is `ItemSkipped`; the others of its page are reported.
* With `since=None` a connector takes a bounded first bite (its own sensible amount).
* `send` and `act` do their work at most once per call: they never retry by themselves.
  RejectedError, RateLimitedError, SignInNeededError, NotAllowedError, GoneError and
  OfflineError promise that nothing was changed on the channel. SlowError and
  ServerTroubleError (and DuplicateError) leave that open: the caller reads back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cm_desktop.domain.channel_words import ChannelWords
from cm_desktop.domain.events import Event
from cm_desktop.domain.model import OutboxKind
from cm_desktop.domain.policy import ChannelPolicy, TextUnit
from cm_desktop.domain.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConfig:
    """What a connector is made from. `secret` comes from the encrypted vault."""

    channel: str
    remote_id: str = ""  # empty until `identify` was asked once
    handle: str = ""
    url: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)
    # Keeps renewed tokens at once, before the old ones are dropped. Set by the caller.
    keep_secret: Callable[[Mapping[str, str]], None] = field(
        default=lambda _secret: None, repr=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who we are on the channel, learned by signing in."""

    remote_id: str
    handle: str
    title: str
    url: str = ""
    # What `identify` found out and later calls need (API root, limits); stored with the account.
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What stands behind an address, as far as one can see without signing in."""

    software: str  # as people call it: "Mastodon", "snac", "Discourse"
    title: str = ""  # what the place calls itself
    text_limit: int | None = None  # longest text, in `text_unit`
    text_unit: TextUnit = TextUnit.CHARACTERS
    url: str = ""  # the address in full, where less was typed


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    """A page of the channel on which a person allows us in. `kept` is for `finish` only."""

    url: str = field(repr=False)
    state: str = field(repr=False)  # comes back with the code; "" on a page that shows the code
    kept: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSignIn:
    """Signing in on the channel's own page (RFC 8252), so that no password is typed in here.

    `begin` is given where the page shall lead back to: an address on this computer, or
    `shown_code` where the page shows a code to be copied by hand. `finish` turns the code
    into the account's secret. Both raise errors of `domain/errors.py`.
    """

    begin: Callable[[AccountConfig, str], SignInPage]
    finish: Callable[[AccountConfig, SignInPage, Mapping[str, str]], Mapping[str, str]]
    shown_code: str = ""  # such as urn:ietf:wg:oauth:2.0:oob; "": the channel has no such page


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The message on the channel that is answered or acted on."""

    remote_id: str
    conversation_remote_id: str
    author_remote_id: str = ""
    author_handle: str = ""
    text: str = ""
    created_at: datetime | None = None
    public: bool = True
    context: Mapping[str, str] = field(default_factory=dict)
    conversation_context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A text to send. `client_key` stays the same over all attempts at this one reply."""

    client_key: str
    text: str
    target: Target
    private: bool = False
    # Start of the first attempt, for read-back; None while nothing was tried yet.
    first_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to do to a message or its author; `kind` is never REPLY or PRIVATE."""

    kind: OutboxKind
    target: Target
    text: str = ""  # new text of an EDIT, reason of a REPORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What the channel made of a reply."""

    remote_id: str
    permalink: str = ""
    created_at: datetime | None = None
    text: str = ""  # as the channel shows it, where it says so
    context: Mapping[str, str] = field(default_factory=dict)


class Connector(Protocol):
    """One account on one channel. Methods may block; they are called in the worker only."""

    @property
    def policy(self) -> ChannelPolicy:
        """What is possible here; may be narrower after `identify`."""
        ...

    def identify(self) -> Identity:
        """Sign in and tell who we are. Raises AddressError, SignInNeededError and others."""
        ...

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report everything new or changed after the cursor; see the rules above."""
        ...

    def send(self, reply: Reply) -> Sent:
        """Send one reply, once. Raises what the rules above promise."""
        ...

    def find_sent(self, reply: Reply) -> Sent | None:
        """Look on the channel for a reply whose answer got lost; None: it is not there.

        Only asked where `policy.can_read_back`. Match by our own key where the channel
        keeps one, else by target, our authorship, normalised text and time (not earlier
        than five minutes before `first_attempt_at`, for clocks that differ).
        """
        ...

    def act(self, action: Action) -> None:
        """Do one thing, once. Doing what is already so is no error."""
        ...

    def wait(self, seconds: float, cancelled: threading.Event) -> bool:
        """Wait for news where the channel can push; return whether there may be some.

        Returns early when `cancelled` is set. Channels that cannot push return False at once.
        """
        ...

    def standing(self) -> Standing:
        """Tell, without asking the channel, until when we are signed in and what we may ask."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelInfo:
    """One line of the registry: what exists before any account does."""

    channel: str
    make: Callable[[AccountConfig], Connector]
    words: Callable[[], ChannelWords]  # in the language spoken when it is called
    secret_fields: tuple[str, ...] = ()  # e.g. ("password",)
    setting_fields: tuple[str, ...] = ()  # e.g. ("imap_host", "imap_port")
    needs_url: bool = False
    needs_handle: bool = False
    policy: ChannelPolicy | None = None  # the widest it can be; for previews
    # Looks at the address that was typed in, without signing in; raises as `identify` does.
    look: Callable[[AccountConfig], Finding] | None = None
    browser: BrowserSignIn | None = None
    # A setting and its value with which an account needs nothing of the above.
    alone: tuple[str, str] | None = None
