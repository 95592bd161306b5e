"""The small stylesheet over Fusion: what a palette cannot say.

Widgets choose a look by the dynamic property `kind`: set it before the widget is shown.
"""

from __future__ import annotations

from collections.abc import Mapping

from cm_desktop.ui.resources import resource

_SHEET = """
QToolTip { background: %(panel)s; color: %(text)s; border: 1px solid %(line)s; padding: 4px; }
QPushButton, QToolButton {
  border: 1px solid %(line)s; border-radius: 6px; padding: 5px 12px;
  background: %(bg)s; color: %(text)s;
}
QPushButton:hover, QToolButton:hover { background: %(hover)s; }
QPushButton:pressed, QToolButton:pressed { background: %(line)s; }
QPushButton:disabled, QToolButton:disabled { color: %(soft)s; background: %(panel)s; }
QPushButton:focus, QToolButton:focus { border: 2px solid %(accent)s; padding: 4px 11px; }
QPushButton[kind="primary"] {
  background: %(accent)s; color: %(on_accent)s; border-color: %(accent)s; font-weight: 600;
}
QPushButton[kind="primary"]:hover { border-color: %(text)s; }
QPushButton[kind="primary"]:focus { border: 2px solid %(text)s; }
QPushButton[kind="primary"]:disabled {
  background: %(line)s; color: %(soft)s; border-color: %(line)s;
}
QPushButton[kind="danger"] { color: %(bad)s; border-color: %(bad)s; }
QPushButton[kind="quiet"], QToolButton[kind="quiet"] {
  border: 1px solid transparent; background: transparent; padding: 4px 8px;
}
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover { background: %(hover)s; }
QPushButton[kind="quiet"]:checked, QToolButton[kind="quiet"]:checked { background: %(line)s; }
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus {
  border: 2px solid %(accent)s; padding: 3px 7px;
}
QPushButton[kind="link"] {
  border: 1px solid transparent; background: transparent; color: %(accent)s; padding: 2px 4px;
}
QPushButton[kind="link"]:focus { border: 1px solid %(accent)s; }
QToolButton::menu-indicator { image: none; }
QScrollArea, QAbstractScrollArea { border: none; }
QLineEdit, QPlainTextEdit, QComboBox, QSpinBox, QDateTimeEdit {
  border: 1px solid %(line)s; border-radius: 6px; padding: 5px 8px;
  background: %(bg)s; color: %(text)s;
  selection-background-color: %(accent)s; selection-color: %(on_accent)s;
}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDateTimeEdit:focus {
  border: 2px solid %(accent)s; padding: 4px 7px;
}
QComboBox QLineEdit, QSpinBox QLineEdit, QDateTimeEdit QLineEdit,
QComboBox QLineEdit:focus, QSpinBox QLineEdit:focus, QDateTimeEdit QLineEdit:focus {
  border: none; padding: 0; background: transparent;
}
QSpinBox QLineEdit, QSpinBox QLineEdit:focus { padding-left: 8px; }
QSpinBox::up-button { subcontrol-origin: padding; subcontrol-position: top right; width: 1px; }
QSpinBox::down-button { subcontrol-origin: padding; subcontrol-position: bottom right; width: 1px; }
QPlainTextEdit[kind="bare"] { border: none; padding: 0; background: transparent; }
QFrame[kind="panel"] { background: %(panel)s; border: none; }
QFrame[kind="card"] {
  background: %(panel)s; border: 1px solid %(line)s; border-radius: 6px;
}
QFrame[kind="note"] { background: %(note)s; border: none; border-radius: 6px; }
QFrame[kind="offline"] { background: %(offline)s; border: none; }
QFrame[kind="line"] { background: %(line)s; border: none; }
QFrame[kind="popup"] {
  background: %(bg)s; border: 1px solid %(line)s; border-radius: 6px;
}
QFrame[kind="toast"] { background: %(text)s; border-radius: 6px; }
QFrame[kind="toast"] QLabel { color: %(bg)s; }
QPushButton[kind="toast"] {
  background: transparent; border: 1px solid transparent; color: %(bg)s; font-weight: 600;
  text-decoration: underline; padding: 2px 8px;
}
QPushButton[kind="toast"]:focus { border: 1px solid %(bg)s; }
QPushButton[kind="chip"] { border-radius: 12px; padding: 3px 12px; }
QPushButton[kind="chip"]:checked { background: %(ours)s; border: 1px solid %(accent)s; }
QPushButton[kind="chip"]:focus { border: 2px solid %(accent)s; padding: 2px 11px; }
QComboBox::drop-down, QDateTimeEdit::drop-down { border: none; width: 24px; }
QComboBox::down-arrow, QDateTimeEdit::down-arrow {
  image: url(%(arrow)s); width: 14px; height: 14px;
}
QCheckBox::indicator, QRadioButton::indicator, QListView::indicator {
  width: 14px; height: 14px; border: 1px solid %(soft)s; background: %(bg)s;
}
QCheckBox::indicator, QListView::indicator { border-radius: 3px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked, QListView::indicator:checked {
  background: %(accent)s; border-color: %(accent)s; image: url(%(check)s);
}
QRadioButton::indicator:checked {
  border: 5px solid %(accent)s; width: 6px; height: 6px; background: %(on_accent)s;
}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: %(line)s; }
QCheckBox:focus, QRadioButton:focus { color: %(accent)s; }
QLabel { background: transparent; }
QLabel[kind="soft"] { color: %(soft)s; font-size: %(px12)s; }
QLabel[kind="strong"] { font-weight: 600; }
QLabel[kind="title"] { font-size: %(px18)s; font-weight: 600; }
QLabel[kind="reading"] { font-size: %(px15)s; }
QLabel[kind="waiting_text"] { font-size: %(px15)s; color: %(soft)s; }
QLabel[kind="bad"] { color: %(bad)s; }
QLabel[kind="warn"] { color: %(warn)s; }
QLabel[kind="ok"] { color: %(ok)s; }
QSplitter::handle { background: %(line)s; }
QMenuBar { background: %(panel)s; border-bottom: 1px solid %(line)s; }
QMenuBar::item { padding: 4px 10px; background: transparent; }
QMenuBar::item:selected { background: %(hover)s; }
QMenu { background: %(bg)s; border: 1px solid %(line)s; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::item:selected { background: %(accent)s; color: %(on_accent)s; }
QMenu::item:disabled { color: %(soft)s; background: transparent; }
QMenu::icon { padding-left: 8px; }
QMenu::separator { height: 1px; background: %(line)s; margin: 4px 8px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: %(line)s; border-radius: 5px; min-height: 32px; min-width: 32px; }
QScrollBar::handle:hover { background: %(soft)s; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QTabBar::tab { padding: 6px 12px; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { border-bottom: 2px solid %(accent)s; }
QTabBar::tab:focus { color: %(accent)s; }
QTabWidget::pane { border: none; border-top: 1px solid %(line)s; }
QHeaderView::section {
  background: %(panel)s; border: none; border-bottom: 1px solid %(line)s; padding: 4px 8px;
}
"""


def stylesheet(tokens: Mapping[str, str], scale: float = 1.0) -> str:
    """Return the sheet in the colours of one scheme; `scale` is how much larger the text is."""
    sizes = {f"px{size}": f"{round(size * scale)}px" for size in (12, 15, 18)}
    scheme = "light" if tokens["on_accent"] == "#FFFFFF" else "dark"
    pictures = {name: resource(f"{name}-{scheme}.png").as_posix() for name in ("check", "arrow")}
    return _SHEET % {**tokens, **pictures, **sizes}
