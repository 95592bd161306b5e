"""Accounts keep their sign-in, policy, cursor and health; removing keeps what they brought."""

from datetime import timedelta

import pytest

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.model import Health, Kind
from cm_desktop.domain.policy import Ability, ChannelPolicy, TextUnit
from cm_desktop.store import accounts
from tests import factory
from tests.factory import NOW


def add(desk, account, **secret):
    return desk.write(accounts.add, account, secret=secret, policy=factory.policy(), now=NOW)


def test_an_account_is_read_back_as_it_was_added(desk):
    account = factory.account(url="https://x.example", settings={"root": "/api"}, paused=True)
    assert add(desk, account, token="t") == account
    assert accounts.by_id(desk.reader, account.id) == account
    assert accounts.list_all(desk.reader) == [desk.account, account]
    assert accounts.secret(desk.reader, account.id) == {"token": "t"}


def test_the_same_account_cannot_be_added_twice(desk):
    again = factory.account(channel=desk.account.channel, remote_id=desk.account.remote_id)
    with pytest.raises(UsageError, match="account_exists"):
        add(desk, again)


def test_a_removed_account_keeps_its_past_and_comes_back_with_it(desk):
    desk.keep(factory.message_seen())
    desk.write(accounts.save_cursor, desk.account.id, "7")
    desk.write(accounts.remove, desk.account.id, now=NOW)
    assert accounts.list_all(desk.reader) == []
    assert [one.id for one in accounts.list_all(desk.reader, with_removed=True)] == [
        desk.account.id
    ]
    assert accounts.secret(desk.reader, desk.account.id) == {}
    assert len(desk.page()) == 1
    again = factory.account(
        channel=desk.account.channel, remote_id=desk.account.remote_id, title="New title"
    )
    back = add(desk, again, token="new")
    assert (back.id, back.title, back.paused) == (desk.account.id, "New title", False)
    assert accounts.cursor(desk.reader, back.id) == "7"
    assert accounts.secret(desk.reader, back.id) == {"token": "new"}
    assert accounts.list_all(desk.reader) == [back]


def test_an_erased_account_leaves_nothing(desk):
    file = factory.seen_attachment(content=b"x")
    desk.keep(factory.message_seen(text="word", attachments=(file,)))
    other = desk.add_account()
    desk.keep(factory.message_seen(text="word"), account=other)
    desk.write(accounts.erase, desk.account.id)
    assert [one.account for one in desk.find("word")] == [other.id]
    for table in ("conversation", "message", "account", "fts_docsize"):
        assert desk.rows("SELECT count(*) FROM " + table) == [(1,)], table
    assert desk.rows("SELECT count(*) FROM attachment") == [(0,)]
    assert desk.rows("SELECT count(DISTINCT account_id) FROM account_stat") == [(1,)]
    assert desk.rows("SELECT count(DISTINCT account_id) FROM person") == [(1,)]


def test_what_changes_about_an_account_is_kept(desk):
    changed = factory.account(
        id=desk.account.id, title="T", handle="H", url="U", settings={"a": "b"}
    )
    desk.write(accounts.describe, changed)
    read = accounts.by_id(desk.reader, desk.account.id)
    assert (read.title, read.handle, read.url, read.settings) == ("T", "H", "U", {"a": "b"})
    desk.write(accounts.set_secret, desk.account.id, {"b": "2"})
    assert accounts.secret(desk.reader, desk.account.id) == {"b": "2"}
    desk.write(accounts.pause, desk.account.id)
    assert accounts.by_id(desk.reader, desk.account.id).paused
    desk.write(accounts.resume, desk.account.id)
    assert not accounts.by_id(desk.reader, desk.account.id).paused
    desk.write(accounts.set_next_fetch, desk.account.id, NOW)
    assert accounts.by_id(desk.reader, desk.account.id).next_fetch_at == NOW


def test_health_counts_what_went_wrong_in_a_row(desk):
    def tell(health, **about):
        return desk.write(accounts.set_health, desk.account.id, health, now=NOW, **about)

    assert tell(Health.OK) == 0
    assert tell(Health.OFFLINE, trouble="offline", detail="no route") == 1
    assert tell(Health.WAITING, next_fetch_at=NOW + timedelta(minutes=1)) == 2
    read = accounts.by_id(desk.reader, desk.account.id)
    assert (read.health, read.trouble, read.last_ok_at) == (Health.WAITING, "", NOW)
    assert read.next_fetch_at == NOW + timedelta(minutes=1)
    tell(Health.TROUBLE, trouble="server_trouble", detail="HTTP 500")
    assert accounts.trouble_detail(desk.reader, desk.account.id) == "HTTP 500"
    assert tell(Health.OK) == 0
    assert accounts.failures(desk.reader, desk.account.id) == 0


@pytest.mark.parametrize(
    "policy",
    [
        factory.policy(),
        ChannelPolicy(
            abilities=frozenset({Ability.REPLY}),
            text_limit=280,
            text_unit=TextUnit.WEIGHTED,
            byte_limit=1000,
            reply_windows={Kind.DIRECT: timedelta(hours=24), Kind.REVIEW: timedelta(days=7)},
            retention=timedelta(days=30),
            bulk_allowed=False,
            poll_seconds=15,
            can_read_back=False,
            repeat_is_safe=True,
            simulated=True,
        ),
    ],
)
def test_a_policy_is_read_back_as_it_was_kept(desk, policy):
    desk.write(accounts.set_policy, desk.account.id, policy)
    assert accounts.policy(desk.reader, desk.account.id) == policy


def test_what_a_newer_program_allowed_is_left_out():
    text = accounts.policy_text(ChannelPolicy(abilities=frozenset({Ability.REPLY})))
    newer = text.replace('"reply"', '"reply","dance"')
    assert accounts.policy_of(newer).abilities == {Ability.REPLY}
    text = accounts.policy_text(factory.policy(reply_windows={Kind.DIRECT: timedelta(days=7)}))
    newer = text.replace('"direct":', '"smoke_signs":60.0,"direct":')
    assert accounts.policy_of(newer).reply_windows == {Kind.DIRECT: timedelta(days=7)}


def test_unread_conversations_are_counted_for_each_account(desk):
    desk.keep(factory.message_seen(), factory.message_seen(), factory.message_seen(seen_by_us=True))
    assert accounts.by_id(desk.reader, desk.account.id).unread == 2


def test_a_secret_is_no_part_of_an_account(desk):
    account = add(desk, factory.account(), token="very-secret")
    assert "very-secret" not in repr(account)


@pytest.mark.parametrize(
    "function",
    [
        accounts.by_id,
        accounts.row_of,
        accounts.secret,
        accounts.cursor,
        accounts.policy,
        accounts.failures,
        accounts.erase,
        accounts.pause,
        lambda writer, account: accounts.save_cursor(writer, account, "1"),
        lambda writer, account: accounts.remove(writer, account, now=NOW),
        lambda writer, account: accounts.describe(writer, factory.account(id=account)),
    ],
)
def test_an_account_that_is_not_there_is_said_to_be_missing(desk, function):
    with pytest.raises(UsageError, match="no_account"):
        desk.write(function, "nonsense")
