"""The first page: look around with invented conversations, or begin with one's own firm."""

from __future__ import annotations

import getpass
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from cm_desktop.domain.errors import CmError, KeyringLockedError, KeyringMissingError
from cm_desktop.i18n import _
from cm_desktop.services import key_store
from cm_desktop.ui import theme
from cm_desktop.ui.conversation.parts import row, text_button
from cm_desktop.ui.dialogs.channel_cards import BigChoice
from cm_desktop.ui.dialogs.fields import PasswordField, TroubleBox, field, on_text
from cm_desktop.ui.dialogs.frame import Scrolled
from cm_desktop.ui.dialogs.words import Words
from cm_desktop.ui.labels import PlainLabel

_WIDTH = 480
SHORTEST_PASSPHRASE = 8  # letters


class FirstRunPage(QWidget):
    """Asks as little as possible.

    `create_vault` carries the firm's name, one's own name and a passphrase ("" where the
    system's keyring keeps the key). `connect_wanted` comes just before it: once the vault
    is there, the dialog that connects a page is wanted. `keyring_problem` tells whether a
    passphrase is needed.
    """

    demo_wanted = Signal()
    connect_wanted = Signal()
    create_vault = Signal(str, str, str)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        keyring_problem: Callable[[], CmError | None] | None = None,
    ) -> None:
        super().__init__(parent)
        self._keyring_problem = keyring_problem or usable_keyring_problem
        self._needs_passphrase = False
        self.pages = QStackedWidget()
        self.pages.addWidget(self._choices())
        self.pages.addWidget(self._form())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)

    def _choices(self) -> QWidget:
        column = QVBoxLayout()
        column.addWidget(PlainLabel(_("Welcome"), "title"))
        column.addWidget(
            Words(_("One inbox for everything people say to your firm. It stays on this computer."))
        )
        column.addSpacing(theme.SMALL)
        self.connect_card = BigChoice(
            _("Connect a page"),
            _("Your website, your mailbox or one of your networks. It takes two minutes."),
        )
        self.connect_card.glyph = "connect"
        self.demo_card = BigChoice(
            _("Look at the demo"),
            _("Invented conversations of a bakery. Nothing is sent, nothing is kept."),
        )
        self.demo_card.glyph = "ch_demo"
        self.connect_card.clicked.connect(self._begin)
        self.demo_card.clicked.connect(self.demo_wanted)
        for card in (self.connect_card, self.demo_card):
            column.addWidget(card)
        return middle(column)

    def _form(self) -> QWidget:
        self.firm = QLineEdit()
        self.firm.setMaxLength(60)
        self.firm.setPlaceholderText(_("Bakery Krume"))
        self.name = QLineEdit(_my_name())
        self.name.setMaxLength(60)
        self.passphrase, self.again = PasswordField(), PasswordField()
        self.why = Words("", "soft")
        self.trouble = TroubleBox()
        self._passphrase_part = QWidget()
        secret = QVBoxLayout(self._passphrase_part)
        secret.setContentsMargins(0, 0, 0, 0)
        secret.setSpacing(theme.MEDIUM)
        secret.addWidget(self.why)
        secret.addLayout(field(_("Passphrase"), self.passphrase))
        secret.addLayout(field(_("Once more"), self.again))
        self.create_button = text_button(_("Create and connect a page"), self._create, "primary")
        back = text_button(_("Back"), self._back, "")
        for line in (self.firm, self.name, self.passphrase.line, self.again.line):
            on_text(line, self.trouble.clear)
            line.returnPressed.connect(self._create)
        column = QVBoxLayout()
        column.addWidget(PlainLabel(_("Your firm"), "title"))
        column.addLayout(field(_("Name of the firm"), self.firm))
        column.addLayout(
            field(_("Your name"), self.name, _("It stands on your notes and replies here."))
        )
        column.addWidget(self._passphrase_part)
        column.addWidget(self.trouble)
        column.addLayout(row(back, None, self.create_button))
        return middle(column)

    def show_error(self, error: CmError) -> None:
        """Say why the vault could not be made; the form stays as it is."""
        if isinstance(error, KeyringMissingError) and not self._needs_passphrase:
            self._ask_passphrase(error)
        else:
            self.trouble.explain(error)
        self.create_button.setEnabled(True)

    @Slot()
    def _begin(self) -> None:
        self._ask_passphrase(self._keyring_problem())
        self.pages.setCurrentIndex(1)
        self.firm.setFocus()

    def _back(self) -> None:
        self.pages.setCurrentIndex(0)
        self.connect_card.setFocus()

    def _ask_passphrase(self, problem: CmError | None) -> None:
        self._needs_passphrase = problem is not None
        self._passphrase_part.setVisible(self._needs_passphrase)
        self.why.setText(
            _(
                "Your data are encrypted. This computer's keyring is locked, so a passphrase of"
                " yours protects them. Without it nobody can open them, we neither."
            )
            if isinstance(problem, KeyringLockedError)
            else _(
                "Your data are encrypted. This computer has no safe place for the key, so a"
                " passphrase of yours protects them. Without it nobody can open them, we neither."
            )
        )

    @Slot()
    def _create(self) -> None:
        wrong = self._what_is_wrong()
        if wrong is not None:
            words, widget = wrong
            self.trouble.tell(words)
            widget.setFocus()
            return
        self.create_button.setEnabled(False)
        self.connect_wanted.emit()
        passphrase = self.passphrase.text() if self._needs_passphrase else ""
        firm, name = (" ".join(line.text().split()) for line in (self.firm, self.name))
        self.create_vault.emit(firm, name, passphrase)

    def _what_is_wrong(self) -> tuple[str, QWidget] | None:
        for line, label in ((self.firm, _("Name of the firm")), (self.name, _("Your name"))):
            if not line.text().strip():
                return _("Please fill in: %(field)s.") % {"field": label}, line
        if not self._needs_passphrase:
            return None
        if len(self.passphrase.text()) < SHORTEST_PASSPHRASE:
            words = _("Please take a passphrase of at least %(n)d letters; a few words are good.")
            return words % {"n": SHORTEST_PASSPHRASE}, self.passphrase.line
        if self.passphrase.text() != self.again.text():
            return _("The two passphrases are not the same."), self.again.line
        return None


def usable_keyring_problem() -> CmError | None:
    """Return why this computer's keyring cannot keep a key, or None where it can."""
    try:
        key_store.safe_keyring()
    except (KeyringLockedError, KeyringMissingError) as error:
        return error
    return None


def _my_name() -> str:
    try:
        return getpass.getuser().title()
    except (KeyError, OSError, ImportError):
        return ""


def middle(column: QVBoxLayout) -> QWidget:
    """Return a page whose column stands in the middle of the window."""
    column.setSpacing(theme.MEDIUM)
    inside = QWidget()
    inside.setMaximumWidth(round(_WIDTH * theme.text_scale()))
    inside.setMinimumWidth(min(_WIDTH, 360))
    inside.setLayout(column)
    page = QWidget()
    around = QVBoxLayout(page)
    around.setContentsMargins(theme.WIDE, theme.WIDE, theme.WIDE, theme.WIDE)
    around.addStretch(2)
    line = row(None)
    line.addWidget(inside, 10)
    line.addStretch(1)
    around.addLayout(line)
    around.addStretch(3)
    scrolled = Scrolled(page)
    scrolled.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return scrolled
