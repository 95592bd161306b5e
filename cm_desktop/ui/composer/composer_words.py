"""What the composer says: its buttons, its hint, and why one cannot write."""

from __future__ import annotations

from cm_desktop.domain.policy import ChannelPolicy
from cm_desktop.i18n import _, pgettext
from cm_desktop.services.reading import Thread

REPLY, PRIVATE, NOTE = "reply", "private", "note"


def mode_words() -> dict[str, str]:
    """Return what can be written, by mode."""
    return {REPLY: _("Reply"), PRIVATE: _("Reply privately"), NOTE: _("Note")}


def send_words(mode: str, policy: ChannelPolicy) -> str:
    """Return what the button says that ends the writing."""
    if mode == NOTE:
        return _("Keep the note")
    if policy.answered_there:
        return _("Copy the text and open the page")
    # Translators: a button that sends the text; German: "Antwort senden", "Privat senden".
    sends = {REPLY: pgettext("send", "Reply"), PRIVATE: pgettext("send", "Reply privately")}
    return sends[mode]


def hint_words(mode: str, policy: ChannelPolicy, thread: Thread | None) -> str:
    """Return what stands in the field while it is empty."""
    if mode == NOTE:
        return _("Note for the team. It is never sent.")
    if policy.answered_there:
        return _("Write the answer here; you send it on the channel's page. / inserts a template.")
    if mode == PRIVATE:
        return _("Write privately. / inserts a template.")
    if thread is not None and thread.messages and thread.messages[-1].public:
        return _("Write a reply that everyone can read. / inserts a template.")
    return _("Write a reply. / inserts a template.")
