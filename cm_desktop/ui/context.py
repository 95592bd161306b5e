"""What every screen is given: the vault, the desk, and the means to show them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QSettings, Signal

from cm_desktop.domain.errors import CmError
from cm_desktop.domain.ids import AccountId, ConversationId
from cm_desktop.domain.model import Account, Conversation
from cm_desktop.ui.channel_names import has_name
from cm_desktop.ui.runner import Failed, Outcome, Runner
from cm_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from cm_desktop.services.desk import Desk
    from cm_desktop.services.vault import Vault

_NOTIFICATIONS = "notifications"
_SAME = {"google": "google-business"}  # two names of one mark


class Changes(QObject):
    """Says what changed, so that screens read it again. Emitted on the main thread only.

    `conversations` carries a frozenset of ConversationId; an empty one means any of them.
    `done` carries a sentence for the toast with "Undo"; `said` one without it; `problem`
    a CmError that the user has to know of.
    """

    conversations = Signal(object)
    accounts = Signal()
    outbox = Signal()
    tags = Signal()
    templates = Signal()
    members = Signal()
    connection = Signal(bool)  # True: there is a network
    done = Signal(str)
    said = Signal(str)
    problem = Signal(object)


class Worker(Protocol):
    """What screens may ask of the process that talks to the channels."""

    def sync(self) -> None:
        """Fetch everything new and send what waits, now."""

    def send(self) -> None:
        """Send what waits, now."""

    def account(self, account_id: str) -> None:
        """Read an account again: it was added, changed or removed."""


class DeskLater:
    """A desk that is made when it is first used: reading is sooner than deciding."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        """Make the desk, and behave as it does from now on."""
        with self._lock:
            if "_desk" not in self.__dict__:
                from cm_desktop.services.desk import Desk

                self._desk = Desk(self._vault)
        return getattr(self._desk, name)


@dataclass(slots=True, kw_only=True)
class Context:
    """Built by app.py and passed to each screen. `vault` stays the same while it lives."""

    vault: Vault
    desk: Desk
    runner: Runner
    theme: Theme
    changes: Changes
    worker: Worker
    settings: QSettings
    demo: bool = False
    _looks: dict[AccountId, str] = field(default_factory=dict)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def me(self) -> str:
        """The member who sits here."""
        return self.vault.me

    def channel_of(self, about: Account | Conversation) -> str:
        """Return the channel as which something is shown.

        The demo plays others, and a notification is shown as the network it tells of.
        """
        if about.channel == _NOTIFICATIONS and isinstance(about, Conversation):
            network = about.context.get("network", "")
            network = _SAME.get(network, network)
            return network if has_name(network) else about.channel
        if about.channel != "demo":
            return about.channel
        account = about.id if isinstance(about, Account) else about.account
        if account not in self._looks:
            from cm_desktop.services import reading

            for one in reading.accounts(self.vault):
                self._looks[one.id] = one.settings.get("as") or one.channel
        return self._looks.get(AccountId(account), about.channel)

    def now(self) -> datetime:
        """Return the time now, in UTC."""
        return self.clock()

    def write(
        self,
        job: Callable[[], Any],
        *,
        touched: Iterable[ConversationId] = (),
        said: str = "",
        then: Callable[[Any], None] | None = None,
    ) -> None:
        """Do something on the desk without holding up the window.

        `touched` are the conversations that screens read again once it is done; `said` is
        the sentence of the toast that offers to undo it; `then` gets the job's value. A
        CmError becomes `changes.problem`.
        """
        ids = frozenset(touched)

        def finish(outcome: Outcome[Any]) -> None:
            if isinstance(outcome, Failed):
                self.problem(outcome.error)
                return
            if ids:
                self.changes.conversations.emit(ids)
            if then is not None:
                then(outcome.value)
            if said:
                self.changes.done.emit(said)

        self.runner.write(job, finish)

    def problem(self, error: CmError) -> None:
        """Let the window explain an error."""
        self.changes.problem.emit(error)
