"""Notes are never sent; handing over says what is asked; templates ask for what they lack."""

from cm_desktop.domain.model import HandoffState
from cm_desktop.services import reading


def handoffs(desk, talk):
    return reading.thread(desk.vault, talk.id).handoffs


def test_a_note_is_kept_beside_the_conversation_and_never_sent(desk):
    talk = desk.open("Aleksander")
    said = desk.outside(talk)
    desk.note("Ruft um vier an. Nicht zu viel versprechen!")
    assert "Note kept" in desk.toast
    desk.go_on(hours=1)
    desk.fetch_all()
    assert desk.outside(talk) == said
    assert "Ruft um vier an. Nicht zu viel versprechen!" in desk.thread()
    desk.search('"nicht zu viel versprechen"')
    assert desk.rows() == ["Aleksander Nowicki"]


def test_a_conversation_is_handed_over_with_what_is_asked_and_until_when(desk):
    talk = desk.open("Renate")
    desk.press("F")
    desk.fill("To whom", "Jonas")
    desk.fill("What is asked", "Bitte in der Backstube fragen.")
    tomorrow = next(one for one in ("Tomorrow 12:00",) if desk.offers(one))
    desk.click(tomorrow)
    desk.click("Hand over")
    desk.wait(lambda: handoffs(desk, talk))
    (given,) = handoffs(desk, talk)
    assert (given.receiver, given.asked) == ("Jonas", "Bitte in der Backstube fragen.")
    assert given.state is HandoffState.ASKED
    assert given.until > desk.world.now()
    desk.wait(lambda: "Bitte in der Backstube fragen." in desk.thread())
    assert reading.conversation(desk.vault, talk.id).assignee == "Jonas"


def test_what_was_handed_to_me_is_taken_on(desk):
    talk = desk.open("Sandra Wiedemann")
    assert "Bitte gleich beruhigen" in "".join(desk.thread())
    desk.click("Take on")
    desk.wait(lambda: "has taken it on" in desk.reads())
    assert handoffs(desk, talk)[0].state is HandoffState.ACCEPTED
    assert not desk.offers("Take on")


def test_what_was_handed_to_me_is_given_back_with_a_word_why(desk):
    talk = desk.open("Sandra Wiedemann")
    desk.click("Give back")
    desk.type("Ich bin bis vier beim Zahnarzt.")
    desk.press("Ctrl+Return")
    desk.wait(lambda: "has given it back" in desk.reads())
    answered = handoffs(desk, talk)[0]
    assert answered.state is HandoffState.DECLINED
    assert answered.answer == "Ich bin bis vier beim Zahnarzt."


def test_a_template_fills_in_the_name_and_asks_for_what_it_does_not_know(desk):
    desk.open("Aleksander")
    desk.write("")
    desk.type("/")
    desk.wait(lambda: desk.pane.composer._popup.popup is not None)
    desk.type("notiert")
    desk.press("Return")
    desk.fill("Menge", "40 Brezeln")
    desk.fill("Tag", "Samstag")
    desk.fill("Uhrzeit", "8 Uhr")
    desk.click("Insert text")
    text = desk.pane.composer.edit.toPlainText()
    assert text.startswith("Ist notiert, Aleksander: 40 Brezeln für Samstag um 8 Uhr.")
    assert "{" not in text
    assert "/" not in text


def test_a_template_with_a_gap_left_open_is_not_sent(desk):
    talk = desk.open("Aleksander")
    said = desk.outside(talk)
    desk.write("")
    desk.type("/")
    desk.wait(lambda: desk.pane.composer._popup.popup is not None)
    desk.type("notiert")
    desk.press("Return")
    desk.fill("Tag", "Samstag")
    desk.click("Insert text")
    desk.press("Ctrl+Return")
    assert "Please fill in {menge} before sending." in desk.reads()
    assert "{menge}" in desk.pane.composer.edit.toPlainText()
    desk.go_on(minutes=1)
    desk.fetch_all()
    assert desk.outside(talk) == said
