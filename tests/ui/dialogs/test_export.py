"""Export the log from the window."""

import hashlib

import pytest
from PySide6.QtCore import QDate
from PySide6.QtGui import QGuiApplication

from cm_desktop.services import verify
from cm_desktop.services.export_log import FORMATS
from cm_desktop.ui.dialogs.export import ExportDialog, format_words
from tests import factory


@pytest.fixture
def dialog(qtbot, context, keep, window):
    keep(
        factory.message_seen(text="About nuts", created_at=factory.ago(days=10)),
        factory.message_seen(text="About bread", created_at=factory.ago(days=2)),
        factory.message_seen(text="More bread", created_at=factory.ago(hours=1)),
    )
    made = ExportDialog(context, "", window)
    made.open()
    qtbot.waitExposed(made)
    return made


def written(qtbot, context, dialog, file):
    dialog.write_to(file)
    qtbot.waitUntil(dialog.button.isEnabled, timeout=20_000)
    return dialog.outcome.text()


def counted(qtbot, dialog, words):
    qtbot.waitUntil(lambda: dialog.count.text() == words, timeout=20_000)


def choose(dialog, name):
    dialog.format.setCurrentIndex(dialog.format.findData(name))


def test_it_says_how_much_it_will_be(qtbot, dialog):
    counted(qtbot, dialog, "3 conversations.")
    dialog.query.setText("bread")
    counted(qtbot, dialog, "2 conversations.")
    dialog.query.setText("cake")
    counted(qtbot, dialog, "Nothing fits. The file would be empty.")


def test_both_days_are_included(qtbot, dialog):
    dialog.from_day.setChecked(True)
    dialog.begin.setDate(QDate(2026, 11, 11))
    counted(qtbot, dialog, "3 conversations.")
    dialog.to_day.setChecked(True)
    dialog.end.setDate(QDate(2026, 11, 19))
    counted(qtbot, dialog, "2 conversations.")
    dialog.begin.setDate(QDate(2026, 11, 12))
    counted(qtbot, dialog, "1 conversation.")


def test_a_complete_log_is_written_and_checked(qtbot, context, dialog, tmp_path):
    file = tmp_path / "log.jsonl"
    choose(dialog, "jsonl")
    said = written(qtbot, context, dialog, file)
    assert "3 messages written" in said
    assert "signature are whole" in said
    assert verify.verify(file).ok
    assert hashlib.sha256(file.read_bytes()).hexdigest() in said
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == hashlib.sha256(file.read_bytes()).hexdigest()


def test_only_what_is_asked_for_is_written(qtbot, context, dialog, tmp_path):
    choose(dialog, "csv")
    dialog.query.setText("nuts")
    assert "1 message written" in written(qtbot, context, dialog, tmp_path / "log.csv")
    text = (tmp_path / "log.csv").read_text("utf-8-sig")
    assert "About nuts" in text
    assert "bread" not in text


def test_a_place_that_cannot_be_written_is_explained(qtbot, context, dialog, tmp_path):
    written(qtbot, context, dialog, tmp_path / "missing" / "log.csv")
    assert dialog.trouble.sentence
    assert not dialog.outcome.isVisible()
    assert dialog.isVisible()


def test_closed_while_it_is_written_the_window_says_when_it_is_done(
    qtbot, context, dialog, tmp_path
):
    with qtbot.waitSignal(context.changes.said, timeout=20_000) as said:
        dialog.write_to(tmp_path / "log.csv")
        dialog.reject()
    assert "3 messages written" in said.args[0]
    assert (tmp_path / "log.csv").exists()


def test_every_format_has_a_name_for_people():
    assert set(FORMATS) <= set(format_words())
