"""A file that came with a message: its name and size, and a small picture where it is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cm_desktop.domain.model import Attachment, Message
from cm_desktop.i18n import _
from cm_desktop.ui import dates, theme
from cm_desktop.ui.conversation.parts import icon_button, picture_label, row, text_button
from cm_desktop.ui.labels import ElidedLabel, PlainLabel

_ROOM = QSize(320, 200)  # device-independent pixels for a picture
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


class AttachmentActions(Protocol):
    """What an attachment may ask of the conversation."""

    def picture(
        self, message: Message, number: int, room: QSize, then: Callable[[QImage | None], None]
    ) -> None:
        """Decode it elsewhere."""

    def save_attachment(self, message: Message, number: int) -> None:
        """Ask where to, and save it."""

    def open_link(self, link: str) -> None:
        """Open an address outside, with the questions that belong to it."""


class AttachmentRow(QWidget):
    """One attachment. What is not kept here can only be opened on its channel."""

    def __init__(
        self, message: Message, number: int, attachment: Attachment, actions: AttachmentActions
    ) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, theme.TINY, 0, theme.TINY)
        kept = bool(attachment.sha256)
        if kept and attachment.type in _PICTURES:
            layout.addWidget(self._picture(message, number, actions))
        is_picture = attachment.type.startswith("image/")
        parts: list[QWidget | None] = [
            picture_label("image" if is_picture else "file"),
            ElidedLabel(attachment.name or _("File without a name")),
            PlainLabel(size_text(attachment.size), "soft"),
        ]
        if kept:
            parts.append(
                icon_button("save", _("Save…"), lambda: actions.save_attachment(message, number))
            )
        elif attachment.url:
            parts.append(
                text_button(
                    _("Open on the channel"), lambda: actions.open_link(attachment.url), "link"
                )
            )
        layout.addLayout(row(*parts, None))

    def _picture(self, message: Message, number: int, actions: AttachmentActions) -> QWidget:
        label = PlainLabel()
        label.setAlignment(Qt.AlignmentFlag.AlignLeft)
        label.setAccessibleName(message.attachments[number].name or _("Picture"))
        ratio = self.devicePixelRatioF()

        def show(image: QImage | None) -> None:
            if image is None:
                label.setText(_("This picture cannot be shown."))
                label.set_kind("soft")
                return
            pixmap = QPixmap.fromImage(image)
            pixmap.setDevicePixelRatio(ratio)
            label.setPixmap(pixmap)

        actions.picture(message, number, _ROOM * ratio, show)
        return label


def size_text(size: int | None) -> str:
    """Return a size in bytes as people read it: "340 KB"; empty where it is unknown."""
    return "" if size is None else dates.locale().formattedDataSize(size, 1)
