"""A played Mastodon server and the connector to it."""

import pytest

from cm_desktop.connectors.mastodon import CHANNEL
from tests.connectors.connecting import connecting
from tests.connectors.loopback import serve
from tests.connectors.mastodon.fake_server import TOKEN, FakeServer


@pytest.fixture
def server():
    with serve() as loopback:
        yield FakeServer(loopback)


@pytest.fixture
def connect(server):
    """Make a connector to the server; closed in the end."""
    with connecting(
        CHANNEL, "mastodon", url=server.loopback.url, secret={"token": TOKEN}
    ) as connect:
        yield connect


@pytest.fixture
def mastodon(connect):
    return connect()
