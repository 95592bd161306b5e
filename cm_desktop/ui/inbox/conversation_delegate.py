"""Paints a row of the list: who, when, what was said, and what is to be done about it.

Rows are painted into pictures that are kept for a while, because scrolling shows the same
rows again and again; a picture is used as long as all that it shows is the same.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from cm_desktop.domain.model import Conversation, Status
from cm_desktop.i18n import language
from cm_desktop.ui import dates, theme
from cm_desktop.ui.avatars import draw_avatar, initials
from cm_desktop.ui.icons import draw_glyph
from cm_desktop.ui.inbox.conversation_model import ConversationRole, MarkedRole, VersionRole
from cm_desktop.ui.inbox.row_words import back_words, outbox_words, said, status_name, who
from cm_desktop.ui.labels import elided
from cm_desktop.ui.safe_text import has_mixed_scripts

ROW_HEIGHT: Final = 72
_LEFT = 20  # room for the bar and the dot
_AVATAR = 40
_TEXT = _LEFT + _AVATAR + theme.MEDIUM
_RIGHT = theme.LARGE
_CHIP = 18
_BYTES = 24 * 2**20
_STATE = QStyle.StateFlag
_LEFT_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

Index = QModelIndex | QPersistentModelIndex
_Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Look:
    selected: bool
    focused: bool
    hovered: bool
    marked: bool


def row_height() -> int:
    """Return the height of a row in the size of text that the user chose."""
    return round(ROW_HEIGHT * theme.text_scale())


class ConversationDelegate(QStyledItemDelegate):
    """Paints conversations; `show_status` says whether the list mixes open and closed ones."""

    def __init__(
        self,
        parent: QObject | None = None,
        clock: Callable[[], datetime] | None = None,
        channel_of: Callable[[Conversation], str] | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock = clock or (lambda: datetime.now(UTC))
        self._channel_of = channel_of or (lambda row: row.channel)
        self._pictures: OrderedDict[_Key, QPixmap] = OrderedDict()
        self._bytes = 0
        self.show_status = False
        self.keyboard = False  # whether the last step in the list was made by key

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Every row has the same height."""
        return QSize(320, row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Put the picture of a row in its place, painting it first if need be."""
        rect: QRect = option.rect
        look = self._look(option, index)
        ratio = painter.device().devicePixelRatioF()
        conversation: Conversation = index.data(ConversationRole)
        key = (
            conversation.id, index.data(VersionRole), rect.width(), look, ratio, theme.is_dark(),
            language(), self.show_status, self._moment(conversation),
        )  # fmt: skip
        picture = self._pictures.get(key)
        if picture is None:
            picture = self._painted(conversation, rect.size(), ratio, look)
            self._keep(key, picture)
        else:
            self._pictures.move_to_end(key)
        painter.drawPixmap(rect.topLeft(), picture)

    def forget(self) -> None:
        """Drop all pictures."""
        self._pictures.clear()
        self._bytes = 0

    def _look(self, option: QStyleOptionViewItem, index: Index) -> _Look:
        state = option.state
        return _Look(
            selected=bool(state & _STATE.State_Selected),
            focused=bool(state & _STATE.State_HasFocus) and self.keyboard,
            hovered=bool(state & _STATE.State_MouseOver),
            marked=bool(index.data(MarkedRole)),
        )

    def _moment(self, conversation: Conversation) -> tuple[object, ...]:
        # What the words for points in time depend on: the day, and the minute if one is due.
        now = self._clock()
        day = now.astimezone().date()
        moving = conversation.due_at or conversation.snoozed_until
        return (day, now.replace(second=0, microsecond=0)) if moving else (day,)

    def _keep(self, key: _Key, picture: QPixmap) -> None:
        self._pictures[key] = picture
        self._bytes += _weight(picture)
        while self._bytes > _BYTES and len(self._pictures) > 1:
            _oldest, dropped = self._pictures.popitem(last=False)
            self._bytes -= _weight(dropped)

    def _painted(
        self, conversation: Conversation, size: QSize, ratio: float, look: _Look
    ) -> QPixmap:
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        ground = _ground(look)
        picture.fill(ground)
        painter = QPainter(picture)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing
        )
        row = _Row(painter, size, conversation, self._clock(), ground)
        row.marks(look, self._channel_of(conversation))
        row.lines(show_status=self.show_status)
        if look.focused:
            row.ring()
        painter.end()
        return picture


class _Row:
    """One row while it is painted."""

    def __init__(
        self,
        painter: QPainter,
        size: QSize,
        conversation: Conversation,
        now: datetime,
        ground: QColor,
    ) -> None:
        self._painter = painter
        self._width = size.width()
        self._height = size.height()
        self._scale = theme.text_scale()
        self._row = conversation
        self._now = now
        self._ground = ground
        self._edge = float(self._width - _RIGHT)

    def lines(self, *, show_status: bool) -> None:
        """Paint the words, on two lines or three."""
        third = self._has_third_line(show_status=show_status)
        tops = (7.0, 27.0) if third else (16.0, 37.0)
        self._first_line(tops[0] * self._scale)
        self._second_line(tops[1] * self._scale)
        if third:
            self._third_line(49.0 * self._scale, show_status=show_status)

    def _has_third_line(self, *, show_status: bool) -> bool:
        row = self._row
        status = show_status and row.status is not Status.OPEN
        put_away = back_words(row, self._now)
        return bool(
            row.tags or row.assignee or row.due_at or outbox_words(row) or status or put_away
        )

    def marks(self, look: _Look, channel: str) -> None:
        """Paint what is left of the words."""
        painter = self._painter
        rect = QRectF(_LEFT, (self._height - _AVATAR) / 2, _AVATAR, _AVATAR)
        if look.marked:
            draw_glyph(painter, rect.adjusted(8, 8, -8, -8), "checked", theme.colour("accent"))
        else:
            person = self._row.author
            draw_avatar(
                painter, rect, who(self._row), person.id,
                channel=channel, ground=self._ground,
            )  # fmt: skip
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("accent"))
        if look.selected:
            painter.drawRect(QRectF(0, 0, 3, self._height))
        if self._row.unread:
            painter.drawEllipse(QPointF(11.5, self._height / 2), 4, 4)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(
            QPointF(_TEXT, self._height - 0.5), QPointF(self._width, self._height - 0.5)
        )

    def _first_line(self, top: float) -> None:
        when = dates.short_time(self._row.last_at, self._now)
        used = self._text(when, "soft", "soft", top, right=True)
        if has_mixed_scripts(who(self._row)):
            # A name that is written to look like another one.
            place = QRectF(self._edge - used - 22, top + 3, 14, 14)
            draw_glyph(self._painter, place, "warning", theme.colour("warn"))
            used += 22
        self._text(
            who(self._row), "strong" if self._row.unread else "body", "text", top,
            room=used + theme.MEDIUM,
        )  # fmt: skip

    def _second_line(self, top: float) -> None:
        self._text(said(self._row), "body", "text" if self._row.unread else "soft", top)

    def _third_line(self, top: float, *, show_status: bool) -> None:
        row, left = self._row, float(_TEXT)
        if words := outbox_words(row):
            tone = "bad" if row.trouble_out else "soft"
            left = self._mark("error" if row.trouble_out else "outbox", words, tone, left, top)
        if row.due_at:
            late = row.due_at < self._now
            words = dates.due(row.due_at, self._now)
            left = self._mark(
                "due" if late else "clock", words, "bad" if late else "soft", left, top
            )
        if words := back_words(row, self._now):
            left = self._mark("snoozed", words, "soft", left, top)
        elif show_status and row.status is not Status.OPEN:
            glyph = {Status.DONE: "done", Status.SNOOZED: "snoozed"}.get(row.status, "waiting")
            left = self._mark(glyph, status_name(row.status), "soft", left, top)
        if row.assignee:
            left = self._mark("mine", initials(row.assignee) or "?", "soft", left, top)
        self._tags(left, top)

    def _tags(self, left: float, top: float) -> None:
        metrics = QFontMetrics(theme.font("soft"))
        for place, tag in enumerate(self._row.tags):
            words = elided(tag.name, metrics, 120)
            width = metrics.horizontalAdvance(words) + 2 * theme.SMALL
            rest = len(self._row.tags) - place - 1
            if left + width + (28 if rest else 0) > self._edge:
                self._mark("", f"+{rest + 1}", "soft", left, top)
                return
            ground, text = theme.tag_colours(tag.colour)
            chip = QRectF(left, top - 1, width, _CHIP * self._scale)
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(ground)
            self._painter.drawRoundedRect(chip, 4, 4)
            self._painter.setPen(text)
            self._painter.setFont(theme.font("soft"))
            self._painter.drawText(chip, int(Qt.AlignmentFlag.AlignCenter), words)
            left += width + theme.TINY

    def _mark(self, glyph: str, words: str, tone: str, left: float, top: float) -> float:
        """Draw a glyph with a word, and return where the next thing begins."""
        metrics = QFontMetrics(theme.font("soft"))
        begin = left + (17 * self._scale if glyph else 0)
        shown = elided(words, metrics, max(0, round(self._edge - begin)))
        width = metrics.horizontalAdvance(shown)
        if begin + width > self._edge + 1:
            return left
        if glyph:
            side = 14 * self._scale
            place = QRectF(left, top + 1, side, side)
            draw_glyph(self._painter, place, glyph, theme.colour(tone))
        self._painter.setFont(theme.font("soft"))
        self._painter.setPen(theme.colour(tone))
        self._painter.drawText(
            QRectF(begin, top, width + 2, 16 * self._scale), int(_LEFT_MIDDLE), shown
        )
        return begin + width + theme.SMALL

    def _text(
        self, text: str, role: str, tone: str, top: float, *, room: float = 0, right: bool = False
    ) -> float:
        """Draw one elided line and return how wide it became."""
        font = theme.font(role)
        metrics = QFontMetrics(font)
        width = max(0, round(self._edge - _TEXT - room))
        shown = elided(text, metrics, width)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        self._painter.setFont(font)
        self._painter.setPen(theme.colour(tone))
        self._painter.drawText(
            QRectF(_TEXT, top, width, 20 * self._scale),
            int(side | Qt.AlignmentFlag.AlignVCenter),
            shown,
        )
        return metrics.horizontalAdvance(shown)

    def ring(self) -> None:
        """Show that the keyboard is here."""
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.setPen(QPen(theme.colour("accent"), 2))
        self._painter.drawRoundedRect(
            QRectF(5, 3, self._width - 8, self._height - 6), theme.RADIUS, theme.RADIUS
        )


def _ground(look: _Look) -> QColor:
    if look.selected:
        return theme.colour("panel")
    if look.hovered:
        return theme.mix(theme.colour("hover"), theme.colour("bg"), 0.5)
    return theme.colour("bg")


def _weight(picture: QPixmap) -> int:
    return picture.width() * picture.height() * 4
