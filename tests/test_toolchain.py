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


def imported(tree):
    """Yield the packages a file imports when it runs, not what only the type checker reads."""
    if isinstance(tree, ast.If) and getattr(tree.test, "id", None) == "TYPE_CHECKING":
        return
    if isinstance(tree, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in tree.names)
    elif isinstance(tree, ast.ImportFrom):
        yield (tree.module or "").partition(".")[0]
    for child in ast.iter_child_nodes(tree):
        yield from imported(child)


def test_no_second_sqlite_library_opens_a_vault():
    # Two libraries on one file in one process undo each other's locks.
    others = {"aiosqlite", "apsw", "pysqlite3", "sqlite3"}
    files = ROOT.joinpath("cm_desktop").rglob("*.py")
    importing = [
        file.relative_to(ROOT).as_posix()
        for file in files
        if others & set(imported(ast.parse(file.read_text(encoding="utf-8"))))
    ]
    assert importing == []


def test_the_search_for_a_second_library_looks_into_functions_but_not_at_types():
    assert list(imported(ast.parse("def f():\n    import sqlite3.dbapi2"))) == ["sqlite3"]
    assert list(imported(ast.parse("if TYPE_CHECKING:\n    import sqlite3"))) == []
