"""A search that is stopped says so, wherever the stroke hits it."""

from itertools import count

import pytest
from sqlcipher3 import dbapi2 as sqlite

from cm_desktop.domain.errors import SearchStoppedError
from cm_desktop.domain.search_query import parse
from cm_desktop.store import connection, search
from tests import factory

BREAD = parse("bread", factory.NOW, "Eva")


@pytest.fixture
def new_reader(desk):
    """Return connections that have not looked into the index yet."""
    desk.keep(factory.message_seen(text="bread"))
    opened = []

    def make():
        opened.append(connection.connect(desk.db.file, bytes(range(32))))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def stopped_at(reader, step):
    """Search, and stop it at one of its steps; return what it raised, or None if it was over."""
    # As long as another statement is under way, SQLite does not forget the stroke.
    under_way = reader.execute("SELECT 1 UNION ALL SELECT 2")
    under_way.fetchone()
    steps = count(1)

    def stroke(*_about):
        if next(steps) == step:
            reader.interrupt()
        return sqlite.SQLITE_OK

    reader.set_authorizer(stroke)
    try:
        search.find(reader, BREAD)
    except SearchStoppedError as error:
        return error
    finally:
        reader.set_authorizer(None)
        under_way.close()
    assert next(steps) <= step, "a search went on that was stopped"
    return None


def test_at_every_step_and_while_the_index_is_opened(new_reader):
    """Opening it is a step of a connection's first search; SQLite then only says it failed."""
    reasons = []
    while (error := stopped_at(new_reader(), len(reasons) + 1)) is not None:
        reasons.append(str(error.__cause__))
    assert {"interrupted", "vtable constructor failed: fts"} <= set(reasons)
