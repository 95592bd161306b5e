"""Note down what was said elsewhere: pasted, dropped or written, taken apart, kept."""

from datetime import timedelta

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

from cm_desktop.domain.views import View, ViewName
from cm_desktop.services import reading
from cm_desktop.ui.dialogs import times
from cm_desktop.ui.dialogs.note_down import NoteDownDialog
from cm_desktop.ui.main_window import MainWindow
from cm_desktop.ui.taken import Taken, taken_from
from tests import factory

COPIED = "Greta Sandmann\nSold out at nine!\nhttps://www.facebook.com/krume/posts/1"
EVERYTHING = View(ViewName.ALL)
MAIL = b"From: Ana <ana@example.com>\r\nSubject: Your bread\r\n\r\nIt was good.\r\n"


def opened(qtbot, context, window, taken):
    made = NoteDownDialog(context, taken, window)
    made.open()
    qtbot.waitUntil(lambda: not context.runner.busy)
    return made


def kept(context):
    rows = [
        reading.thread(context.vault, row.id) for row in reading.page(context.vault, EVERYTHING)
    ]
    return [message for thread in rows for message in thread.messages]


def mime(text="", urls=(), **formats):
    data = QMimeData()
    if text:
        data.setText(text)
    if urls:
        data.setUrls([QUrl(url) for url in urls])
    for name, content in formats.items():
        data.setData(name.replace("_", "/"), content)
    return data


def test_a_copied_comment_is_taken_apart_and_kept(qtbot, context, window):
    dialog = opened(qtbot, context, window, Taken(text=COPIED))
    assert dialog.author.text() == "Greta Sandmann"
    assert dialog.text.toPlainText() == "Sold out at nine!"
    assert dialog.network.currentText() == "Facebook"
    with qtbot.waitSignal(dialog.noted) as noted:
        qtbot.keyClick(dialog.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (message,) = kept(context)
    assert (message.author.name, message.text) == ("Greta Sandmann", "Sold out at nine!")
    assert message.permalink.startswith("https://www.facebook.com/")
    assert noted.args == [message.conversation]


def test_what_was_guessed_wrong_is_corrected(qtbot, context, window):
    dialog = opened(qtbot, context, window, Taken(text=COPIED))
    dialog.author.setText("Greta S.")
    dialog.network.setEditText("Bread Forum")
    said_at = factory.NOW - timedelta(days=2)
    dialog.when.setDateTime(times.to_qt(said_at))
    with qtbot.waitSignal(dialog.noted):
        dialog.button.click()
    (message,) = kept(context)
    assert message.author.name == "Greta S."
    assert abs(message.created_at - said_at) < timedelta(minutes=1)
    (account,) = reading.accounts(context.vault)
    assert account.channel == "notifications"


def test_it_was_said_now_unless_somebody_knows_better(qtbot, context, window):
    dialog = opened(qtbot, context, window, Taken(text=COPIED))
    with qtbot.waitSignal(dialog.noted):
        dialog.button.click()
    (message,) = kept(context)
    assert message.created_at == context.now()


def test_nothing_written_is_not_kept(qtbot, context, window):
    dialog = opened(qtbot, context, window, Taken())
    dialog.button.click()
    assert "Please write what was said" in dialog.trouble.sentence
    assert dialog.isVisible()
    assert reading.accounts(context.vault) == []
    qtbot.keyClicks(dialog.text, "x")
    assert dialog.trouble.sentence == ""


def test_a_link_that_is_none_is_explained_and_nothing_is_lost(qtbot, context, window):
    dialog = opened(qtbot, context, window, Taken(text="Nice"))
    dialog.link.setText("javascript:alert(1)")
    dialog.button.click()
    qtbot.waitUntil(lambda: bool(dialog.trouble.sentence))
    assert dialog.text.toPlainText() == "Nice"
    assert reading.counts(context.vault).all == 0


def test_a_saved_mail_is_read(qtbot, context, window, tmp_path):
    file = tmp_path / "bread.eml"
    file.write_bytes(MAIL)
    dialog = opened(qtbot, context, window, Taken(mail=file))
    assert dialog.author.text() == "Ana"
    assert "It was good." in dialog.text.toPlainText()


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\0"])
def test_a_file_that_is_no_mail_is_explained(qtbot, context, window, tmp_path, content):
    file = tmp_path / "bread.eml"
    if content is not None:
        file.write_bytes(content)
    dialog = opened(qtbot, context, window, Taken(mail=file))
    assert "cannot be read as an e-mail" in dialog.trouble.sentence


@pytest.mark.parametrize(
    ("data", "taken"),
    [
        (mime("  Nice bread \n"), Taken(text="Nice bread")),
        (mime(urls=["https://a.example/1"]), Taken(text="https://a.example/1")),
        (mime("Nice", ["https://a.example/1"]), Taken(text="Nice")),
        (mime(message_rfc822=MAIL), Taken(mail=MAIL)),
        (mime(urls=["file:///tmp/photo.png"]), None),
        (mime("  "), None),
        (mime(), None),
        (None, None),
    ],
)
def test_what_can_be_noted_down_is_told_from_what_cannot(data, taken):
    assert taken_from(data) == taken


def test_an_eml_file_is_taken_by_its_name(tmp_path):
    file = tmp_path / "Bread.EML"
    taken = taken_from(mime(str(file), [QUrl.fromLocalFile(str(file)).toString()]))
    assert taken == Taken(mail=file)


# On the window.


@pytest.fixture
def main(qtbot, context):
    shown = MainWindow(context)
    qtbot.addWidget(shown)
    with qtbot.waitActive(shown):
        shown.show()
        shown.activateWindow()
    return shown


def dialogs(main):
    return [one for one in main.findChildren(NoteDownDialog) if one.isVisible()]


def drop(main, data):
    """Let something be dragged over the window and dropped there; tell whether it was taken."""
    held = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton)
    plain = Qt.KeyboardModifier.NoModifier
    enters = QDragEnterEvent(QPoint(300, 300), *held, plain)
    QApplication.sendEvent(main, enters)
    if enters.isAccepted():
        QApplication.sendEvent(main, QDropEvent(QPointF(300, 300), *held, plain))
    return enters.isAccepted()


def test_pasting_onto_the_window_makes_a_conversation_of_it(qtbot, context, main):
    QGuiApplication.clipboard().setText(COPIED)
    main.list_panel.focus_list()
    qtbot.keyClick(main.list_panel.list, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    (dialog,) = dialogs(main)
    qtbot.waitUntil(lambda: dialog.author.text() == "Greta Sandmann")
    with qtbot.waitSignal(dialog.noted) as noted:
        dialog.button.click()
    qtbot.waitUntil(lambda: main.shown is not None)
    assert main.shown.conversation.id == noted.args[0]


def test_pasting_into_a_field_stays_in_the_field(qtbot, main):
    QGuiApplication.clipboard().setText("bread")
    main.search()
    qtbot.keyClick(main.list_panel.search, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert main.list_panel.search.text() == "bread"
    assert dialogs(main) == []


def test_what_is_dropped_on_the_window_is_taken(qtbot, main):
    assert drop(main, mime(COPIED))
    (dialog,) = dialogs(main)
    qtbot.waitUntil(lambda: dialog.author.text() == "Greta Sandmann")


def test_a_picture_is_not_taken(main):
    assert not drop(main, mime(urls=["file:///tmp/photo.png"]))
    assert dialogs(main) == []
