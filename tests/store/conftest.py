"""A vault's database with one account, and short ways to keep and read."""

import pytest

from cm_desktop.domain.search_query import parse
from cm_desktop.domain.views import View
from cm_desktop.store import accounts, connection, conversations, keeping, members, search
from cm_desktop.store.connection import Database
from cm_desktop.store.migrations import migrate
from tests import factory

KEY = bytes(range(32))


class Desk:
    """One vault with one account, for tests that keep messages and look at what came of it."""

    def __init__(self, db, account):
        self.db = db
        self.account = account

    @property
    def reader(self):
        return self.db.reader

    def keep(self, *events, now=factory.NOW, account=None):
        with self.db.writing() as writer:
            return keeping.keep(writer, account or self.account, events, now)

    def page(self, view="all", after=None, limit=50, account=None):
        return conversations.page(self.reader, View(view, account), after, limit)

    def only(self):
        (one,) = self.page()
        return one

    def find(self, text, view="all", after=None, limit=50, account=None):
        query = parse(text, factory.NOW, "Eva")
        return search.find(self.reader, query, View(view, account), after, limit)

    def found(self, text, **options):
        """Return the remote ids of the conversations found, in order."""
        return [one.remote_id for one in self.find(text, **options)]

    def write(self, function, *arguments, **options):
        with self.db.writing() as writer:
            return function(writer, *arguments, **options)

    def rows(self, sql, *values):
        return self.reader.execute(sql, values).fetchall()

    def add_account(self, **changes):
        account = factory.account(**changes)
        secret = {"token": "secret"}
        return self.write(
            accounts.add, account, secret=secret, policy=factory.policy(), now=factory.NOW
        )


@pytest.fixture
def db(tmp_path):
    connection.create(tmp_path / "inbox.db", KEY).close()
    opened = Database(tmp_path / "inbox.db", KEY)
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture
def desk(db):
    desk = Desk(db, None)
    desk.account = desk.add_account()
    desk.write(members.set_me, "Eva")
    return desk


def said(desk, name, *texts, minutes=60, account=None, **changes):
    """Keep a conversation called `name` with one message for each text and return its id."""
    about = {key: changes.pop(key) for key in ("title", "post") if key in changes}
    conversation = factory.seen_conversation(remote_id=name, **about)
    author = factory.seen_author(remote_id="o", name="Otto", handle="otto")
    desk.keep(
        *(
            factory.message_seen(
                **({"conversation": conversation, "author": author, "text": text} | changes),
                created_at=factory.ago(minutes=minutes - n),
            )
            for n, text in enumerate(texts)
        ),
        account=account,
    )
    return next(one.id for one in desk.page(limit=1000) if one.remote_id == name)
