"""Accounts are tried before they are kept; their secrets lie in the vault and nowhere else."""

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.domain.errors import AddressError, SignInNeededError, UsageError
from cm_desktop.domain.model import Health
from cm_desktop.services import connecting, reading
from cm_desktop.services.desk import Desk
from cm_desktop.services.syncing import sync_once
from cm_desktop.store import accounts, events

INSTAGRAM = {"as": "instagram", "now": "2026-11-21T09:00:00+00:00"}


def add(vault, **settings):
    return connecting.add_account(vault, "demo", settings=INSTAGRAM | settings)


def test_an_account_that_works_is_kept_with_its_rules(vault):
    account = add(vault)
    assert reading.accounts(vault) == [account]
    assert account.health is Health.NEW
    assert account.settings.items() >= INSTAGRAM.items()
    assert reading.account_policy(vault, account.id).simulated


def test_an_account_that_does_not_work_is_not_kept(vault):
    with pytest.raises(SignInNeededError):
        add(vault, trouble="sign_in")
    assert reading.accounts(vault) == []


def test_an_account_is_added_once(vault):
    add(vault)
    with pytest.raises(UsageError, match="account_exists"):
        add(vault)


def test_a_channel_we_do_not_speak_with_is_told(vault):
    with pytest.raises(UsageError, match="no_channel semaphore"):
        connecting.add_account(vault, "semaphore")


@pytest.mark.parametrize(("channel", "missing"), [("wordpress", "url"), ("mail", "handle")])
def test_what_is_missing_is_named_before_anybody_is_asked(vault, channel, missing):
    with pytest.raises(AddressError) as refused:
        connecting.add_account(vault, channel)
    assert refused.value.problem == "missing"
    assert missing in refused.value.value


def test_trying_an_account_shows_what_is_new_there_and_keeps_nothing(vault):
    config = AccountConfig(channel="demo", settings=INSTAGRAM)
    tried = connecting.probe(config, preview=3)
    times = [message.created_at for message in tried.newest]
    assert (len(times), times) == (3, sorted(times))
    assert tried.identity.title
    assert reading.accounts(vault) == []


def test_a_renewed_secret_is_kept_the_moment_it_comes(vault):
    account = add(vault)
    sync_once(vault)
    conversation = next(one for one in reading.page(vault, reading.View("all")) if one.unread)
    before = accounts.secret(vault.db.reader, account.id)
    Desk(vault).reply(conversation.id, "Thank you.", hold_seconds=0)
    assert sync_once(vault).accounts[0].sent == 1
    assert accounts.secret(vault.db.reader, account.id) != before


def test_signing_in_again_keeps_the_history_and_makes_the_account_due(vault):
    account = add(vault)
    sync_once(vault)
    again = connecting.sign_in_again(vault, account.id, {"token": "new"})
    assert (again.id, again.health, again.next_fetch_at) == (account.id, Health.NEW, None)
    assert accounts.secret(vault.db.reader, account.id)["token"] == "new"
    assert reading.counts(vault).all > 0


def test_testing_an_account_tells_who_we_are_there(vault):
    account = add(vault)
    found = connecting.test_account(vault, account.id)
    assert found.identity.remote_id == account.remote_id


def test_a_removed_account_keeps_its_past_and_loses_its_secret(vault):
    account = add(vault)
    sync_once(vault)
    with vault.db.writing() as connection:
        accounts.set_secret(connection, account.id, {"token": "secret"})
    connecting.remove_account(vault, account.id)
    assert reading.accounts(vault) == []
    assert reading.counts(vault).all > 0
    assert accounts.secret(vault.db.reader, account.id) == {}
    assert sync_once(vault).accounts == []


def test_an_erased_account_is_gone_with_all_it_brought(vault):
    account = add(vault)
    sync_once(vault)
    connecting.remove_account(vault, account.id, erase=True)
    assert (reading.accounts(vault), reading.counts(vault).all) == ([], 0)
    assert reading.page(vault, reading.View("all"), "a") == []


def test_a_paused_account_goes_on_where_it_was(vault):
    account = add(vault)
    connecting.pause_account(vault, account.id)
    assert sync_once(vault).accounts == []
    connecting.resume_account(vault, account.id)
    assert sync_once(vault).accounts[0].new > 0


def test_what_happens_to_accounts_is_logged_without_secrets(vault):
    account = connecting.add_account(
        vault, "demo", settings=INSTAGRAM, secret={"password": "hunter2"}
    )
    connecting.remove_account(vault, account.id)
    entries = list(events.walk(vault.db.reader))
    assert [one.kind for one in entries] == ["account_added", "account_removed"]
    assert "hunter2" not in str([one.body for one in entries])
    assert events.check_chain(vault.db.reader).intact


def test_an_account_that_does_not_exist_is_told(vault):
    for ask in (connecting.find_account, connecting.test_account, connecting.remove_account):
        with pytest.raises(UsageError, match="no_account"):
            ask(vault, "nobody")
