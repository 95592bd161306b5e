"""A played forum and connectors to it."""

import pytest

from cm_desktop.connectors.base import Action, Reply
from cm_desktop.connectors.discourse import CHANNEL
from cm_desktop.domain.events import CursorMoved, ItemSkipped, MessageGone, MessageSeen
from tests.connectors.connecting import connecting
from tests.connectors.contract import target_of
from tests.connectors.loopback import serve
from tests.simulators.discourse import KEY, Simulator


@pytest.fixture
def forum():
    with serve() as loopback:
        yield Simulator(loopback)


@pytest.fixture
def connect(forum):
    """Make a connector to the forum, as its moderator unless told otherwise."""
    with connecting(
        CHANNEL, "discourse", url=forum.url, handle="krume", secret={"token": KEY}
    ) as connect:
        yield connect


class Told:
    """What a fetch told."""

    def __init__(self, events):
        self.events = list(events)
        self.messages = [one for one in self.events if isinstance(one, MessageSeen)]
        self.by_id = {one.remote_id: one for one in self.messages}
        self.gone = [one.remote_id for one in self.events if isinstance(one, MessageGone)]
        self.skipped = [one for one in self.events if isinstance(one, ItemSkipped)]
        self.cursor = next(
            one.cursor for one in reversed(self.events) if isinstance(one, CursorMoved)
        )

    def of(self, post):
        """Return what was told of a post; None where nothing was."""
        return self.by_id.get(str(post["id"]))

    def kinds(self, kind):
        return [one for one in self.events if isinstance(one, kind)]


@pytest.fixture
def fetch():
    """Read, from a cursor or what was told before."""

    def fetch(connector, since=None):
        return Told(connector.fetch(since.cursor if isinstance(since, Told) else since))

    return fetch


@pytest.fixture
def reply():
    def reply(message, text, **fields):
        given = {"client_key": "key-1", "text": text, "target": target_of(message)}
        return Reply(**given | fields)

    return reply


@pytest.fixture
def act():
    def act(connector, kind, message, text=""):
        connector.act(Action(kind=kind, target=target_of(message), text=text))

    return act
