"""A real Matrix server, Synapse from its Python package, on a free loopback port, for tests.

Everything lies in a temporary folder: the configuration, the database (SQLite) and the key.
It federates with nobody. Signing in in the browser goes through a page of ours that speaks
CAS and lets everybody in. Both are stopped by what they were started with.
"""

from __future__ import annotations

import contextlib
import http.server
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.servers.environments import python_environment
from tests.servers.ports import free_ports

REQUIREMENT = "matrix-synapse==1.163.2"
PASSWORD = "korrekt pferd batterie"
NAME = "example.test"  # of the server, in ids
TOKEN_SECONDS = 4  # of a token that can be renewed
_PATIENCE = 90.0  # seconds until a server that did not come up counts as broken
_MANY = "{per_second: 1000, burst_count: 1000}"
_LOCAL = """
listeners: [{{port: {port}, type: http, tls: false, bind_addresses: ['127.0.0.1'],
             resources: [{{names: [client], compress: false}}]}}]
public_baseurl: http://127.0.0.1:{port}/
database: {{name: sqlite3, args: {{database: {folder}/homeserver.db}}}}
pid_file: {folder}/synapse.pid
enable_registration: true
enable_registration_without_verification: true
federation_domain_whitelist: []
trusted_key_servers: []
suppress_key_server_warning: true
refreshable_access_token_lifetime: {token_seconds}s
cas_config: {{enabled: true, server_url: 'http://127.0.0.1:{cas}'}}
sso: {{client_whitelist: ['http://127.0.0.1']}}
rc_message: {many}
rc_registration: {many}
rc_login: {{address: {many}, account: {many}, failed_attempts: {many}}}
rc_joins: {{local: {many}, remote: {many}}}
rc_invites: {{per_room: {many}, per_user: {many}, per_issuer: {many}}}
"""


class ServerFailedError(RuntimeError):
    """The server did not start, or did not do what a test asked; the text has its log."""


@dataclass(slots=True)
class Person:
    """Somebody with an account there and a program of their own."""

    server: SynapseServer
    id: str
    client: httpx.Client
    sent: int = 0

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """Ask the server and return what it says. Raises ServerFailedError."""
        answer = self.client.request(method, path, json=body)
        if answer.status_code != 200:
            raise ServerFailedError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    def make_room(self, *others: Person, name: str = "Backstube", **fields: Any) -> str:
        """Make a room with some others in it; return its id."""
        invited = [one.id for one in others]
        given = {"preset": "private_chat", "invite": invited, **fields}
        if name:
            given["name"] = name
        room: str = self.ask("POST", "/createRoom", **given)["room_id"]
        for one in others:
            one.join(room)
        return room

    def join(self, room: str) -> None:
        """Accept an invitation."""
        self.ask("POST", f"/join/{room}")

    def say(self, room: str, text: str, **content: Any) -> str:
        """Say something; return the event's id."""
        return self.put(room, "m.room.message", msgtype="m.text", body=text, **content)

    def put(self, room: str, kind: str, **content: Any) -> str:
        """Put any event into a room; return its id."""
        self.sent += 1
        path = f"/rooms/{room}/send/{kind}/key{self.sent}"
        event: str = self.ask("PUT", path, **content)["event_id"]
        return event

    def edit(self, room: str, event: str, text: str) -> str:
        """Change what was said."""
        new = {"msgtype": "m.text", "body": text}
        relation = {"rel_type": "m.replace", "event_id": event}
        return self.say(room, f"* {text}", **{"m.new_content": new, "m.relates_to": relation})

    def redact(self, room: str, event: str) -> None:
        """Take back what was said."""
        self.sent += 1
        self.ask("PUT", f"/rooms/{room}/redact/{event}/key{self.sent}")

    def event(self, room: str, event: str) -> Any:
        """Return an event as this person sees it."""
        return self.ask("GET", f"/rooms/{room}/event/{event}")

    def texts(self, room: str) -> list[str]:
        """Return what stands in a room, oldest first, edits and redacted ones left out."""
        found = self.ask("GET", f"/rooms/{room}/messages?dir=b&limit=1000")["chunk"]
        contents = [one["content"] for one in found if one["type"] == "m.room.message"]
        said = [one for one in contents if "body" in one and "m.new_content" not in one]
        return [one["body"] for one in said][::-1]

    def members(self, room: str) -> dict[str, str]:
        """Return what everybody is in a room: join, invite, leave or ban."""
        found = self.ask("GET", f"/rooms/{room}/members")["chunk"]
        return {one["state_key"]: one["content"]["membership"] for one in found}


@dataclass(slots=True, kw_only=True)
class SynapseServer:
    """Where the server is, and who is there."""

    folder: Path
    port: int
    cas: _Cas
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    names: int = 0

    @property
    def url(self) -> str:
        """Address of the API."""
        return f"http://127.0.0.1:{self.port}"

    def person(self, called: str) -> Person:
        """Make an account for somebody who is called like this."""
        self.names += 1
        name = f"{called.lower()}{self.names}"
        client = httpx.Client(base_url=f"{self.url}/_matrix/client/v3", timeout=_PATIENCE)
        person = Person(self, f"@{name}:{NAME}", client)
        self.people.append(person)
        said = person.ask(
            "POST",
            "/register",
            username=name,
            password=PASSWORD,
            auth={"type": "m.login.dummy"},
        )
        client.headers["Authorization"] = f"Bearer {said['access_token']}"
        person.ask("PUT", f"/profile/{person.id}/displayname", displayname=called)
        return person

    def devices(self, person: Person) -> list[str]:
        """Return the devices of somebody."""
        return [one["device_id"] for one in person.ask("GET", "/devices")["devices"]]


class _Cas(http.server.ThreadingHTTPServer):
    """A page that signs everybody in, as `person`, and tells Synapse so (CAS 2.0)."""

    person = "anna"
    daemon_threads = True


class _Page(http.server.BaseHTTPRequestHandler):
    server: _Cas

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        if parts.path.endswith("/login"):
            self.send_response(302)
            back = query["service"][0]
            ticket = urlencode({"ticket": "ST-1"})
            self.send_header("Location", f"{back}{'&' if '?' in back else '?'}{ticket}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = (
            "<cas:serviceResponse xmlns:cas='http://www.yale.edu/tp/cas'>"
            f"<cas:authenticationSuccess><cas:user>{self.server.person}</cas:user>"
            "</cas:authenticationSuccess></cas:serviceResponse>"
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        """Keep the test's output quiet."""


def start_synapse(programs: Path) -> SynapseServer:
    """Start a server with nobody in it. The caller calls `stop_synapse`."""
    folder = Path(tempfile.mkdtemp(prefix="cm-synapse-"))
    cas = _Cas(("127.0.0.1", 0), _Page)
    threading.Thread(target=cas.serve_forever, args=(0.05,), daemon=True).start()
    server = SynapseServer(folder=folder, port=free_ports(1)[0], cas=cas)
    try:
        _configure(server, programs)
        _start(server, programs)
    except BaseException:
        stop_synapse(server)
        raise
    return server


def stop_synapse(server: SynapseServer) -> None:
    """Stop what was started and remove the folder."""
    for person in server.people:
        person.client.close()
    for process in server.processes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(_PATIENCE)
    server.cas.shutdown()
    server.cas.server_close()
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def synapse() -> Iterator[SynapseServer]:
    """Provide one server for the whole test session; each test brings its own people."""
    programs = python_environment("synapse", REQUIREMENT) / "bin"
    server = start_synapse(programs)
    yield server
    stop_synapse(server)


def _configure(server: SynapseServer, programs: Path) -> None:
    command = [
        str(programs / "python"), "-m", "synapse.app.homeserver", "--server-name", NAME,
        "--config-path", "homeserver.yaml", "--generate-config", "--report-stats=no",
    ]  # fmt: skip
    done = subprocess.run(
        command,
        cwd=server.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=_PATIENCE,
        env=_environment(),
    )
    if done.returncode:
        raise ServerFailedError(done.stderr.decode("utf-8", "replace"))
    local = _LOCAL.format(
        port=server.port,
        folder=server.folder,
        cas=server.cas.server_address[1],
        token_seconds=TOKEN_SECONDS,
        many=_MANY,
    )
    (server.folder / "local.yaml").write_text(local)


def _start(server: SynapseServer, programs: Path) -> None:
    # It ends with us, even if we are killed and never come to `stop_synapse`.
    command = [
        "setpriv", "--pdeathsig", "TERM", str(programs / "python"), "-m",
        "synapse.app.homeserver", "-c", "homeserver.yaml", "-c", "local.yaml",
    ]  # fmt: skip
    log = server.folder / "out.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=server.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=_environment(),
        )
    server.processes.append(process)
    pause, end = threading.Event(), time.monotonic() + _PATIENCE
    while not _answers(server.url):
        if process.poll() is not None or time.monotonic() > end:
            raise ServerFailedError(log.read_text("utf-8", "replace")[-5000:])
        pause.wait(0.1)


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{url}/_matrix/client/versions", timeout=_PATIENCE).status_code == 200
    return False


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": tempfile.gettempdir()}
