"""The real servers, started once for all tests that need them."""

from tests.servers.mail import mail_server, running_mail_server
from tests.servers.wordpress import running_wordpress, wordpress

__all__ = ["mail_server", "running_mail_server", "running_wordpress", "wordpress"]
