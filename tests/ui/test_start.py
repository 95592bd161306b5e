import sys

import pytest
from PySide6.QtGui import QKeySequence

from cm_desktop import i18n
from cm_desktop.ui import start

NATIVE = QKeySequence.SequenceFormat.NativeText


def ctrl():
    return QKeySequence("Ctrl+R").toString(NATIVE)


def test_qts_own_words_follow_the_language_and_back(qapp):
    assert ctrl() == "Ctrl+R"
    i18n.use_language("de")
    start.translate_qt(qapp)
    assert ctrl() == "Strg+R"
    i18n.use_language("en")
    start.translate_qt(qapp)
    assert ctrl() == "Ctrl+R"


def test_the_program_has_a_picture_of_its_own_in_every_size(qapp):
    icon = start.program_icon()
    assert {size.width() for size in icon.availableSizes()} == {16, 32, 64, 128}
    middle = icon.pixmap(64, 64).toImage().pixelColor(32, 4)
    assert middle.name().upper() == "#1D5FBF"


def test_a_mistake_is_told_of_and_logged_without_the_words_it_met(monkeypatch, expect_log, caplog):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    expect_log("a mistake of the program: ValueError", logger="cm_desktop.ui.start")
    told = []
    start.catch_mistakes(lambda: told.append(True))
    words = "Dear Ana"
    with pytest.raises(ValueError, match=words) as caught:
        int(words)
    sys.excepthook(caught.type, caught.value, caught.tb)
    assert told == [True]
    (record,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert words not in record.getMessage()
