"""What is pasted or dropped onto the window to be noted down: a text, a link or a saved mail."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

_LONGEST = 100_000  # code points
_MAIL = "message/rfc822"


@dataclass(frozen=True, slots=True)
class Taken:
    """A text (a link is one), or a mail: its file, or its bytes as a mail program hands them."""

    text: str = ""
    mail: Path | bytes | None = None


def taken_from(data: QMimeData | None) -> Taken | None:
    """Return what can be noted down of something, or None."""
    if data is None:
        return None
    if data.hasFormat(_MAIL):
        return Taken(mail=bytes(data.data(_MAIL).data()))
    links = [url for url in data.urls() if url.scheme() in ("http", "https")]
    files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    mails = [file for file in files if file.suffix.lower() == ".eml"]
    if mails:
        return Taken(mail=mails[0])
    text = data.text().strip() if data.hasText() and not files else ""
    if links and (not text or text == links[0].toString()):
        text = links[0].toString()
    return Taken(text=text[:_LONGEST]) if text else None


class Drops(QObject):
    """Takes what is dropped anywhere on a window; `taken` carries it as Taken.

    Fields for text take their own first.
    """

    taken = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Accept what can be noted down, and tell of it once it is dropped."""
        if isinstance(event, QDropEvent):
            found = taken_from(event.mimeData())
            if found is None or event.source() is not None:  # moved about in the window itself
                event.ignore()
                return True
            event.acceptProposedAction()
            if not isinstance(event, QDragEnterEvent) and event.type() == QEvent.Type.Drop:
                self.taken.emit(found)
            return True
        return super().eventFilter(watched, event)
