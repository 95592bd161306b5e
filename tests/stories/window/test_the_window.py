"""What the window owes to eyes and habits: counts, widths, colours, languages, and to stay put."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QComboBox

from cm_desktop.i18n import use_language
from cm_desktop.ui import theme
from cm_desktop.ui.conversation.message_card import MessageCard
from cm_desktop.ui.conversation.waiting_card import WaitingCard


def unread_of(desk, channel):
    model = desk.window.rail.model
    entries = [model.entry(row) for row in range(model.rowCount())]
    return next(one.count for one in entries if one.account and one.title == channel)


def choose(desk, name, words):
    """Choose in a box of the settings by its words."""
    box = next(
        box
        for box in desk.window.findChildren(QComboBox)
        if box.accessibleName() == name and box.isVisible()
    )
    box.setCurrentIndex(box.findText(words))


def test_what_is_read_is_counted_off_in_the_rail(desk):
    talk = desk.open("Aleksander")
    before = unread_of(desk, "moin@morgenrot.example")
    assert talk.unread == 1
    desk.wait(lambda: unread_of(desk, "moin@morgenrot.example") == before - 1)
    assert not desk.row("Aleksander").unread
    desk.press("U")
    desk.wait(lambda: unread_of(desk, "moin@morgenrot.example") == before)


def test_news_come_in_above_without_moving_what_one_looks_at(desk):
    bar = desk.list.verticalScrollBar()
    desk.list.scrollToBottom()
    top = desk.list.rowAt(0)
    looked_at = desk.shown_rows()[top].id
    place = desk.list.visualRect(desk.window.list_panel.model.index(top)).top()
    before = len(desk.rows())
    desk.go_on(minutes=30)
    desk.fetch_all()
    desk.wait(lambda: len(desk.rows()) > before)
    assert bar.value() > 0
    now = desk.window.list_panel.model.row_of(looked_at)
    assert now > top
    assert desk.list.visualRect(desk.window.list_panel.model.index(now)).top() == place
    assert desk.list.new_above == now - top
    desk.click(f"{now - top} new")
    assert bar.value() == 0


def long_talk(desk):
    """Open a long conversation that was read, and scroll up in it."""
    talk = desk.open("Clara Winterstein")
    bar = desk.pane.messages.verticalScrollBar()
    desk.wait(lambda: bar.value() > 200)
    bar.setValue(40)
    return talk


def due_is_done(desk):
    """Let the window do what it has put off until it has nothing else to do."""
    done = []
    for _round in range(3):  # what is put off may put something off
        QTimer.singleShot(0, lambda: done.append(True))
        expected = len(done) + 1
        desk.wait(lambda expected=expected: len(done) >= expected)


def waiting_cards(desk):
    return [one for _placed, one in desk.pane.messages._shown if isinstance(one, WaitingCard)]


def is_within_sight(desk, button):
    messages = desk.pane.messages
    return 0 < button.mapTo(messages, button.rect().center()).y() < messages.height()


def top_of_first_message(desk):
    messages = desk.pane.messages
    first = next(one for _placed, one in messages._shown if isinstance(one, MessageCard))
    return first.mapTo(messages, first.rect().topLeft()).y()


def test_an_answer_that_comes_in_below_does_not_move_what_one_reads(desk):
    talk = long_talk(desk)
    said = len(desk.outside(talk))
    desk.write("Ein Dackel!")
    desk.press("Ctrl+Return")
    desk.wait(lambda: desk.count("Outbox") == 2)
    desk.go_on(seconds=11)
    desk.fetch_until(lambda: len(desk.outside(talk)) > said)
    # Until the window has heard of it too: it follows what one has written oneself.
    desk.wait(lambda: desk.count("Outbox") == 1 and not waiting_cards(desk))
    due_is_done(desk)
    desk.pane.messages.verticalScrollBar().setValue(40)
    place = top_of_first_message(desk)
    desk.fetch_until(lambda: "gerettet" in desk.outside(talk)[-1])
    desk.wait(lambda: "gerettet" in desk.thread()[-1])
    assert top_of_first_message(desk) == place


def test_what_was_just_queued_can_be_seen_and_taken_back(desk):
    long_talk(desk)
    desk.write("Ein Dackel!")
    desk.press("Ctrl+Return")
    desk.wait(lambda: desk.offers("Undo"))
    desk.wait(lambda: is_within_sight(desk, desk.button("Undo")))


def test_a_narrow_window_shows_one_thing_at_a_time_and_escape_goes_back(desk):
    desk.size = (900, 700)
    desk.settle()
    desk.wait(lambda: not desk.pane.isVisible())
    desk.press("J", "Return")
    desk.wait(lambda: desk.pane.isVisible() and desk.pane.shown)
    assert not desk.window.list_panel.isVisible()
    assert desk.offers("Back to the list")
    desk.press("Escape")
    assert desk.window.list_panel.isVisible()
    assert desk.list.hasFocus()
    desk.press("Return")
    desk.click("Back to the list")
    assert desk.window.list_panel.isVisible()
    desk.size = (1_440, 900)
    desk.settle()
    desk.wait(lambda: desk.pane.isVisible() and desk.window.list_panel.isVisible())


def brightness(desk):
    picture = (
        desk.window.grab().toImage().scaled(1, 1, mode=Qt.TransformationMode.SmoothTransformation)
    )
    return picture.pixelColor(0, 0).lightness()


def test_dark_and_light_switch_while_the_window_is_open(desk):
    desk.open("Aleksander")
    desk.press("Ctrl+Comma")
    choose(desk, "Colours", "Light")
    assert brightness(desk) > 200
    choose(desk, "Colours", "Dark")
    assert theme.is_dark()
    desk.wait(lambda: brightness(desk) < 60)
    choose(desk, "Colours", "Light")
    desk.wait(lambda: brightness(desk) > 200)


def test_another_language_is_spoken_at_once_and_after_the_next_start(kept_desk):
    desk = kept_desk.start().unlock()
    desk.open("Aleksander")
    desk.press("Ctrl+Comma")
    before = desk.window
    choose(desk, "Language", "Deutsch")
    desk.wait(lambda: desk.window is not before)
    desk.wait(lambda: desk.offers("Schließen"))
    desk.click("Schließen")
    desk.wait(lambda: desk.pane.shown)
    assert desk.pane.shown.conversation.author.name == "Aleksander Nowicki"
    desk.settle()
    assert desk.count("Eingang")
    desk.open("Aleksander")
    desk.click("Notiz")
    desk.type("Backt gern nachts.")
    assert desk.offers("Notiz speichern")
    desk.close()
    use_language("en")  # as a new process begins
    desk.start().unlock()
    assert desk.count("Eingang")


def test_back_in_english_the_keys_are_called_as_before(desk):
    desk.press("Ctrl+Comma")
    for language, words, keys in (
        ("Deutsch", "Sprache", "Strg+R"),
        ("English", "Language", "Ctrl+R"),
    ):
        before = desk.window
        choose(desk, "Language" if language == "Deutsch" else "Sprache", language)
        desk.wait(lambda before=before: desk.window is not before)
        desk.wait(lambda words=words: words in desk.reads())
        shortcuts = desk.window.actions_["reply"].shortcuts()
        assert shortcuts[1].toString(QKeySequence.SequenceFormat.NativeText) == keys


def test_keys_of_the_window_work_while_one_writes(desk):
    desk.open("Aleksander")
    desk.write("Lieber ")
    desk.press("F9")
    desk.wait(lambda: not desk.window.details.isVisible())
    desk.press("F1")
    desk.wait(lambda: "Keyboard shortcuts" in desk.reads())
    desk.press("Escape")
    desk.wait(lambda: "Keyboard shortcuts" not in desk.reads())
    desk.type("Herr")
    assert desk.pane.composer.edit.toPlainText() == "Lieber Herr"
