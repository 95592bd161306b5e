"""Fill a template: `{placeholders}` in braces, `{{` and `}}` for braces themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cm_desktop.domain.model import Conversation

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(?P<name>[^\W\d][\w ]{0,39})\}")

# Placeholders that the program fills by itself; any other is asked for in a small form.
KNOWN = ("name", "first_name", "handle", "channel", "post", "me", "date")

# German spellings of the same, for people who write their templates in German.
_ALIASES = {
    "vorname": "first_name",
    "kanal": "channel",
    "beitrag": "post",
    "ich": "me",
    "datum": "date",
}


def placeholders(text: str) -> list[str]:
    """Return the names of the placeholders in order of appearance, each once."""
    found = (match["name"] for match in _PLACEHOLDER.finditer(text) if match["name"])
    return list(dict.fromkeys(found))


def unknown_placeholders(text: str, values: Mapping[str, str]) -> list[str]:
    """Return the placeholders that `values` says nothing, or nothing useful, about."""
    return [name for name in placeholders(text) if not _value(name, values)]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in; a placeholder without a value stays as it is, to be seen.

    Values are put in as they are: braces inside a value are not filled again.
    """

    def replacement(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            return match[0][0]
        return _value(name, values) or match[0]

    return _PLACEHOLDER.sub(replacement, text)


def known_values(conversation: Conversation, *, me: str, channel: str, date: str) -> dict[str, str]:
    """Return what we know about a conversation under the names of KNOWN."""
    name = " ".join(conversation.author.name.split())
    return {
        "name": name,
        "first_name": _first_name(name),
        "handle": conversation.author.handle,
        "channel": channel,
        "post": conversation.post.title if conversation.post else "",
        "me": me,
        "date": date,
    }


def _value(name: str, values: Mapping[str, str]) -> str:
    key = name.casefold().strip()
    return values.get(name) or values.get(key) or values.get(_ALIASES.get(key, ""), "")


def _first_name(name: str) -> str:
    # "Krause, Anna" and "Dr. Anna Krause" are frequent in mails.
    if "," in name:
        name = name.split(",", 1)[1].strip() or name
    words = [word for word in name.split() if not word.endswith(".")]
    return words[0] if words else name
