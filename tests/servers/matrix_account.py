"""Our account on the real Synapse, Anna who talks to us, and one pass of the connector."""

import pytest

from cm_desktop.connectors.base import AccountConfig, Action, Reply, Target
from cm_desktop.connectors.matrix import CHANNEL
from cm_desktop.domain.events import CursorMoved, MessageSeen
from cm_desktop.domain.ids import new_id
from tests.servers.synapse import PASSWORD


class Desk:
    """Our account, and the connector with all that was kept of it."""

    def __init__(self, person):
        self.person = person
        self.secret = {"password": PASSWORD}
        self.made = []

    def connect(self, **fields):
        given = {"url": self.person.server.url, "handle": self.person.id, "secret": self.secret}
        config = AccountConfig(channel="matrix", keep_secret=self.keep, **given | fields)
        self.made.append(CHANNEL.make(config))
        return self.made[-1]

    def keep(self, secret):
        self.secret = dict(secret)

    def close(self):
        for connector in self.made:
            connector.close()


@pytest.fixture
def desk(synapse):
    made = Desk(synapse.person("Laden"))
    yield made
    made.close()


@pytest.fixture
def anna(synapse):
    return synapse.person("Anna")


@pytest.fixture
def connector(desk):
    return desk.connect()


def fetch(connector, since=None):
    events = list(connector.fetch(since))
    moved = [event.cursor for event in events if isinstance(event, CursorMoved)]
    told = {event.remote_id: event for event in events if isinstance(event, MessageSeen)}
    return told, moved[-1], events


def target_of(message):
    return Target(
        remote_id=message.remote_id,
        conversation_remote_id=message.conversation.remote_id,
        author_remote_id=message.author.remote_id,
        author_handle=message.author.handle,
        text=message.text,
        context=dict(message.context),
        conversation_context=dict(message.conversation.context),
    )


def reply_to(message, text, **fields):
    return Reply(client_key=new_id(), text=text, target=target_of(message), **fields)


def act(connector, kind, message, text=""):
    connector.act(Action(kind=kind, target=target_of(message), text=text))
