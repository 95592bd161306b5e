"""What a server says of itself before anybody signs in: software, title, limits.

Source: Mastodon's API documentation, "instance" (v2 since 4.0; v1 is what others answer too).
"""

from __future__ import annotations

import re

import msgspec

from cm_desktop.connectors.base import AccountConfig, Finding
from cm_desktop.connectors.http import Http
from cm_desktop.connectors.mastodon_address import http_to, server_name
from cm_desktop.connectors.mastodon_server import MASTODON, USUAL_LIMIT, USUAL_LINK
from cm_desktop.connectors.plain_text import clean_name
from cm_desktop.domain.errors import AddressError, GoneError, NotAllowedError, ServerTroubleError
from cm_desktop.domain.policy import TextUnit

_MOST = 10_000_000  # characters; who allows more means something else
_OLDEST = 2  # Mastodon's first version with this API; GoToSocial counts from 0
_HOST = re.compile(r"[a-z0-9.-]{1,253}(:\d{1,5})?")


class StatusLimits(msgspec.Struct):
    """How long a status may be, and what a link in it counts as."""

    max_characters: int | None = None
    characters_reserved_per_url: int | None = None


class Configuration(msgspec.Struct):
    """The limits of a server."""

    statuses: StatusLimits | None = None


class Instance(msgspec.Struct):
    """A server, in the second form (`/api/v2/instance`) or the first, which calls it `uri`."""

    domain: str | None = ""
    uri: str | None = ""
    title: str | None = ""
    version: str | None = ""
    source_url: str | None = ""
    configuration: Configuration | None = None
    max_toot_chars: int | None = None  # of servers that had a limit before Mastodon told its own

    @property
    def text_limit(self) -> int:
        """The longest text it takes, or the usual one where it does not say."""
        told = self._statuses.max_characters or self.max_toot_chars or 0
        return told if 0 < told < _MOST else USUAL_LIMIT

    @property
    def link_length(self) -> int:
        """What a link counts as."""
        told = self._statuses.characters_reserved_per_url or 0
        return told if 0 < told < USUAL_LIMIT else USUAL_LINK

    @property
    def host(self) -> str:
        """What follows a name on this server, or nothing where it does not say."""
        told = (self.domain or self.uri or "").lower()
        told = told.partition("://")[2].partition("/")[0] if "://" in told else told
        return told if _HOST.fullmatch(told) else ""

    @property
    def software(self) -> str:
        """What runs there. Only what is surely Mastodon is called so.

        Servers that resemble it put their own name beside the version they resemble.
        """
        version = self.version or ""
        for pattern in (r"(?:compatible;|really)\s*([A-Za-z][\w-]{1,30})", r"([A-Za-z][\w-]+)[/ ]"):
            if found := re.search(pattern, version):
                return found[1]
        number = re.match(r"(\d{1,4})\.\d", version)
        source = (self.source_url or "").rstrip("/").rpartition("/")[2]
        if number and int(number[1]) >= _OLDEST and source in ("", "mastodon"):
            return MASTODON
        return clean_name(source)[:30] or "Fediverse"

    @property
    def _statuses(self) -> StatusLimits:
        return (self.configuration and self.configuration.statuses) or StatusLimits()


def instance(http: Http) -> Instance:
    """Return what a server says of itself. Raises AddressError("no_api") for another kind."""
    for path in ("/api/v2/instance", "/api/v1/instance"):
        try:
            about = http.get_json(path, Instance)
        except (GoneError, NotAllowedError):
            continue
        except ServerTroubleError as error:
            if error.status is not None or error.detail.partition(" ")[0] == "cut":
                raise
            continue  # a web page, or JSON of something else
        if about.version and (about.domain or about.uri):
            return about
    raise AddressError("no_api", http.base_url)


def look(config: AccountConfig) -> Finding:
    """Tell what stands behind an address. Raises AddressError("no_api") for another kind."""
    http = http_to(config)
    try:
        about = instance(http)
        address = http.base_url
    finally:
        http.close()
    return Finding(
        software=about.software,
        title=clean_name(about.title or "") or server_name(address),
        text_limit=about.text_limit,
        text_unit=TextUnit.MASTODON,
        url=address,
    )
