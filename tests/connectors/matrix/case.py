"""Matrix for the suite that holds for every connector."""

from typing import ClassVar

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.matrix import CHANNEL
from cm_desktop.domain.errors import AddressError
from cm_desktop.domain.model import OutboxKind
from tests.connectors.contract import LoopbackCase, Trouble
from tests.connectors.matrix.fake_server import PASSWORD, ROOM, US, FakeServer


class Case(LoopbackCase):
    """A server played from the specification, and an account that signs in with its password."""

    channel = "matrix"
    actions = (OutboxKind.LIKE, OutboxKind.DELETE)
    tells_deletions = True
    # Where the versions of the API are not told, there is no Matrix server.
    errors: ClassVar = {("identify", kind): AddressError for kind in (Trouble.GONE, Trouble.HTML)}

    def __enter__(self):
        super().__enter__()
        self.fake = FakeServer(self.server)
        self.kept = {"password": PASSWORD}
        self.made = []
        return self

    def __exit__(self, *problem):
        for connector in self.made:
            connector.close()
        super().__exit__(*problem)

    def connect(self, **settings):
        config = AccountConfig(
            channel=self.channel,
            url=self.server.url,
            handle=US,
            settings=settings,
            secret=dict(self.kept),
            keep_secret=self._keep,
        )
        self.made.append(CHANNEL.make(config))
        return self.made[-1]

    def _keep(self, secret):
        self.kept = dict(secret)

    def hear(self, text):
        return self.fake.say(text)

    def remove(self, remote_id):
        self.fake.redact(remote_id)

    def spoil(self):
        self.fake.add(ROOM, None, "m.room.message", {"msgtype": "m.text", "body": "unlesbar"})

    def said(self):
        return self.fake.ours()

    def shows(self, action):
        target = action.target.remote_id
        if action.kind is OutboxKind.LIKE:
            return bool(self.fake.likes(target))
        return not self.fake.event(target)["content"]
