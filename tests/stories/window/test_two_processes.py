"""The window with the real worker beside it: a process of its own, as people run it."""

import os
import signal

import pytest

from cm_desktop.app import Program
from tests.stories.window.program import PlayedProgram


class RealProgram(PlayedProgram):
    """The program with its own worker."""

    _make_worker = Program._make_worker
    _context = Program._context


@pytest.fixture
def desk(new_desk):
    return new_desk(demo=True, program=RealProgram).start()


def test_the_worker_process_sends_and_fetches_the_answer(desk):
    talk = desk.open("Aleksander")
    said = len(desk.outside(talk))
    desk.window.context.settings.setValue("hold_seconds", 0)
    desk.answer("Kommen Sie am Samstag um vier?")
    desk.fetch_until(lambda: len(desk.outside(talk)) == said + 2)
    desk.wait(lambda: "Schürze" in desk.thread()[-1])
    worker = desk.window.context.worker
    desk.close()
    assert not worker.running


def test_a_worker_that_is_killed_is_started_again_and_sends_what_waited(desk):
    talk = desk.open("Aleksander")
    desk.window.context.settings.setValue("hold_seconds", 0)
    worker = desk.window.context.worker
    desk.wait(lambda: worker.running and not desk.window.rail._busy.text())
    os.kill(worker._process.processId(), signal.SIGKILL)
    desk.wait(lambda: "pause for a moment" in desk.window.problem_bar.sentence)
    desk.answer("Kommen Sie am Samstag um vier?")
    desk.wait(lambda: "Kommen Sie am Samstag um vier?" in desk.outside(talk), timeout=30_000)
    assert not desk.window.problem_bar.isVisible()
