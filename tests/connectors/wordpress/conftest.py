"""A played WordPress site and the connector to it."""

import pytest

from cm_desktop.connectors.wordpress import CHANNEL
from tests.connectors.connecting import connecting
from tests.connectors.loopback import serve
from tests.connectors.wordpress.fake_site import PASSWORD, FakeSite


@pytest.fixture
def site():
    with serve() as loopback:
        yield FakeSite(loopback)


@pytest.fixture
def connect(site):
    """Make a connector to the site; closed in the end."""
    with connecting(
        CHANNEL, "wordpress", url=site.url, handle="admin", secret={"password": PASSWORD}
    ) as connect:
        yield connect


@pytest.fixture
def wordpress(connect):
    return connect()


@pytest.fixture
def empty(site):
    """A site without a comment or review."""
    site.comments.clear()
    site.reviews.clear()
    return site
