"""Read the demo's scripts: `resources/demo/*.txt`, one per channel. No network, no clock.

    @post brot -9d 07:05                a post of ours; its lines end at the next empty line
    Title
    Text, any number of lines

    @talk comments -9d 07:30 post=brot  kind, begin; `post=` and `| title` where there is one
    Ana Krause: Oh, Kürbisbrot!         who: what; two blanks begin a further line of it
    > +25m *Jonas {liked}: Ab sieben.   `>` an answer to the last one above, `+` how long after
    @answer Bis morgen!                 what the other side says once we have answered

Times: `-9d 07:05` that many days before the start, by the clock of the bakery; `-35m`, `+4m`
before and after the start. `*` marks one of us. `Name/handle` gives a handle. Marks in braces:
`rating=2`, `pic=cake`, `lang=en`, `edited=+5m New text`, `gone=+2h`, and the words held,
hidden, spam, trashed, auto, bounce, private, liked, seen. Lines of a mail after `  > ` are
quoted ones. `@broken` is an item that makes no sense.

What we have done with it at our desk, by `services/demo_vault.py`: `@tag a, b`, `@assign Jonas`,
`@status done`, `@snooze +2d`, `@note Jonas: text`, `@handoff Jonas > Lena: text`,
`@draft text`, `@queued text`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

_BAKERY_CLOCK = ZoneInfo("Europe/Berlin")
_SPAN = re.compile(r"([+-])(\d+)([smhd])")
_WHEN = re.compile(r"([+-]\d+[smhd])(?: (\d\d):(\d\d))?")
_LINE = re.compile(
    r"(?P<depth>>*) ?(?:(?P<delay>\+\d+[smhd]) )?(?P<ours>\*?)(?P<name>[^:{/]+?)"
    r"(?:/(?P<handle>[^:{\s]+))?(?: \{(?P<marks>[^}]*)\})?: (?P<text>.*)"
)
_DEEDS = ("assign", "draft", "handoff", "note", "queued", "snooze", "status", "tag")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class When:
    """A time in a script: days and a clock, or a span from the start."""

    span: timedelta
    clock: tuple[int, int] | None = None

    def at(self, start: datetime) -> datetime:
        """Return the time it is, for a demo that began at `start`."""
        moment = start + self.span
        if self.clock is None:
            return moment
        local = moment.astimezone(_BAKERY_CLOCK)
        local = local.replace(hour=self.clock[0], minute=self.clock[1], second=0, microsecond=0)
        return local.astimezone(start.tzinfo)


@dataclass(slots=True, kw_only=True)
class Line:
    """One utterance."""

    name: str
    text: str
    ours: bool
    depth: int
    handle: str = ""
    delay: timedelta | None = None
    quoted: str = ""
    marks: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Talk:
    """One conversation."""

    key: str
    kind: str
    begin: When
    post: str = ""
    title: str = ""
    lines: list[Line] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    deeds: list[tuple[str, str]] = field(default_factory=list)  # what was done, and with what
    broken: bool = False


@dataclass(slots=True, kw_only=True)
class ScriptPost:
    """Something of ours that people comment on."""

    key: str
    begin: When
    title: str = ""
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Script:
    """What happens on one channel."""

    posts: dict[str, ScriptPost] = field(default_factory=dict)
    talks: list[Talk] = field(default_factory=list)


@cache
def script(channel: str) -> Script:
    """Return the script of a channel."""
    return read_script((scripts_folder() / f"{channel}.txt").read_text("utf-8"), channel)


def read_script(text: str, channel: str) -> Script:
    """Return a script from its text. Raises ValueError with the line that makes no sense."""
    reader = _Reader(channel)
    for number, line in enumerate(text.splitlines(), 1):
        if not reader.take(line):
            problem = f"{channel}:{number}: {line}"
            raise ValueError(problem)
    return reader.script


def span_of(text: str) -> timedelta:
    """Return a span such as `+5m`."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    span = timedelta(**{_UNITS[match[3]]: int(match[2])})
    return -span if match[1] == "-" else span


class _Reader:
    def __init__(self, channel: str) -> None:
        self.script = Script()
        self._channel = channel
        self._post: ScriptPost | None = None

    def take(self, line: str) -> bool:
        """Take one line; return whether it made sense."""
        if line.startswith("#"):
            return True
        if not line.strip():
            self._post = None
            return True
        if self._post is not None:
            self._add_to_post(self._post, line)
            return True
        if line.startswith("@post "):
            return self._begin_post(line)
        if line.startswith("@talk "):
            return self._begin_talk(line)
        return bool(self.script.talks) and self._add_to_talk(self.script.talks[-1], line)

    def _begin_post(self, line: str) -> bool:
        _, key, when = line.split(" ", 2)
        self._post = ScriptPost(key=key, begin=_when(when))
        self.script.posts[key] = self._post
        return True

    @staticmethod
    def _add_to_post(post: ScriptPost, line: str) -> None:
        if post.title:
            post.lines.append(line)
        else:
            post.title = line

    def _begin_talk(self, line: str) -> bool:
        head, _, title = line.partition(" | ")
        kind, rest = head.removeprefix("@talk ").split(" ", 1)
        when, _, post = rest.partition(" post=")
        key = f"{self._channel}-{len(self.script.talks) + 1}"
        talk = Talk(key=key, kind=kind, begin=_when(when), post=post, title=title)
        self.script.talks.append(talk)
        return not post or post in self.script.posts

    @staticmethod
    def _add_to_talk(talk: Talk, line: str) -> bool:
        if line.startswith("@"):
            return _add_order(talk, line[1:])
        if line.startswith("  "):
            return bool(talk.lines) and _continue(talk.lines[-1], line[2:])
        match = _LINE.fullmatch(line)
        if match is not None:
            talk.lines.append(_line(match))
        return match is not None


def _add_order(talk: Talk, order: str) -> bool:
    word, _, rest = order.partition(" ")
    if word == "answer":
        talk.answers.append(rest)
    elif word == "broken":
        talk.broken = True
    elif word in _DEEDS and rest:
        talk.deeds.append((word, rest))
    else:
        return False
    return True


def _continue(line: Line, more: str) -> bool:
    more = "" if more == "¶" else more
    if more.startswith(">"):
        line.quoted = f"{line.quoted}\n{more}".lstrip("\n")
    else:
        line.text = f"{line.text}\n{more}"
    return True


def _line(match: re.Match[str]) -> Line:
    marks = {}
    for mark in (match["marks"] or "").split("; "):
        name, _, value = mark.partition("=")
        if name:
            marks[name] = value
    return Line(
        name=match["name"],
        text=match["text"].strip(),
        ours=bool(match["ours"]),
        depth=len(match["depth"]),
        handle=match["handle"] or "",
        delay=span_of(match["delay"]) if match["delay"] else None,
        marks=marks,
    )


def _when(text: str) -> When:
    match = _WHEN.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    clock = (int(match[2]), int(match[3])) if match[2] else None
    return When(span_of(match[1]), clock)


def scripts_folder() -> Path:
    """Return where the scripts lie, in a checkout and in an installed package."""
    package = Path(__file__).parent.parent
    inside = package / "resources"
    return (inside if inside.is_dir() else package.parent / "resources") / "demo"
