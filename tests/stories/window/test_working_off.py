"""Tags by their number, done and the next one, put away until later; and all of it undone."""

from cm_desktop.domain.model import Status
from cm_desktop.services import reading


def status(desk, talk):
    return reading.conversation(desk.vault, talk.id).status


def tags(desk, talk):
    return {tag.name for tag in reading.conversation(desk.vault, talk.id).tags}


def test_a_digit_puts_a_tag_on_and_takes_it_off_again(desk):
    talk = desk.open("Aleksander")
    first = reading.tags(desk.vault)[0].name
    before = tags(desk, talk)
    desk.press("1")
    desk.wait(lambda: tags(desk, talk) == before ^ {first})
    desk.wait(lambda: f"“{first}”" in desk.toast)
    desk.wait(lambda: first in desk.reads() or desk.offers(f"Take the tag “{first}” off"))
    desk.press("1")
    desk.wait(lambda: tags(desk, talk) == before)
    desk.press("Z")
    desk.wait(lambda: tags(desk, talk) == before ^ {first})


def test_three_in_a_row_are_done_by_one_key_and_come_back_by_another(desk):
    talks = list(desk.window.list_panel.model.rows[:4])
    desk.press("J")
    desk.wait(lambda: desk.pane.shown)
    for number in range(3):
        desk.press("Shift+E")
        desk.wait(lambda n=number: desk.pane.shown.conversation.id == talks[n + 1].id)
    assert [status(desk, talk) for talk in talks[:3]] == [Status.DONE] * 3
    for _back in range(3):
        desk.press("Z")
    desk.wait(lambda: [row.id for row in talks] == [row.id for row in desk.shown_rows()[:4]])
    assert [status(desk, talk) for talk in talks] == [Status.OPEN] * 4


def test_send_and_done_goes_on_to_the_next_one(desk):
    first, second = desk.shown_rows()[:2]
    desk.press("J")
    desk.wait(lambda: desk.pane.shown)
    desk.write("Danke!")
    desk.press("Ctrl+Shift+Return")
    desk.wait(lambda: desk.pane.shown.conversation.id == second.id)
    assert status(desk, first) is Status.DONE
    desk.go_on(seconds=11)
    desk.fetch_until(lambda: "Danke!" in desk.outside(first))


def test_what_was_snoozed_comes_back_by_itself(kept_desk):
    desk = kept_desk.start().unlock()
    talk = desk.open("Aleksander")
    desk.press("H")
    desk.type("tomorrow")
    desk.press("Return")
    desk.wait(lambda: "Aleksander Nowicki" not in desk.rows())
    desk.show("Snoozed")
    assert "Aleksander Nowicki" in desk.rows()
    assert status(desk, talk) is Status.SNOOZED
    desk.close()

    desk.go_on(days=2)
    desk.start().unlock()
    desk.wait(lambda: status(desk, talk) is Status.OPEN)
    desk.wait(lambda: desk.row("Aleksander"))
    desk.show("Snoozed")
    desk.wait(lambda: "Aleksander Nowicki" not in desk.rows())


def test_an_answer_wakes_what_was_done(desk):
    talk = desk.open("Aleksander")
    desk.write("Kommen Sie am Samstag?")
    desk.press("Ctrl+Shift+Return")
    desk.wait(lambda: status(desk, talk) is Status.DONE)
    desk.go_on(seconds=11)
    desk.fetch_until(lambda: "Schürze" in desk.outside(talk)[-1])
    desk.wait(lambda: status(desk, talk) is Status.OPEN)
    desk.wait(lambda: "Aleksander Nowicki" in desk.rows())


def test_what_was_done_stays_open_beside_the_list_and_can_be_worked_on(desk):
    talk = desk.open("Tom & Priya")
    desk.press("E")
    desk.wait(lambda: "Tom & Priya" not in desk.rows())
    assert desk.pane.shown.conversation.id == talk.id
    desk.press("O")
    desk.wait(lambda: status(desk, talk) is Status.OPEN)
    before = tags(desk, talk)
    desk.press("1")
    desk.wait(lambda: tags(desk, talk) != before)


def test_keys_struck_faster_than_conversations_open_go_to_the_right_one(desk):
    first, second = desk.shown_rows()[:2]
    desk.press("J")
    desk.wait(lambda: desk.pane.shown)
    desk.press("J", "R")  # in one breath
    desk.type("Good morning!")
    assert desk.pane.shown.conversation.id == second.id
    desk.press("Ctrl+Return")
    desk.wait(lambda: "Good morning!" in desk.thread())
    rows = reading.outbox(desk.vault)
    assert [row.conversation for row in rows if row.text == "Good morning!"] == [second.id]
    assert not reading.drafts_of(desk.vault, first.id)
