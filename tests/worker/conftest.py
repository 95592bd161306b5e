"""A worker that runs on a thread of the test, and the office it works for."""

import threading

import pytest

from cm_desktop.services.clock import utc_now
from cm_desktop.worker import Worker
from tests.services.conftest import Office, vault

__all__ = ["vault"]


@pytest.fixture
def office(vault):
    """An office that lives by the clock on the wall, as a worker does."""
    return Office(vault, utc_now)


class Running:
    """A worker at work, and what it said so far."""

    def __init__(self, office, tools, **options):
        self.said = []
        self._heard = threading.Condition()
        self.worker = Worker(office.vault, self._say, tools, **options)
        self.ended = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def do(self, command, **more):
        self.worker.command({"do": command, **more})

    def wait_for(self, event, timeout=10, **wanted):
        """Return the next thing said that fits and was not returned before."""

        def found():
            return next((one for one in self.said if fits(one)), None)

        def fits(one):
            about = {"event": event, **wanted}
            return all(one.get(name) == value for name, value in about.items())

        with self._heard:
            assert self._heard.wait_for(found, timeout), f"never said {event}: {self.said}"
            heard = found()
            self.said.remove(heard)
            return heard

    def stop(self):
        self.do("stop")
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _run(self):
        self.ended = self.worker.run()

    def _say(self, event):
        with self._heard:
            self.said.append(event)
            self._heard.notify_all()


@pytest.fixture
def running(office):
    """Start a worker; it is stopped after the test."""
    started = []

    def start(first_backup=3600.0, **tools):
        started.append(Running(office, office.tools(**tools), first_backup=first_backup))
        return started[0]

    yield start
    for one in started:
        one.stop()
