"""One message of a conversation, with what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QLayout, QMenu, QVBoxLayout, QWidget

from cm_desktop.domain.links_in_text import links_in
from cm_desktop.domain.model import Direction, Message, Nature, OutboxKind, Visibility
from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.i18n import _, ngettext
from cm_desktop.ui import dates, theme
from cm_desktop.ui.channel_names import channel_name
from cm_desktop.ui.conversation.attachments import AttachmentRow
from cm_desktop.ui.conversation.moderation import offered, words
from cm_desktop.ui.conversation.parts import (
    Card,
    Disc,
    align_with_text,
    icon_button,
    picture_label,
    row,
    text_button,
)
from cm_desktop.ui.conversation.reading_label import ReadingLabel, is_cut
from cm_desktop.ui.icons import icon
from cm_desktop.ui.labels import (
    ElidedLabel,
    PlainLabel,
    has_mixed_scripts,
    set_tooltip,
)

_SHORT_LINK = 48  # characters of an address on its button


class MessageActions(Protocol):
    """What a message card may ask of the conversation it stands in."""

    def answer(self, message: Message, *, private: bool) -> None:
        """Begin an answer to this message."""

    def moderate(self, message: Message, kind: OutboxKind) -> None:
        """Do something about it on its channel."""

    def open_link(self, link: str) -> None:
        """Open an address outside, with the questions that belong to it."""

    def show_whole(self, message: Message) -> None:
        """Show a text that is too long for the card."""

    def show_versions(self, message: Message) -> None:
        """Show what it said before it was edited."""

    def picture(
        self, message: Message, number: int, room: QSize, then: Callable[[QImage | None], None]
    ) -> None:
        """Decode an attachment elsewhere."""

    def save_attachment(self, message: Message, number: int) -> None:
        """Ask where to, and save an attachment."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a card needs to know beside its message."""

    policy: ChannelPolicy
    account: str  # title of our account
    now: datetime
    team: bool = True  # whether more than one member works here


class MessageCard(Card):
    """Who said what and when, and the buttons for it."""

    def __init__(
        self, message: Message, depth: int, around: Surroundings, actions: MessageActions
    ) -> None:
        super().__init__("ours" if message.direction is Direction.OUT else "bg", depth)
        self.message = message
        self._around = around
        self._actions = actions
        self._build()
        self.setAccessibleName(
            _("%(name)s, %(time)s: %(text)s")
            % {
                "name": self._name(),
                "time": dates.full_time(message.created_at),
                "text": message.text[:200],
            }
        )

    def _build(self) -> None:
        body = QVBoxLayout()
        body.setSpacing(theme.TINY)
        body.addLayout(self._head())
        for label in self._marks():
            body.addWidget(label)
        self._add_text(body)
        for number, attachment in enumerate(self.message.attachments):
            body.addWidget(AttachmentRow(self.message, number, attachment, self._actions))
        self._add_links(body)
        body.addLayout(self._buttons())
        line = row(spacing=theme.MEDIUM)
        ours = self.message.direction is Direction.OUT
        disc = Disc(self._name(), "" if ours else self.message.author.id)
        line.addWidget(disc, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(body, 1)
        self.inside.addLayout(line)

    def _name(self) -> str:
        message = self.message
        if message.direction is Direction.OUT:
            return message.member or self._around.account
        return message.author.name or message.author.handle or _("Unknown person")

    def _head(self) -> QLayout:
        message = self.message
        name = ElidedLabel(self._name(), "strong")
        when = PlainLabel(dates.ago(message.created_at, self._around.now), "soft")
        set_tooltip(when, dates.full_time(message.created_at))
        parts: list[QWidget | None] = [name]
        if message.direction is Direction.OUT and message.member:
            # Translators: after a member's name: on behalf of which page they wrote.
            parts.append(
                ElidedLabel(_("for %(account)s") % {"account": self._around.account}, "soft")
            )
        elif message.author.handle and message.author.handle != self._name():
            parts.append(ElidedLabel(message.author.handle, "soft"))
        if has_mixed_scripts(message.author.name):
            parts.append(self._lookalike())
        if message.rating is not None:
            parts.append(self._stars(message.rating))
        layout = row(*parts, None, when, spacing=theme.SMALL)
        if not message.public:
            lock = picture_label("lock")
            set_tooltip(lock, _("Private: only we and the writer can read it"))
            layout.insertWidget(layout.count() - 1, lock)
        return layout

    def _lookalike(self) -> QWidget:
        label = PlainLabel(_("mixed alphabets"), "warn")
        set_tooltip(
            label,
            _("The name mixes letters of several alphabets; it may imitate another name."),
        )
        return label

    def _stars(self, rating: int) -> QWidget:
        label = PlainLabel("★" * rating + "☆" * (5 - rating), "warn")
        label.setAccessibleName(
            ngettext("%(n)d star of 5", "%(n)d stars of 5", rating) % {"n": rating}
        )
        set_tooltip(label, label.accessibleName())
        return label

    def _marks(self) -> list[QWidget]:
        message = self.message
        marks: list[QWidget] = []
        if message.deleted_at is not None:
            sentence = _("Deleted on the channel, %(time)s. Kept here as a record.")
            marks.append(
                PlainLabel(sentence % {"time": dates.full_time(message.deleted_at)}, "bad")
            )
        elif message.visibility is not Visibility.SHOWN:
            marks.append(PlainLabel(_visibility(message.visibility), "warn"))
        if message.nature is Nature.AUTO_REPLY:
            marks.append(PlainLabel(_("Automatic reply"), "soft"))
        elif message.nature is Nature.BOUNCE:
            marks.append(PlainLabel(_("Delivery failed: this mail came back"), "bad"))
        if message.author.blocked:
            marks.append(PlainLabel(_("This person is blocked on the channel"), "warn"))
        if network := message.context.get("claims"):
            # Translators: over an e-mail that looks like the notification of a network.
            sentence = _(
                "This e-mail claims to be from %(network)s, which could not be confirmed. "
                "Better not open its links or files."
            )
            marks.append(PlainLabel(sentence % {"network": channel_name(network)}, "bad"))
        if message.context.get("cut"):
            sentence = _("Only the beginning: the whole text is on the page.")
            marks.append(PlainLabel(sentence, "soft"))
        return [mark.wrapping() if isinstance(mark, PlainLabel) else mark for mark in marks]

    def _add_text(self, body: QVBoxLayout) -> None:
        message = self.message
        if message.text.strip():
            struck = message.deleted_at is not None or message.hidden
            body.addWidget(ReadingLabel(message.text, struck=struck))
        elif not message.attachments and message.rating is None:
            body.addWidget(PlainLabel(_("(no text)"), "soft"))
        if is_cut(message.text):
            whole = text_button(
                _("Show the whole text"), lambda: self._actions.show_whole(message), "link"
            )
            body.addLayout(align_with_text(row(whole, None)))
        if message.quoted.strip():
            self._add_quoted(body)

    def _add_quoted(self, body: QVBoxLayout) -> None:
        quoted = ReadingLabel(self.message.quoted, kind="soft")
        quoted.hide()
        fold = text_button(_("Show quoted text"), lambda: None, "link", "quote")
        fold.setCheckable(True)

        def unfold(shown: bool) -> None:
            quoted.setVisible(shown)
            fold.setText(_("Hide quoted text") if shown else _("Show quoted text"))

        fold.toggled.connect(unfold)
        body.addLayout(align_with_text(row(fold, None)))
        body.addWidget(quoted)

    def _add_links(self, body: QVBoxLayout) -> None:
        for link in links_in(self.message.text):
            shown = link.split("://", 1)[1]
            shown = shown if len(shown) <= _SHORT_LINK else shown[: _SHORT_LINK - 1] + "…"
            button = text_button(shown, partial(self._actions.open_link, link), "link", "link")
            set_tooltip(button, link)
            body.addLayout(align_with_text(row(button, None)))

    def _buttons(self) -> QLayout:
        message, policy = self.message, self._around.policy
        layout = align_with_text(row(spacing=theme.TINY))
        if message.direction is Direction.IN and message.deleted_at is None:
            if policy.may(Ability.REPLY):
                layout.addWidget(
                    text_button(
                        _("Reply"),
                        lambda: self._actions.answer(message, private=False),
                        glyph="reply",
                    )
                )
            for kind in offered(message, policy)[:2]:
                layout.addWidget(self._moderate_button(kind))
        if message.edited_at is not None:
            edited = text_button(_("edited"), lambda: self._actions.show_versions(message), "link")
            set_tooltip(edited, dates.full_time(message.edited_at))
            layout.addWidget(edited)
        layout.addStretch(1)
        if message.permalink:
            layout.addWidget(
                icon_button(
                    "open_out",
                    _("Open on the channel"),
                    lambda: self._actions.open_link(message.permalink),
                )
            )
        layout.addWidget(self._more())
        return layout

    def _moderate_button(self, kind: OutboxKind) -> QWidget:
        glyph, text = words(kind)
        return icon_button(glyph, text, partial(self._moderate, kind))

    def _more(self) -> QWidget:
        button = icon_button("more", _("More"), lambda: self._open_menu(button))
        return button

    def _open_menu(self, button: QWidget) -> None:
        # Made when it is asked for: a menu is a window, and a page has sixty of these cards.
        menu = QMenu(button)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill(menu)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _fill(self, menu: QMenu) -> None:
        message = self.message
        if self._around.policy.may(Ability.PRIVATE) and message.direction is Direction.IN:
            action = menu.addAction(icon("private"), _("Reply privately"))
            action.triggered.connect(lambda: self._actions.answer(message, private=True))
        for kind in offered(message, self._around.policy):
            glyph, text = words(kind)
            action = menu.addAction(icon(glyph), text)
            action.triggered.connect(partial(self._moderate, kind))
        menu.addSeparator()
        copy = menu.addAction(icon("copy"), _("Copy the text"))
        copy.triggered.connect(self.copy)

    def _moderate(self, kind: OutboxKind, *_checked: bool) -> None:
        self._actions.moderate(self.message, kind)

    def copy(self) -> None:
        """Put the message's own text on the clipboard."""
        QGuiApplication.clipboard().setText(self.message.text)


def _visibility(visibility: Visibility) -> str:
    return {
        Visibility.HELD: _("Waits for approval: not public yet"),
        Visibility.HIDDEN: _("Hidden: the public cannot see it"),
        Visibility.SPAM: _("Marked as spam"),
        Visibility.TRASHED: _("In the trash of the channel"),
    }[visibility]
