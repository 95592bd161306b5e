"""What `identify` learned of a server, and in what those that resemble Mastodon differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from cm_desktop.connectors.mastodon_shapes import (
    Mention,
    Status,
    message_of,
    name_of,
    names_in,
)
from cm_desktop.connectors.plain_text import plain_text, scrub
from cm_desktop.domain.errors import GoneError
from cm_desktop.domain.events import MessageSeen, SeenConversation
from cm_desktop.domain.policy import Ability

MASTODON = "Mastodon"
USUAL_LIMIT = 500  # characters
USUAL_LINK = 23  # characters that a link counts as, however long it is
NEEDED = ("user", "name", "host", "software", "text_limit", "link_length")

_SNAC = "snac"
# Seen with snac 2.75: it answers these as if they did not exist.
_LACKING = {_SNAC: frozenset({Ability.DELETE, Ability.MUTE, Ability.REPORT})}
_SNAC_ID = re.compile(r"\d{10}([0-9a-f]{32})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server as one of its accounts knows it."""

    me: str  # id of our account there
    name: str = ""  # our name there, without the host
    host: str = ""  # what follows it in the names that others write
    software: str = MASTODON
    text_limit: int = USUAL_LIMIT
    link_length: int = USUAL_LINK

    @property
    def is_mastodon(self) -> bool:
        """Whether it is Mastodon itself: then it keeps its documented word."""
        return self.software == MASTODON

    @property
    def lacks(self) -> frozenset[Ability]:
        """What Mastodon can do and this one cannot."""
        return _LACKING.get(self.software, frozenset())

    @property
    def own_names(self) -> frozenset[str]:
        """How others write us, in lower case and without the first @."""
        names = (self.name, f"{self.name}@{self.host}")
        return frozenset(name.lower() for name in names) if self.name else frozenset()

    def is_direct(self, status: Status) -> bool:
        """Whether only those named in a status see it.

        snac calls that `private`, which Mastodon says of what followers see.
        """
        told = status.visibility
        return told == "direct" or (told == "private" and self.software == _SNAC)

    def settled(self, status: Status) -> Status:
        """Return a status with ids that stay, and with whom it names.

        snac puts the time of the last change in front of its ids, and asks only for the rest.
        It does not say either whom a status names.
        """
        status.id, status.in_reply_to_id = scrub(status.id), scrub(status.in_reply_to_id or "")
        if self.software == _SNAC:
            status.id = _SNAC_ID.sub(r"0000000000\1", status.id)
            status.in_reply_to_id = _SNAC_ID.sub(r"0000000000\1", status.in_reply_to_id)
        if not status.mentions and not self.is_mastodon:
            whole = (name for name in names_in(plain_text(status.content or "")) if "@" in name)
            status.mentions = [Mention(acct=name) for name in whole]
        return status

    def message(self, status: Status, place: SeenConversation) -> MessageSeen | None:
        """Return a status as a message of a conversation, or None where it makes no sense."""
        ours = status.account.id == self.me
        return message_of(status, place, ours=ours, whom=self.left_out(status))

    def left_out(self, status: Status) -> frozenset[str]:
        """Return the names at the start of a text that need not be shown.

        Of our answers those whom they answer, of others' only ours: who they name beside us
        may be a part of what they say.
        """
        if status.account.id != self.me:
            return self.own_names
        names = {name_of(one.acct).lower() for one in status.mentions or ()}
        if not self.is_mastodon:
            names |= {name.lower() for name in names_in(plain_text(status.content or ""))}
        return frozenset(names | {name.partition("@")[0] for name in names})


def status_path(number: str, more: str = "") -> str:
    """Return the address of a status: its id comes from outside and may hold anything.

    Raises GoneError for an id that would lead elsewhere.
    """
    if not number.strip("."):
        raise GoneError("no_id")
    return f"/api/v1/statuses/{quote(number, safe='')}{more}"


def server_of(settings: Mapping[str, str]) -> Server:
    """Return what the settings of `identify` say; nonsense in them counts as nothing."""
    return Server(
        me=settings.get("user", ""),
        name=settings.get("name", ""),
        host=settings.get("host", ""),
        software=settings.get("software", ""),
        text_limit=_number(settings.get("text_limit", ""), USUAL_LIMIT),
        link_length=_number(settings.get("link_length", ""), USUAL_LINK),
    )


def _number(text: str, usual: int) -> int:
    return int(text) if re.fullmatch(r"[1-9]\d{0,6}", text, re.ASCII) else usual
