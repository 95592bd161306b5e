"""The words that narrow a search, as the window offers them."""

from __future__ import annotations

from dataclasses import dataclass

from cm_desktop.i18n import _


@dataclass(frozen=True, slots=True)
class Hint:
    """What is put into the search field, and what it does."""

    operator: str
    meaning: str


def hints() -> tuple[Hint, ...]:
    """Return all of them in the language spoken now."""
    # Translators: the operators before a meaning are part of the search language, which
    # knows these German ones: von: kanal: tag: ist: hat: vor: nach: status: an:
    return (
        Hint(_("from:"), _("written by a person")),
        Hint(_("channel:"), _("on one channel, such as mail")),
        Hint(_("tag:"), _("with a tag")),
        Hint(_("is:unread"), _("not read yet")),
        Hint(_("is:unanswered"), _("waits for our answer")),
        Hint(_("is:mine"), _("assigned to me")),
        Hint(_("is:due"), _("should have been answered by now")),
        Hint(_("has:attachment"), _("with a file or picture")),
        Hint(_("has:note"), _("with a note")),
        Hint(_("before:"), _("until a day: 2026-03-01")),
        Hint(_("after:"), _("from a day on: 2026-03-01")),
    )


def fitting(text: str) -> tuple[Hint, ...]:
    """Return the hints for a search text: all for an empty one, else those that begin so."""
    if not text.strip():
        return hints()
    word = "" if text[-1].isspace() else text.rsplit(maxsplit=1)[-1].casefold()
    if not word:
        return ()
    return tuple(hint for hint in hints() if hint.operator.startswith(word) != (
        hint.operator == word
    ))  # fmt: skip


def put_in(text: str, hint: Hint) -> str:
    """Return the search text with the hint in place of the word being written."""
    begun = "" if not text or text[-1].isspace() else text.rsplit(maxsplit=1)[-1]
    kept = text[: len(text) - len(begun)]
    return kept + hint.operator + ("" if hint.operator.endswith(":") else " ")
