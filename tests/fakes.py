"""Fakes that keep the real contracts: a channel outside, a connector to it, a clock."""

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cm_desktop.connectors.base import Identity, Sent
from cm_desktop.domain.errors import CmError
from cm_desktop.domain.events import CursorMoved
from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.domain.standing import Standing

OPEN_POLICY = ChannelPolicy(abilities=frozenset(Ability))


class Clock:
    """A clock that goes on only when told to; can be set back like a real one."""

    def __init__(self, at=datetime(2026, 11, 21, 9, 0, tzinfo=UTC)):
        self.at = at

    def __call__(self):
        return self.at

    def go_on(self, **span):
        self.at += timedelta(**span)


@dataclass
class AfterApplying:
    """A send that the channel carries out although the caller only gets an error."""

    error: Exception


@dataclass
class Outside:
    """The channel as others see it: what was posted there, and what was done to messages."""

    posts: list = field(default_factory=list)  # (remote id, target, text, client key)
    acts: list = field(default_factory=list)  # (kind, target, text)

    def texts(self):
        return [text for _remote, _target, text, _key in self.posts]

    def post(self, reply, *, by_key=False):
        """Put a reply up and return its remote id; `by_key` drops a repeated one."""
        for remote_id, _target, _text, key in self.posts:
            if by_key and key == reply.client_key:
                return remote_id
        remote_id = f"out-{len(self.posts) + 1}"
        self.posts.append((remote_id, reply.target.remote_id, reply.text, reply.client_key))
        return remote_id

    def find(self, reply):
        """Return the ids of our posts with this text under this target, oldest first."""
        return [
            remote_id
            for remote_id, target, text, _key in self.posts
            if (target, text) == (reply.target.remote_id, reply.text)
        ]


class FileOutside(Outside):
    """The same, kept in a file, so that it outlives a killed program."""

    def __init__(self, file):
        self._file = Path(file)
        super().__init__()

    @property
    def posts(self):
        if not self._file.exists():
            return []
        return [tuple(json.loads(line)) for line in self._file.read_text().splitlines()]

    @posts.setter
    def posts(self, _nothing):
        self._file.touch()

    def post(self, reply, *, by_key=False):
        posts = self.posts
        for remote_id, _target, _text, key in posts:
            if by_key and key == reply.client_key:
                return remote_id
        row = (f"out-{len(posts) + 1}", reply.target.remote_id, reply.text, reply.client_key)
        with self._file.open("ab") as file:
            file.write(json.dumps(row).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return row[0]


class ScriptedConnector:
    """A connector to `Outside` that follows a script, and does as it should without one.

    `pages` is a list of lists of events: a fetch since cursor "2" reports what comes after
    the second list. `outcomes` are for the sends in turn: an error is raised with nothing
    done, AfterApplying does it first, None does it and answers.
    """

    def __init__(self, outside=None, *, policy=OPEN_POLICY, pages=(), outcomes=(), lag=0):
        self.outside = Outside() if outside is None else outside
        self.policy = policy
        self.pages = list(pages)
        self.outcomes = list(outcomes)
        self.fetch_error = None  # raised after the pages
        self.find_error = None
        self.act_outcomes = []
        self.lag = lag  # how many looks do not show a new post yet
        self.asked_since = []
        self.looks = 0
        self.waits = 0
        self.stands = Standing()
        self.wait_error = None
        self.closed = False
        self.at = lambda _point: None  # told when the channel has carried out a send

    def identify(self):
        return Identity(remote_id="us", handle="bakery", title="Bakery")

    def fetch(self, since):
        self.asked_since.append(since)
        start = int(since) if since else 0
        for number, page in enumerate(self.pages[start:], start + 1):
            yield from page
            yield CursorMoved(str(number))
        if self.fetch_error is not None:
            raise self.fetch_error

    def send(self, reply):
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if isinstance(outcome, Exception):
            raise outcome
        remote_id = self.outside.post(reply, by_key=self.policy.repeat_is_safe)
        self.at("applied")
        if isinstance(outcome, AfterApplying):
            raise outcome.error
        return Sent(remote_id=remote_id, text=reply.text)

    def find_sent(self, reply):
        self.looks += 1
        self.at("looking")
        if self.find_error is not None:
            raise self.find_error
        if self.lag > 0:
            self.lag -= 1
            return None
        found = self.outside.find(reply)
        return Sent(remote_id=found[-1], text=reply.text) if found else None

    def act(self, action):
        outcome = self.act_outcomes.pop(0) if self.act_outcomes else None
        if isinstance(outcome, CmError):
            raise outcome
        self.outside.acts.append((action.kind.value, action.target.remote_id, action.text))
        if isinstance(outcome, AfterApplying):
            raise outcome.error

    def wait(self, seconds, cancelled):
        self.waits += 1
        if self.wait_error is not None:
            raise self.wait_error
        return False

    def standing(self):
        return self.stands

    def close(self):
        self.closed = True
