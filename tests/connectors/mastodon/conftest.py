"""A played Mastodon server and the connector to it."""

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.mastodon import CHANNEL
from tests.connectors.loopback import serve
from tests.connectors.mastodon.fake_server import TOKEN, FakeServer


@pytest.fixture
def server():
    with serve() as loopback:
        yield FakeServer(loopback)


@pytest.fixture
def connect(server):
    """Make a connector to the server; closed in the end."""
    made = []

    def connect(**fields):
        given = {"url": server.loopback.url, "secret": {"token": TOKEN}}
        connector = CHANNEL.make(AccountConfig(channel="mastodon", **given | fields))
        made.append(connector)
        return connector

    yield connect
    for connector in made:
        connector.close()


@pytest.fixture
def mastodon(connect):
    return connect()
