"""What was written and not sent is there again: in the conversation, and after the next start."""

import threading

import pytest


@pytest.fixture
def busy_disk(desk):
    """Let everything that is to be written wait, until the fixture is called."""
    go_on = threading.Event()
    desk.window.context.runner.write(go_on.wait)
    yield go_on.set
    go_on.set()


def written(desk):
    return desk.pane.composer.edit.toPlainText()


def test_a_draft_survives_the_end_of_the_program(kept_desk):
    desk = kept_desk.start().unlock()
    desk.open("Aleksander")
    desk.write("Lieber Herr Nowicki, vielen")
    desk.close()  # while the last letter was just typed

    desk.start().unlock()
    desk.open("Aleksander")
    assert written(desk) == "Lieber Herr Nowicki, vielen"
    desk.press("R")
    desk.type(" Dank.")
    assert written(desk) == "Lieber Herr Nowicki, vielen Dank."


def test_a_draft_is_there_again_when_one_comes_back_to_the_conversation(desk):
    desk.open("Aleksander")
    desk.write("Lieber Herr")
    desk.press("Escape")
    desk.open("Sandra Wiedemann")
    assert written(desk) != "Lieber Herr"
    desk.open("Aleksander")
    assert written(desk) == "Lieber Herr"


def test_a_draft_is_there_again_even_before_the_disk_has_it(desk, busy_disk):
    desk.open("Aleksander")
    desk.write("Lieber Herr")
    desk.press("Escape")
    desk.open("Sandra Wiedemann")
    desk.open("Aleksander")
    assert written(desk) == "Lieber Herr"
    desk.press("R")
    desk.type(" Nowicki")
    busy_disk()
    desk.open("Sandra Wiedemann")
    desk.open("Aleksander")
    assert written(desk) == "Lieber Herr Nowicki"


def test_what_was_sent_is_no_draft_any_more(desk):
    desk.open("Aleksander")
    desk.answer("Sehr gern.")
    desk.press("Escape")
    desk.open("Sandra Wiedemann")
    desk.open("Aleksander")
    assert written(desk) == ""


def test_a_note_begun_and_a_reply_begun_do_not_mix(desk):
    desk.open("Aleksander")
    desk.write("Lieber Herr Nowicki,")
    desk.click("Note")
    assert written(desk) == ""
    desk.type("only for us")
    assert desk.offers("Keep the note")
    desk.click("Reply")
    assert written(desk) == "Lieber Herr Nowicki,"
    desk.click("Note")
    assert written(desk) == "only for us"
