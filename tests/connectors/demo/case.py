"""The demo as a case of the contract: its other side is its own memory."""

from contextlib import contextmanager
from datetime import UTC, datetime

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.demo import CHANNEL
from cm_desktop.connectors.demo_memory import Entry, Memory
from cm_desktop.domain.events import MessageGone, MessageSeen
from cm_desktop.domain.model import OutboxKind, Visibility
from tests.connectors.contract import ContractCase, Trouble, events_of


class Case(ContractCase):
    channel = "demo"
    troubles = ContractCase.troubles - {Trouble.UNTRUSTED}
    actions = (
        OutboxKind.HIDE,
        OutboxKind.LIKE,
        OutboxKind.SPAM,
        OutboxKind.HOLD,
        OutboxKind.DELETE,
    )

    def __init__(self, look=""):
        self.settings = {"as": look, "start": datetime.now(UTC).isoformat()}
        self.secret = {}

    def connect(self):
        return CHANNEL.make(
            AccountConfig(
                channel="demo",
                settings=self.settings,
                secret=self.secret,
                keep_secret=self.secret.update,
            )
        )

    def hear(self, text):
        return f"heard-{self._happen('hear', text)}"

    def spoil(self):
        self._happen("spoil")

    def said(self):
        return [entry.text for entry in self._memory().entries() if entry.what == "say"]

    @contextmanager
    def trouble(self, kind):
        self.settings["trouble"] = kind.value
        yield
        del self.settings["trouble"]

    @contextmanager
    def losing_answers(self):
        self.settings["trouble"] = "lost_answer"
        yield
        del self.settings["trouble"]

    def shows(self, action):
        now = None
        for event in events_of(self.connect()):
            if getattr(event, "remote_id", None) == action.target.remote_id:
                now = event
        if action.kind is OutboxKind.DELETE:
            return isinstance(now, MessageGone)
        assert isinstance(now, MessageSeen)
        if action.kind is OutboxKind.LIKE:
            return now.liked
        wanted = {"hide": Visibility.HIDDEN, "spam": Visibility.SPAM, "hold": Visibility.HELD}
        return now.visibility is wanted[action.kind.value]

    def _memory(self):
        return Memory(self.secret, self.secret.update)

    def _happen(self, what, text=""):
        now = round(datetime.now(UTC).timestamp() * 1000)
        return self._memory().add(Entry(what=what, at=now, text=text))
