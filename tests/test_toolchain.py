"""What we rely on in the libraries we ship with, asked of those that are installed."""

import ast
import sys
from pathlib import Path

from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QLabel, QWidget
from sqlcipher3 import dbapi2 as sqlcipher

ROOT = Path(__file__).parent.parent
# Since Python 3.12 nothing is counted for None; its count is a constant that large.
IMMORTAL = 1 << 29


class Page(QWidget):
    """Paints by hand, as our delegates do."""

    def paintEvent(self, event):
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white"))
        painter.drawText(4, 12, "Grüße")
        painter.end()


def test_qt_gives_back_no_reference_to_none_that_is_not_its_own(qtbot):
    # PySide6 6.12.0 does, in each call of a method that returns nothing: Python 3.11 then
    # ends with "none_dealloc" after some minutes, at any place.
    page, label = Page(), QLabel()
    qtbot.addWidget(page)
    qtbot.addWidget(label)
    page.resize(60, 20)
    picture = QPixmap(60, 20)
    before = sys.getrefcount(None)
    for number in range(1_000):
        page.render(picture)
        label.setText(str(number))
    after = sys.getrefcount(None)
    if sys.version_info >= (3, 12):
        assert min(before, after) >= IMMORTAL
    else:
        assert after - before > -100


def test_the_database_is_new_enough_to_keep_what_two_connections_write():
    # SQLite 3.51.3 mended a corruption of the write-ahead log with two connections.
    assert sqlcipher.sqlite_version_info >= (3, 51, 3)


def test_the_database_encrypts():
    connection = sqlcipher.connect(":memory:")
    assert connection.execute("PRAGMA cipher_version").fetchone()
    options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    connection.close()
    assert {"HAS_CODEC", "ENABLE_FTS5"} <= options


def test_no_second_sqlite_library_opens_a_vault():
    # Two libraries on one file in one process undo each other's locks.
    importing = [
        file.relative_to(ROOT).as_posix()
        for file in ROOT.joinpath("cm_desktop").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
        if name.partition(".")[0] in {"sqlite3", "apsw", "pysqlite3", "aiosqlite"}
    ]
    assert importing == []
