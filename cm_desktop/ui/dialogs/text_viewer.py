"""A whole text of any length in a window of its own, without holding up the program."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QMimeData, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QTextCursor, QTextOption
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QWidget

from cm_desktop.i18n import _
from cm_desktop.ui import theme
from cm_desktop.ui.conversation.parts import text_button
from cm_desktop.ui.dialogs.frame import Dialog
from cm_desktop.ui.labels import PlainLabel
from cm_desktop.ui.safe_text import display_text

# What is laid out in one go. Qt needs seconds for a line of a million letters, so that long
# lines are broken for display, and the text is put in piece by piece between other events.
_LONGEST_LINE = 1_000  # code points
_PIECE = 8_000  # code points put in at once
_MOST_LINES = 400  # likewise
_BREAK_HERE = "\u200b"


class _Reader(QPlainTextEdit):
    def createMimeDataFromSelection(self) -> QMimeData:  # noqa: N802 - Qt's name
        """Copy what is marked without the places to break that were put in for display."""
        data = QMimeData()
        data.setText(self.textCursor().selection().toPlainText().replace(_BREAK_HERE, ""))
        return data


class TextViewer(Dialog):
    """Shows a text as it is; copying gives what the sender wrote."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent, width=720)
        self._text = text
        self._pieces = pieces(text)
        self.reader = _Reader()
        self.reader.setReadOnly(True)
        self.reader.setUndoRedoEnabled(False)
        self.reader.setFont(theme.font("reading"))
        self.reader.setMinimumHeight(420)
        self.reader.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.reader.setAccessibleName(title)
        self.wrap = QCheckBox(_("Break long lines"))
        self.wrap.setChecked(True)
        self.wrap.toggled.connect(self._wrap)
        self._copied = PlainLabel("", "soft")
        self.body.addWidget(self.reader, 1)
        self.body.addWidget(self.wrap)
        self.add_left(text_button(_("Copy everything"), self.copy, "", "copy"), self._copied)
        self.add_close()
        self.begin_at(self.reader)
        self._more = QTimer(self, interval=0)
        self._more.timeout.connect(self._add_piece)
        # Inserted into an empty text, the first piece would carry the cursor to its end.
        self.reader.setPlainText(next(self._pieces, ""))
        self._more.start()

    @property
    def complete(self) -> bool:
        """Whether all of the text is in place."""
        return not self._more.isActive()

    def copy(self) -> None:
        """Copy the whole text, letter by letter as it was written."""
        QGuiApplication.clipboard().setText(self._text.replace("\0", ""))
        self._copied.setText(_("Copied."))

    @Slot(bool)
    def _wrap(self, wanted: bool) -> None:
        modes = QPlainTextEdit.LineWrapMode
        self.reader.setLineWrapMode(modes.WidgetWidth if wanted else modes.NoWrap)

    @Slot()
    def _add_piece(self) -> None:
        piece = next(self._pieces, None)
        if piece is None:
            self._more.stop()
            return
        end = QTextCursor(self.reader.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        end.insertText(piece)


def pieces(text: str) -> Iterator[str]:
    """Yield a text for display, in pieces of bounded size whose lines are bounded, too."""
    kept: list[str] = []
    size = 0
    for line in lines(text):
        kept.append(line)
        size += len(line)
        if size >= _PIECE or len(kept) >= _MOST_LINES:
            yield "".join(kept)
            kept, size = [], 0
    if kept:
        yield "".join(kept)


def lines(text: str) -> Iterator[str]:
    """Yield the lines of a text, each safe to show; those that are too long in parts.

    A part ends with a line feed like any line, but the last line of the text.
    """
    start = 0
    while start < len(text):
        found = text.find("\n", start, start + _LONGEST_LINE)
        end = found + 1 if found >= 0 else _end_of_part(text, start)
        shown = display_text(text[start:end].rstrip("\r\n"))
        yield shown + "\n" if found >= 0 or end < len(text) else shown
        start = end


def _end_of_part(text: str, start: int) -> int:
    """Return where to break a line that is too long: after its last space, if it has one."""
    end = min(start + _LONGEST_LINE, len(text))
    if end == len(text):
        return end
    space = text.rfind(" ", start + _LONGEST_LINE // 2, end)
    return space + 1 if space >= 0 else end
