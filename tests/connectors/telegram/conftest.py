"""A played Telegram, and connectors to it."""

import threading

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.telegram import CHANNEL
from tests.connectors.loopback import serve
from tests.simulators.telegram import TOKEN, Simulator


@pytest.fixture
def telegram():
    with serve() as loopback:
        yield Simulator(loopback)


@pytest.fixture
def connect(telegram):
    made = []

    def connect(**fields):
        given = {"url": telegram.loopback.url, "secret": {"token": TOKEN}}
        made.append(CHANNEL.make(AccountConfig(channel="telegram", **given | fields)))
        return made[-1]

    yield connect
    for connector in made:
        connector.close()


@pytest.fixture
def connector(connect):
    return connect()


@pytest.fixture
def cancelled():
    return threading.Event()
