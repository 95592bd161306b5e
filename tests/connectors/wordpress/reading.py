"""One pass over a WordPress site, and what it told."""

from datetime import UTC, datetime

from cm_desktop.domain.events import CursorMoved, MessageSeen

NOV = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def fetch(wordpress, since=None):
    return list(wordpress.fetch(since))


def seen(events):
    return {event.remote_id: event for event in events if isinstance(event, MessageSeen)}


def cursor(events):
    return [event.cursor for event in events if isinstance(event, CursorMoved)][-1]


def ids(events):
    return [int(event.remote_id) for event in events if isinstance(event, MessageSeen)]
