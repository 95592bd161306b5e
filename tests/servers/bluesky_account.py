"""An account of ours on a real Bluesky network, as the tests connect, read and answer with it."""

from contextlib import contextmanager
from uuid import uuid4

from cm_desktop.connectors.base import AccountConfig, Action, Reply, Target
from cm_desktop.connectors.bluesky import CHANNEL
from cm_desktop.domain.events import CursorMoved, MessageSeen
from tests.servers.bluesky import PASSWORD


@contextmanager
def connections(network, person):
    """Give a function that connects, with what earlier ones kept unless told otherwise."""
    made, kept = [], {"password": PASSWORD}

    def connect(**fields):
        given = {"url": network.url, "handle": person.handle, "secret": dict(kept)}
        config = AccountConfig(channel="bluesky", keep_secret=kept.update, **given | fields)
        made.append(CHANNEL.make(config))
        return made[-1]

    connect.kept = kept
    try:
        yield connect
    finally:
        for connector in made:
            connector.close()


def fetch(connector, since=None):
    events = list(connector.fetch(since))
    moved = [event.cursor for event in events if isinstance(event, CursorMoved)]
    told = {event.remote_id: event for event in events if isinstance(event, MessageSeen)}
    return told, moved[-1]


def arrived(network, connector, uri, since=None):
    """Fetch until a message is there, as the worker does every minute."""
    return network.until(lambda: fetch(connector, since)[0].get(uri))


def target(message):
    return Target(
        remote_id=message.remote_id,
        conversation_remote_id=message.conversation.remote_id,
        author_remote_id=message.author.remote_id,
        author_handle=message.author.handle,
        context=message.context,
    )


def reply(message, text="Gern geschehen", **fields):
    return Reply(**{"client_key": str(uuid4()), "text": text, "target": target(message), **fields})


def act(connector, kind, message, text=""):
    connector.act(Action(kind=kind, target=target(message), text=text))
