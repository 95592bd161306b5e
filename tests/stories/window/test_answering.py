"""A reply goes out ten seconds after it was sent; until then Undo brings it back."""

from cm_desktop.domain.policy import ChannelPolicy
from cm_desktop.store import accounts


def test_a_reply_goes_out_after_ten_seconds_and_the_customer_answers(desk):
    talk = desk.open("Aleksander")
    before = len(desk.thread())
    desk.answer("Kommen Sie am Samstag um vier?")
    assert "Will be sent in" in desk.reads()
    assert desk.offers("Undo")

    desk.go_on(seconds=11)
    desk.fetch_until(lambda: len(desk.thread()) == before + 2)

    assert desk.thread()[-2] == "Kommen Sie am Samstag um vier?"
    assert "Schürze" in desk.thread()[-1]
    assert "Will be sent" not in desk.reads()
    assert desk.outside(talk)[-2:] == desk.thread()[-2:]


def test_undo_within_ten_seconds_brings_the_words_back_and_sends_nothing(desk):
    talk = desk.open("Aleksander")
    before, said = desk.thread(), desk.outside(talk)
    desk.answer("Leider nein.")

    desk.click("Undo")
    desk.wait(lambda: desk.thread() == before)
    desk.wait(lambda: desk.pane.composer.edit.toPlainText() == "Leider nein.")

    desk.go_on(minutes=5)
    desk.fetch_all()
    assert desk.outside(talk) == said
    desk.wait(lambda: desk.count("Outbox") == 1)  # which the demo begins with


def test_z_takes_the_reply_back_as_well(desk):
    talk = desk.open("Aleksander")
    said = desk.outside(talk)
    desk.answer("Leider nein.")
    desk.press("Escape", "Z")
    desk.wait(lambda: "Leider nein." not in desk.thread())
    desk.wait(lambda: desk.pane.composer.edit.toPlainText() == "Leider nein.")
    desk.go_on(minutes=5)
    desk.fetch_all()
    assert desk.outside(talk) == said


def test_from_the_start_to_a_sent_answer_by_keys_alone(desk):
    desk.press("J", "J")
    desk.wait(lambda: desk.pane.shown)
    talk = desk.pane.shown.conversation
    said = len(desk.outside(talk))
    assert desk.window.list_panel.model.row_of(talk.id) == 1
    desk.press("Return", "R")
    desk.wait(desk.pane.composer.edit.hasFocus)
    desk.type("Good morning! Yes, every Tuesday: j, k & z.")
    desk.press("Ctrl+Return")
    desk.go_on(seconds=11)
    desk.fetch_until(lambda: len(desk.outside(talk)) == said + 2)
    assert desk.outside(talk)[-2] == "Good morning! Yes, every Tuesday: j, k & z."
    desk.press("Escape", "E")
    desk.wait(lambda: talk.id not in [row.id for row in desk.window.list_panel.model.rows])
    desk.wait(lambda: desk.toast == "Done")


def test_an_answer_that_the_channel_does_not_allow_any_more_gives_the_words_back(desk):
    talk = desk.open("Aleksander")
    said = desk.outside(talk)
    with desk.vault.db.writing() as connection:
        accounts.set_policy(connection, talk.account, ChannelPolicy(abilities=frozenset()))
    desk.write("Kommen Sie am Samstag?")
    desk.press("Ctrl+Return")
    desk.wait(desk.window.problem_bar.isVisible)
    desk.wait(lambda: desk.pane.composer.edit.toPlainText() == "Kommen Sie am Samstag?")
    assert desk.outside(talk) == said


def test_what_is_being_deleted_does_not_come_back_while_news_come_in(desk):
    talk = desk.open("Aleksander")
    desk.write("Kommen Sie am Samstag?")
    desk.press("Escape")
    desk.open("Sandra Wiedemann")
    desk.open("Aleksander")
    desk.press("R", "Ctrl+A", "Backspace")
    desk.window.context.changes.conversations.emit(frozenset({talk.id}))
    assert desk.pane.composer.edit.toPlainText() == ""
