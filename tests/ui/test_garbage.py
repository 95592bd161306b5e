import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QObject, QTimer

from cm_desktop.ui import garbage


class Circle(QObject):
    """Refers to itself, and so is there until somebody collects."""

    def __init__(self):
        super().__init__()
        self.self = self


@pytest.fixture
def collecting(qapp):
    """What collects from now on, with the timer that makes it look."""
    parent = QObject()
    garbage.collect_here(parent)
    yield parent.findChild(QTimer)
    gc.unfreeze()


def make_much():
    """Make so much that Python would collect all generations."""
    for _circle in range(200_000):
        circle = []
        circle.append(circle)


def dropped():
    """Return how to look for a circle that nobody has any more."""
    return weakref.ref(Circle())


def test_what_a_thread_makes_ends_nothing_of_the_main_thread(collecting):
    circle = dropped()
    thread = threading.Thread(target=make_much)
    thread.start()
    thread.join()
    assert circle() is not None


def test_the_main_thread_collects_when_there_is_enough(collecting, qtbot):
    ended_on = []
    circle = dropped()
    circle().destroyed.connect(lambda: ended_on.append(threading.current_thread()))
    make_much()
    assert collecting.isActive()
    collecting.timeout.emit()
    assert circle() is None
    assert ended_on == [threading.main_thread()]


def test_to_be_asked_twice_is_to_look_once(collecting):
    garbage.collect_here(collecting.parent())
    assert len(collecting.parent().findChildren(QTimer)) == 1
