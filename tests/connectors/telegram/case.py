"""Telegram for the suite that holds for every connector."""

from typing import ClassVar

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.telegram import CHANNEL
from cm_desktop.domain.errors import AddressError
from cm_desktop.domain.model import OutboxKind
from tests.connectors.contract import STEPS, LoopbackCase, Trouble
from tests.simulators.telegram import ANNA, TOKEN, Simulator


class Case(LoopbackCase):
    """A bot in a supergroup of the played Bot API."""

    channel = "telegram"
    actions = (OutboxKind.LIKE, OutboxKind.DELETE, OutboxKind.BLOCK, OutboxKind.MUTE)
    # What a bot says and does never comes back to it, and what was fetched is dropped.
    echoes = False
    forgets = True
    # A 404 that is not Telegram's own says that no Bot API is there.
    errors: ClassVar = {(step, Trouble.GONE): AddressError for step in STEPS}

    def __enter__(self):
        super().__enter__()
        self.telegram = Simulator(self.server)
        self.group = self.telegram.group(-1002222222222, "Krume Gäste", "supergroup")
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
        message = self.telegram.say(ANNA, text, self.group)
        return f"{self.group['id']}/{message['message_id']}"

    def spoil(self):
        self.telegram.tell("message", {"message_id": "?", "chat": self.group, "date": "gestern"})

    def said(self):
        return self.telegram.said()

    def shows(self, action):
        place = self.group["id"], int(action.target.context["message"])
        member = self.group["id"], ANNA["id"]
        match action.kind:
            case OutboxKind.LIKE:
                return bool(self.telegram.reactions.get(place))
            case OutboxKind.DELETE:
                return place not in self.telegram.messages
            case OutboxKind.BLOCK:
                return member in self.telegram.banned
            case OutboxKind.MUTE:
                return member in self.telegram.muted
