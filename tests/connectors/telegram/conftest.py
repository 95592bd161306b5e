"""A played Telegram, and connectors to it."""

import threading

import pytest

from cm_desktop.connectors.telegram import CHANNEL
from tests.connectors.connecting import connecting
from tests.connectors.loopback import serve
from tests.simulators.telegram import TOKEN, Simulator


@pytest.fixture
def telegram():
    with serve() as loopback:
        yield Simulator(loopback)


@pytest.fixture
def connect(telegram):
    with connecting(
        CHANNEL, "telegram", url=telegram.loopback.url, secret={"token": TOKEN}
    ) as connect:
        yield connect


@pytest.fixture
def connector(connect):
    return connect()


@pytest.fixture
def cancelled():
    return threading.Event()
