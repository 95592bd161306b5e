from dataclasses import replace

import pytest

from cm_desktop.ui.inbox.conversation_model import ROOT, ConversationModel, MarkedRole, VersionRole
from tests import factory

PAGE = 30


class Source:
    """Hands out pages of a list, at once or when told to."""

    def __init__(self, rows, model, *, at_once=True):
        self.rows = sorted(rows, key=lambda row: -row.key)
        self._model = model
        self._at_once = at_once
        self.asked = []

    def __call__(self, after):
        self.asked.append(after)
        if self._at_once:
            self.answer()

    def answer(self):
        after = self.asked[-1]
        left = [row for row in self.rows if after is None or row.key < after]
        self._model.append(left[:PAGE], at_end=len(left) <= PAGE)


def conversations(count):
    return [factory.conversation(last_at=factory.ago(minutes=n)) for n in range(count)]


@pytest.fixture
def model(qtmodeltester):
    made = ConversationModel()
    yield made
    qtmodeltester.check(made)


def shown(model):
    return [row.id for row in model.rows]


def test_the_first_page_is_read_at_once_and_the_next_when_asked_for(model):
    rows = conversations(70)
    model.start(Source(rows, model))
    assert model.rowCount() == PAGE
    assert model.canFetchMore(ROOT)
    model.fetchMore(ROOT)
    model.fetchMore(ROOT)
    assert shown(model) == [row.id for row in rows]
    assert not model.canFetchMore(ROOT)
    assert model.complete


def test_nothing_more_is_asked_for_while_a_page_is_on_its_way(model):
    source = Source(conversations(70), model, at_once=False)
    model.start(source)
    model.fetchMore(ROOT)
    assert source.asked == [None]
    assert model.loading
    source.answer()
    assert not model.loading


def test_a_row_that_changes_stays_in_its_place_and_is_told_of_alone(model, qtbot):
    rows = conversations(5)
    model.start(Source(rows, model))
    before = [model.index(row).data(VersionRole) for row in range(5)]
    with qtbot.waitSignal(model.dataChanged) as told:
        model.put(replace(rows[2], preview="Changed"))
    assert [index.row() for index in told.args[:2]] == [2, 2]
    assert model.conversation(2).preview == "Changed"
    after = [model.index(row).data(VersionRole) for row in range(5)]
    assert [place for place in range(5) if before[place] != after[place]] == [2]


def test_a_row_that_is_put_again_unchanged_is_not_told_of(model, qtbot):
    rows = conversations(3)
    model.start(Source(rows, model))
    with qtbot.assertNotEmitted(model.dataChanged):
        model.put(rows[1])


def test_a_conversation_with_a_new_message_moves_to_the_top(model, qtbot):
    rows = conversations(5)
    model.start(Source(rows, model))
    newer = factory.conversation()
    with qtbot.waitSignal(model.rowsMoved), qtbot.assertNotEmitted(model.modelReset):
        model.put(replace(rows[3], key=rows[0].key + 10))
    assert shown(model)[0] == rows[3].id
    model.put(replace(newer, key=rows[0].key + 20))
    assert shown(model)[0] == newer.id
    assert [model.row_of(one) for one in shown(model)] == list(range(6))


def test_a_conversation_can_move_down_by_one_or_to_the_end(model):
    rows = conversations(4)
    model.start(Source(rows, model))
    model.put(replace(rows[0], key=rows[1].key - 1))
    assert shown(model) == [rows[1].id, rows[0].id, rows[2].id, rows[3].id]
    model.put(replace(rows[1], key=rows[3].key - 1))
    assert shown(model) == [rows[0].id, rows[2].id, rows[3].id, rows[1].id]


def test_a_conversation_below_what_was_read_waits_for_its_page(model):
    rows = conversations(70)
    model.start(Source(rows, model))
    model.put(rows[60])
    assert model.rowCount() == PAGE
    model.put(replace(rows[3], key=rows[60].key + 1))
    assert model.row_of(rows[3].id) == -1
    assert model.rowCount() == PAGE - 1


def test_a_conversation_that_leaves_the_list_is_gone_from_it(model):
    rows = conversations(3)
    model.start(Source(rows, model))
    model.take(rows[1].id)
    model.take(rows[1].id)
    assert shown(model) == [rows[0].id, rows[2].id]


def test_a_conversation_that_moved_up_between_two_pages_is_not_shown_twice(model):
    rows = conversations(50)
    source = Source(rows, model)
    model.start(source)
    late = replace(rows[40], key=rows[0].key + 1)
    model.put(late)
    model.fetchMore(ROOT)
    assert shown(model).count(late.id) == 1


def test_marks_are_only_on_what_is_shown_and_go_with_their_row(model):
    rows = conversations(3)
    model.start(Source(rows, model))
    model.mark([rows[0].id, rows[2].id, "somewhere else"])
    assert model.marked == {rows[0].id, rows[2].id}
    assert [model.index(row).data(MarkedRole) for row in range(3)] == [True, False, True]
    model.take(rows[0].id)
    assert model.marked == {rows[2].id}
    model.start(Source(rows, model))
    assert model.marked == frozenset()


def test_a_screen_reader_hears_the_whole_row(model):
    row = factory.conversation(
        author=factory.person(name="Ana"),
        preview="Bread?",
        unread=2,
        assignee="Eva",
        tags=(factory.tag(name="Order"),),
        trouble_out=1,
    )
    model.start(Source([row], model))
    said = model.index(0).data()
    for part in ("Ana", "2 unread", "Bread?", "Assigned to Eva", "Order", "Not sent yet"):
        assert part in said
