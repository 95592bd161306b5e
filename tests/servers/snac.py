"""Two real snac servers that federate with each other on this computer, for tests.

Everything the servers keep lies in temporary folders; they are stopped by the process ids
they were started with. Where the program comes from, snac_package.py knows.

Names like @bob@127.0.0.3 have no room for a port, hence port 80 of two loopback addresses.
"""

from __future__ import annotations

import contextlib
import html
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from tests.servers.cutting_proxy import CuttingProxy
from tests.servers.snac_package import snac_program

T = TypeVar("T")
HERE, THERE = "127.0.0.2", "127.0.0.3"
_PEOPLE = {HERE: ("alice", "carol"), THERE: ("bob",)}
_PATIENCE = 60.0  # until something has federated: snac delivers every few seconds
_TURN = 0.2


class SnacFailedError(RuntimeError):
    """A server did not start, or something never arrived."""


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody on one of the servers, as another program of theirs would act."""

    name: str
    host: str
    password: str
    token: str = ""
    _way: httpx.Client | None = None

    @property
    def url(self) -> str:
        """Address of the server."""
        return f"http://{self.host}"

    @property
    def handle(self) -> str:
        """The whole name, as others write it."""
        return f"@{self.name}@{self.host}"

    def signed_in(self, address: str) -> str:
        """Fill in the server's own form on a sign-in page and return where it leads to."""
        page = httpx.get(address, headers={"Connection": "close"})
        shown = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', page.text))
        form = {name: html.unescape(value) for name, value in shown.items()}
        action = re.search(r'action="([^"]+)"', page.text)
        if action is None:
            raise SnacFailedError(f"no form: {page.status_code}")
        form |= {"login": self.name, "passwd": self.password}
        target = httpx.URL(address).join(html.unescape(action[1]))
        answer = httpx.post(target, data=form, headers={"Connection": "close"})
        return answer.headers.get("location", "") or answer.text

    def ask(self, method: str, path: str, **fields: Any) -> Any:
        """Ask the API; raises where it refuses."""
        answer = self._client().request(method, path, **fields)
        if answer.status_code >= 300:
            raise SnacFailedError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    def say(self, text: str, **fields: str) -> dict[str, Any]:
        """Post a status and return it."""
        said: dict[str, Any] = self.ask("POST", "/api/v1/statuses", data={"status": text, **fields})
        return said

    def mentions(self) -> list[dict[str, Any]]:
        """Return the statuses that named this person, newest first."""
        told = self.ask("GET", "/api/v1/notifications")
        return [one["status"] for one in told if one["type"] == "mention"]

    def hears(self, text: str) -> dict[str, Any]:
        """Wait until a mention with some words has arrived, and return it."""
        return until(lambda: next((one for one in self.mentions() if text in one["content"]), None))

    def knows(self, text: str) -> dict[str, Any]:
        """Wait until a status of somebody one follows has arrived, and return it."""

        def found() -> dict[str, Any] | None:
            told = self.ask("GET", "/api/v1/timelines/home")
            return next((one for one in told if text in one["content"]), None)

        return until(found)

    def statuses_below(self, number: str) -> list[dict[str, Any]]:
        """Return what stands below a status, as this person's server knows it."""
        told: list[dict[str, Any]] = self.ask("GET", f"/api/v1/statuses/{number}/context")[
            "descendants"
        ]
        return told

    def delete(self, status: Mapping[str, Any]) -> None:
        """Delete a status on the server's own pages: its API cannot."""
        form = {"id": status["uri"], "actor": f"{self.url}/{self.name}", "action": "Delete"}
        address = f"{self.url}/{self.name}/admin/action"
        answer = httpx.post(address, data=form, auth=(self.name, self.password))
        if answer.status_code >= 400:
            raise SnacFailedError(f"delete: {answer.status_code} {answer.text[:300]}")

    def follow(self, other: Person) -> None:
        """Follow somebody, so that their posts arrive here."""
        asked = {"q": other.handle, "resolve": "true"}
        [found, *_] = self.ask("GET", "/api/v2/search", params=asked)["accounts"]
        self.ask("POST", f"/api/v1/accounts/{found['id']}/follow")

        def followed() -> bool:
            told = other.ask("GET", "/api/v1/notifications")
            return any(one["type"] == "follow" for one in told)

        until(followed)

    def close(self) -> None:
        """Give back connections."""
        if self._way is not None:
            self._way.close()

    def _client(self) -> httpx.Client:
        if self._way is None:
            self.token = self.token or self._new_token()
            self._way = httpx.Client(
                base_url=self.url,
                timeout=20,
                headers={"Authorization": f"Bearer {self.token}"},
                limits=httpx.Limits(max_keepalive_connections=0),
            )
        return self._way

    def _new_token(self) -> str:
        back = "http://127.0.0.1:9/back"
        asked = {"client_name": "test", "redirect_uris": back, "scopes": "read write follow"}
        with httpx.Client(base_url=self.url, headers={"Connection": "close"}) as way:
            app = way.post("/api/v1/apps", data=asked).json()
            page = httpx.URL(
                f"{self.url}/oauth/authorize",
                params={
                    "client_id": app["client_id"],
                    "redirect_uri": back,
                    "response_type": "code",
                    "scope": "read write follow",
                    "state": "s",
                },
            )
            brought = dict(parse_qsl(urlsplit(self.signed_in(str(page))).query))
            form = {"grant_type": "authorization_code", "code": brought["code"]}
            form |= {"redirect_uri": back, "client_id": app["client_id"]}
            form["client_secret"] = app["client_secret"]
            return str(way.post("/oauth/token", data=form).json()["access_token"])


@dataclass(slots=True, kw_only=True)
class SnacServers:
    """Both servers and the people on them."""

    folder: Path
    version: str
    people: dict[str, Person] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __getitem__(self, name: str) -> Person:
        """Return alice or carol (who share a server), or bob on the other one."""
        return self.people[name]


class SnacProxy(CuttingProxy):
    """A proxy in front of one of the servers, which listen on no port of 127.0.0.1."""

    host = HERE

    def _answer(self, request: bytes) -> bytes:
        with socket.create_connection((self.host, 80), _PATIENCE) as server:
            server.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            return b"".join(iter(lambda: server.recv(1 << 16), b""))


@contextlib.contextmanager
def snac_proxy() -> Iterator[SnacProxy]:
    """Provide a proxy in front of alice's server, and close it."""
    proxy = SnacProxy(80)
    try:
        yield proxy
    finally:
        proxy.close()


def until(found: Callable[[], T | None]) -> T:
    """Ask again until there is something, and return it. Raises SnacFailedError after a while."""
    end = time.monotonic() + _PATIENCE
    pause = threading.Event()
    while not (said := found()):
        if time.monotonic() > end:
            raise SnacFailedError("it never arrived")
        pause.wait(_TURN)
    return said


@pytest.fixture(scope="session")
def snac() -> Iterator[SnacServers]:
    """Two servers that federate: alice and carol on the one, bob on the other."""
    with running_snac() as servers:
        yield servers


@contextlib.contextmanager
def running_snac() -> Iterator[SnacServers]:
    """Start both servers, and stop them afterwards."""
    _require_the_ports()
    folder = Path(tempfile.mkdtemp(prefix="cm-snac-"))
    folder.chmod(0o755)
    program = shutil.copy(snac_program(), folder)  # to where a user without rights may read it
    servers = SnacServers(folder=folder, version=_version(program))
    os.chown(folder, _user().pw_uid, _user().pw_gid)
    try:
        for host, names in _PEOPLE.items():
            _start(servers, program, host, names)
        yield servers
    finally:
        for person in servers.people.values():
            person.close()
        for process in servers.processes:
            process.send_signal(signal.SIGTERM)
        for process in servers.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _require_the_ports() -> None:
    if os.geteuid() != 0:
        pytest.skip("snac needs port 80 of 127.0.0.2 and 127.0.0.3, which only root may open")
    for host in _PEOPLE:
        with socket.socket() as one, contextlib.suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((host, 80))
            continue
        pytest.skip(f"snac needs port 80 of {host}, which is taken")


def _start(servers: SnacServers, program: str, host: str, names: tuple[str, ...]) -> None:
    data = servers.folder / host
    _as_nobody([program, "init", str(data)], f"{host}\n80\n{host}\n\n\n")
    about = data / "server.json"
    settings = json.loads(about.read_text())
    settings |= {"protocol": "http", "disable_email_notifications": True, "title": "Probe"}
    settings |= {"queue_retry_minutes": 1}
    about.write_text(json.dumps(settings))
    for name in names:
        said = _as_nobody([program, "adduser", str(data), name], f"{name}\n{name.title()}\n")
        password = re.search(r"User password is (\S+)", said)
        if password is None:
            raise SnacFailedError(said[-300:])
        servers.people[name] = Person(name=name, host=host, password=password[1])
    with (servers.folder / f"{host}.log").open("wb") as log:
        servers.processes.append(
            subprocess.Popen(
                [*_PREFIX, program, "httpd", str(data)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
            )
        )
    until(lambda: _answers(host))


def _answers(host: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        address = f"http://{host}/api/v1/instance"
        return httpx.get(address, headers={"Connection": "close"}).status_code == 200
    return False


# snac refuses to run as root; the port is opened with a right of its own.
_PREFIX = (
    *("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"),
    *("--inh-caps", "+net_bind_service", "--ambient-caps", "+net_bind_service"),
)


def _user() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _environment() -> Mapping[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": "/", "LANG": "C.UTF-8"}


def _as_nobody(command: list[str], told: str) -> str:
    done = subprocess.run(
        [*_PREFIX, *command],
        input=told,
        capture_output=True,
        text=True,
        cwd="/",
        env=_environment(),
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def _version(program: str) -> str:
    said = _as_nobody([program], "")
    found = re.search(r"snac (\d[\w.]*)", said)
    return found[1] if found else ""
