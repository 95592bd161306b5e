"""The pattern files in resources/notifications: how each network's mails and pages look.

How to write one is said in docs/channels/notifications.md. A file that breaks the rules is
left out with a line in the log, so that one mistake does not silence the other networks.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from cm_desktop.connectors.notifications_template import Page, Template, page
from cm_desktop.domain.model import Kind

_log = logging.getLogger(__name__)

_KINDS = frozenset({Kind.COMMENTS, Kind.REVIEW, Kind.MENTION, Kind.DIRECT})
# What is hung on to links to tell who passed them on; such a link leads to the same page.
_TRACKING = ("utm_", "fbclid", "gclid", "igsh", "mibextid", "trk", "ref_src", "si")
_LONGEST_LINK = 2000

_Word = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
_Host = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=100)]
_Sender = Annotated[
    str, msgspec.Meta(pattern=r"^([a-z0-9._+-]+@)?[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=200)
]


class _Mail(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    kind: Kind
    subject: Annotated[list[_Word], msgspec.Meta(min_length=1)]
    body: list[_Word] = []
    rating: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None
    cut: bool = False


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    network: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]{1,40}$")]
    name: _Word
    home: _Word
    hosts: Annotated[list[_Host], msgspec.Meta(min_length=1)]
    kind: Kind = Kind.COMMENTS
    senders: list[_Sender] = []
    pages: list[_Word] = []
    params: list[_Word] = []
    not_links: list[_Word] = []
    mails: list[_Mail] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPattern:
    """One kind of mail that a network sends."""

    kind: Kind
    subject: tuple[Template, ...]  # one of them fits the whole subject
    body: tuple[Template, ...]  # the first that is found in the mail says who and what
    rating: int | None  # where the wording itself says how many stars
    cut: bool  # whether the network sends only the beginning of a text

    def find(self, subject: Page, body: Page) -> dict[str, str] | None:
        """Return what subject and body say; what the body says counts more. None: another mail."""
        heads = (one.find(subject) for one in self.subject)
        head = next((found for found in heads if found is not None), None)
        if head is None:
            return None
        inside = (one.find(body) for one in self.body)
        return head | next((found for found in inside if found is not None), {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One network: who writes for it, where its pages lie, what its mails say."""

    network: str  # lower case, for programs: "facebook"
    name: str  # as people say it
    home: str  # the page to answer on where a mail names none
    hosts: tuple[str, ...]
    kind: Kind  # of what is noted down by hand
    senders: tuple[str, ...]  # domains, or whole addresses
    pages: tuple[Template, ...]  # paths of pages that have one conversation each
    params: tuple[str, ...]  # parameters of a link that say which page it is
    not_links: tuple[str, ...]  # beginnings of paths, and hosts, that no mail is about
    mails: tuple[MailPattern, ...]

    def is_from(self, address: str) -> bool:
        """Tell whether a mail address (lower case) is one this network writes from."""
        domain = address.rpartition("@")[2]
        return any(
            address == one if "@" in one else domain == one or domain.endswith(f".{one}")
            for one in self.senders
        )

    def has(self, link: str) -> bool:
        """Tell whether a link is encrypted and leads to one of the network's own hosts."""
        parts = split(link)
        return parts is not None and parts[0] == "https" and is_below(parts[1], self.hosts)

    def leads_somewhere(self, link: str) -> bool:
        """Tell whether a link of a mail can be what the mail is about: no settings, no relays."""
        _scheme, host, path = split(link) or ("", "", "/")
        known = path.strip("/") != "" and host not in self.not_links
        return known and not path.lower().startswith(self.not_links)


def read_pattern(raw: bytes) -> Pattern:
    """Return what a pattern file says. Raises ValueError, which names what is wrong with it."""
    try:
        said = msgspec.json.decode(raw, type=_File)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    mails = tuple(_mail_pattern(one) for one in said.mails)
    if mails and not said.senders:
        raise ValueError("mails without senders")
    if said.kind not in _KINDS:
        raise ValueError(f"no such kind of a notification: {said.kind}")
    pattern = Pattern(
        network=said.network,
        name=said.name,
        home=said.home,
        hosts=tuple(said.hosts),
        kind=said.kind,
        senders=tuple(said.senders),
        pages=tuple(Template(one) for one in said.pages),
        params=tuple(said.params),
        not_links=tuple(said.not_links),
        mails=mails,
    )
    if not pattern.has(said.home):
        raise ValueError("home is not an https address on one of the hosts")
    return pattern


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return every network we know, read once."""
    found = []
    for file in sorted(folder().glob("*.json")):
        try:
            found.append(read_pattern(file.read_bytes()))
        except (OSError, ValueError) as error:
            _log.warning("pattern file %s is left out: %s", file.name, error)
    return tuple(found)


def folder() -> Path:
    """Return where the pattern files lie, in a checkout and in an installed package."""
    package = Path(__file__).parent.parent
    inside = package / "resources"
    return (inside if inside.is_dir() else package.parent / "resources") / "notifications"


def network_of(link: str) -> Pattern | None:
    """Return the network on whose hosts a link leads, by its longest name. http is enough."""
    host = (split(link) or ("", "", ""))[1]
    fitting = [(len(one), at) for at in patterns() for one in at.hosts if is_below(host, (one,))]
    return max(fitting, key=lambda found: found[0], default=(0, None))[1]


def named(network: str) -> Pattern | None:
    """Return a network by its name for programs or for people."""
    wanted = network.strip().casefold()
    return next((one for one in patterns() if wanted in (one.network, one.name.casefold())), None)


def place_of(link: str, pattern: Pattern | None) -> str:
    """Return what two links have in common that lead to the same page."""
    parts = urlsplit(link)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    query = parse_qsl(parts.query)[:50]
    if pattern and is_page(parts.path, pattern):
        query = [(name, value) for name, value in query if name in pattern.params]
    else:
        query = [(name, value) for name, value in query if not name.startswith(_TRACKING)]
    return f"{host}{parts.path.rstrip('/')}?{urlencode(sorted(query))}".rstrip("?")


def is_page(path: str, pattern: Pattern) -> bool:
    """Tell whether a path is one of those that have one conversation each."""
    return any(one.find(page(path.rstrip("/"))) is not None for one in pattern.pages)


def said_by(link: str, pattern: Pattern | None) -> str:
    """Return the name in a link's path where it says who wrote there, or nothing."""
    path = (split(link) or ("", "", ""))[2].rstrip("/")
    for one in pattern.pages if pattern else ():
        if (found := one.find(page(path))) is not None:
            return found.get("author", "")
    return ""


def split(link: str) -> tuple[str, str, str] | None:
    """Return scheme, host and path of a web address; None for what is none."""
    if len(link) > _LONGEST_LINK or any(sign.isspace() or sign == "\\" for sign in link):
        return None
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").rstrip(".")
    usual = parts.scheme in ("http", "https") and port in (None, 80, 443)
    if not usual or not host or parts.username is not None or not host.isascii():
        return None
    return parts.scheme, host, parts.path


def is_below(host: str, hosts: tuple[str, ...]) -> bool:
    """Tell whether a host is one of some, or a part of one."""
    return any(host == one or host.endswith(f".{one}") for one in hosts)


def _mail_pattern(said: _Mail) -> MailPattern:
    if said.kind not in _KINDS:
        raise ValueError(f"no such kind of a notification: {said.kind}")
    return MailPattern(
        kind=said.kind,
        subject=tuple(Template(one) for one in said.subject),
        body=tuple(Template(one) for one in said.body),
        rating=said.rating,
        cut=said.cut,
    )
