"""All keys of the program, read from its actions, so that help and keys agree."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QAction, QFontMetrics, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from cm_desktop.i18n import _
from cm_desktop.ui import theme
from cm_desktop.ui.action_words import MENUS, menu_title
from cm_desktop.ui.actions import Actions
from cm_desktop.ui.conversation.parts import row
from cm_desktop.ui.dialogs.dialog_keys import composer_keys
from cm_desktop.ui.dialogs.frame import Dialog
from cm_desktop.ui.dialogs.fuzzy import enough, rank
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import PlainLabel


class ShortcutsDialog(Dialog):
    """The keys by menu; a field narrows them as one types."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(_("Keyboard shortcuts"), parent, width=560)
        self.line = QLineEdit()
        self.line.setPlaceholderText(_("Find a shortcut"))
        self.line.setAccessibleName(_("Find a shortcut"))
        self.body.addWidget(self.line)
        self._column = self.add_scrolled()
        self._column.setSpacing(theme.TINY)
        self.sections: list[tuple[PlainLabel, list[KeyRow]]] = []
        for menu, names in MENUS.items():
            found = [actions[name] for name in names if name != "-"]
            self._add_section(menu_title(menu).replace("&", ""), map(row_of, _with_keys(found)))
        self._add_section(
            _("While writing"), (KeyRow(words, keys) for words, keys in composer_keys())
        )
        self.nothing = Words(_("No key does that."), "soft")
        self.nothing.hide()
        self._column.addWidget(self.nothing)
        self._column.addStretch(1)
        self.add_close()
        self.line.textChanged.connect(self._filter)
        self.begin_at(self.line)

    @property
    def shown(self) -> list[KeyRow]:
        """The rows that fit what was typed."""
        return [one for _heading, rows in self.sections for one in rows if not one.isHidden()]

    def _add_section(self, title: str, rows: Iterable[KeyRow]) -> None:
        made = list(rows)
        if not made:
            return
        heading = PlainLabel(title, "strong")
        heading.setContentsMargins(0, theme.MEDIUM, 0, theme.TINY)
        self._column.addWidget(heading)
        for one in made:
            self._column.addWidget(one)
        self.sections.append((heading, made))

    @Slot(str)
    def _filter(self, typed: str) -> None:
        ranks = {
            one: rank(typed, one.words, " ".join(one.keys))
            for _heading, rows in self.sections
            for one in rows
        }
        least = enough(ranks.values())
        for heading, rows in self.sections:
            for one in rows:
                one.setVisible(ranks[one] >= least)
            heading.setVisible(any(not one.isHidden() for one in rows))
        self.nothing.setVisible(not self.shown)


class KeyRow(QWidget):
    """What happens, and the keys that do it."""

    def __init__(self, words: str, keys: Iterable[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words
        self.keys = list(keys)
        line = row(spacing=theme.SMALL)
        line.setContentsMargins(0, 2, 0, 2)
        line.addWidget(Words(words), 1)
        for key in self.keys:
            line.addWidget(KeyCap(key), 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)
        self.setAccessibleName(f"{words}: {', '.join(self.keys)}")


class KeyCap(QWidget):
    """A key as it looks on a keyboard."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        metrics = QFontMetrics(theme.font("soft"))
        width = max(
            metrics.horizontalAdvance(key) + 2 * theme.SMALL, metrics.height() + theme.SMALL
        )
        self.setFixedSize(QSize(width, metrics.height() + theme.TINY + 2))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(theme.colour("line"))
        painter.setBrush(theme.colour("panel"))
        painter.drawRoundedRect(rect, theme.TINY, theme.TINY)
        painter.setFont(theme.font("soft"))
        painter.setPen(theme.colour("text"))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._key)


def row_of(action: QAction) -> KeyRow:
    """Return the row of an action."""
    native = QKeySequence.SequenceFormat.NativeText
    keys = (one.toString(native) for one in action.shortcuts())
    return KeyRow(action.text().replace("&&", "&").rstrip("…"), [key for key in keys if key])


def _with_keys(actions: Iterable[QAction]) -> list[QAction]:
    return [action for action in actions if action.isVisible() and action.shortcuts()]
