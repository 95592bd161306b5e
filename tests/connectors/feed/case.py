"""A website with an RSS feed, played: for the shared contract."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.feed import FeedConnector
from cm_desktop.domain.errors import AddressError, OfflineError
from tests.connectors.contract import LoopbackCase, Trouble

# A public page is followed to where it went; a web page without a feed is a wrong address.
ERRORS = {
    **{(step, Trouble.MOVED): OfflineError for step in ("identify", "fetch")},
    ("identify", Trouble.HTML): AddressError,
}


class Case(LoopbackCase):
    """Shows its newest items first and answers 304 to whoever has them already."""

    channel = "feed"
    errors = ERRORS

    def __enter__(self):
        super().__enter__()
        self.made = []
        self.items = []  # XML, the oldest first
        self.server.routes["/feed"] = self._answer
        return self

    def __exit__(self, *problem):
        for connector in self.made:
            connector.close()
        super().__exit__(*problem)

    def config(self, **settings):
        return AccountConfig(channel="feed", url=f"{self.server.url}/feed", settings=settings)

    def connect(self, **settings):
        self.made.append(FeedConnector(self.config(**settings)))
        return self.made[-1]

    def hear(self, text):
        number = len(self.items) + 1
        at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=number)
        guid = f"https://news.example/{number}"
        self.items.append(
            f"<item><guid>{guid}</guid><link>{guid}</link><title>Meldung {number}</title>"
            f"<author>red@news.example (Karla)</author><pubDate>{format_datetime(at)}</pubDate>"
            f"<description>{escape(escape(text))}</description></item>"
        )
        return guid

    def spoil(self):
        self.items.append("<item><pubDate>gestern</pubDate></item>")

    def said(self):
        return []

    def document(self):
        newest = "".join(reversed(self.items))
        return (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
            f"<title>Stadtanzeiger</title><link>https://news.example/</link>{newest}"
            "</channel></rss>"
        ).encode()

    def _answer(self, exchange):
        state = f'"{len(self.items)}"'
        if exchange.headers.get("If-None-Match") == state:
            exchange.answer(b"", status=304, ETag=state)
        else:
            exchange.answer(
                self.document(), ETag=state, Content_Type="application/rss+xml; charset=utf-8"
            )
