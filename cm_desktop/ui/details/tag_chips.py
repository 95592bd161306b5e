"""The tags of a conversation as chips that can be taken off, and a button to add one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from cm_desktop.domain.model import Tag
from cm_desktop.i18n import _
from cm_desktop.ui import theme
from cm_desktop.ui.conversation.parts import icon_button
from cm_desktop.ui.details.flow import FlowLayout
from cm_desktop.ui.icons import draw_glyph
from cm_desktop.ui.labels import elided, name_text, one_line, set_tooltip

_CROSS = 12
_MARGIN = 8


class TagChip(QAbstractButton):
    """One tag; pressing it, or Del on the keyboard, takes it off."""

    def __init__(self, tag: Tag, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tag = tag
        words = _("Take the tag “%(tag)s” off") % {"tag": name_text(tag.name)}
        self.setAccessibleName(words)
        set_tooltip(self, words)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Ask for room for the whole name and the cross."""
        metrics = QFontMetrics(theme.font("soft_strong"))
        width = metrics.horizontalAdvance(one_line(self.tag.name, 80)) + 2
        return QSize(width + _CROSS + 3 * _MARGIN - theme.TINY, metrics.height() + theme.SMALL)

    def minimumSizeHint(self) -> QSize:
        """Be content with a few letters."""
        return QSize(64, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take it off with Del and Backspace, too."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ground, name and cross, and the focus."""
        ground, text = theme.tag_colours(self.tag.colour)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        lively = self.underMouse() or self.hasFocus()
        painter.setPen(text if lively else Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        font = theme.font("soft_strong")
        painter.setFont(font)
        painter.setPen(text)
        inside = rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        name = inside.adjusted(0, 0, -_CROSS - theme.TINY, 0)
        shown = elided(self.tag.name, QFontMetrics(font), round(name.width()) + 1)
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, shown)
        cross = QRectF(inside.right() - _CROSS, inside.center().y() - _CROSS / 2, _CROSS, _CROSS)
        draw_glyph(painter, cross, "close", text)


class TagChips(QWidget):
    """The chips of a conversation, in lines."""

    def __init__(
        self,
        take_off: Callable[[Tag], None],
        add: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._take_off = take_off
        self.chips: list[TagChip] = []
        self.button = icon_button("add", _("Add a tag…"), add)
        self._flow = FlowLayout(theme.TINY, self)
        self._flow.addWidget(self.button)

    def show_tags(self, tags: Sequence[Tag]) -> None:
        """Show these; the keyboard stays near where it was."""
        if [chip.tag for chip in self.chips] == list(tags):
            return
        place = next((n for n, chip in enumerate(self.chips) if chip.hasFocus()), None)
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._flow.removeWidget(self.button)
        self.chips = [self._chip(tag) for tag in tags]
        self._flow.addWidget(self.button)
        if place is not None:
            left = [*self.chips, self.button]
            left[min(place, len(left) - 1)].setFocus()
        self.updateGeometry()

    def _chip(self, tag: Tag) -> TagChip:
        chip = TagChip(tag)
        chip.clicked.connect(lambda: self._take_off(tag))
        self._flow.addWidget(chip)
        chip.show()
        QWidget.setTabOrder(chip, self.button)
        return chip
