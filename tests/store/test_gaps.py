"""Gaps are remembered once; lost ones that a member put away stay away until they grow."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cm_desktop.domain.events import GapFilled, GapFound
from cm_desktop.store import accounts, gaps
from tests import factory

LOST = GapFound(begin=factory.ago(days=2), end=factory.ago(days=1), lost=True)
OPEN = replace(LOST, lost=False)
GROWN = replace(LOST, end=LOST.end + timedelta(minutes=1))


@pytest.fixture
def shown(desk):
    """Return the gaps that are shown now."""
    return lambda: gaps.of(desk.reader, desk.account.id)


@pytest.fixture
def dismiss(desk):
    row = accounts.row_of(desk.reader, desk.account.id)
    return lambda gap: desk.write(gaps.dismiss, row, gap)


def test_a_lost_gap_that_was_put_away_is_shown_no_more(desk, shown, dismiss):
    other = GapFound(begin=LOST.end, end=factory.ago(hours=1), lost=True)
    desk.keep(LOST, other)
    assert dismiss(LOST)
    assert shown() == [other]


def test_it_is_put_away_once(desk, dismiss):
    desk.keep(LOST)
    assert dismiss(LOST)
    assert not dismiss(LOST)


def test_a_gap_that_may_still_be_filled_cannot_be_put_away(desk, shown, dismiss):
    desk.keep(OPEN)
    assert not dismiss(OPEN)
    assert not dismiss(LOST)
    assert shown() == [OPEN]


def test_a_gap_that_nobody_knows_cannot_be_put_away(dismiss):
    assert not dismiss(LOST)


def test_a_gap_that_has_grown_since_it_was_seen_is_not_put_away(desk, shown, dismiss):
    desk.keep(LOST, GROWN)
    assert not dismiss(LOST)
    assert shown() == [GROWN]


def test_the_same_gap_told_again_stays_away(desk, shown, dismiss):
    desk.keep(LOST)
    dismiss(LOST)
    desk.keep(LOST)
    desk.keep(replace(LOST, end=LOST.end - timedelta(hours=1)))
    assert shown() == []


def test_a_gap_that_grew_comes_back_and_can_be_put_away_again(desk, shown, dismiss):
    desk.keep(LOST)
    dismiss(LOST)
    desk.keep(GROWN)
    desk.keep(LOST)
    assert shown() == [GROWN]
    assert dismiss(GROWN)
    desk.keep(GROWN, LOST)
    assert shown() == []


def test_a_gap_that_is_to_be_read_after_all_comes_back(desk, shown, dismiss):
    desk.keep(LOST)
    dismiss(LOST)
    desk.keep(OPEN)
    assert shown() == [OPEN]
    desk.keep(LOST)
    assert shown() == [LOST]


def test_a_gap_that_was_filled_is_forgotten_with_its_being_put_away(desk, shown, dismiss):
    desk.keep(LOST)
    dismiss(LOST)
    desk.keep(GapFilled(begin=LOST.begin))
    assert shown() == []
    desk.keep(LOST)
    assert shown() == [LOST]


def test_another_account_keeps_the_same_gap(desk, shown, dismiss):
    other = desk.add_account(remote_id="another")
    desk.keep(LOST)
    desk.keep(LOST, account=other)
    dismiss(LOST)
    assert gaps.of(desk.reader, other.id) == [LOST]
    assert shown() == []


def test_an_account_that_comes_back_brings_no_gaps_back_that_were_put_away(desk, shown, dismiss):
    desk.keep(LOST)
    dismiss(LOST)
    desk.write(accounts.remove, desk.account.id, now=factory.NOW)
    desk.add_account(remote_id=desk.account.remote_id)
    desk.keep(LOST)
    assert shown() == []
