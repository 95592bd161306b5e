"""Every action of the window: one QAction each, so that menus, buttons and keys agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.ui.action_words import MENUS, action_text, menu_title
from cm_desktop.ui.icons import icon

_SEPARATOR: Final = "-"


@dataclass(frozen=True, slots=True)
class Keys:
    """How an action is called by key: single keys, which can be switched off, and others."""

    single: tuple[str, ...] = ()
    always: tuple[str, ...] = ()


# The first one of an action is shown beside it in menus. Where a key is hard to reach on a
# German keyboard (/ ? ! need Shift there) there is a second one.
KEYS: Final[Mapping[str, Keys]] = {
    "next": Keys(("J",), ("Alt+Down",)),
    "previous": Keys(("K",), ("Alt+Up",)),
    "next_open": Keys(("N",), ("Ctrl+Down",)),
    "back": Keys((), ("Esc",)),
    "reply": Keys(("R",), ("Ctrl+R",)),
    "private": Keys(("Shift+R",), ("Ctrl+Shift+R",)),
    "note": Keys(("I",), ("Ctrl+Shift+I",)),
    "undo": Keys(("Z",), ("Ctrl+Z",)),
    "done": Keys(("E",), ()),
    "done_next": Keys(("Shift+E",), ()),
    "waiting": Keys(("W",), ()),
    "reopen": Keys(("O",), ()),
    "snooze": Keys(("H",), ()),
    "tag": Keys(("T",), ()),
    "assign": Keys(("A",), ()),
    "assign_me": Keys(("Shift+A",), ()),
    "handoff": Keys(("F",), ()),
    "toggle_read": Keys(("U",), ()),
    "spam": Keys(("!",), ("Ctrl+J",)),
    "delete": Keys(("Del",), ("Ctrl+Backspace",)),
    "hide": Keys(("V",), ()),
    "mark": Keys(("X",), ("Ctrl+Space",)),
    "mark_all": Keys(("Ctrl+A",), ()),
    "search": Keys(("/",), ("Ctrl+F",)),
    "go_inbox": Keys(("G, P", "G, I"), ("Ctrl+Shift+P",)),
    "go_mine": Keys(("G, M",), ()),
    "go_waiting": Keys(("G, W",), ()),
    "go_snoozed": Keys(("G, Z",), ()),
    "go_done": Keys(("G, E", "G, D"), ()),
    "go_all": Keys(("G, A",), ()),
    "go_outbox": Keys(("G, G", "G, O"), ()),
    "refresh": Keys((), ("F5",)),
    # Fields for text take this key themselves.
    "note_down": Keys((), ("Ctrl+V",)),
    "shortcuts": Keys(("?",), ("F1",)),
    "templates": Keys((), ("Ctrl+T",)),
    "settings": Keys((), ("Ctrl+,",)),
    "connect": Keys((), ("Ctrl+N",)),
    "accounts": Keys((), ("Ctrl+Shift+A",)),
    "export": Keys((), ("Ctrl+E",)),
    "details": Keys((), ("F9", "Ctrl+I")),
    "rail": Keys((), ("F8",)),
    "quit": Keys((), ("Ctrl+Q",)),
    **{f"tag_{n}": Keys((str(n),), ()) for n in range(1, 10)},
}

# Actions about one message need the channel to allow them.
ABILITIES: Final[Mapping[str, Ability]] = {
    "reply": Ability.REPLY,
    "private": Ability.PRIVATE,
    "spam": Ability.SPAM,
    "delete": Ability.DELETE,
    "hide": Ability.HIDE,
}
_NEED_TARGETS: Final = frozenset(
    {"done", "done_next", "waiting", "reopen", "snooze", "tag", "assign", "assign_me", "handoff",
     "toggle_read", "mark", *(f"tag_{n}" for n in range(1, 10))}
)  # fmt: skip
_NEED_OPEN: Final = frozenset({"note", *ABILITIES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What actions would work on now."""

    targets: int = 0  # conversations marked, or the one that is current
    open: bool = False  # a conversation is shown
    policy: ChannelPolicy | None = None  # the rules of its channel


class Actions(QObject):
    """Holds the actions by name; `connect` says what each does."""

    def __init__(self, window: QWidget, *, single_keys: bool = True) -> None:
        super().__init__(window)
        self._actions: dict[str, QAction] = {}
        for name in KEYS:
            glyph = _GLYPHS.get(name, "")
            action = QAction(action_text(name), self)
            if glyph:
                action.setIcon(icon(glyph))
            action.setObjectName(name)
            # A held key would do it again and again to one conversation after the other.
            action.setAutoRepeat(name in ("next", "previous", "next_open"))
            self._actions[name] = action
            window.addAction(action)
        self.use_single_keys(wanted=single_keys)

    def __getitem__(self, name: str) -> QAction:
        """Return an action by its name."""
        return self._actions[name]

    def connect_all(self, handlers: Mapping[str, Callable[[], None]]) -> None:
        """Say what each action does; each must have a handler, and each handler an action."""
        if handlers.keys() != self._actions.keys():
            raise KeyError(sorted(handlers.keys() ^ self._actions.keys()))
        for name, handler in handlers.items():
            self._actions[name].triggered.connect(_without_argument(handler))

    def use_single_keys(self, *, wanted: bool) -> None:
        """Switch keys without Ctrl or Alt on or off: speech control types words."""
        for name, action in self._actions.items():
            keys = KEYS[name]
            kept = (*keys.single, *keys.always) if wanted else keys.always
            action.setShortcuts([QKeySequence(one) for one in kept])

    def update_for(self, selection: Selection) -> None:
        """Enable what makes sense now."""
        for name in _NEED_TARGETS:
            self._actions[name].setEnabled(selection.targets > 0)
        for name in _NEED_OPEN:
            ability = ABILITIES.get(name)
            allowed = ability is None or (
                selection.policy is not None and selection.policy.may(ability)
            )
            self._actions[name].setEnabled(selection.open and allowed)

    def keys_of(self, name: str) -> str:
        """Return the first key of an action as the system writes it, "" if it has none."""
        shortcuts = self._actions[name].shortcuts()
        return shortcuts[0].toString(QKeySequence.SequenceFormat.NativeText) if shortcuts else ""

    def fill(self, bar: QMenuBar) -> None:
        """Put every action into the menus."""
        for menu, names in MENUS.items():
            self.fill_menu(bar.addMenu(menu_title(menu)), names)

    def fill_menu(self, menu: QMenu, names: Iterable[str]) -> QMenu:
        """Put actions into a menu; "-" is a line between them."""
        for name in names:
            if name == _SEPARATOR:
                menu.addSeparator()
            else:
                menu.addAction(self._actions[name])
        return menu

    def translate(self) -> None:
        """Say everything in the language spoken now."""
        for name, action in self._actions.items():
            action.setText(action_text(name))


def _without_argument(handler: Callable[[], None]) -> Callable[[bool], None]:
    return lambda _checked: handler()


_GLYPHS: Final[Mapping[str, str]] = {
    "next": "down", "previous": "up", "reply": "reply", "private": "private", "note": "note",
    "undo": "undo", "done": "done", "waiting": "waiting", "snooze": "snooze", "tag": "tag",
    "assign": "assign", "assign_me": "assign_me", "handoff": "handoff",
    "toggle_read": "mark_unread", "spam": "spam", "delete": "delete", "hide": "hide",
    "mark_all": "select_all", "search": "search", "go_inbox": "inbox", "go_mine": "mine",
    "go_waiting": "waiting", "go_snoozed": "snoozed", "go_done": "done", "go_all": "all",
    "go_outbox": "outbox", "refresh": "refresh", "note_down": "paste", "shortcuts": "keyboard",
    "templates": "template", "settings": "settings", "connect": "add",
    "accounts": "connect", "export": "export", "details": "details",
    "rail": "rail", "quit": "quit", "back": "back",
}  # fmt: skip
