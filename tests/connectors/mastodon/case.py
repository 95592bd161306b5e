"""Mastodon for the suite that holds for every connector."""

from typing import ClassVar

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.mastodon import CHANNEL
from cm_desktop.connectors.plain_text import plain_text
from cm_desktop.domain.errors import AddressError
from cm_desktop.domain.model import OutboxKind
from tests.connectors.contract import LoopbackCase, Trouble
from tests.connectors.mastodon.fake_server import ANNA, TOKEN, US, FakeServer


class Case(LoopbackCase):
    """A server played from the documentation."""

    channel = "mastodon"
    actions = (OutboxKind.LIKE,)
    tells_deletions = True
    # What does not know our first question is no Mastodon server.
    errors: ClassVar = {("identify", kind): AddressError for kind in (Trouble.GONE, Trouble.HTML)}

    def __enter__(self):
        super().__enter__()
        self.fake = FakeServer(self.server)
        self.made = []
        return self

    def __exit__(self, *problem):
        for connector in self.made:
            connector.close()
        super().__exit__(*problem)

    def connect(self):
        config = AccountConfig(channel=self.channel, url=self.server.url, secret={"token": TOKEN})
        self.made.append(CHANNEL.make(config))
        return self.made[-1]

    def hear(self, text):
        return self.fake.say(ANNA, f"@baeckerei {text}", reply_to=self.fake.post)

    def remove(self, remote_id):
        self.fake.delete(remote_id)

    def spoil(self):
        self.fake.notify(self.fake.say(ANNA, "unlesbar", created_at=None))

    def said(self):
        ours = [one for one in self.fake.statuses.values() if one["account"]["id"] == US]
        texts = [plain_text(one["content"]) for one in ours if one["in_reply_to_id"]]
        return [text.removeprefix("@anna ") for text in texts]

    def shows(self, action):
        return self.fake.statuses[action.target.remote_id]["favourited"]
