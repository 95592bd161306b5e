"""A channel of its own that a test plays: its page for signing in, its look, its connector."""

import http.client
import sys
import threading
import types
from urllib.parse import parse_qs, urlsplit

from cm_desktop.connectors import registry
from cm_desktop.connectors.base import BrowserSignIn, ChannelInfo, Finding, SignInPage
from cm_desktop.domain.channel_words import ChannelWords, FieldWords, Step
from cm_desktop.domain.errors import SignInNeededError
from cm_desktop.services import connecting
from tests.fakes import OPEN_POLICY, ScriptedConnector

NAME = "played"
SHOWN_CODE = "played:show"
WORDS = ChannelWords(
    card="A place that a test plays.",
    steps=(
        Step(text="Open the page of the place.", link="{url}/tokens"),
        Step(text="Make a token there.", link="https://help.example/tokens"),
    ),
    fields={
        "url": FieldWords(label="Address of the place", example="https://place.example"),
        "token": FieldWords(label="Token"),
        "folder": FieldWords(label="Folder", hint="Only if there are several."),
    },
    limits=("Nobody can be hidden here.",),
)


class PlayedChannel:
    """Keeps what was asked of it; `found` is what a look finds, or the error it raises."""

    def __init__(self):
        self.looked = []
        self.found = Finding(software="Mastodon", title="place.example", text_limit=500)
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.redirects = []
        self.begun = threading.Event()
        self.connectors = []
        self.pages = ()

    def install(self, monkeypatch, **about):
        """Be a channel of the program until the test ends."""
        module = types.ModuleType(f"cm_desktop.connectors.{NAME}")
        channel = {
            "channel": NAME,
            "make": self.make,
            "words": lambda: WORDS,
            "secret_fields": ("token",),
            "setting_fields": ("folder", "hidden_one"),
            "needs_url": True,
            "policy": OPEN_POLICY,
            "look": self.look,
            "browser": BrowserSignIn(
                begin=self.begin,
                finish=self.finish,
                shown_code=SHOWN_CODE,
            ),
        }
        module.CHANNEL = ChannelInfo(**{**channel, **about})
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(registry._MODULES, NAME, NAME)
        monkeypatch.setattr(connecting, "CHANNELS", tuple(registry._MODULES))

    def make(self, config):
        if config.secret.get("token") != "right":
            raise SignInNeededError("refused here")
        self.connectors.append(ScriptedConnector(pages=self.pages))
        return self.connectors[-1]

    def look(self, config):
        self.looked.append(config)
        assert self.may_answer.wait(10)
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    def begin(self, config, redirect):
        self.redirects.append(redirect)
        self.begun.set()
        state = "" if redirect == SHOWN_CODE else "state of this turn"
        host = config.url.removeprefix("https://")
        return SignInPage(url=f"https://{host}/allow", state=state, kept={"verifier": "v"})

    def finish(self, config, page, brought):
        assert page.kept == {"verifier": "v"}
        if brought.get("code") != "good code":
            raise SignInNeededError("code_refused")
        return {"token": "right"}

    def come_back(self, query="code=good+code&state=state+of+this+turn"):
        """Do what the browser does once a person has allowed us in."""
        where = urlsplit(self.redirects[-1])
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
        connection.request("GET", f"/?{query}")
        status = connection.getresponse().status
        connection.close()
        assert parse_qs(query)
        return status
