"""Show a whole text of any length."""

import time

import pytest
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QApplication, QPushButton

from cm_desktop.ui.dialogs.text_viewer import TextViewer, lines, pieces

LONGEST_STEP = 0.2  # seconds that the window may be held up


@pytest.fixture
def viewer(qtbot, window):
    def opened(text):
        made = TextViewer("Ana", text, window)
        made.open()
        return made

    return opened


def test_a_text_is_shown_as_it_was_written(qtbot, viewer):
    made = viewer("Dear all,\n\nhere is\tthe list.\n")
    qtbot.waitUntil(lambda: made.complete)
    assert made.reader.toPlainText() == "Dear all,\n\nhere is\tthe list.\n"


def test_a_line_that_is_too_long_for_the_screen_is_broken_after_a_word():
    words = "word " * 500
    parts = list(lines(words))
    assert len(parts) > 1
    assert all(part.rstrip("\n").strip().split() == part.split() for part in parts)
    assert " ".join(" ".join(parts).split()) == words.strip()


def test_all_letters_of_a_line_without_spaces_are_there():
    assert "".join(pieces("x" * 5_000)).replace("\n", "").replace("\u200b", "") == "x" * 5_000


@pytest.mark.parametrize("text", ["", "\n", "a", "a\n", "a\r\nb", "\n\n\n"])
def test_short_texts_keep_their_lines(text):
    assert "".join(pieces(text)) == text.replace("\r\n", "\n")


def test_the_copy_button_copies_what_the_sender_wrote(qtbot, viewer):
    text = "x" * 3_000 + "\u202e" + "👩‍👩‍👧" * 50
    made = viewer(text)
    qtbot.waitUntil(lambda: made.complete)
    copy = next(one for one in made.findChildren(QPushButton) if "Copy" in one.text())
    copy.click()
    assert QGuiApplication.clipboard().text() == text


def test_what_is_marked_is_copied_without_the_places_to_break(qtbot, viewer):
    made = viewer("x" * 900)
    qtbot.waitUntil(lambda: made.complete)
    made.reader.moveCursor(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
    assert made.reader.createMimeDataFromSelection().text() == "x" * 900


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("word " * 200_000, id="words"),
        pytest.param("x" * 1_000_000, id="no spaces"),
        pytest.param("👩\u200d" * 100_000, id="joined emoji"),
        pytest.param("\n" * 200_000, id="lines"),
        pytest.param("a\u0300" * 50_000, id="marks"),
        pytest.param("\ufdfa" * 200_000, id="ligatures"),
        pytest.param("\u202e\u2066" * 50_000, id="directions"),
    ],
)
def test_a_text_of_a_megabyte_never_holds_up_the_window(qtbot, viewer, text):
    start = time.perf_counter()
    made = viewer(text)
    longest = time.perf_counter() - start
    until = time.perf_counter() + 20
    while not made.complete and time.perf_counter() < until:
        start = time.perf_counter()
        QApplication.processEvents()
        longest = max(longest, time.perf_counter() - start)
    assert made.complete
    # A loaded machine may be slower; what this guards against takes seconds.
    assert longest < 5 * LONGEST_STEP
