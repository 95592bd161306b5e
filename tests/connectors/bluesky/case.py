"""Bluesky for the suite that holds for every connector."""

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.bluesky import CHANNEL
from cm_desktop.domain.model import OutboxKind
from tests.connectors.bluesky.fake_network import ANNA, HANDLES, LIKE, PASSWORD, US, FakeNetwork
from tests.connectors.contract import LoopbackCase


class Case(LoopbackCase):
    """The network played from its lexicons."""

    channel = "bluesky"
    actions = (OutboxKind.LIKE,)
    tells_deletions = True

    def __enter__(self):
        super().__enter__()
        self.network = FakeNetwork(self.server)
        self.secret = {"password": PASSWORD}
        self.made = []
        return self

    def __exit__(self, *problem):
        for connector in self.made:
            connector.close()
        super().__exit__(*problem)

    def connect(self, **fields):
        given = {"url": self.server.url, "handle": f"@{HANDLES[US]}", "secret": self.secret}
        config = AccountConfig(channel=self.channel, keep_secret=self._keep, **given | fields)
        self.made.append(CHANNEL.make(config))
        return self.made[-1]

    def _keep(self, secret):
        self.secret = dict(secret)

    def hear(self, text):
        return self.network.say(ANNA, text, to=self.network.post)

    def remove(self, remote_id):
        self.network.remove(remote_id)

    def spoil(self):
        uri = self.network.say(ANNA, "unlesbar", to=self.network.post)
        self.network.broken[uri] = {"uri": uri, "author": None}

    def said(self):
        return [one["text"] for one in self.network.ours() if "reply" in one]

    def shows(self, action):
        return self.network.find(LIKE, action.target.remote_id) is not None
