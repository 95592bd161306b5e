"""Recognising a real Synapse and signing in there, by password, token or browser."""

import threading
from time import monotonic

import httpx
import pytest

from cm_desktop.connectors import oauth
from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.matrix import CHANNEL
from cm_desktop.domain.errors import AddressError, SignInNeededError
from cm_desktop.domain.policy import TextUnit
from tests.servers.matrix_account import connector, desk, fetch
from tests.servers.synapse import PASSWORD, TOKEN_SECONDS

__all__ = ["connector", "desk"]

pytestmark = pytest.mark.real


def wait_until_ended(server, token):
    """Wait until the server takes a token no more."""
    pause, end = threading.Event(), monotonic() + 10 * TOKEN_SECONDS
    where = f"{server.url}/_matrix/client/v3/account/whoami"
    headers = {"Authorization": f"Bearer {token}"}
    while httpx.get(where, headers=headers).status_code != 401:
        assert monotonic() < end
        pause.wait(0.2)


def test_a_matrix_server_is_recognised_and_others_are_not(synapse, desk):
    config = AccountConfig(channel="matrix", url=synapse.url)
    found = CHANNEL.look(config)
    assert (found.software, found.text_unit) == ("Matrix", TextUnit.BYTES)
    with pytest.raises(AddressError):
        CHANNEL.look(AccountConfig(channel="matrix", url=f"{synapse.url}/nowhere"))


def test_the_password_is_used_once_and_leaves_one_device(synapse, desk, connector):
    before = synapse.devices(desk.person)
    identity = connector.identify()
    assert (identity.remote_id, identity.title) == (desk.person.id, "Laden")
    assert set(desk.secret) == {"token", "device"}
    for _again in range(3):
        assert desk.connect().identify() == identity
    anew = desk.connect(secret={"password": PASSWORD}, settings=identity.settings)
    assert anew.identify() == identity
    assert len(synapse.devices(desk.person)) == len(before) + 1


def test_a_wrong_password_or_token_says_that_a_sign_in_is_needed(desk):
    for secret in ({"password": "falsch"}, {"token": "falsch"}, {}):
        with pytest.raises(SignInNeededError):
            desk.connect(secret=secret).identify()


def test_a_pasted_token_is_enough(desk):
    token = desk.person.client.headers["Authorization"].removeprefix("Bearer ")
    assert desk.connect(secret={"token": token}).identify().remote_id == desk.person.id


def test_one_can_sign_in_on_the_page_of_the_server(synapse, desk):
    synapse.cas.person = desk.person.id[1:].partition(":")[0]
    config = AccountConfig(channel="matrix", url=synapse.url, handle=desk.person.id)
    with oauth.loopback() as here:
        page = CHANNEL.browser.begin(config, here.address)
        browser = threading.Thread(
            target=httpx.get, args=(page.url,), kwargs={"follow_redirects": True}
        )
        browser.start()
        brought = here.answer(page.state, threading.Event(), patience=30)
        browser.join(30)
    secret = CHANNEL.browser.finish(config, page, brought)
    assert desk.connect(secret=secret).identify().remote_id == desk.person.id


def test_a_token_that_ends_is_renewed_and_kept(desk):
    person = desk.person
    said = person.ask(
        "POST",
        "/login",
        type="m.login.password",
        identifier={"type": "m.id.user", "user": person.id},
        password=PASSWORD,
        refresh_token=True,
    )
    first = {"token": said["access_token"], "refresh": said["refresh_token"]}
    desk.secret = first
    connector = desk.connect()
    connector.identify()
    assert desk.secret == first
    wait_until_ended(person.server, first["token"])
    _told, since, _events = fetch(connector)
    assert desk.secret["token"] != first["token"]
    assert desk.secret["refresh"] != first["refresh"]
    fetch(desk.connect(), since)
    with pytest.raises(SignInNeededError):
        fetch(desk.connect(secret=first))
