"""What happens on the demo's channel, in order of time: the script, and what we did there."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from cm_desktop.connectors.demo_looks import LOOKS, MIXED, Look
from cm_desktop.connectors.demo_pictures import picture
from cm_desktop.connectors.demo_script import Line, Script, Talk, script, span_of
from cm_desktop.domain.events import (
    ItemSkipped,
    MessageGone,
    MessageSeen,
    SeenAttachment,
    SeenAuthor,
    SeenConversation,
    SeenPost,
)
from cm_desktop.domain.model import Attachment, Direction, Kind, Nature, Visibility

T = TypeVar("T")

Happening = MessageSeen | MessageGone | ItemSkipped

_READ = timedelta(hours=30)  # before the start; what is older was read by somebody
_MIXED_TALKS = 4  # of each channel, in an account without a look
_UMLAUTS = str.maketrans("äöüß", "aous")
_VISIBILITY = {word.value: word for word in Visibility}
_NATURE = {"auto": Nature.AUTO_REPLY, "bounce": Nature.BOUNCE}
_HANDLES = {
    "instagram": "{0}",
    "discourse": "{1}",
    "x": "@{1}",
    "youtube": "@{2}",
    "mastodon": "@{2}@social.example",
    "bluesky": "@{2}.bsky.example",
    "mail": "{0}@post.example",
    "wordpress": "{0}@post.example",
    "telegram": "@{1}",
}
_PICTURE_NAMES = {"mouse": "schaufenster.png", "umbrella": "fundstueck.png"}


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happens at a time."""

    at: datetime
    what: Happening


def look_of(name: str) -> Look:
    """Return a look by its channel; the mixed one for any other name."""
    return LOOKS.get(name, MIXED)


def answers_of(look: Look) -> dict[str, list[str]]:
    """Return what the other side of a conversation says once we have answered."""
    return {talk.key: talk.answers for talk, _script in _talks(look) if talk.answers}


def scripted(look: Look, start: datetime) -> list[Moment]:
    """Return everything the script says, oldest first, for a demo that began at `start`."""
    start = start.astimezone(UTC)
    found: list[Moment] = []
    for talk, whole in _talks(look):
        found += _Telling(look, whole, talk, start).moments()
    return sorted(found, key=lambda moment: moment.at)


def _talks(look: Look) -> Iterator[tuple[Talk, Script]]:
    if look is not MIXED:
        whole = script(look.channel)
        yield from ((talk, whole) for talk in whole.talks)
        return
    for channel in LOOKS:
        whole = script(channel)
        yield from ((talk, whole) for talk in whole.talks[:_MIXED_TALKS])


class _Telling:
    """Turns one conversation of a script into moments."""

    def __init__(self, look: Look, whole: Script, talk: Talk, start: datetime) -> None:
        self._look = look
        self._talk = talk
        self._begin = talk.begin.at(start)
        self._read_until = start - _READ
        post = whole.posts.get(talk.post)
        self._post = (
            None
            if post is None
            else SeenPost(
                remote_id=f"{talk.key.rpartition('-')[0]}-post-{post.key}",
                title=post.title,
                text="\n".join(post.lines),
                url=f"https://{look.host}/{post.key}",
                created_at=post.begin.at(start),
            )
        )

    def moments(self) -> Iterator[Moment]:
        at = self._begin
        parents: list[str] = []
        for number, line in enumerate(self._talk.lines, 1):
            if number > 1:
                at += line.delay or _pause(self._talk.key, number)
            del parents[line.depth :]
            seen = self._seen(line, number, at, parents[-1] if parents else None)
            parents.append(seen.remote_id)
            yield Moment(at, seen)
            yield from _later(seen, line, at)
        if self._talk.broken:
            yield Moment(at, ItemSkipped(reason="unexpected_shape", remote_id=f"{self._talk.key}?"))

    def _seen(self, line: Line, number: int, at: datetime, parent: str | None) -> MessageSeen:
        marks = line.marks
        words = set(marks)
        remote_id = f"{self._talk.key}.{number}"
        return MessageSeen(
            remote_id=remote_id,
            conversation=self._conversation(),
            direction=Direction.OUT if line.ours else Direction.IN,
            author=self._author(line),
            text=_whole_text(line),
            quoted=line.quoted,
            created_at=at,
            parent_remote_id=parent,
            public=self._talk.kind not in ("direct", "mail") and "private" not in words,
            visibility=_first(_VISIBILITY, words, Visibility.SHOWN),
            nature=_first(_NATURE, words, Nature.PERSON),
            liked="liked" in words,
            seen_by_us="seen" in words or line.ours or self._was_read(number, at),
            rating=int(marks["rating"]) if "rating" in marks else None,
            permalink=f"https://{self._look.host}/{self._talk.key}#{number}",
            language=marks.get("lang", "de") if not line.ours else None,
            attachments=_attachments(marks.get("pic", "")),
        )

    def _was_read(self, number: int, at: datetime) -> bool:
        return at < self._read_until or any(line.ours for line in self._talk.lines[number:])

    def _conversation(self) -> SeenConversation:
        talk = self._talk
        return SeenConversation(
            remote_id=talk.key, kind=Kind(talk.kind), title=talk.title, post=self._post
        )

    def _author(self, line: Line) -> SeenAuthor:
        if line.ours:
            return SeenAuthor(
                remote_id=f"{self._look.channel}-us-{slug(line.name)}",
                name=line.name,
                handle=self._look.handle,
            )
        handle = line.handle or _handle(self._look.channel, line.name)
        return SeenAuthor(
            remote_id=f"{self._look.channel}-{slug(line.name)}",
            name=line.name,
            handle=handle,
            url=f"https://{self._look.host}/{slug(line.name)}",
        )


def slug(name: str) -> str:
    """Return a name as it stands in an address."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_UMLAUTS))
    letters = re.sub(r"[^a-z0-9]+", ".", plain.encode("ascii", "ignore").decode()).strip(".")
    return letters[:40] or f"user{zlib.crc32(name.encode()) % 100_000}"


def _handle(channel: str, name: str) -> str:
    short = slug(name)
    form = _HANDLES.get(channel, "")
    return form.format(short, short.replace(".", "_"), short.replace(".", ""))


def _whole_text(line: Line) -> str:
    """Return a line's text; with `words=`, told over and over until it is that long."""
    wanted = int(line.marks.get("words", 0))
    head, *paragraphs = line.text.split("\n\n")
    told = list(paragraphs)
    count = len(line.text.split())
    while count < wanted:
        # Each round begins with another paragraph, so that it does not look like a copy.
        paragraphs = [*paragraphs[1:], paragraphs[0]]
        told += paragraphs
        count += sum(len(paragraph.split()) for paragraph in paragraphs)
    return "\n\n".join([head, *told])


def _later(seen: MessageSeen, line: Line, at: datetime) -> Iterator[Moment]:
    if "edited" in line.marks:
        span, _, text = line.marks["edited"].partition(" ")
        changed_at = at + span_of(span)
        yield Moment(changed_at, replace(seen, text=text, edited_at=changed_at))
    if "gone" in line.marks:
        gone_at = at + span_of(line.marks["gone"])
        yield Moment(gone_at, MessageGone(remote_id=seen.remote_id, at=gone_at))


def _attachments(name: str) -> tuple[SeenAttachment, ...]:
    if not name:
        return ()
    content = picture(name)
    about = Attachment(
        name=_PICTURE_NAMES.get(name, f"{name}.png"), type="image/png", size=len(content)
    )
    return (SeenAttachment(about=about, content=content),)


def _pause(key: str, number: int) -> timedelta:
    # Two to forty minutes, always the same for the same line.
    return timedelta(seconds=120 + zlib.crc32(f"{key}.{number}".encode()) % 2280)


def _first(known: dict[str, T], words: set[str], usual: T) -> T:
    return next((known[word] for word in known if word in words), usual)
