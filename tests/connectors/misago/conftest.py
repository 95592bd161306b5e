"""A played Misago forum and the connector to it."""

import pytest

from cm_desktop.connectors.misago import CHANNEL
from tests.connectors.connecting import connecting
from tests.connectors.loopback import serve
from tests.connectors.misago.fake_forum import NAME, PASSWORD, FakeForum


@pytest.fixture
def forum():
    with serve() as loopback:
        yield FakeForum(loopback)


@pytest.fixture
def connect(forum):
    """Make a connector to the forum; closed in the end."""
    with connecting(
        CHANNEL, "misago", url=forum.url, handle=NAME, secret={"password": PASSWORD}
    ) as connect:
        yield connect


@pytest.fixture
def misago(connect):
    return connect()
