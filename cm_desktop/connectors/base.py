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

from cm_desktop.domain.events import Event
from cm_desktop.domain.model import OutboxKind
from cm_desktop.domain.policy import ChannelPolicy


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

    def close(self) -> None:
        """Give back connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelInfo:
    """One line of the registry: what exists before any account does."""

    channel: str
    make: Callable[[AccountConfig], Connector]
    secret_fields: tuple[str, ...] = ()  # e.g. ("password",)
    setting_fields: tuple[str, ...] = ()  # e.g. ("imap_host", "imap_port")
    needs_url: bool = False
    needs_handle: bool = False
    policy: ChannelPolicy | None = None  # the widest it can be; for previews
