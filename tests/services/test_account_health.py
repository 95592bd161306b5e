"""Lost gaps are put away by a member, once, and the log proves who did it and when."""

import pytest

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.events import GapFound
from cm_desktop.domain.ids import AccountId
from cm_desktop.services import connecting
from cm_desktop.services.account_health import account_health, dismiss_gaps
from cm_desktop.store import events, keeping
from cm_desktop.store.rows import stamp
from tests import factory

OLDER = GapFound(begin=factory.ago(days=9), end=factory.ago(days=8), lost=True)
NEWER = GapFound(begin=factory.ago(days=2), end=factory.ago(days=1), lost=True)
OPEN = GapFound(begin=factory.ago(hours=3), end=factory.ago(hours=2))


@pytest.fixture
def told(office):
    """Let the channel tell of gaps."""

    def tell(*gaps):
        with office.vault.db.writing() as connection:
            keeping.keep(connection, office.account, gaps, office.clock())

    return tell


@pytest.fixture
def dismissed(office):
    return lambda *gaps: dismiss_gaps(office.vault, office.account.id, gaps, now=office.clock)


def health(office):
    return account_health(office.vault, office.account.id)


def logged(office):
    return [one for one in events.walk(office.vault.db.reader) if one.kind == "gap_dismissed"]


def test_the_lost_gaps_are_those_that_never_can_be_filled(office, told):
    told(OPEN, NEWER, OLDER)
    assert health(office).lost_gaps == (OLDER, NEWER)


def test_what_was_put_away_is_gone_and_stays_away(office, told, dismissed):
    told(OLDER, NEWER, OPEN)
    assert dismissed(OLDER, NEWER) == (OLDER, NEWER)
    told(OLDER, NEWER, OPEN)
    assert health(office).gaps == (OPEN,)


def test_the_log_proves_who_put_a_gap_away_and_when(office, told, dismissed):
    told(OLDER, NEWER)
    dismissed(NEWER)
    (entry,) = logged(office)
    assert (entry.member, entry.at) == (office.vault.me, office.clock())
    assert entry.member
    assert entry.id is not None
    assert entry.body == {
        "account": office.account.id,
        "begin_ms": stamp(NEWER.begin),
        "end_ms": stamp(NEWER.end),
    }
    report = events.check_chain(office.vault.db.reader)
    assert report.intact
    assert report.unsealed == 0


def test_what_cannot_be_put_away_is_left_alone_and_not_logged(office, told, dismissed):
    told(OPEN, OLDER)
    dismissed(OLDER)
    assert dismissed(OLDER, OPEN, NEWER) == ()
    assert health(office).gaps == (OPEN,)
    assert len(logged(office)) == 1


def test_gaps_of_an_account_that_is_gone_cannot_be_put_away(office, told, dismissed):
    told(OLDER)
    connecting.remove_account(office.vault, office.account.id)
    with pytest.raises(UsageError, match="no_account"):
        dismissed(OLDER)
    with pytest.raises(UsageError, match="no_account"):
        dismiss_gaps(office.vault, AccountId("nobody"), [OLDER])
