"""Holding a file: one at a time, and nobody after a crash (test_vault.py kills a holder)."""

import pytest

from cm_desktop.services.holding import hold


def test_only_one_at_a_time_holds_a_file(tmp_path):
    file = tmp_path / "window.lock"
    let_go = hold(file)
    with pytest.raises(BlockingIOError):
        hold(file)
    let_go()
    hold(file)()


def test_only_this_user_may_open_the_file(tmp_path):
    hold(tmp_path / "window.lock")()
    assert (tmp_path / "window.lock").stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_held_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        hold(tmp_path / "gone" / "window.lock")
