"""Whoever is out of time is told so, however many wait and for how long."""

import threading

import pytest

from cm_desktop.connectors.http_deadline import Deadline


def test_a_block_left_in_time_is_left_alone():
    with Deadline().limit(0.05) as over:
        pass
    assert not over.wait(0.2)


def test_a_shorter_time_is_up_while_a_longer_one_is_still_running():
    with Deadline().limit(60) as long, Deadline().limit(0.05) as short:
        assert short.wait(5)
        assert not long.is_set()


def test_many_times_run_out_each_for_itself():
    with (
        Deadline().limit(0.15) as late,
        Deadline().limit(0.05) as soon,
        Deadline().limit(0.05) as too,
    ):
        assert soon.wait(5)
        assert too.wait(5)
        assert late.wait(5)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_goes_wrong_for_one_is_no_harm_to_the_others():
    broken = Deadline()
    broken._sockets = None
    with broken.limit(0.01) as failed:
        assert failed.wait(5)
    with Deadline().limit(0.05) as over:
        assert over.wait(5)


def test_one_thread_watches_over_all():
    def watching():
        return sum(thread.name == "deadlines" for thread in threading.enumerate())

    with Deadline().limit(60), Deadline().limit(50), Deadline().limit(70):
        assert watching() == 1
