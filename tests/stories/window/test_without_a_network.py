"""Without a network everything works, and what was written goes out when there is one."""

from cm_desktop.domain.model import Status


def test_everything_works_offline_and_goes_out_later(desk):
    talk = desk.open("Aleksander")
    desk.go_offline()
    assert desk.window.offline_bar.sentence.startswith("No connection")

    desk.answer("Gern. Kommen Sie vorbei?")
    desk.press("Escape")
    desk.press("1")
    desk.wait(lambda: len(desk.row("Aleksander").tags) == 2)
    desk.note("Zeugnisse sind gut.")
    desk.press("Escape")
    desk.search("Zeugnisse")
    assert "Aleksander Nowicki" in desk.rows()
    desk.press("Escape")
    desk.go_on(minutes=1)
    desk.wait(lambda: "Waits for a connection" in desk.reads())
    assert desk.count("Outbox") == 2
    assert "Gern. Kommen Sie vorbei?" not in desk.outside(talk)

    desk.go_online()
    desk.fetch_until(lambda: "Gern. Kommen Sie vorbei?" in desk.outside(talk))
    desk.wait(lambda: "Waits for a connection" not in desk.reads())
    assert desk.outside(talk).count("Gern. Kommen Sie vorbei?") == 1


def test_an_answer_that_got_lost_on_its_way_back_is_not_sent_twice(new_desk, world):
    # From the start: what is under way when the trouble begins would still be sent well.
    world.trouble = "lost_answer"
    desk = new_desk(demo=True).start()
    talk = desk.open("Aleksander")

    def found():
        return "Ja, sehr gern." in desk.outside(talk)

    desk.answer("Ja, sehr gern.")
    desk.go_on(seconds=11)
    desk.window.context.worker.send()
    # The worker may look again at once and find it, sooner than the window shows the doubt.
    desk.wait(lambda: "No answer came back" in desk.reads() or found())

    desk.world.trouble = ""
    desk.go_on(minutes=2)
    desk.fetch_until(found)
    desk.go_on(hours=2)
    desk.fetch_all()
    assert desk.outside(talk).count("Ja, sehr gern.") == 1


def test_conversations_are_done_offline_and_stay_done(desk):
    desk.open("Aleksander")
    desk.go_offline()
    desk.click("Done")
    desk.wait(lambda: desk.pane.shown.conversation.status is Status.DONE)
    desk.go_online()
    desk.fetch_all()
    assert desk.pane.shown.conversation.status is Status.DONE
