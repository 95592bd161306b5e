"""Open the smallest window PySide6 can: what every program with it has to pay for.

A program of its own; prints one line of JSON after the first paint, and ends.
"""

import sys

from first_paint import Watch
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget


class _Window(QWidget):
    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawText(20, 20, "Hello")
        painter.end()
        watch.painted()


application = QApplication(sys.argv[:1])
watch = Watch(application)
window = _Window()
window.resize(1_440, 900)
window.show()
sys.exit(application.exec())
