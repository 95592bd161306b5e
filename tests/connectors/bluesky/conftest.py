"""The fake network, and connectors to it."""

import pytest

from cm_desktop.connectors.base import Reply
from cm_desktop.domain.events import CursorMoved, MessageSeen
from cm_desktop.domain.ids import new_id
from tests.connectors.bluesky.case import Case
from tests.connectors.contract import target_of


@pytest.fixture
def case():
    with Case() as played:
        yield played


@pytest.fixture
def network(case):
    return case.network


@pytest.fixture
def connect(case):
    return case.connect


@pytest.fixture
def bluesky(connect):
    return connect()


@pytest.fixture
def fetch():
    """Return everything of one pass: messages by address, cursor, all events."""

    def fetch(connector, since=None):
        events = list(connector.fetch(since))
        told = {one.remote_id: one for one in events if isinstance(one, MessageSeen)}
        return told, [one.cursor for one in events if isinstance(one, CursorMoved)][-1], events

    return fetch


@pytest.fixture
def reply():
    def reply(message, text="Gern geschehen", **fields):
        given = {"client_key": new_id(), "text": text, "target": target_of(message)}
        return Reply(**given | fields)

    return reply
