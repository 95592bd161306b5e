"""WordPress for the suite that holds for every connector."""

from contextlib import contextmanager
from datetime import timedelta

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.wordpress import CHANNEL
from cm_desktop.domain.errors import AddressError
from cm_desktop.domain.model import OutboxKind
from tests.connectors.contract import LoopbackCase, Trouble
from tests.connectors.wordpress.fake_site import PASSWORD, FakeSite

_STATUS = {OutboxKind.HOLD: "hold", OutboxKind.HIDE: "hold", OutboxKind.SPAM: "spam",
           OutboxKind.DELETE: "trash"}  # fmt: skip


class Case(LoopbackCase):
    """A site played from recorded answers."""

    channel = "wordpress"
    actions = tuple(_STATUS)
    # A 404 says that the API is not there; only WordPress's own code says that an item is gone.
    errors = {
        (step, Trouble.GONE): AddressError for step in ("identify", "fetch", "send", "act")
    } | {("identify", Trouble.HTML): AddressError}

    def __enter__(self):
        super().__enter__()
        self.site = FakeSite(self.server)
        self.site.reviews.clear()
        self.made = []
        return self

    def __exit__(self, *problem):
        for connector in self.made:
            connector.close()
        super().__exit__(*problem)

    def connect(self):
        config = AccountConfig(
            channel=self.channel,
            url=self.site.url,
            handle="admin",
            secret={"password": PASSWORD},
        )
        self.made.append(CHANNEL.make(config))
        return self.made[-1]

    def hear(self, text):
        return str(self._add(text=text))

    def spoil(self):
        self._add(content=None)

    def said(self):
        ours = [one for one in self.site.comments.values() if one["author"] == 1]
        shown = [one for one in ours if one["status"] == "approved" and one["id"] > 20]
        return [one["content"]["raw"] for one in sorted(shown, key=lambda one: one["id"])]

    def shows(self, action):
        return self.site.comments[int(action.target.remote_id)]["status"] == _STATUS[action.kind]

    @contextmanager
    def losing_answers(self):
        self.site.losing = True
        yield
        self.site.losing = False

    def _add(self, **fields):
        self.site.now += timedelta(seconds=1)
        number = max(20, *self.site.comments) + 1
        return self.site.add(number, at=self.site.now, **fields)
