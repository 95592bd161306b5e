import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from cm_desktop.domain.errors import SignInNeededError
from cm_desktop.domain.model import Status
from cm_desktop.domain.policy import Ability
from cm_desktop.domain.views import View, ViewName
from cm_desktop.services import reading
from cm_desktop.services import vault as vaults
from cm_desktop.store import accounts
from cm_desktop.ui.layout import BOTH_FROM, DETAILS_FROM, NAMES_FROM
from cm_desktop.ui.main_window import MainWindow
from tests import factory, hostile


@pytest.fixture
def window(context, account, qtbot):
    """Make the window: to be called once the vault has what the test needs."""

    def make(width=1_440, height=900):
        shown = MainWindow(context)
        qtbot.addWidget(shown)
        shown.resize(width, height)
        with qtbot.waitActive(shown):
            shown.show()
            shown.activateWindow()
        # What can wait is made after the first paint.
        qtbot.waitUntil(lambda: shown._details is not None)
        return shown

    return make


def status(context, conversation):
    return reading.conversation(context.vault, conversation).status


def rows(window):
    return [row.id for row in window.list_panel.model.rows]


def press(qtbot, window, *keys):
    for key in keys:
        text = key.rpartition("+")[2]
        modifier = Qt.KeyboardModifier.NoModifier
        for name, one in (
            ("Ctrl+", Qt.KeyboardModifier.ControlModifier),
            ("Shift+", Qt.KeyboardModifier.ShiftModifier),
        ):
            if name in key:
                modifier |= one
        code = getattr(Qt.Key, f"Key_{text}")
        qtbot.keyClick(window.focusWidget() or window, code, modifier)


def test_a_day_by_keys_alone(window, keep_many, context, qtbot):
    first, second, third = keep_many(3)
    shown = window()
    press(qtbot, shown, "J")
    qtbot.waitUntil(lambda: shown.pane.shown is not None)
    assert shown.pane.shown.conversation.id == first
    press(qtbot, shown, "E")
    qtbot.waitUntil(lambda: rows(shown) == [second, third])
    assert status(context, first) is Status.DONE
    assert shown.toast.sentence == "Done"
    press(qtbot, shown, "J", "Shift+E")
    qtbot.waitUntil(lambda: rows(shown) == [third])
    qtbot.waitUntil(lambda: shown.pane.shown.conversation.id == third)
    press(qtbot, shown, "Z")
    qtbot.waitUntil(lambda: rows(shown) == [second, third])
    press(qtbot, shown, "Z")
    qtbot.waitUntil(lambda: rows(shown) == [first, second, third])


def test_several_marked_ones_are_done_and_come_back_together(window, keep_many, context, qtbot):
    ids = keep_many(4)
    shown = window()
    press(qtbot, shown, "J", "X", "J", "X", "E")
    qtbot.waitUntil(lambda: rows(shown) == ids[2:])
    assert shown.toast.sentence == "2 conversations done"
    assert shown.list_panel.model.marked == frozenset()
    shown.toast.undo.click()
    qtbot.waitUntil(lambda: rows(shown) == ids)


def test_the_toast_undoes_a_tag_and_an_assignment(window, keep_many, context, qtbot):
    (one,) = keep_many(1)
    shown = window()
    context.desk.tag(one, "Order")
    shown.name_tags()
    press(qtbot, shown, "J")
    press(qtbot, shown, "1")
    qtbot.waitUntil(lambda: not reading.conversation(context.vault, one).tags)
    shown.toast.undo.click()
    qtbot.waitUntil(lambda: bool(reading.conversation(context.vault, one).tags))
    press(qtbot, shown, "Shift+A")
    qtbot.waitUntil(lambda: shown.list_panel.model.conversation(0).assignee == context.me)
    press(qtbot, shown, "Ctrl+Z")
    qtbot.waitUntil(lambda: shown.list_panel.model.conversation(0).assignee is None)


def test_nothing_to_undo_is_said(window, qtbot):
    shown = window()
    press(qtbot, shown, "Z")
    qtbot.waitUntil(lambda: shown.toast.sentence == "There is nothing to undo.")


def test_read_and_unread_are_switched(window, keep_many, qtbot):
    keep_many(1)
    shown = window()
    press(qtbot, shown, "J", "U")
    qtbot.waitUntil(lambda: shown.list_panel.model.conversation(0).unread == 0)
    press(qtbot, shown, "U")
    qtbot.waitUntil(lambda: shown.list_panel.model.conversation(0).unread == 1)


def test_the_counts_follow_what_was_done(window, keep_many, qtbot):
    keep_many(2)
    shown = window()
    assert shown.rail.model.entry(0).count == 2
    press(qtbot, shown, "J", "E")
    qtbot.waitUntil(lambda: shown.rail.model.entry(0).count == 1)


@pytest.mark.parametrize(
    ("keys", "view"),
    [
        ("GM", ViewName.MINE),
        ("GW", ViewName.WAITING),
        ("GZ", ViewName.SNOOZED),
        ("GE", ViewName.DONE),
        ("GA", ViewName.ALL),
    ],
)
def test_g_and_a_letter_go_to_a_list_and_back(window, keep_many, qtbot, keys, view):
    keep_many(1)
    shown = window()
    press(qtbot, shown, *keys)
    assert shown.list_panel.view == View(view)
    assert shown.rail.chosen == View(view)
    press(qtbot, shown, "G", "P")
    assert shown.list_panel.view == View(ViewName.INBOX)


def test_the_outbox_has_a_page_of_its_own(window, keep_many, qtbot):
    keep_many(1)
    shown = window()
    press(qtbot, shown, "G", "G")
    assert shown.pages.currentWidget() is not shown.columns.splitter
    press(qtbot, shown, "Escape")
    assert shown.pages.currentWidget() is shown.columns.splitter


def test_search_by_key_and_back_to_the_list(window, keep, qtbot):
    (bread,) = keep(factory.message_seen(text="pumpkin bread"))
    keep(factory.message_seen(text="opening hours"))
    shown = window()
    press(qtbot, shown, "Slash")
    qtbot.keyClicks(shown.focusWidget(), "pumpkin")
    qtbot.waitUntil(lambda: rows(shown) == [bread])
    press(qtbot, shown, "Return")
    assert shown.list_panel.list.hasFocus()
    press(qtbot, shown, "J")
    qtbot.waitUntil(lambda: shown.pane.shown is not None)
    press(qtbot, shown, "Escape")
    assert len(rows(shown)) == 2


def test_reply_by_key_puts_the_keyboard_in_the_composer_and_escape_brings_it_back(
    window, keep_many, qtbot
):
    keep_many(1)
    shown = window()
    press(qtbot, shown, "J")
    qtbot.waitUntil(lambda: shown.pane.shown is not None)
    press(qtbot, shown, "R")
    assert shown.pane.isAncestorOf(shown.focusWidget())
    qtbot.keyClicks(shown.focusWidget(), "je")
    assert rows(shown)
    press(qtbot, shown, "Escape")
    assert shown.list_panel.list.hasFocus()


def test_what_a_channel_cannot_do_is_not_offered(window, keep_many, vault, account, qtbot):
    keep_many(1)
    with vault.db.writing() as connection:
        policy = factory.policy(abilities=frozenset({Ability.REPLY}))
        accounts.set_policy(connection, account.id, policy)
    shown = window()
    assert not shown.actions_["reply"].isEnabled()
    press(qtbot, shown, "J")
    qtbot.waitUntil(shown.actions_["reply"].isEnabled)
    assert not shown.actions_["hide"].isEnabled()
    assert not shown.actions_["private"].isEnabled()


def test_what_comes_in_while_one_reads_is_there_and_disturbs_nothing(
    window, keep_many, keep, context, qtbot
):
    ids = keep_many(3)
    shown = window()
    press(qtbot, shown, "J", "J")
    qtbot.waitUntil(lambda: shown.pane.shown is not None)
    fresh = keep(factory.message_seen(created_at=factory.NOW))
    context.changes.conversations.emit(frozenset(fresh))
    assert rows(shown) == [*fresh, *ids]
    assert shown.pane.shown.conversation.id == ids[1]
    assert shown.list_panel.list.current_id == ids[1]


def test_no_connection_is_said_quietly_and_only_as_long_as_it_lasts(window, context):
    shown = window()
    context.changes.connection.emit(False)  # noqa: FBT003 - the signal's argument
    assert shown.offline_bar.isVisible()
    assert shown.offline_bar.sentence.startswith("No connection")
    shown.offline_bar.button.click()
    assert context.worker.asked == ["sync"]
    context.changes.connection.emit(True)  # noqa: FBT003
    assert not shown.offline_bar.isVisible()


def test_a_problem_says_what_happened_and_offers_what_helps(window, context):
    shown = window()
    context.problem(SignInNeededError())
    assert "does not accept our sign-in" in shown.problem_bar.sentence
    assert shown.problem_bar.button.text() == "Sign in again"


def test_a_worker_that_died_is_told_of_until_it_runs_again(window):
    shown = window()
    shown.say_worker_died()
    assert "pause" in shown.problem_bar.sentence
    shown.say_worker_ready()
    assert not shown.problem_bar.isVisible()


def test_a_mistake_of_the_program_is_owned_up_to(window):
    shown = window()
    shown.say_mistake()
    assert "made a mistake" in shown.problem_bar.sentence


def visible(shown):
    parts = {
        "list": shown.list_panel,
        "pane": shown.pane,
        "details": shown.details,
        "names": shown.rail._connect_button,
    }
    found = {name for name, part in parts.items() if part.isVisible()}
    return found - ({"names"} if shown.rail.narrow else set())


@pytest.mark.parametrize(
    ("width", "parts"),
    [
        (BOTH_FROM - 100, {"list"}),
        (BOTH_FROM, {"list", "pane"}),
        (NAMES_FROM, {"list", "pane", "names"}),
        (DETAILS_FROM, {"list", "pane", "names", "details"}),
    ],
)
def test_the_columns_fit_the_width(window, width, parts):
    assert visible(window(width)) == parts


def test_where_only_one_fits_list_and_conversation_take_turns(window, keep_many, qtbot):
    keep_many(2)
    shown = window(800)
    press(qtbot, shown, "J", "Return")
    assert visible(shown) == {"pane"}
    assert shown.pane.head.back.isVisible()
    press(qtbot, shown, "Escape")
    assert visible(shown) == {"list"}


def test_details_can_be_had_by_key_at_any_width_where_there_is_a_conversation(window, qtbot):
    shown = window(1_100)
    assert "details" not in visible(shown)
    press(qtbot, shown, "F9")
    assert "details" in visible(shown)
    press(qtbot, shown, "F9")
    assert "details" not in visible(shown)


def test_the_window_opens_as_it_was_closed(window, qtbot):
    shown = window(1_500)
    shown.actions_["rail"].trigger()
    shown.columns.splitter.setSizes([420, 700, 300])
    shown.columns.remember()
    width = shown.list_panel.width()
    shown.close()
    again = window(1_500)
    assert again.rail.narrow
    assert again.list_panel.width() == width


def test_closing_says_so_once(window, qtbot):
    shown = window()
    with qtbot.waitSignal(shown.closed):
        shown.actions_["quit"].trigger()


def test_everything_that_takes_the_keyboard_has_a_name_for_screen_readers(window, keep_many):
    keep_many(2)
    shown = window()
    shown.list_panel.list.step(1)
    nameless = [
        f"{type(part).__name__} in {type(part.parent()).__name__}"
        for part in shown.findChildren(QWidget)
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus
        and part.isVisible()
        and not (part.accessibleName() or getattr(part, "text", str)())
    ]
    assert nameless == []


def test_tab_goes_around_the_whole_window(window, keep_many, qtbot):
    keep_many(2)
    shown = window()
    shown.list_panel.focus_list()
    seen = []
    for _step in range(60):
        seen.append(shown.focusWidget())
        qtbot.keyClick(shown.focusWidget(), Qt.Key.Key_Tab)
        if shown.focusWidget() is seen[0]:
            break
    assert shown.focusWidget() is seen[0]
    assert shown.rail.list in seen
    assert shown.list_panel.search in seen


def test_every_action_runs_with_nothing_chosen(window, qtbot):
    """Opening dialogs aside: none of them may fail on an empty vault."""
    shown = window()
    opening = {"connect", "settings", "templates", "shortcuts", "tag", "assign", "snooze", "quit"}
    with qtbot.captureExceptions() as raised:
        for action in shown.actions_.children():
            if action.objectName() not in opening and hasattr(action, "trigger"):
                action.trigger()
    assert raised == []


def test_all_of_a_long_list_is_marked_and_not_only_what_was_scrolled_to(window, keep_many, qtbot):
    keep_many(120)
    shown = window()
    press(qtbot, shown, "Ctrl+A")
    assert len(shown.list_panel.model.marked) == 120


def test_the_client_is_named_once_there_are_several(window, context, tmp_path):
    assert window().windowTitle() == "CM Desktop"
    vaults.create_vault(tmp_path, "Second", passphrase="a second client").close()
    assert window().windowTitle() == "Demo · CM Desktop"


def test_messages_of_strangers_can_do_no_harm_in_the_window(window, keep, qtbot):
    for text in hostile.ALL.values():
        author = factory.seen_author(name=text, handle=text)
        post = factory.seen_post(title=text, text=text)
        about = factory.seen_conversation(title=text, post=post)
        keep(factory.message_seen(text=text, author=author, conversation=about))
    shown = window()
    slowest = 0.0
    for row in list(shown.list_panel.model.rows):
        begin = time.thread_time()
        shown.show_conversation(row.id)
        shown.open(row.id)
        shown.grab()
        slowest = max(slowest, time.thread_time() - begin)
    assert slowest < 2
