"""What a channel has to bring so that `test_contract.py` can hold its connector to the rules.

For each channel of the registry there is `tests/connectors/<channel>/case.py` with a class
`Case(ContractCase)`, or `Case(LoopbackCase)` where the channel speaks HTTP. It plays the
channel's other side and is asked to

* `connect()` a new connector, as after a restart, with everything kept so far (renewed
  secrets, settings of `identify`);
* `hear(text)`: let a stranger say something on the channel;
* `spoil()`: put an item on the channel that makes no sense;
* `said()`: tell our texts as the public sees them now, oldest first;
* `trouble(kind)`: answer everything with one kind of trouble while the block lasts;
* `losing_answers()`: carry out what is asked, but let the answer get lost;
* `shows(action)`: tell whether an action is in effect on the channel.

A kind of trouble that cannot happen on a channel is left out of `troubles`. Where a channel
answers with another error than EXPECTED says, `errors` says so, by (step, kind). A case is a
context manager: it starts what it plays on entering, stops it on leaving.
"""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from typing import ClassVar

from cm_desktop.connectors.base import Action, Reply, Target
from cm_desktop.domain.errors import (
    AddressError,
    GoneError,
    NotAllowedError,
    OfflineError,
    RateLimitedError,
    ServerTroubleError,
    SignInNeededError,
    SlowError,
    UntrustedServerError,
)
from cm_desktop.domain.events import CursorMoved, MessageSeen
from cm_desktop.domain.ids import new_id
from cm_desktop.domain.model import Direction
from tests.connectors.loopback import serve


class Trouble(StrEnum):
    """What can happen to a request."""

    OFFLINE = "offline"
    SIGN_IN = "sign_in"
    FORBIDDEN = "forbidden"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    RATE_UNTOLD = "rate_untold"  # told to wait, but not how long
    BROKEN = "broken"  # 5xx
    HTML = "html"  # a web page where data was promised
    CUT = "cut"  # a body without its end
    MOVED = "moved"  # a redirect to another host
    SLOW = "slow"  # no answer, although the request left
    UNTRUSTED = "untrusted"


EXPECTED = {
    Trouble.OFFLINE: OfflineError,
    Trouble.SIGN_IN: SignInNeededError,
    Trouble.FORBIDDEN: NotAllowedError,
    Trouble.GONE: GoneError,
    Trouble.RATE_LIMITED: RateLimitedError,
    Trouble.RATE_UNTOLD: RateLimitedError,
    Trouble.BROKEN: ServerTroubleError,
    Trouble.HTML: ServerTroubleError,
    Trouble.CUT: ServerTroubleError,
    Trouble.MOVED: AddressError,
    Trouble.SLOW: SlowError,
    Trouble.UNTRUSTED: UntrustedServerError,
}
STEPS = ("identify", "fetch", "send", "act")
# After these nobody knows whether it was carried out.
OPEN = (SlowError, ServerTroubleError)


class ContractCase:
    """The other side of one channel; see the top of this file."""

    channel = ""
    troubles = frozenset(Trouble) - {Trouble.MOVED, Trouble.RATE_UNTOLD}  # which only HTTP knows
    errors: ClassVar = {}  # (step, Trouble): error class, where it differs from EXPECTED
    actions = ()  # kinds that `act` carries out on a message of a stranger
    echoes = True  # whether the channel tells us of what we say and do
    forgets = False  # whether the channel drops what lies before the cursor it is asked from
    tells_deletions = False  # whether it shows that a message was deleted there; see `remove`
    first_bite = 1_000  # messages that a first fetch may report at most

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Stop what was started."""

    def connect(self):
        raise AssertionError(f"{type(self).__name__} connects nothing")

    def hear(self, text):
        """Return the remote id of a stranger's new message."""
        raise AssertionError(f"{type(self).__name__} hears nothing")

    def remove(self, remote_id):
        """Delete a stranger's message on the channel."""
        raise AssertionError(f"{type(self).__name__} deletes nothing")

    def spoil(self):
        raise AssertionError(f"{type(self).__name__} spoils nothing")

    def said(self):
        raise AssertionError(f"{type(self).__name__} knows nothing of ours")

    def trouble(self, kind):
        raise AssertionError(f"{type(self).__name__} knows no trouble")

    def losing_answers(self):
        raise AssertionError(f"{type(self).__name__} loses no answers")

    def shows(self, action):
        raise AssertionError(f"{type(self).__name__} shows no actions")

    def expected(self, step, kind):
        return self.errors.get((step, kind), EXPECTED[kind])


class LoopbackCase(ContractCase):
    """A case whose channel speaks HTTP: `self.server` is a Loopback, trouble is made here.

    Set its routes in `__enter__` after calling this one; point the connector at
    `self.server.url`. Trouble comes before the routes.
    """

    def __enter__(self):
        self._serving = serve()
        self.server = self._serving.__enter__()
        return self

    def __exit__(self, *problem):
        self._serving.__exit__(*problem)

    troubles = frozenset(Trouble) - {Trouble.UNTRUSTED}

    @contextmanager
    def trouble(self, kind):
        if kind is Trouble.OFFLINE:
            self.server.close_port()
            yield
            return
        self.server.intercept = _MANNERS[kind]
        yield
        self.server.intercept = None

    @contextmanager
    def stuck(self):
        """Let the server answer each path for ever as it did the first time."""
        self.server.stuck = {}
        yield
        self.server.stuck = None

    @contextmanager
    def losing_answers(self):
        self.server.lose_answers = True
        yield
        self.server.lose_answers = False


_MANNERS = {
    Trouble.SIGN_IN: lambda exchange: exchange.answer({}, status=401),
    Trouble.FORBIDDEN: lambda exchange: exchange.answer({}, status=403),
    Trouble.GONE: lambda exchange: exchange.answer({}, status=404),
    Trouble.RATE_LIMITED: lambda exchange: exchange.answer({}, status=429, Retry_After="7"),
    Trouble.RATE_UNTOLD: lambda exchange: exchange.answer({}, status=429),
    Trouble.BROKEN: lambda exchange: exchange.answer(b"<h1>oops</h1>", status=503),
    Trouble.HTML: lambda exchange: exchange.answer(b"<html>", Content_Type="text/html"),
    Trouble.CUT: lambda exchange: exchange.raw(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    ),
    Trouble.MOVED: lambda exchange: exchange.answer(
        b"", status=302, Location="http://localhost:9/elsewhere"
    ),
    Trouble.SLOW: lambda exchange: exchange.reset(),
}


# What every test does with a connector.


def events_of(connector, since=None):
    """Return everything a fetch reports."""
    return list(connector.fetch(since))


def messages(events):
    return [event for event in events if isinstance(event, MessageSeen)]


def cursor_of(events):
    """Return the last cursor, or None."""
    return next((one.cursor for one in reversed(events) if isinstance(one, CursorMoved)), None)


def pages(events):
    """Return the messages page by page; what follows the last cursor is no page."""
    found, page = [], []
    for event in events:
        if isinstance(event, CursorMoved):
            found.append(page)
            page = []
        elif isinstance(event, MessageSeen):
            page.append(event)
    return found


def newest_in(events, remote_id=None):
    """Return the newest message of a stranger, or the one with a remote id."""
    return next(
        event
        for event in reversed(messages(events))
        if event.direction is Direction.IN and remote_id in (None, event.remote_id)
    )


def target_of(event):
    """Return a message as `send` and `act` are given it."""
    return Target(
        remote_id=event.remote_id,
        conversation_remote_id=event.conversation.remote_id,
        author_remote_id=event.author.remote_id,
        author_handle=event.author.handle,
        text=event.text,
        created_at=event.created_at,
        public=event.public,
        context=dict(event.context),
        conversation_context=dict(event.conversation.context),
    )


def reply_to(event, text, *, first_attempt_at=None):
    return Reply(
        client_key=new_id(),
        text=text,
        target=target_of(event),
        first_attempt_at=first_attempt_at,
    )


def action_on(event, kind):
    return Action(kind=kind, target=target_of(event))
