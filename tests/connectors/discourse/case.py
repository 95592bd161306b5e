"""Discourse for the suite that holds for every connector."""

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.discourse import CHANNEL
from cm_desktop.domain.errors import AddressError
from cm_desktop.domain.model import OutboxKind
from tests.connectors.contract import LoopbackCase, Trouble
from tests.simulators.discourse import KEY, LIKE, Simulator


class Case(LoopbackCase):
    """A moderator in a played forum, with one topic in which people write."""

    channel = "discourse"
    actions = (OutboxKind.LIKE, OutboxKind.HIDE, OutboxKind.SPAM, OutboxKind.DELETE)
    tells_deletions = True
    # Nobody knows of a forum whose list of posts is not there, or is another page.
    errors = {(step, Trouble.GONE): AddressError for step in ("identify", "fetch")} | {
        ("identify", Trouble.HTML): AddressError
    }

    def __enter__(self):
        super().__enter__()
        self.forum = Simulator(self.server)
        self.first = self.forum.start(self.forum.bernd, "Willkommen", "Schön, dass es euch gibt!")
        self.made = []
        return self

    def __exit__(self, *problem):
        for connector in self.made:
            connector.close()
        super().__exit__(*problem)

    def connect(self):
        config = AccountConfig(
            channel=self.channel, url=self.forum.url, handle="krume", secret={"token": KEY}
        )
        self.made.append(CHANNEL.make(config))
        return self.made[-1]

    def hear(self, text):
        return str(self.forum.post(self.forum.anna, self.first["topic_id"], text)["id"])

    def remove(self, remote_id):
        self.forum.remove(self.forum.posts[int(remote_id)])

    def spoil(self):
        self.forum.post(self.forum.anna, self.first["topic_id"], "?", spoilt={"created_at": 7})

    def said(self):
        return self.forum.said()

    def shows(self, action):
        post = self.forum.posts[int(action.target.remote_id)]
        match action.kind:
            case OutboxKind.LIKE:
                return (self.forum.me["id"], post["id"], LIKE) in self.forum.acts
            case OutboxKind.DELETE:
                return post["deleted_at"] is not None
            case _:
                return post["hidden"]
