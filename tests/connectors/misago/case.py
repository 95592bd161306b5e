"""Misago for the suite that holds for every connector."""

from contextlib import contextmanager

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.misago import CHANNEL
from cm_desktop.domain.errors import AddressError
from cm_desktop.domain.model import OutboxKind
from tests.connectors.contract import STEPS, LoopbackCase, Trouble
from tests.connectors.misago.fake_forum import ME, NAME, PASSWORD, FakeForum

_SHOWN = {
    OutboxKind.HIDE: ("is_hidden", True),
    OutboxKind.LIKE: ("is_liked", True),
    OutboxKind.DELETE: (None, None),
}


class Case(LoopbackCase):
    """A forum played from recorded answers, with one thread in which people write."""

    channel = "misago"
    actions = tuple(_SHOWN)
    tells_deletions = True
    # Nobody knows of a forum whose first page is not there, or is another one.
    errors = {(step, Trouble.GONE): AddressError for step in STEPS} | {
        ("identify", Trouble.HTML): AddressError
    }

    def __enter__(self):
        super().__enter__()
        self.forum = FakeForum(self.server)
        self.thread, _first = self.forum.thread("Willkommen")
        self.secret = {"password": PASSWORD}
        self.made = []
        return self

    def __exit__(self, *problem):
        for connector in self.made:
            connector.close()
        super().__exit__(*problem)

    def connect(self):
        config = AccountConfig(
            channel=self.channel,
            url=self.forum.url,
            handle=NAME,
            secret=dict(self.secret),
            keep_secret=self.secret.update,
        )
        self.made.append(CHANNEL.make(config))
        return self.made[-1]

    def hear(self, text):
        return str(self.forum.post(self.thread, text))

    def remove(self, remote_id):
        del self.forum.posts[int(remote_id)]

    def spoil(self):
        self.forum.post(self.thread, "", posted_on=7)

    def said(self):
        ours = [one for one in self.forum.posts.values() if one["poster"]["id"] == ME]
        return [one["source"].rpartition("[/quote]\n\n")[2].replace("\\", "") for one in ours]

    def shows(self, action):
        name, value = _SHOWN[action.kind]
        post = self.forum.posts.get(int(action.target.remote_id))
        return post is None if name is None else post is not None and post[name] == value

    @contextmanager
    def losing_answers(self):
        self.forum.losing = True
        yield
        self.forum.losing = False
