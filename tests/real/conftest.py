"""The real servers, started once for all tests that need them."""

from tests.servers.bluesky import running_bluesky
from tests.servers.mail import mail_server, running_mail_server
from tests.servers.mastodon_mock import mastodon_mock
from tests.servers.misago import misago, running_misago
from tests.servers.snac import snac
from tests.servers.synapse import synapse
from tests.servers.wordpress import running_wordpress, wordpress

__all__ = [
    "mail_server",
    "mastodon_mock",
    "misago",
    "running_bluesky",
    "running_mail_server",
    "running_misago",
    "running_wordpress",
    "snac",
    "synapse",
    "wordpress",
]
