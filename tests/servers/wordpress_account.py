"""Our account on the real WordPress, and one pass of the connector."""

import pytest

from cm_desktop.connectors.base import Action, Reply, Target
from cm_desktop.connectors.wordpress import CHANNEL
from cm_desktop.domain.events import CursorMoved, MessageSeen
from tests.connectors.connecting import connecting

BOTH = pytest.mark.parametrize("pretty", [False, True], ids=["plain", "pretty"])


@pytest.fixture
def connect(wordpress):
    """Make a connector to the site, as its administrator unless told otherwise."""
    with connecting(
        CHANNEL,
        "wordpress",
        url=wordpress.url,
        handle=wordpress.username,
        secret={"password": wordpress.password},
    ) as connect:
        yield connect


def fetch(connector, since=None):
    events = list(connector.fetch(since))
    moved = [event.cursor for event in events if isinstance(event, CursorMoved)]
    told = {event.remote_id: event for event in events if isinstance(event, MessageSeen)}
    return told, moved[-1] if moved else since


def target(number):
    return Target(remote_id=str(number), conversation_remote_id=f"comment:{number}")


def reply(number, text="Gern geschehen", **fields):
    return Reply(client_key="key-1", text=text, target=target(number), **fields)


def act(connector, kind, number, text=""):
    connector.act(Action(kind=kind, target=target(number), text=text))
