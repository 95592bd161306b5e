from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt

from cm_desktop.domain.model import Direction
from cm_desktop.ui.inbox.conversation_delegate import ROW_HEIGHT
from cm_desktop.ui.inbox.conversation_list import ConversationList
from cm_desktop.ui.inbox.conversation_model import ConversationModel
from tests import factory

PAGE = 30


class Shown:
    """A list in a window, over so many conversations."""

    def __init__(self, context, qtbot, count):
        self.rows = [factory.conversation(last_at=factory.ago(minutes=n)) for n in range(count)]
        self.model = ConversationModel()
        self.list = ConversationList(context, self.model)
        self.opened = []
        self.list.opened.connect(self.opened.append)
        qtbot.addWidget(self.list)
        self.list.resize(400, 600)
        self.list.show()
        qtbot.waitExposed(self.list)
        self.model.start(self._page)

    def _page(self, after):
        left = [row for row in self.rows if after is None or row.key < after]
        self.model.append(left[:PAGE], at_end=len(left) <= PAGE)

    def scroll(self, to, qtbot):
        qtbot.waitUntil(lambda: self.list.verticalScrollBar().maximum() > to)
        self.list.verticalScrollBar().setValue(to)

    def newer(self):
        newest = max(row.key for row in self.model.rows)
        row = factory.conversation()
        return type(row)(
            **({name: getattr(row, name) for name in row.__slots__} | {"key": newest + 5})
        )

    def top_id(self):
        """Return the conversation at the upper edge, and how much of it is cut off."""
        row = self.list.rowAt(1)
        return self.model.conversation(row).id, self.list.rowViewportPosition(row)


@pytest.fixture
def shown(context, qtbot):
    return lambda count: Shown(context, qtbot, count)


def test_nothing_is_opened_before_somebody_chooses(shown, qtbot):
    one = shown(3)
    one.list.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.wait(100)
    assert one.opened == []
    assert one.list.current_id is None


def test_scrolling_to_the_end_reads_the_next_pages(shown, qtbot):
    one = shown(100)
    while not one.model.complete:
        before = one.model.rowCount()
        one.list.scrollToBottom()
        qtbot.waitUntil(lambda before=before: one.model.rowCount() > before)
    assert [row.id for row in one.model.rows] == [row.id for row in one.rows]


def test_a_click_opens_a_conversation(shown, qtbot):
    one = shown(5)
    qtbot.mouseClick(
        one.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, ROW_HEIGHT * 2 + 10)
    )
    qtbot.waitUntil(lambda: one.opened == [one.rows[2].id])


def test_steps_go_from_row_to_row_and_stop_at_both_ends(shown, qtbot):
    one = shown(3)
    one.list.step(1)
    one.list.step(1)
    qtbot.waitUntil(lambda: one.opened == [one.rows[1].id])
    one.list.step(1)
    one.list.step(1)
    assert one.list.current_id == one.rows[2].id
    for _step in range(5):
        one.list.step(-1)
    assert one.list.current_id == one.rows[0].id


def test_only_where_the_steps_stop_is_opened(shown, qtbot):
    one = shown(20)
    for _step in range(10):
        one.list.step(1)
    qtbot.waitUntil(lambda: len(one.opened) > 0)
    assert one.opened == [one.rows[9].id]


def test_enter_goes_on_into_the_conversation(shown, qtbot):
    one = shown(3)
    one.list.step(1)
    with qtbot.waitSignal(one.list.entered):
        qtbot.keyClick(one.list, Qt.Key.Key_Return)
    assert one.opened[-1] == one.rows[0].id


def test_the_next_open_one_is_one_that_waits_for_an_answer(shown):
    one = shown(1)
    answered = [factory.conversation(preview_direction=Direction.OUT) for _ in range(2)]
    waiting = factory.conversation(preview_direction=Direction.IN)
    one.rows = sorted([*answered, waiting], key=lambda row: -row.key)
    one.model.start(one._page)
    one.list.step_open()
    assert one.list.current_id == waiting.id


def test_what_arrives_at_the_top_is_simply_there_while_one_is_at_the_top(shown):
    one = shown(30)
    fresh = one.newer()
    one.model.put(fresh)
    assert one.top_id() == (fresh.id, 0)
    assert one.list.new_above == 0


def test_what_arrives_does_not_move_what_is_looked_at(shown, qtbot):
    one = shown(60)
    one.scroll(ROW_HEIGHT * 7 + 13, qtbot)
    before = one.top_id()
    for _arrival in range(3):
        one.model.put(one.newer())
    assert one.top_id() == before
    assert one.list.new_above == 3
    button = one.list._pill
    assert button.isVisible()
    assert button.text() == "3 new"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert one.list.verticalScrollBar().value() == 0
    assert not button.isVisible()


def test_a_conversation_that_moves_up_past_the_view_does_not_move_it(shown, qtbot):
    one = shown(60)
    one.scroll(ROW_HEIGHT * 5, qtbot)
    before = one.top_id()
    last = one.model.rows[25]
    newest = one.model.rows[0].key
    one.model.put(
        type(last)(**({name: getattr(last, name) for name in last.__slots__} | {"key": newest + 9}))
    )
    assert one.top_id() == before
    assert one.list.new_above == 1


def test_each_conversation_that_came_in_above_is_counted_once(shown, qtbot):
    one = shown(60)
    one.scroll(ROW_HEIGHT * 5, qtbot)
    first, second = one.newer(), one.newer()
    one.model.put(first)
    one.model.put(second)
    assert one.list.new_above == 2
    one.model.put(replace(first, key=second.key + 9))  # another message of it
    assert one.list.new_above == 2
    one.model.take(second.id)  # it was spam
    assert one.list.new_above == 1
    one.model.take(one.rows[1].id)  # which was there before
    assert one.list.new_above == 1


def test_what_leaves_above_does_not_move_what_is_looked_at(shown, qtbot):
    one = shown(60)
    one.scroll(ROW_HEIGHT * 7 + 13, qtbot)
    before = one.top_id()
    one.model.take(one.rows[2].id)
    assert one.top_id() == before


def test_the_chosen_conversation_stays_chosen_when_others_come(shown):
    one = shown(10)
    one.list.select(one.rows[4].id)
    one.model.put(one.newer())
    assert one.list.current_id == one.rows[4].id
    one.model.take(one.rows[2].id)
    assert one.list.current_id == one.rows[4].id


def test_after_the_chosen_one_has_left_the_next_step_takes_the_one_in_its_place(shown):
    one = shown(5)
    one.list.select(one.rows[2].id)
    one.model.take(one.rows[2].id)
    assert one.list.current_id is None
    one.list.step(1)
    assert one.list.current_id == one.rows[3].id


def test_going_back_after_the_chosen_one_has_left_takes_the_one_before(shown):
    one = shown(5)
    one.list.select(one.rows[2].id)
    one.model.take(one.rows[2].id)
    one.list.step(-1)
    assert one.list.current_id == one.rows[1].id


def test_an_action_is_for_the_marked_ones_else_for_the_current_one(shown, qtbot):
    one = shown(5)
    assert one.list.targets() == ()
    one.list.select(one.rows[1].id)
    assert one.list.targets() == (one.rows[1].id,)
    one.list.toggle_mark()
    one.list.step(1)
    one.list.toggle_mark()
    assert one.list.targets() == (one.rows[1].id, one.rows[2].id)
    one.list.clear_marks()
    assert one.list.targets() == (one.rows[2].id,)
    one.list.mark_all()
    assert len(one.list.targets()) == 5
    one.list.mark_all()
    assert one.model.marked == frozenset()


def test_control_marks_a_row_and_shift_all_up_to_it(shown, qtbot):
    one = shown(8)
    middle = [QPoint(200, ROW_HEIGHT * row + 10) for row in range(8)]
    port, left = one.list.viewport(), Qt.MouseButton.LeftButton
    qtbot.mouseClick(port, left, pos=middle[1])
    qtbot.mouseClick(port, left, Qt.KeyboardModifier.ControlModifier, pos=middle[3])
    assert one.model.marked == {one.rows[3].id}
    qtbot.mouseClick(port, left, Qt.KeyboardModifier.ShiftModifier, pos=middle[4])
    assert one.model.marked == {row.id for row in one.rows[1:5]}
    assert one.list.current_id == one.rows[1].id


def test_letters_are_left_to_the_actions_of_the_window(shown, qtbot):
    one = shown(5)
    one.list.select(one.rows[0].id)
    qtbot.keyClicks(one.list, "ana")
    assert one.list.current_id == one.rows[0].id


def test_the_list_has_a_name_for_screen_readers(shown):
    assert shown(1).list.accessibleName() == "Conversations"
