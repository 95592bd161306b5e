"""A played Misago forum and the connector to it."""

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.misago import CHANNEL
from tests.connectors.loopback import serve
from tests.connectors.misago.fake_forum import NAME, PASSWORD, FakeForum


@pytest.fixture
def forum():
    with serve() as loopback:
        yield FakeForum(loopback)


@pytest.fixture
def connect(forum):
    """Make a connector to the forum; closed in the end."""
    made = []

    def connect(**fields):
        given = {"url": forum.url, "handle": NAME, "secret": {"password": PASSWORD}}
        connector = CHANNEL.make(AccountConfig(channel="misago", **given | fields))
        made.append(connector)
        return connector

    yield connect
    for connector in made:
        connector.close()


@pytest.fixture
def misago(connect):
    return connect()
