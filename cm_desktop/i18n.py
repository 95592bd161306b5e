"""Words, numbers and dates in the user's language.

The catalogues are gettext files in `translations/`, compiled when the program is built;
dates and numbers follow CLDR through Babel, which is only imported when one is shown.
"""

from __future__ import annotations

import gettext as _gettext
import os
from pathlib import Path

DOMAIN = "cm_desktop"
LANGUAGES = ("en", "de")

_state: dict[str, _gettext.NullTranslations] = {"now": _gettext.NullTranslations()}
_language = {"now": "en"}


def translations_folder() -> Path:
    """Return where the catalogues lie, in a checkout and in an installed package alike."""
    inside = Path(__file__).parent / "translations"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "translations"


def system_language() -> str:
    """Return the first language of the system that we speak, else English."""
    wanted = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")]
    for name in wanted:
        if name[:2].lower() in LANGUAGES:
            return name[:2].lower()
    import locale  # knows where Windows and macOS say it; elsewhere nobody waits for it

    named = (locale.getlocale()[0] or "")[:2].lower()
    return named if named in LANGUAGES else "en"


def use_language(language: str) -> None:
    """Speak `language` ("de", "en") from now on; an unknown one falls back to English."""
    chosen = language if language in LANGUAGES else "en"
    _state["now"] = _gettext.translation(
        DOMAIN, localedir=translations_folder(), languages=[chosen], fallback=True
    )
    _language["now"] = chosen


def language() -> str:
    """Return the language spoken now: "de" or "en"."""
    return _language["now"]


def _(text: str) -> str:
    """Return a sentence in the language spoken now. Only at show time, never at import."""
    return _state["now"].gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the form that fits a count: the one of "%(n)d reply" and "%(n)d replies"."""
    return _state["now"].ngettext(one, many, count)


def pgettext(context: str, text: str) -> str:
    """Return a word in the language spoken now where its meaning depends on the place."""
    return _state["now"].pgettext(context, text)
