"""`account health`, `account look`, and signing in by the browser or by a code."""

import threading

import pytest

from cm_desktop.domain.errors import AddressError
from cm_desktop.domain.events import GapFound
from cm_desktop.domain.model import Health
from cm_desktop.domain.standing import Allowance, Standing
from cm_desktop.services.clock import utc_now
from cm_desktop.store import accounts, gaps
from tests import factory
from tests.played import NAME, PlayedChannel

URL = ("--url", "https://place.example")


@pytest.fixture
def played(monkeypatch):
    channel = PlayedChannel()
    channel.install(monkeypatch)
    return channel


def secret_of(shop, account):
    with shop.opened() as opened:
        return accounts.secret(opened.db.reader, account)


def test_a_new_account_has_nothing_to_tell(shop):
    account = shop.add("mastodon")
    assert shop.done("account", "health", account) == {
        "id": account,
        "channel": "demo",
        "health": "new",
        "last_ok_at": None,
        "next_fetch_at": None,
        "paused": False,
        "signed_in_until": None,
        "allowance": None,
        "gaps": [],
        "error": None,
    }


def test_what_the_channel_said_is_told_to_scripts_and_people(shop):
    account = shop.add("mastodon")
    standing = Standing(
        signed_in_until=factory.NOW,
        allowance=Allowance(left=280, most=300, renewed_at=factory.NOW),
    )
    gap = GapFound(begin=factory.ago(hours=2), end=factory.ago(hours=1), lost=True)
    with shop.opened() as opened, opened.db.writing() as connection:
        accounts.set_standing(connection, account, standing)
        gaps.add(connection, accounts.row_of(connection, account), gap)
        accounts.set_health(
            connection, account, Health.SIGN_IN, now=utc_now(), trouble="sign_in_needed"
        )
    told = shop.done("account", "health", account)
    assert told["health"] == "sign-in"
    assert told["allowance"]["left"] == 280
    assert told["allowance"]["renewed_at"] == told["signed_in_until"]
    assert [set(one) for one in told["gaps"]] == [{"begin", "end", "lost"}]
    assert told["gaps"][0]["lost"] is True
    assert told["error"]["code"] == "sign_in_needed"
    assert told["error"]["what_to_do"]
    people = shop.people("account", "health", account).out
    assert "allowance.left: 280" in people
    assert "lost True" in people


def test_the_health_of_no_account_is_wrong_use(shop):
    assert shop.refused(2, "account", "health", "nobody")["code"] == "usage"
    shop.refused(2, "account", "health", "nobody", "--dismiss-gaps")


def tell_gaps(shop, account, *told):
    with shop.opened() as opened, opened.db.writing() as connection:
        for gap in told:
            gaps.add(connection, accounts.row_of(connection, account), gap)


def test_lost_gaps_are_put_away_and_those_to_be_read_again_stay(shop):
    account = shop.add("mastodon")
    lost = GapFound(begin=factory.ago(hours=9), end=factory.ago(hours=8), lost=True)
    tell_gaps(shop, account, lost, GapFound(begin=factory.ago(hours=2), end=factory.ago(hours=1)))
    before = shop.done("account", "health", account)
    told = shop.done("account", "health", account, "--dismiss-gaps")
    assert [one["lost"] for one in told["gaps"]] == [False]
    assert told["dismissed"] == [one for one in before["gaps"] if one["lost"]]
    assert set(told) == {*before, "dismissed"}
    tell_gaps(shop, account, lost)
    assert shop.done("account", "health", account)["gaps"] == told["gaps"]


def test_without_lost_gaps_there_is_nothing_to_put_away(shop):
    account = shop.add("mastodon")
    assert shop.done("account", "health", account, "--dismiss-gaps")["dismissed"] == []
    assert "dismissed: -" in shop.people("account", "health", account, "--dismiss-gaps").out


def test_people_are_told_which_gaps_were_put_away(shop):
    account = shop.add("mastodon")
    gap = GapFound(begin=factory.ago(hours=9), end=factory.ago(hours=8), lost=True)
    tell_gaps(shop, account, gap)
    people = shop.people("account", "health", account, "--dismiss-gaps").out
    assert "gaps: -" in people
    assert "dismissed: begin 2026-" in people


def test_an_address_is_looked_at_without_signing_in(shop, played):
    assert shop.done("account", "look", NAME, *URL) == {
        "channel": NAME,
        "software": "Mastodon",
        "title": "place.example",
        "text_limit": 500,
        "text_unit": "characters",
        "url": None,
    }
    assert "software: Mastodon" in shop.people("account", "look", NAME, *URL).out
    played.found = AddressError("no_api", "place.example")
    shop.refused(2, "account", "look", NAME, *URL)


def test_a_channel_that_cannot_be_looked_at_says_so(shop):
    assert "cannot be looked at" in shop.refused(2, "account", "look", "demo")["message"]


def test_a_code_from_the_page_signs_in(shop, played):
    ran = shop("account", "add", NAME, *URL, "--show-code", text="good code\n")
    assert ran.code == 0, ran.out
    assert "https://place.example/allow" in ran.err
    assert secret_of(shop, ran.document["id"]) == {"token": "right"}
    shop.refused(3, "account", "sign-in", ran.document["id"], "--show-code", text="stale")


def test_the_browser_on_this_computer_signs_in(shop, played):
    def person():
        assert played.begun.wait(10)
        played.come_back()

    allowing = threading.Thread(target=person)
    allowing.start()
    ran = shop("account", "add", NAME, *URL, "--browser")
    allowing.join(10)
    assert ran.code == 0, ran.out
    assert secret_of(shop, ran.document["id"]) == {"token": "right"}


def test_a_channel_without_a_page_to_sign_in_on_says_so(shop):
    shop.refused(2, "account", "add", "demo", "--browser")
    shop.refused(2, "account", "add", "demo", "--show-code")
