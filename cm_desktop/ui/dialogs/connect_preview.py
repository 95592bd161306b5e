"""What was found while trying an account: who one is there, what is possible, the newest."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cm_desktop.domain.events import MessageSeen
from cm_desktop.i18n import _
from cm_desktop.services.connecting import Probe
from cm_desktop.ui import dates, theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.context import Context
from cm_desktop.ui.conversation.parts import picture_label, row
from cm_desktop.ui.dialogs.policy_words import policy_sentences
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import ElidedLabel, PlainLabel, name_text, one_line, set_tooltip


class Preview(QWidget):
    """Shows a Probe before anything of it is kept; `limits` is what the channel cannot do."""

    def __init__(
        self,
        context: Context,
        probe: Probe,
        limits: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SMALL)
        found = row(picture_label("approve", "ok", 18))
        found.addWidget(Words(found_sentence(probe), "strong"), 1)
        column.addLayout(found)
        for sentence in (" ".join(policy_sentences(probe.policy)), " ".join(limits)):
            if sentence:
                column.addWidget(Words(sentence, "soft"))
        column.addSpacing(theme.SMALL)
        if not probe.newest:
            column.addWidget(Words(_("Nothing has been said there yet.")))
            return
        column.addWidget(PlainLabel(_("The newest there"), "strong"))
        for message in reversed(probe.newest):
            column.addWidget(self._row(message))

    def _row(self, message: MessageSeen) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, theme.TINY, 0, theme.TINY)
        column.setSpacing(2)
        author = message.author.name or message.author.handle or _("Unknown")
        when = PlainLabel(dates.short_time(message.created_at, self._context.now()), "soft")
        set_tooltip(when, dates.full_time(message.created_at))
        head = row(spacing=theme.SMALL)
        head.addWidget(ElidedLabel(author, "strong"), 1)
        head.addWidget(when)
        column.addLayout(head)
        text = message.text or ", ".join(one.about.name for one in message.attachments)
        column.addWidget(ElidedLabel(one_line(text) or _("(without text)"), "soft"))
        return made


def found_sentence(probe: Probe) -> str:
    """Return who one is on the channel."""
    identity = probe.identity
    words = {
        "channel": channel_name(probe.config.channel),
        "title": name_text(identity.title or identity.handle or identity.url),
        "name": name_text(identity.handle or identity.title),
    }
    if identity.handle and identity.handle != identity.title:
        return _("Found “%(title)s” on %(channel)s. You are signed in as %(name)s.") % words
    return _("Found “%(title)s” on %(channel)s.") % words
