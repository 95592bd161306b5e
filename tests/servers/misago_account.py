"""Our account in the real Misago forum, and one pass of the connector."""

import pytest

from cm_desktop.connectors.base import Action, Reply, Target
from cm_desktop.connectors.misago import CHANNEL
from cm_desktop.domain.events import CursorMoved, MessageGone, MessageSeen
from tests.connectors.connecting import connecting
from tests.servers.misago import PASSWORD


@pytest.fixture
def connect(misago):
    """Make a connector to the forum, as one of its moderators unless told otherwise."""
    with connecting(
        CHANNEL, "misago", url=misago.url, handle="Krume", secret={"password": PASSWORD}
    ) as connect:
        yield connect


def fetch(connector, since=None):
    """Return what was told, which posts are gone, and where to go on from."""
    events = list(connector.fetch(since))
    moved = [event.cursor for event in events if isinstance(event, CursorMoved)]
    told = {int(one.remote_id): one for one in events if isinstance(one, MessageSeen)}
    gone = [int(event.remote_id) for event in events if isinstance(event, MessageGone)]
    return told, gone, moved[-1]


def target(thread, post, *, public=True, text="Frage", handle="alice"):
    return Target(
        remote_id=str(post), conversation_remote_id=f"thread:{thread}", public=public,
        text=text, author_handle=handle,
    )  # fmt: skip


def reply(thread, post, text="Gern geschehen", *, first_attempt_at=None, **about):
    """Answer a post; `about` are fields of `target`."""
    asked = target(thread, post, **about)
    return Reply(client_key="key-1", text=text, target=asked, first_attempt_at=first_attempt_at)


def act(connector, kind, thread, post, text=""):
    connector.act(Action(kind=kind, target=target(thread, post), text=text))
