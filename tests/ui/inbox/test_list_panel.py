import threading

import pytest

from cm_desktop.domain.errors import DiskFullError
from cm_desktop.domain.model import Status
from cm_desktop.domain.views import View, ViewName
from cm_desktop.ui.inbox.list_panel import ListPanel
from tests import factory


@pytest.fixture
def panel(context, account, qtbot):
    made = ListPanel(context)
    qtbot.addWidget(made)
    made.resize(400, 700)
    made.show()
    return made


def ids(panel):
    return [row.id for row in panel.model.rows]


def test_a_list_shows_its_conversations_newest_first(panel, keep_many):
    wanted = keep_many(3)
    panel.show_view(View(ViewName.INBOX))
    assert ids(panel) == wanted
    assert panel.state_sentence == ""


def test_what_was_done_leaves_the_inbox_and_the_rest_stays(panel, keep_many, context, qtbot):
    first, second, third = keep_many(3)
    panel.show_view(View(ViewName.INBOX))
    context.desk.set_status(second, Status.DONE)
    with qtbot.assertNotEmitted(panel.model.modelReset):
        context.changes.conversations.emit(frozenset({second}))
    assert ids(panel) == [first, third]


def test_what_is_tagged_changes_in_its_place(panel, keep_many, context):
    _first, second, _third = keep_many(3)
    panel.show_view(View(ViewName.INBOX))
    context.desk.tag(second, "Order")
    context.changes.conversations.emit(frozenset({second}))
    assert [tag.name for tag in panel.model.conversation(1).tags] == ["Order"]


def test_what_comes_in_takes_its_place_at_the_top(panel, keep_many, keep, context):
    known = keep_many(3)
    panel.show_view(View(ViewName.INBOX))
    fresh = keep(factory.message_seen(created_at=factory.NOW))
    context.changes.conversations.emit(frozenset(fresh))
    assert ids(panel) == [*fresh, *known]


def test_a_reopened_conversation_comes_back_to_where_it_belongs(panel, keep_many, context):
    first, second, third = keep_many(3)
    context.desk.set_status(second, Status.DONE)
    panel.show_view(View(ViewName.INBOX))
    assert ids(panel) == [first, third]
    context.desk.set_status(second, Status.OPEN)
    context.changes.conversations.emit(frozenset({second}))
    assert ids(panel) == [first, second, third]


def test_many_changes_at_once_are_compared_with_the_list(panel, keep_many, context, qtbot):
    all_ids = keep_many(30)
    panel.show_view(View(ViewName.INBOX))
    for one in all_ids[:25]:
        context.desk.set_status(one, Status.DONE)
    with qtbot.assertNotEmitted(panel.model.modelReset):
        context.changes.conversations.emit(frozenset(all_ids[:25]))
    assert ids(panel) == all_ids[25:]
    with qtbot.assertNotEmitted(panel.model.modelReset):
        context.desk.undo()
        context.changes.conversations.emit(frozenset())
    assert len(ids(panel)) == 6


def test_a_search_shows_what_fits_and_how_much(panel, keep, qtbot):
    bread = keep(factory.message_seen(text="Is the pumpkin bread vegan?"))
    keep(factory.message_seen(text="Where is the shop?"))
    panel.show_view(View(ViewName.INBOX))
    panel.search.setText("pumpkin")
    qtbot.waitUntil(lambda: ids(panel) == list(bread))
    assert panel._count.text() == "1 hit"
    panel.search.clear()
    assert len(ids(panel)) == 2
    assert panel._count.text() == ""


def test_the_chosen_conversation_stays_chosen_while_one_searches(panel, keep, qtbot):
    (bread,) = keep(factory.message_seen(text="Is the pumpkin bread vegan?"))
    keep(factory.message_seen(text="Where is the shop?"))
    panel.show_view(View(ViewName.INBOX))
    panel.list.select(bread)
    panel.search.setText("pumpkin")
    qtbot.waitUntil(lambda: len(ids(panel)) == 1)
    assert panel.list.current_id == bread


def test_only_the_hits_for_the_last_letter_are_shown(panel, keep, qtbot):
    wanted = keep(factory.message_seen(text="brezel"))
    keep(factory.message_seen(text="brot"))
    panel.show_view(View(ViewName.INBOX))
    resets = []
    panel.model.modelReset.connect(lambda: resets.append(len(ids(panel))))
    qtbot.keyClicks(panel.search, "brezel")
    qtbot.waitUntil(lambda: ids(panel) == list(wanted))
    assert not panel.source.searching


def test_hits_come_in_pages_too(panel, keep_many, qtbot):
    keep_many(70, text="bread")
    panel.show_view(View(ViewName.INBOX))
    panel.search.setText("bread")
    qtbot.waitUntil(lambda: panel._count.text() == "50+ hits")
    panel.list.scrollToBottom()
    qtbot.waitUntil(lambda: panel._count.text() == "70 hits")


def test_a_search_that_finds_nothing_says_so_and_can_be_ended(panel, keep_many, qtbot):
    keep_many(2)
    panel.show_view(View(ViewName.INBOX))
    panel.search.setText("xyzzy")
    qtbot.waitUntil(lambda: "xyzzy" in panel.state_sentence)
    panel._state.button.click()
    assert panel.search.text() == ""
    assert len(ids(panel)) == 2
    assert panel.state_sentence == ""


def test_an_empty_list_says_one_sentence_and_leads_on(panel, keep_many, qtbot):
    panel.show_view(View(ViewName.INBOX))
    assert panel.state_sentence == "Everything is answered."
    with qtbot.waitSignal(panel.view_wanted) as wanted:
        panel._state.button.click()
    assert wanted.args == [View(ViewName.ALL)]
    panel.show_view(View(ViewName.ALL))
    panel._state.button.click()
    assert panel._context.worker.asked == ["sync"]


@pytest.mark.parametrize("name", [one for one in ViewName if one is not ViewName.OUTBOX])
def test_each_list_has_a_sentence_for_when_it_is_empty(panel, name):
    panel.show_view(View(name))
    assert panel.state_sentence.endswith(".")


def test_without_an_account_the_way_to_one_is_shown(context, qtbot):
    panel = ListPanel(context)
    qtbot.addWidget(panel)
    panel.show_view(View(ViewName.INBOX))
    assert panel.state_sentence == "No channel is connected yet."
    with qtbot.waitSignal(panel.connect_wanted):
        panel._state.button.click()


def test_the_first_conversation_takes_the_place_of_the_sentence(panel, keep, context):
    panel.show_view(View(ViewName.INBOX))
    assert panel.state_sentence != ""
    context.changes.conversations.emit(frozenset(keep(factory.message_seen())))
    assert panel.state_sentence == ""


def test_trouble_says_what_happened_and_lets_one_try_again(panel, keep_many):
    panel.show_view(View(ViewName.INBOX))
    keep_many(2)
    panel.source.failed.emit(DiskFullError())
    assert panel.state_sentence != ""
    assert panel._state.button.text() == "Try again"
    panel._state.button.click()
    assert len(ids(panel)) == 2
    assert panel.state_sentence == ""


def test_an_account_has_a_list_of_its_own(panel, account, keep_many):
    keep_many(2)
    panel.show_view(View(ViewName.INBOX, account.id))
    assert len(ids(panel)) == 2
    assert panel._title.text() == "Bakery Krume"


def test_marks_are_counted_and_can_be_cleared(panel, keep_many):
    keep_many(3)
    panel.show_view(View(ViewName.INBOX))
    panel.list.mark_all()
    assert panel._count.text() == "3 marked"
    panel._unmark.click()
    assert panel._count.text() == ""


def test_a_search_that_takes_long_is_ended_by_the_next_letter(panel, keep_many, qtbot, context):
    keep_many(5, text="bread")
    panel.show_view(View(ViewName.INBOX))
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_given):
        begun.set()
        return 0 if go_on.wait(10) else 1

    def slow_down():
        # From now on the searching thread's connection waits in the middle of a search.
        context.vault.db.reader.set_progress_handler(slow, 1)

    context.runner.replace("slow down", slow_down, lambda _outcome: None)
    qtbot.waitUntil(lambda: not context.runner.busy)
    panel.search.setText("b")
    assert begun.wait(10)
    panel.search.setText("bread")
    go_on.set()
    qtbot.waitUntil(lambda: not panel.source.searching)
    assert len(ids(panel)) == 5
    assert panel.state_sentence == ""
