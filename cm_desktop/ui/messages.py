"""Turns an error into what the window says: a glyph, a sentence, and the button that helps."""

from __future__ import annotations

from cm_desktop.domain.errors import CmError, VaultError
from cm_desktop.i18n import _


def problem_words(error: CmError | str) -> tuple[str, str, str, str]:
    """Return glyph, sentences, the button's text ("" for none) and its action.

    Actions: sign_in, retry, settings; others are left to the screen they belong to.
    """
    from cm_desktop.services.sentences import explain

    sentence = explain(error)
    words = f"{sentence.what} {sentence.what_to_do}".strip()
    button = {
        "sign_in": _("Sign in again"),
        "retry": _("Try again"),
        "settings": _("Open settings"),
    }.get(sentence.action, "")
    glyph = "error" if isinstance(error, VaultError) else "warning"
    return glyph, words, button, sentence.action if button else ""
