import json
import sys
import textwrap

import pytest

from cm_desktop.ui.context import Changes
from cm_desktop.ui.worker_link import WorkerLink

FIRST_LINE = {"key": "00", "data_dir": "/nowhere", "vault": "demo"}


class Heard:
    """Keeps what the link says."""

    def __init__(self, link, changes):
        self.conversations, self.connection, self.lives = [], [], []
        self.accounts = self.outbox = 0
        changes.conversations.connect(self.conversations.append)
        changes.connection.connect(self.connection.append)
        changes.accounts.connect(self._account)
        changes.outbox.connect(self._outbox)
        link.ready.connect(lambda: self.lives.append("ready"))
        link.died.connect(lambda: self.lives.append("died"))

    def _account(self):
        self.accounts += 1

    def _outbox(self):
        self.outbox += 1


@pytest.fixture
def started(qtbot, tmp_path):
    """Start a link to a program that is given as Python text."""
    links = []

    def start(text, **about):
        program = tmp_path / "worker.py"
        program.write_text(textwrap.dedent(text))
        changes = Changes()
        command = (sys.executable, "-u", str(program))
        link = WorkerLink(changes, FIRST_LINE, command=command, **about)
        links.append(link)
        link.heard = Heard(link, changes)
        link.start()
        return link

    yield start
    for link in links:
        link.stop()
        assert not link.running


ECHO = """
    import json, sys
    first = json.loads(sys.stdin.readline())
    print(json.dumps({"event": "ready"}))
    for line in sys.stdin:
        said = json.loads(line)
        print(json.dumps({"event": "changed", "conversations": [json.dumps([first, said])]}))
        if said["do"] == "stop":
            break
"""


def test_the_first_line_carries_the_key_and_commands_follow(started, qtbot):
    link = started(ECHO)
    qtbot.waitUntil(lambda: link.heard.lives == ["ready"])
    link.sync()
    link.send()
    link.account("a1")
    qtbot.waitUntil(lambda: len(link.heard.conversations) == 3)
    said = [json.loads(next(iter(ids))) for ids in link.heard.conversations]
    assert [first for first, _command in said] == [FIRST_LINE] * 3
    assert [command for _first, command in said] == [
        {"do": "sync"},
        {"do": "send"},
        {"do": "account", "account": "a1"},
    ]


def test_what_the_worker_says_becomes_changes(started, qtbot):
    link = started("""
        import sys
        sys.stdin.readline()
        print('{"event": "ready"}')
        print('{"event": "account", "account": "a", "busy": true}')
        print('{"event": "changed", "account": "a", "conversations": ["c1", "c2"], "new": 2}')
        print('{"event": "woken", "conversations": ["c3"]}')
        print('{"event": "sent", "account": "a", "outbox": ["o"], "conversations": ["c4"]}')
        print('{"event": "offline", "offline": true}')
        print('{"event": "something of tomorrow"}')
        print('{"event": "account", "account": "a", "busy": false}')
        sys.stdin.read()
    """)
    busy = []
    link.busy_changed.connect(busy.append)
    qtbot.waitUntil(lambda: link.heard.accounts == 1)
    heard = link.heard
    assert heard.conversations == [{"c1", "c2"}, {"c3"}, {"c4"}]
    assert heard.connection == [False]
    assert heard.outbox == 1
    assert busy == [True, False]


def test_a_line_that_comes_in_pieces_is_heard_once_it_is_whole(started, qtbot):
    link = started("""
        import sys, threading
        sys.stdin.readline()
        sys.stdout.write('{"event": "changed", "conver')
        sys.stdout.flush()
        threading.Event().wait(0.05)
        sys.stdout.write('sations": ["c1"]}\\n')
        sys.stdout.flush()
        sys.stdin.read()
    """)
    qtbot.waitUntil(lambda: link.heard.conversations == [{"c1"}])


def test_a_line_that_is_no_json_is_passed_over_and_logged(started, qtbot, expect_log):
    expect_log("no JSON", logger="cm_desktop.ui.worker_link")
    link = started("""
        import sys
        print("Traceback (most recent call last):")
        print('[1, 2]')
        print('{"event": "ready"}')
        sys.stdin.read()
    """)
    qtbot.waitUntil(lambda: link.heard.lives == ["ready"])


def test_a_worker_that_dies_is_started_again_and_said_so(started, qtbot):
    link = started(
        """
        import sys
        sys.stdin.readline()
        print('{"event": "ready"}')
        sys.stdout.flush()
        sys.exit(3)
        """,
        pauses=(0.01, 0.02),
    )
    qtbot.waitUntil(lambda: link.heard.lives.count("ready") >= 3)
    assert link.heard.lives[:4] == ["ready", "died", "ready", "died"]


def test_the_pauses_grow_and_the_last_one_stays(qtbot):
    link = WorkerLink(Changes(), FIRST_LINE, command=("/no/such/program",), pauses=(0.01, 0.5))
    died = []
    link.died.connect(lambda: died.append(link._again.interval()))
    link.start()
    qtbot.waitUntil(lambda: len(died) >= 2)
    assert link._again.interval() == 500
    link.stop()
    assert not link._again.isActive()


def test_a_worker_that_does_not_listen_is_ended_all_the_same(started, qtbot, monkeypatch):
    monkeypatch.setattr("cm_desktop.ui.worker_link._STOP_MS", 200)
    link = started("""
        import signal, sys, threading
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print('{"event": "ready"}')
        sys.stdout.flush()
        threading.Event().wait()
    """)
    qtbot.waitUntil(lambda: link.heard.lives == ["ready"])
    link.stop()
    assert not link.running
    assert link.heard.lives == ["ready"]


def test_stopping_twice_and_before_the_start_does_nothing():
    link = WorkerLink(Changes(), FIRST_LINE)
    link.stop()
    link.stop()
    assert not link.running
