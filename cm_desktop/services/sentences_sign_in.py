"""Sentences for signing in on a channel's own page, and for what a person does by hand."""

from __future__ import annotations

from collections.abc import Mapping

from cm_desktop.i18n import _
from cm_desktop.services.wording import Sentence, Worded

SIGN_IN: Mapping[str, Worded] = {
    "usage:no_browser_sign_in": lambda _v: Sentence(
        _("On this channel one cannot sign in in the browser."),
        _("Please sign in with what the channel asks for instead."),
        "",
    ),
    "usage:no_shown_code": lambda _v: Sentence(
        _("This channel has no page that shows a code."),
        _("Please sign in in the browser on this computer, or in another way."),
        "",
    ),
    "no_answer:no_sign_in": lambda _v: Sentence(
        _("In the browser, nobody allowed CM Desktop to sign in."),
        _("Please try again, and press the button that allows it on the page that opens."),
        "",
    ),
    "not_allowed:access_denied": lambda _v: Sentence(
        _("In the browser, signing in was refused."),
        _("Please try again if that was a mistake, and allow it on the page that opens."),
        "",
    ),
    "sign_in_needed:code_refused": lambda _v: Sentence(
        _("The channel does not accept this code."),
        _("A code works once and not for long. Please open the page again and copy the new one."),
        "",
    ),
    "sign_in_needed:no_code": lambda _v: Sentence(
        _("There is no code yet."),
        _("Please allow CM Desktop on the page, and copy the code that it shows."),
        "",
    ),
    "address:not_a_mail": lambda _v: Sentence(
        _("This file cannot be read as an e-mail."),
        _("Please save the e-mail as an .eml file in your mail program, and drop that one."),
        "",
    ),
    "answer_there": lambda _v: Sentence(
        _("On this channel, only a person can send the answer, on the page of the channel."),
        _("Please copy the text, send it on that page, then say here that it is answered."),
        "resolve",
    ),
}
