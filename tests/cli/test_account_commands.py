"""Accounts by the command line; a secret is read from standard input and never shown."""

import pytest


def test_an_account_is_signed_in_kept_listed_and_removed(shop):
    made = shop.done("account", "add", "demo", "--set", "as=mastodon", text='{"token": "t0p"}')
    assert made["channel"] == "demo"
    assert made["title"]
    assert [one["id"] for one in shop.done("account", "list")] == [made["id"]]
    assert made["title"] in shop.people("account", "list").out
    tested = shop.done("account", "test", made["id"])
    assert (tested["ok"], tested["remote_id"]) == (True, made["remote_id"])
    removed = shop.done("account", "remove", made["id"], "--yes")
    assert removed == {"removed": made["id"], "erased": False}
    assert shop.done("account", "list") == []


def test_an_account_that_cannot_sign_in_is_not_kept(shop):
    shop.refused(3, "account", "add", "demo", "--set", "trouble=sign_in", text="{}")
    shop.refused(4, "account", "add", "demo", "--set", "trouble=offline", text="{}")
    assert shop.done("account", "list") == []


def test_the_same_account_is_not_added_twice(shop):
    shop.add()
    shop.refused(2, "account", "add", "demo")


def test_an_account_of_a_real_channel_needs_its_secret_and_address(shop):
    error = shop.refused(2, "account", "add", "wordpress", text="{}")
    assert error["code"] == "address"
    assert shop.done("account", "list") == []


def test_the_address_is_the_one_that_is_asked(shop, unused_port):
    url = f"http://127.0.0.1:{unused_port}"
    secret = '{"password": "abcd efgh"}'
    shop.refused(4, "account", "add", "wordpress", "--url", url, "--handle", "eva", text=secret)


@pytest.fixture
def unused_port():
    from tests.servers.ports import free_ports

    return free_ports(1)[0]


@pytest.mark.parametrize(
    "text", ["{", "[]", '"text"', '{"token": 5}', '{"token": {"a": "b"}}', "[" * 5000, "s3cret"]
)
def test_a_secret_that_is_no_object_of_texts_is_refused_and_not_repeated(shop, text):
    ran = shop("account", "add", "demo", text=text)
    assert ran.code == 2
    assert ran.error["message"]
    assert "s3cret" not in ran.out + ran.err
    assert shop.done("account", "list") == []


@pytest.mark.parametrize("setting", ["as", "=x", ""])
def test_a_setting_needs_a_name_and_a_value(shop, setting):
    shop.refused(2, "account", "add", "demo", "--set", setting)


def test_a_value_may_hold_an_equals_sign(shop):
    made = shop.done("account", "add", "demo", "--set", "comment=a=b")
    with shop.opened() as opened:
        row = opened.db.reader.execute("SELECT settings FROM account").fetchone()
    assert '"a=b"' in row[0]
    assert made["id"]


def test_a_secret_is_nowhere_to_be_seen(shop):
    ran = shop("account", "add", "demo", text='{"token": "s3cret-token"}')
    everything = [ran.out, ran.err]
    for command in (["account", "list"], ["doctor"], ["sync"], ["inbox"]):
        ran = shop(*command)
        everything += [ran.out, ran.err]
    assert "s3cret-token" not in "".join(everything)
    files = [path for path in shop.data_dir.rglob("*") if path.is_file()]
    assert not any(b"s3cret-token" in path.read_bytes() for path in files)


def test_at_a_terminal_each_part_of_the_secret_is_asked_for(shop, monkeypatch):
    from cm_desktop.cli import accounts

    class Terminal:
        def isatty(self):
            return True

    asked = []

    def ask(prompt, stream=None):
        asked.append(prompt)
        return "x"

    monkeypatch.setattr(accounts.sys, "stdin", Terminal())
    monkeypatch.setattr(accounts.getpass, "getpass", ask)
    assert accounts._secret(("user", "password")) == {"user": "x", "password": "x"}
    assert asked == ["user: ", "password: "]


def test_erasing_takes_what_it_brought_along(busy_shop):
    assert busy_shop.conversations()
    busy_shop.done("account", "remove", busy_shop.account, "--erase", "--yes")
    assert busy_shop.conversations("--view", "all") == []


def test_the_policy_is_told_to_people_too(shop):
    account = shop.add("mastodon")
    policy = shop.done("account", "policy", account)
    assert policy["text_limit"] == 500
    assert "text_limit: 500" in shop.people("account", "policy", account).out
