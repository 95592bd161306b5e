"""Links, mentions and tags in a text of Bluesky: they are marked by places in its UTF-8 bytes.

Source: lexicon app.bsky.richtext.facet. The server marks nothing by itself: what is not marked
is shown as plain letters, and nobody is notified.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from cm_desktop.connectors.http_json import decode
from cm_desktop.connectors.plain_text import TEXT_LIMIT, scrub
from cm_desktop.domain.errors import ServerTroubleError

_LINK = re.compile(
    r"(?<![\w@/.:-])(?:https?://|(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?=[/\s),.;:!?]|$))[^\s<>\"]{0,2000}",
    re.IGNORECASE,
)
_MENTION = re.compile(
    r"(?<![\w@/.])@((?:[a-z0-9-]{1,63}\.){1,8}[a-z][a-z0-9-]{0,62})", re.IGNORECASE
)
_TAG = re.compile(r"(?<![\w#&/])#(?!\ufe0f|\d+\b)([^\s#\u00ad\u200b-\u200f\u2060]{1,64})")
# Marks that end a sentence, not a link; the last four are quotation marks of several tongues.
_CLOSING = ".,;:!?…\"'\u201c\u201d\u2018\u2019\u201e«»"
_AFTER_TAG = f"{_CLOSING}()[]{{}}"
_PREFIX = "app.bsky.richtext.facet"
_MOST_FACETS = 500
# Endings of websites that nobody writes https:// before. The list is short on purpose: a word
# after a full stop without a space must not become a link.
_ENDINGS = {"at", "berlin", "ch", "com", "de", "eu", "hamburg", "info", "net", "org", "shop"}


class Place(msgspec.Struct):
    """Where a facet begins and ends, in bytes."""

    begin: int = msgspec.field(name="byteStart")
    end: int = msgspec.field(name="byteEnd")


class Feature(msgspec.Struct):
    """What a facet is."""

    type: str = msgspec.field(name="$type", default="")
    uri: str = ""


class Facet(msgspec.Struct):
    """One marked place."""

    index: Place
    features: list[Feature] = []


def facets_of(text: str, did_of: Callable[[str], str | None]) -> list[dict[str, Any]]:
    """Return what to mark in a text of ours. A name nobody has stays plain text.

    `did_of` looks up a handle.
    """
    found = [*_links(text), *_mentions(text, did_of), *_tags(text)]
    marked: list[dict[str, Any]] = []
    last = 0
    for begin, end, feature in sorted(found, key=lambda one: one[0]):
        if begin >= last:
            place = {"byteStart": _bytes(text[:begin]), "byteEnd": _bytes(text[:end])}
            marked.append({"index": place, "features": [feature]})
            last = end
    return marked


def read_text(text: str, facets: Iterable[msgspec.Raw]) -> str:
    """Return a text with the whole address of each link whose words show another one.

    Facets that make no sense are left out: they may overlap, lie outside, or cut a letter.
    """
    raw = scrub(text)[:TEXT_LIMIT].encode()
    parts: list[bytes] = []
    done = 0
    for begin, end, uri in sorted(_links_in(facets)):
        if not done <= begin < end <= len(raw):
            continue
        try:
            shown = raw[begin:end].decode()
            raw[done:begin].decode()
        except UnicodeDecodeError:
            continue
        parts += [raw[done:begin], _shown(shown, uri).encode()]
        done = end
    return b"".join([*parts, raw[done:]]).decode()


def _links_in(facets: Iterable[msgspec.Raw]) -> Iterator[tuple[int, int, str]]:
    for number, raw in enumerate(facets):
        if number >= _MOST_FACETS:
            return
        try:
            facet = decode(bytes(raw), Facet)
        except ServerTroubleError:
            continue
        for feature in facet.features:
            uri = scrub(feature.uri)
            if feature.type == f"{_PREFIX}#link" and re.match(r"https?://[^\s<>]{1,2000}\Z", uri):
                yield facet.index.begin, facet.index.end, uri
                break


def _shown(words: str, uri: str) -> str:
    """Return a link as it is read: its address, and the words where they say something else."""
    bare = re.sub(r"^https?://(www\.)?", "", uri).rstrip("/").lower()
    said = re.sub(r"^https?://(www\.)?", "", words.strip()).rstrip("/").lower()
    if said == bare:
        return words
    begin = re.sub(r"(…|\.\.\.)$", "", said)
    if begin != said and len(begin) > 3 and bare.startswith(begin):
        return uri
    return f"{words} ({uri})"


def _links(text: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    for match in _LINK.finditer(text):
        link = _trimmed(match[0])
        uri = link
        if not re.match(r"https?://", link, re.IGNORECASE):
            host = re.split(r"[/?#:]", link, maxsplit=1)[0]
            if host.rpartition(".")[2].lower() not in _ENDINGS:
                continue
            uri = f"https://{link}"
        if len(uri) > len("https://"):
            feature = {"$type": f"{_PREFIX}#link", "uri": uri}
            yield match.start(), match.start() + len(link), feature


def _trimmed(link: str) -> str:
    """Return a link without the marks that end the sentence it stands in."""
    link = link.rstrip(_CLOSING)
    while link.endswith(")") and link.count(")") > link.count("("):
        link = link[:-1].rstrip(_CLOSING)
    return link


def _mentions(
    text: str, did_of: Callable[[str], str | None]
) -> Iterator[tuple[int, int, dict[str, str]]]:
    known: dict[str, str | None] = {}
    for match in _MENTION.finditer(text):
        handle = match[1].lower()
        if handle not in known:
            known[handle] = did_of(handle)
        if did := known[handle]:
            feature = {"$type": f"{_PREFIX}#mention", "did": did}
            yield match.start(), match.end(), feature


def _tags(text: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    for match in _TAG.finditer(text):
        tag = match[1].rstrip(_AFTER_TAG)
        if tag:
            feature = {"$type": f"{_PREFIX}#tag", "tag": tag}
            yield match.start(), match.start() + 1 + len(tag), feature


def _bytes(text: str) -> int:
    return len(text.encode())
