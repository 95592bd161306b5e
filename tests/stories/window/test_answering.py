"""A reply goes out ten seconds after it was sent; until then Undo brings it back."""

from cm_desktop.domain.model import OutboxState
from cm_desktop.services import reading


def test_a_reply_goes_out_after_ten_seconds_and_the_customer_answers(desk):
    talk = desk.open("Aleksander")
    before = len(desk.thread())
    desk.answer("Kommen Sie am Samstag um vier?")
    assert "Will be sent in" in desk.reads()

    desk.go_on(seconds=11)
    desk.fetch_until(lambda: len(desk.thread()) == before + 2)

    assert desk.thread()[-2] == "Kommen Sie am Samstag um vier?"
    assert "Schürze" in desk.thread()[-1]
    assert "Will be sent" not in desk.reads()
    assert desk.row("Aleksander").id == talk.id


def test_undo_within_ten_seconds_brings_the_words_back_and_sends_nothing(desk):
    talk = desk.open("Aleksander")
    before = desk.thread()
    desk.answer("Leider nein.")

    desk.click("Undo")
    desk.wait(lambda: desk.thread() == before)

    assert desk.pane.composer.edit.toPlainText() == "Leider nein."
    desk.go_on(minutes=5)
    desk.fetch_until(lambda: not desk.window.rail._busy.text())
    rows = reading.thread(desk.window.context.vault, talk.id).outbox
    assert [row.state for row in rows] == [OutboxState.CANCELLED]
    assert desk.thread() == before
