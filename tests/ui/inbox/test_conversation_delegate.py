import gc
import sys
import time
from datetime import timedelta

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from cm_desktop.domain.model import Status
from cm_desktop.ui import theme
from cm_desktop.ui.inbox.conversation_delegate import ROW_HEIGHT, ConversationDelegate
from cm_desktop.ui.inbox.conversation_model import ConversationModel
from cm_desktop.ui.theme import Theme
from tests import factory, hostile
from tests.fakes import Clock

WIDTH = 400


@pytest.fixture
def light(qapp):
    return Theme(qapp, "light")


def model_of(*rows):
    model = ConversationModel()
    model.start(lambda _after: model.append(list(rows), at_end=True))
    return model


class Painted:
    """Paints rows as a list would."""

    def __init__(self, *rows, **about):
        self.clock = Clock(factory.NOW)
        self.delegate = ConversationDelegate(None, self.clock, **about)
        self.model = model_of(*rows)

    def row(self, number=0, state=QStyle.StateFlag.State_Enabled, ratio=1.0):
        picture = QPixmap(round(WIDTH * ratio), round(ROW_HEIGHT * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(theme.colour("bg"))
        option = QStyleOptionViewItem()
        option.rect = QRect(0, 0, WIDTH, ROW_HEIGHT)
        option.state = state
        painter = QPainter(picture)
        self.delegate.paint(painter, option, self.model.index(number))
        painter.end()
        return picture.toImage()


def has(image, name, area):
    """Tell whether a colour of the theme is found in an area of a picture."""
    wanted = theme.colour(name).rgb()
    return any(
        image.pixel(x, y) == wanted
        for x in range(area.left(), area.right())
        for y in range(area.top(), area.bottom())
    )


BAR, DOT = QRect(0, 0, 3, ROW_HEIGHT), QRect(6, 28, 12, 16)


def test_what_is_unread_has_a_dot_in_the_accent_colour(light):
    painted = Painted(factory.conversation(unread=1), factory.conversation(unread=0))
    assert has(painted.row(0), "accent", DOT)
    assert not has(painted.row(1), "accent", DOT)


def test_the_row_that_is_selected_has_a_bar_and_the_colour_of_panels(light):
    painted = Painted(factory.conversation(unread=0))
    assert not has(painted.row(), "accent", BAR)
    chosen = painted.row(state=QStyle.StateFlag.State_Selected)
    assert has(chosen, "accent", BAR)
    assert chosen.pixel(WIDTH - 4, 4) == theme.colour("panel").rgb()


def test_the_keyboard_is_seen_once_it_is_used(light):
    painted = Painted(factory.conversation(unread=0))
    state = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus
    edge = QRect(100, 0, 50, 8)
    assert not has(painted.row(state=state), "accent", edge)
    painted.delegate.keyboard = True
    assert has(painted.row(state=state), "accent", edge)


def test_a_marked_row_shows_a_tick_in_place_of_the_picture(light):
    row = factory.conversation(unread=0)
    painted = Painted(row)
    before = painted.row()
    painted.model.mark([row.id])
    assert painted.row() != before
    assert has(painted.row(), "accent", QRect(20, 16, 40, 40))


@pytest.mark.parametrize(
    "about",
    [
        {"tags": (factory.tag(name="Order"),)},
        {"assignee": "Eva Meier"},
        {"due_at": factory.NOW + timedelta(hours=2)},
        {"waiting_out": 1},
        {"trouble_out": 1},
        {"author": factory.person(name="\u0430dmin")},
    ],
    ids=lambda about: next(iter(about)),
)
def test_each_thing_to_know_changes_the_row(light, about):
    plain = factory.conversation(author=factory.person(name="admin"))
    with_it = type(plain)(**({name: getattr(plain, name) for name in plain.__slots__} | about))
    assert Painted(with_it).row() != Painted(plain).row()


def test_a_status_is_only_shown_where_lists_mix_them(light):
    painted = Painted(factory.conversation(status=Status.DONE))
    before = painted.row()
    painted.delegate.show_status = True
    assert painted.row() != before


def test_a_row_is_painted_anew_when_it_changes_and_only_then(light):
    row = factory.conversation()
    painted = Painted(row)
    first = painted.row()
    kept = dict(painted.delegate._pictures)
    assert painted.row() == first
    assert dict(painted.delegate._pictures) == kept
    painted.model.put(
        type(row)(**({name: getattr(row, name) for name in row.__slots__} | {"preview": "New"}))
    )
    assert painted.row() != first


def test_what_is_due_is_counted_on_with_the_clock(light):
    painted = Painted(factory.conversation(due_at=factory.NOW + timedelta(minutes=5)))
    first = painted.row()
    painted.clock.go_on(minutes=4)
    assert painted.row() != first


def test_the_pictures_kept_do_not_grow_without_end(light):
    rows = [factory.conversation() for _ in range(400)]
    painted = Painted(*rows)
    for number in range(400):
        painted.row(number, ratio=2.0)
    weight = sum(one.width() * one.height() * 4 for one in painted.delegate._pictures.values())
    assert weight <= 24 * 2**20
    assert weight == painted.delegate._bytes


def test_the_demo_is_shown_as_what_it_plays(light):
    row = factory.conversation(channel="demo")
    plain = Painted(row).row()
    assert Painted(row, channel_of=lambda _row: "mastodon").row() != plain


def test_painting_gives_back_every_reference_to_none(light):
    """Some releases of PySide6 give back one too many, and the program ends after minutes."""
    rows = [
        factory.conversation(tags=(factory.tag(),), assignee="Eva", due_at=factory.NOW)
        for _ in range(20)
    ]
    painted = Painted(*rows)
    painted.row(0)
    gc.collect()
    before = sys.getrefcount(None)
    for number in range(1_000):
        painted.delegate.forget()
        painted.row(number % 20)
    gc.collect()
    assert sys.getrefcount(None) >= before - 20


@pytest.mark.parametrize("text", hostile.ALL.values(), ids=hostile.ALL.keys())
def test_no_text_of_a_stranger_holds_a_row_up(light, text):
    row = factory.conversation(
        author=factory.person(name=text, handle=text),
        preview=text,
        title=text,
        tags=(factory.tag(name=text),),
        assignee=text,
    )
    painted = Painted(row)
    begin = time.thread_time()
    painted.row()
    painted.model.index(0).data()
    assert time.thread_time() - begin < 1.0
