"""A connector to a channel that answers at once: a fetch lasts as long as the vault needs."""

import random
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from benchmarks import generate
from cm_desktop.connectors.base import Action, Identity, Reply, Sent
from cm_desktop.domain.events import (
    CursorMoved,
    Event,
    MessageSeen,
    SeenAuthor,
    SeenConversation,
    SeenPost,
)
from cm_desktop.domain.model import Direction, Kind
from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.domain.standing import Standing

PAGE = 100
_TEXTS = 5_000
_OPEN = 400  # conversations that go on at the same time


class FlatOut:
    """Reports new comments page by page, for some seconds or up to some number of them."""

    policy = ChannelPolicy(abilities=frozenset(Ability))

    def __init__(self, *, seconds: float = 1e9, messages: int = 10**9, seed: int = 1) -> None:
        self._seconds = seconds
        self._messages = messages
        self._chance = random.Random(seed)
        said = generate.texts(self._chance)
        self._texts = [next(said) for _text in range(_TEXTS)]

    def identify(self) -> Identity:
        """Tell who we are."""
        return Identity(remote_id="us", handle="bakery", title="Bakery")

    def fetch(self, since: str | None) -> Iterator[Event]:
        """Report what nobody has seen before; the cursor counts on over all fetches."""
        done, until = int(since or 0), time.monotonic() + self._seconds
        last = done + self._messages
        while done < last and time.monotonic() < until:
            yield from (self._message(number) for number in range(done, done + PAGE))
            done += PAGE
            yield CursorMoved(str(done))

    def _message(self, number: int) -> MessageSeen:
        chance = self._chance
        place = number // (8 * _OPEN) * _OPEN + chance.randrange(_OPEN)
        post = SeenPost(remote_id=f"flat-post-{place // 9}", title=f"post {place // 9}")
        person = chance.randrange(20_000)
        return MessageSeen(
            remote_id=f"flat-{number}",
            conversation=SeenConversation(
                remote_id=f"flat-{place}", kind=Kind.COMMENTS, title="", post=post
            ),
            direction=Direction.OUT if chance.random() < 0.3 else Direction.IN,
            author=SeenAuthor(remote_id=f"flat-{person}", name=f"Person {person}"),
            text=chance.choice(self._texts),
            created_at=datetime.now(UTC),
        )

    def send(self, _reply: Reply) -> Sent:
        """Nothing is sent here."""
        raise SystemExit("the benchmark sent something")

    def find_sent(self, _reply: Reply) -> Sent | None:
        """Nothing was sent here."""
        return None

    def act(self, _action: Action) -> None:
        """Nothing is done here."""

    def wait(self, _seconds: float, _cancelled: threading.Event) -> bool:
        """This channel does not push."""
        return False

    def standing(self) -> Standing:
        """There is nothing to know."""
        return Standing()

    def close(self) -> None:
        """There is nothing to give back."""
