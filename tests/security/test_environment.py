"""The environment says neither whom to trust nor where to go, and no TLS key leaves the process."""

import json
from pathlib import Path

import pytest

from tests.connectors.loopback import serve
from tests.connectors.mail.case import Case
from tests.connectors.wordpress.fake_site import PASSWORD, FakeSite


@pytest.fixture
def mailbox():
    with Case() as case:
        yield case


def test_no_authority_proxy_or_key_log_is_taken_from_the_environment(watched, mailbox):
    watched.make_vault()
    keys = watched.root / "keys.log"
    settings = mailbox.config().settings
    words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    with serve(Path(mailbox.ca_file).parent / "good.pem") as shop, serve() as proxy:
        watched.environment |= {
            "SSL_CERT_FILE": str(mailbox.ca_file), "SSL_CERT_DIR": str(watched.root),
            "SSLKEYLOGFILE": str(keys), "REQUESTS_CA_BUNDLE": str(mailbox.ca_file),
            "HTTPS_PROXY": proxy.url, "HTTP_PROXY": proxy.url, "ALL_PROXY": proxy.url,
            "https_proxy": proxy.url, "http_proxy": proxy.url, "all_proxy": proxy.url,
        }  # fmt: skip
        secret = json.dumps({"password": PASSWORD})
        added = ["account", "add", "wordpress", "--url", shop.url, "--handle", "admin"]
        assert watched(*added, text=secret).error["code"] == "untrusted_server"
        assert shop.asked == []
        FakeSite(shop)
        assert watched(*added, "--set", f"ca_file={mailbox.ca_file}", text=secret).code == 0
        assert proxy.asked == []
    post = ["account", "add", "mail", "--handle", "alice@example.test"]
    secret = json.dumps({"password": "pass"})
    assert watched(*post, *words, text=secret).code == 0
    untrusted = watched(*post, *words, "--set", "ca_file=", text=secret)
    assert untrusted.error["code"] == "untrusted_server"
    assert not keys.exists()
