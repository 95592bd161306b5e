"""Signing in to a real Bluesky server in the browser, page by page."""

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.bluesky import CHANNEL
from cm_desktop.domain.errors import NotAllowedError, SignInNeededError
from cm_desktop.domain.events import MessageSeen
from tests.servers.bluesky import PASSWORD
from tests.servers.bluesky_pages import SignInPages

pytestmark = pytest.mark.real
HERE = "http://127.0.0.1:53682/"


@pytest.fixture
def firm(running_bluesky):
    return running_bluesky.person("krume")


@pytest.fixture
def config(running_bluesky, firm):
    return AccountConfig(
        channel="bluesky",
        url=running_bluesky.url,
        handle=firm.handle,
        settings={"directory": running_bluesky.directory},
    )


def signed_in(config, firm):
    page = CHANNEL.browser.begin(config, HERE)
    pages = SignInPages(page.url)
    pages.sign_in(firm.handle, PASSWORD)
    brought = pages.allow()
    assert brought["state"] == page.state
    return CHANNEL.browser.finish(config, page, brought)


def connected(config, secret, kept):
    return CHANNEL.make(
        AccountConfig(
            channel="bluesky", url=config.url, handle=config.handle, settings=config.settings,
            secret=secret, keep_secret=kept.update,
        )
    )  # fmt: skip


def test_a_person_signs_in_on_the_page_and_we_read_and_renew(running_bluesky, config, firm):
    network = running_bluesky
    secret = signed_in(config, firm)
    assert secret["did"] == firm.did
    assert "password" not in secret
    kept = dict(secret)
    connector = connected(config, secret, kept)
    try:
        assert connector.identify().remote_id == firm.did
        anna = network.person("anna")
        post = network.mention(anna, f"@{firm.handle} Hallo", firm)
        found = network.until(
            lambda: [
                one for one in connector.fetch(None)
                if isinstance(one, MessageSeen) and one.remote_id == post
            ]
        )  # fmt: skip
        assert found[0].text == f"@{firm.handle} Hallo"
    finally:
        connector.close()

    # A token nobody gave counts like one that ran out: 401.
    broken = connected(config, {**kept, "access": kept["access"][:-4] + "AAAA"}, kept)
    try:
        assert broken.identify().remote_id == firm.did
    finally:
        broken.close()
    assert kept["refresh"] != secret["refresh"]
    assert kept["access"] != secret["access"]


def test_a_token_is_of_no_use_without_its_key(config, firm):
    secret = signed_in(config, firm)
    other = CHANNEL.browser.begin(config, HERE).kept["key"]
    stolen = connected(config, {**secret, "key": other}, {})
    try:
        with pytest.raises(SignInNeededError):
            stolen.identify()
    finally:
        stolen.close()


def test_who_refuses_on_the_page_lets_nobody_in(config):
    page = CHANNEL.browser.begin(config, HERE)
    brought = SignInPages(page.url).refuse()
    assert brought["error"] == "access_denied"
    with pytest.raises(SignInNeededError):
        CHANNEL.browser.finish(config, page, brought)


def test_a_code_works_once_and_only_with_the_server_that_gave_it(config, firm):
    page = CHANNEL.browser.begin(config, HERE)
    pages = SignInPages(page.url)
    pages.sign_in(firm.handle, PASSWORD)
    brought = pages.allow()
    with pytest.raises(SignInNeededError):
        CHANNEL.browser.finish(config, page, {**brought, "iss": "https://evil.example"})
    CHANNEL.browser.finish(config, page, brought)
    with pytest.raises((SignInNeededError, NotAllowedError)):
        CHANNEL.browser.finish(config, page, brought)


def test_the_page_says_what_the_program_may(config):
    page = CHANNEL.browser.begin(config, HERE)
    text = SignInPages(page.url).text
    assert "transition:generic" in text
    assert "transition:chat.bsky" not in text
