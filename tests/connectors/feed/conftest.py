"""A website with one feed, and the connector to it."""

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.feed import CHANNEL, FeedConnector
from tests.connectors.contract import cursor_of, events_of, messages
from tests.connectors.loopback import serve

RSS = '<?xml version="1.0"?><rss version="2.0"{0}><channel><title>{1}</title>{2}</channel></rss>'


class Site:
    """`shows` puts a document at /feed; `read` fetches it and goes on from where it was."""

    def __init__(self, server):
        self.server = server
        self.url = server.url
        self.cursor = None
        self.events = []
        self._made = []

    def shows(self, document, path="/feed", status=200, **headers):
        body = document if isinstance(document, bytes) else document.encode()
        kind = headers.pop("Content_Type", "application/xml; charset=utf-8")
        self.server.answer(path, body, status=status, Content_Type=kind, **headers)

    def rss(self, *items, namespaces="", title="Stadtanzeiger", about="", **headers):
        """Show items that are given as titles, or as XML."""
        whole = [one if one.startswith("<") else _item(one) for one in items]
        self.shows(RSS.format(namespaces, title, about + "".join(whole)), **headers)

    def config(self, path="/feed", **settings):
        return AccountConfig(channel="feed", url=f"{self.url}{path}", settings=settings)

    def connect(self, path="/feed", **settings):
        self._made.append(FeedConnector(self.config(path, **settings)))
        return self._made[-1]

    def read(self, path="/feed", **settings):
        self.events = events_of(self.connect(path, **settings), self.cursor)
        self.cursor = cursor_of(self.events) or self.cursor
        return messages(self.events)

    def look(self, path="/feed", **settings):
        return CHANNEL.look(self.config(path, **settings))

    def close(self):
        for connector in self._made:
            connector.close()


def _item(title):
    return (
        f"<item><guid isPermaLink='false'>{title}</guid><title>{title}</title>"
        f"<link>/{title}</link><pubDate>Sun, 01 Nov 2026 10:00:00 GMT</pubDate></item>"
    )


@pytest.fixture
def site():
    with serve() as server:
        played = Site(server)
        yield played
        played.close()
