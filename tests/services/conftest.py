"""A vault with an account on a channel outside, and the pieces that move between them."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from cm_desktop.domain.model import OutboxKind, OutboxState
from cm_desktop.services import reading, syncing
from cm_desktop.services.desk import Desk
from cm_desktop.services.sending import send_waiting
from cm_desktop.services.tools import Tools
from cm_desktop.services.vault import open_demo
from cm_desktop.store import accounts, keeping, outbox
from tests import factory
from tests.fakes import Clock, ScriptedConnector

# What can be done about a reply whose answer got lost: look, send again, or neither.
READABLE = {"can_read_back": True, "repeat_is_safe": False}
KEYED = {"can_read_back": False, "repeat_is_safe": True}
BLIND = {"can_read_back": False, "repeat_is_safe": False}


@pytest.fixture
def vault(tmp_path):
    with open_demo(tmp_path) as opened:
        yield opened


@pytest.fixture
def clock():
    return Clock()


class Office:
    """One account in a vault with its connector; everything by one clock.

    With `connectors`, the vault already has the accounts that they belong to.
    """

    def __init__(self, vault, clock, connectors=None):
        self.vault = vault
        self.clock = clock
        self.desk = Desk(vault, clock)
        self.connectors = connectors or {}
        if connectors is None:
            self.account = self.sign_in(ScriptedConnector())

    def sign_in(self, connector, **about):
        """Add an account whose channel is spoken with by a connector."""
        with self.vault.db.writing() as connection:
            added = accounts.add(
                connection,
                factory.account(**about),
                secret={"token": "secret"},
                policy=connector.policy,
                now=self.clock(),
            )
        self.connectors[added.id] = connector
        return added

    @property
    def connector(self):
        return self.connectors[self.account.id]

    @property
    def outside(self):
        return self.connector.outside

    def follow(self, **changes):
        """Let the account's channel have other rules."""
        policy = factory.policy(**changes)
        self.connector.policy = policy
        with self.vault.db.writing() as connection:
            accounts.set_policy(connection, self.account.id, policy)

    def hear(self, *seen, account=None):
        """Keep messages as if fetched and return the conversation of the last one."""
        seen = seen or (factory.message_seen(),)
        with self.vault.db.writing() as connection:
            keeping.keep(connection, account or self.account, seen, self.clock())
        wanted = seen[-1].conversation.remote_id
        return next(one for one in self.inbox() if one.remote_id == wanted)

    def inbox(self, view="all"):
        return reading.page(self.vault, reading.View(view), limit=500)

    def messages(self, conversation):
        return reading.thread(self.vault, conversation.id).messages

    def queue(self, conversation=None, text="Yes, we do.", **wanted):
        """Queue a reply that need not be held."""
        conversation = conversation or self.hear()
        return self.desk.reply(conversation.id, text, **({"hold_seconds": 0} | wanted))

    def act(self, kind=OutboxKind.HIDE, conversation=None, **wanted):
        conversation = conversation or self.hear()
        return self.desk.act(self.messages(conversation)[-1].id, kind, **wanted)

    def row(self, row):
        return outbox.by_id(self.vault.db.reader, row.id)

    def state(self, row):
        return self.row(row).state.value

    def tools(self, **changes):
        values = {
            "make": lambda _vault, account: self.connectors[account.id],
            "now": self.clock,
            "chance": lambda: 0.5,
        }
        return Tools(**(values | changes))

    def sync(self, **wanted):
        """Make one whole pass."""
        tools = wanted.pop("tools", None) or self.tools()
        return syncing.sync_once(self.vault, tools=tools, **wanted)

    def sync_after(self, **span):
        self.clock.go_on(**span)
        return self.sync()

    def read_account(self, account=None):
        return accounts.by_id(self.vault.db.reader, (account or self.account).id)


@pytest.fixture
def office(vault, clock):
    return Office(vault, clock)


@pytest.fixture
def never():
    """Return an event that nobody sets."""
    return threading.Event()


@pytest.fixture
def desk(office):
    return office.desk


@pytest.fixture
def conversation(office):
    return office.hear()


def now(office, conversation):
    return reading.conversation(office.vault, conversation.id)


@pytest.fixture
def send(office, never):
    def run(cancelled=never, **wanted):
        return send_waiting(
            office.vault, office.account, office.connector, cancelled, office.tools(), **wanted
        )

    return run


def leave_in_the_middle(office, row, **changes):
    """Leave a row as a program does that was killed while it sent."""
    values = {
        "state": OutboxState.SENDING,
        "attempts": 1,
        "first_attempt_at": office.clock(),
        "next_attempt_at": office.clock() + timedelta(seconds=60),
    }
    with office.vault.db.writing() as connection:
        left = replace(office.row(row), **(values | changes))
        assert outbox.put(connection, left, was=OutboxState.QUEUED)
