"""The token stands in each address, and nowhere else."""

import logging

import pytest

from cm_desktop.domain.errors import CmError, SignInNeededError
from tests.connectors.contract import events_of, messages, reply_to
from tests.simulators.telegram import ANNA, TOKEN

SECRET = TOKEN.partition(":")[2]


def everything_about(error):
    """Return what a report could take from an error and from what led to it."""
    told = []
    while error is not None:
        told += [repr(error), str(error), repr(vars(error))]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return " ".join(told)


@pytest.mark.parametrize(
    "manner",
    [
        lambda exchange: exchange.answer({}, status=302, Location=f"http://x.example/bot{TOKEN}/a"),
        lambda exchange: exchange.answer({}, status=302, Location=f"http://x.example/a/{TOKEN}"),
        lambda exchange: exchange.answer(
            {}, status=302, Location=f"http://x.example/%2Fbot{TOKEN.replace(':', '%3A')}"
        ),
        lambda exchange: exchange.answer({"code": TOKEN}, status=500),
        lambda exchange: exchange.answer({"error": SECRET}, status=418),
        lambda exchange: exchange.answer({"ok": False, "description": TOKEN}, status=400),
        lambda exchange: exchange.answer({"code": TOKEN}, status=404),
        lambda exchange: exchange.answer(TOKEN.encode()),
        lambda exchange: exchange.answer({"ok": True, "result": {"id": TOKEN}}),
        lambda exchange: exchange.raw(f"HTTP/1.1 {TOKEN}\r\n\r\n".encode()),
        lambda exchange: exchange.reset(),
    ],
)
def test_no_error_and_no_log_holds_the_token(telegram, connector, caplog, manner):
    caplog.set_level(logging.DEBUG)
    telegram.say(ANNA, "Hallo")
    reply = reply_to(messages(events_of(connector))[-1], "Ja")
    telegram.loopback.intercept = manner
    for step in (connector.identify, lambda: events_of(connector), lambda: connector.send(reply)):
        with pytest.raises(CmError) as caught:
            step()
        assert SECRET not in everything_about(caught.value)
    assert "getUpdates" in caplog.text
    assert SECRET not in caplog.text


def test_no_error_holds_the_token_when_nobody_is_there(telegram, connector, caplog):
    caplog.set_level(logging.DEBUG)
    telegram.loopback.close_port()
    with pytest.raises(CmError) as caught:
        connector.identify()
    assert SECRET not in everything_about(caught.value) + caplog.text


@pytest.mark.parametrize(
    "token",
    ["", " ", "abc", "123456", "123456:", "123:../../getMe?x=aaaaaaaa", "123456:ab cd", "123:ä" * 9,
     "123456:" + "a" * 200, f"{TOKEN}/getMe?x=", f"{TOKEN}\n/x"],
)  # fmt: skip
def test_what_is_no_token_is_never_put_into_an_address(telegram, connect, token):
    with pytest.raises(SignInNeededError):
        connect(secret={"token": token}).identify()
    assert telegram.loopback.asked == []


def test_blanks_around_a_pasted_token_do_no_harm(connect):
    assert connect(secret={"token": f" {TOKEN}\n"}).identify().handle == "@krume_bot"


@pytest.mark.parametrize(("token", "word"), [("123456:" + "b" * 35, "http_401")])
def test_a_token_that_was_revoked_asks_for_another(connect, token, word):
    with pytest.raises(SignInNeededError) as caught:
        connect(secret={"token": token}).identify()
    assert caught.value.detail == word


def test_plain_http_to_another_computer_is_refused_even_where_other_channels_may(connect):
    with pytest.raises(CmError) as caught:
        connect(url="http://bots.example", settings={"allow_http": "yes"}).identify()
    assert caught.value.problem == "not_https"
    assert SECRET not in everything_about(caught.value)
