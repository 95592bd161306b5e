"""A played WordPress site and the connector to it."""

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.wordpress import CHANNEL
from tests.connectors.loopback import serve
from tests.connectors.wordpress.fake_site import PASSWORD, FakeSite


@pytest.fixture
def site():
    with serve() as loopback:
        yield FakeSite(loopback)


@pytest.fixture
def connect(site):
    """Make a connector to the site; closed in the end."""
    made = []

    def connect(**fields):
        given = {"url": site.url, "handle": "admin", "secret": {"password": PASSWORD}}
        connector = CHANNEL.make(AccountConfig(channel="wordpress", **given | fields))
        made.append(connector)
        return connector

    yield connect
    for connector in made:
        connector.close()


@pytest.fixture
def wordpress(connect):
    return connect()


@pytest.fixture
def empty(site):
    """A site without a comment or review."""
    site.comments.clear()
    site.reviews.clear()
    return site
