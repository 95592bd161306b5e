import threading

import pytest
from PySide6.QtCore import QObject

from cm_desktop.domain.errors import OfflineError
from cm_desktop.ui.runner import Done, Failed, Runner


def test_a_job_runs_on_another_thread_and_its_value_comes_back_on_the_main_one(qtbot, runner):
    seen = []

    def take(outcome):
        seen.append((outcome, threading.current_thread()))

    runner.submit("count", threading.current_thread, take)
    qtbot.waitUntil(lambda: len(seen) == 1)
    (outcome, taken_on) = seen[0]
    assert isinstance(outcome, Done)
    assert outcome.value is not threading.main_thread()
    assert taken_on is threading.main_thread()


def test_what_was_foreseen_to_go_wrong_is_an_outcome(qtbot, runner):
    seen = []
    trouble = OfflineError("no route")

    def job():
        raise trouble

    runner.submit("fetch", job, seen.append)
    qtbot.waitUntil(lambda: seen == [Failed(trouble)])


def test_a_bug_is_raised_again_on_the_main_thread(qtbot, runner):
    def job():
        raise ZeroDivisionError("a bug")

    with qtbot.captureExceptions() as raised:
        runner.submit("bug", job, lambda _outcome: None)
        qtbot.waitUntil(lambda: len(raised) == 1)
    assert raised[0][0] is ZeroDivisionError


def test_of_two_jobs_with_one_key_only_the_first_runs(qtbot, runner):
    go = threading.Event()
    seen = []
    assert runner.submit("one", go.wait, seen.append)
    assert not runner.submit("one", lambda: "second", seen.append)
    go.set()
    qtbot.waitUntil(lambda: seen == [Done(value=True)])
    assert runner.submit("one", lambda: "third", seen.append)
    qtbot.waitUntil(lambda: len(seen) == 2)


def test_a_job_in_place_of_another_is_the_only_one_delivered(qtbot, runner):
    go = threading.Event()
    seen = []
    runner.replace("search", go.wait, seen.append)
    runner.replace("search", lambda: "b", seen.append)
    runner.replace("search", lambda: "br", seen.append)
    go.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert seen == [Done("br")]


def test_a_cancelled_job_is_told_and_brings_nothing_back(qtbot, runner):
    cancelled = threading.Event()
    seen = []
    runner.submit("long", cancelled.wait, seen.append, cancelled=cancelled)
    runner.cancel("long")
    assert cancelled.is_set()
    runner.submit("after", lambda: "after", seen.append)
    qtbot.waitUntil(lambda: seen == [Done("after")])


def test_writes_are_done_in_the_order_they_were_asked_for(qtbot, runner):
    done = []
    for number in range(50):
        runner.write(lambda number=number: done.append(number))
    qtbot.waitUntil(lambda: not runner.busy)
    assert done == list(range(50))


def test_stopping_still_does_what_was_to_be_written(qapp):
    before = threading.active_count()
    runner = Runner()
    go, done = threading.Event(), []
    runner.write(go.wait)
    runner.write(lambda: done.append("kept"))
    go.set()
    runner.stop()
    assert done == ["kept"]
    assert threading.active_count() <= before


def test_nothing_is_delivered_to_a_widget_that_is_gone(qtbot, runner):
    class Screen(QObject):
        def take(self, outcome):
            seen.append(outcome)

    seen, go = [], threading.Event()
    screen = Screen()
    runner.submit("late", go.wait, screen.take)
    screen.deleteLater()
    qtbot.waitSignal(screen.destroyed).wait()
    go.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert seen == []


@pytest.mark.parametrize("count", [200])
def test_many_jobs_all_come_back(qtbot, runner, count):
    seen = []
    for number in range(count):
        runner.submit(f"job {number}", lambda number=number: number, seen.append)
    qtbot.waitUntil(lambda: len(seen) == count)
    assert {outcome.value for outcome in seen} == set(range(count))


def test_what_a_job_refers_to_ends_on_the_main_thread_even_if_it_was_the_last(qtbot, runner):
    ended_on, go, over = [], threading.Event(), []

    def job_about(widget):
        widget.destroyed.connect(lambda: ended_on.append(threading.current_thread()))
        return lambda: widget and go.wait(10)

    runner.replace("search", job_about(QObject()), over.append)
    runner.replace("search", job_about(QObject()), over.append)  # is never begun
    runner.replace("search", job_about(QObject()), over.append)
    go.set()
    qtbot.waitUntil(lambda: len(ended_on) == 3)
    assert set(ended_on) == {threading.main_thread()}
    assert len(over) == 1
