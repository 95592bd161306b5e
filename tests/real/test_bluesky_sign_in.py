"""Signing in with a password to Bluesky's own programs, staying signed in, and finding servers."""

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.bluesky import CHANNEL
from cm_desktop.domain.errors import AddressError, ServerTroubleError, SignInNeededError, SlowError
from cm_desktop.domain.events import CursorMoved, MessageSeen
from tests.servers.bluesky import PASSWORD
from tests.servers.bluesky_account import arrived, connections, reply
from tests.servers.cutting_proxy import Cut, cutting_proxy

pytestmark = pytest.mark.real


@pytest.fixture
def network(running_bluesky):
    return running_bluesky


@pytest.fixture
def firm(network):
    """The account of ours."""
    return network.person("krume")


@pytest.fixture
def anna(network):
    return network.person("anna")


@pytest.fixture
def connect(network, firm):
    with connections(network, firm) as connect:
        yield connect


def test_a_token_that_ran_out_is_renewed_without_the_password(network, connect, firm, anna):
    answer = network.post(anna, "Frage", to=network.post(firm, "Frisch"))
    connector = connect()
    message = arrived(network, connector, answer)
    before = dict(connect.kept)
    connect.kept["access"] = network.expired(firm)
    secret = {name: value for name, value in connect.kept.items() if name != "password"}

    connector = connect(secret=secret)
    sent = connector.send(reply(message))
    assert len([one for one in network.records(firm) if "reply" in one["value"]]) == 1
    assert connect.kept["refresh"] != before["refresh"]
    assert connect.kept["access"] != secret["access"]
    assert connect().find_sent(reply(message)) is None
    assert sent.remote_id.startswith(f"at://{firm.did}/")


def test_a_renewal_whose_answer_got_lost_is_asked_for_again(network, connect, firm):
    connect().identify()
    with cutting_proxy(network.ports["PDS_PORT"]) as proxy:
        secret = {**connect.kept, "server": proxy.url, "access": network.expired(firm)}
        secret.pop("password")
        proxy.cut = Cut.APPLIED
        connector = connect(secret=secret)
        with pytest.raises((SlowError, ServerTroubleError)):
            connector.identify()
        proxy.cut = Cut.NEVER
        assert connector.identify().remote_id == firm.did


def test_an_app_password_signs_in_and_one_taken_back_does_not(network, connect, firm):
    password = network.app_password(firm)
    connector = connect(secret={"password": password})
    assert connector.identify().remote_id == firm.did
    network.do("com.atproto.server.revokeAppPassword", {"name": "CM Desktop"}, firm)
    secret = {**connect.kept, "password": password, "access": network.expired(firm)}
    with pytest.raises(SignInNeededError):
        list(connect(secret=secret).fetch(None))
    for wrong in ({"secret": {"password": "falsch"}}, {"handle": "niemand.test"}):
        fields = {"secret": {"password": PASSWORD}, **wrong}
        with pytest.raises(SignInNeededError):
            connect(**fields).identify()


def test_a_chat_service_that_cannot_be_reached_costs_no_public_message(
    network, connect, firm, anna
):
    """There is none in this network: the real server fails to find it."""
    post = network.mention(anna, f"@{firm.handle} Hallo", firm)
    arrived(network, connect(), post)
    events = []
    with pytest.raises(ServerTroubleError):
        _until_trouble(connect(settings={"direct_messages": "yes"}), events)
    assert post in {one.remote_id for one in events if isinstance(one, MessageSeen)}
    assert isinstance(events[-1], CursorMoved)


def _until_trouble(connector, events):
    for event in connector.fetch(None):
        events.append(event)


def test_looking_tells_a_server_from_another_page(network, firm):
    config = AccountConfig(channel="bluesky", url=network.url)
    found = CHANNEL.look(config)
    assert (found.software, found.text_limit, found.url) == ("Bluesky", 300, network.url)
    with pytest.raises(AddressError):
        CHANNEL.look(AccountConfig(channel="bluesky", url=network.directory))


def test_the_server_is_found_by_the_name_alone(network, connect, firm):
    settings = {"directory": network.directory, "resolver": network.url}
    assert connect(url="", settings=settings).identify().remote_id == firm.did
    assert connect.kept["server"] == network.url
    with pytest.raises(AddressError):
        connect(
            url="", settings=settings, handle="niemand.test", secret={"password": "x"}
        ).identify()
