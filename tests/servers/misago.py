"""A real Misago forum on PostgreSQL, for tests.

Misago comes from the registry into an environment of its own. Everything it keeps lies in a
temporary folder; it listens on a free port of 127.0.0.1 and is stopped by the process id it
was started with.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers.environments import python_environment
from tests.servers.ports import free_ports
from tests.servers.postgres import PostgresServer, start_postgres, stop_postgres

REQUIREMENT = "misago==0.39.6"
PASSWORD = "Mehl & Wasser 7"
_PARTS = Path(__file__).parent / "misago"
_PATIENCE = 180.0  # seconds; an empty database takes half a minute to be made ready
_TABLES = (
    "misago_threads_postlike", "misago_threads_postedit", "misago_threads_post_mentions",
    "misago_threads_pollvote", "misago_threads_poll", "misago_threads_threadparticipant",
    "misago_readtracker_postread", "misago_notifications_notification",
    "misago_notifications_watchedthread", "misago_threads_post", "misago_threads_thread",
)  # fmt: skip


class ForumFailedError(RuntimeError):
    """The forum did not start, or refused what a test asked; the text has what it said."""


@dataclass(slots=True, kw_only=True)
class MisagoServer:
    """Where the forum is and what a test may do behind the program's back."""

    folder: Path
    port: int
    database: PostgresServer
    process: subprocess.Popen[bytes] | None = None
    people: dict[str, httpx.Client] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Address of the forum."""
        return f"http://127.0.0.1:{self.port}"

    def category(self, slug: str) -> int:
        """Return the number of a category: first-category, fragen, or backen below it."""
        asked = f"SELECT id FROM misago_categories_category WHERE slug = '{slug}'"
        return int(self.database.sql(asked))

    def ask(self, who: str, method: str, path: str, body: object = None) -> Any:
        """Ask the API as one of the people, as their browser does; raises where it refuses."""
        person = self.people.get(who) or self._signed_in(who)
        if method != "GET":
            # Nobody has to wait for the flood protection; the test of it uses another way.
            self.database.sql("UPDATE misago_users_user SET last_posted_on = NULL")
        headers = {"X-CSRFToken": person.cookies["csrftoken"]}
        answer = person.request(method, f"/api{path}", json=body, headers=headers)
        if answer.status_code != 200:
            raise ForumFailedError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    def thread(
        self, text: str, *, who: str = "alice", title: str = "Brot und Brötchen",
        category: str = "first-category",
    ) -> tuple[int, int]:  # fmt: skip
        """Begin a thread as a visitor; return its number and that of its first post."""
        body = {"title": title, "category": self.category(category), "post": text}
        thread = int(self.ask(who, "POST", "/threads/", body)["id"])
        return thread, self.posts(thread)[0]

    def private(self, text: str, *, who: str = "alice", to: str = "Krume") -> tuple[int, int]:
        """Begin a private thread; return its number and that of its first post."""
        body = {"title": "Eine private Frage", "to": [to], "post": text}
        thread = int(self.ask(who, "POST", "/private-threads/", body)["id"])
        return thread, self.posts(thread)[0]

    def post(self, thread: int, text: str, *, who: str = "alice", private: bool = False) -> int:
        """Answer in a thread as a visitor; return the post's number."""
        place = "private-threads" if private else "threads"
        made = self.ask(who, "POST", f"/{place}/{thread}/posts/", {"post": text})
        return int(made["id"])

    def change(self, thread: int, post: int, path: str, value: object, *, who: str = "Mira") -> Any:
        """Moderate a post: is-hidden, is-unapproved, is-liked."""
        body = [{"op": "replace", "path": path, "value": value}]
        return self.ask(who, "PATCH", f"/threads/{thread}/posts/{post}/", body)

    def posts(self, thread: int) -> list[int]:
        """Return the numbers of a thread's posts, oldest first, without notes of moderation."""
        asked = "SELECT id FROM misago_threads_post WHERE NOT is_event AND thread_id"
        return [int(one) for one in self.database.sql(f"{asked} = {thread} ORDER BY id").split()]

    def row(self, post: int) -> dict[str, str]:
        """Return what the database has of a post, or nothing where there is none."""
        columns = ("thread_id", "poster_name", "original", "is_hidden", "is_unapproved", "likes")
        asked = ", ".join(f"coalesce({one}::text, '')" for one in columns)
        said = self.database.sql(f"SELECT {asked} FROM misago_threads_post WHERE id = {post}")
        return dict(zip(columns, said.split("|"), strict=True)) if said else {}

    def count(self, text: str) -> int:
        """Return how many posts contain a text."""
        quoted = text.replace("'", "''").replace("%", "\\%")
        asked = "SELECT count(*) FROM misago_threads_post WHERE original LIKE"
        return int(self.database.sql(f"{asked} '%{quoted}%'"))

    def hold_posts(self, *, hold: bool, category: str = "first-category") -> None:
        """Let a moderator see answers of visitors before all others do, or not any more."""
        self.database.sql(
            f"UPDATE misago_categories_category SET require_replies_approval = {hold},"
            f" require_threads_approval = {hold} WHERE slug = '{category}'"
        )

    def end_sessions(self) -> None:
        """Sign everybody out everywhere."""
        self.database.sql("DELETE FROM django_session")
        for person in self.people.values():
            person.close()
        self.people.clear()

    def reset(self) -> None:
        """Remove every thread; people and categories stay."""
        emptied = "".join(f"DELETE FROM {table};" for table in _TABLES)
        self.database.sql(
            f"SET session_replication_role = replica; {emptied}"
            "UPDATE misago_categories_category SET threads = 0, posts = 0, last_thread_id = NULL,"
            " require_replies_approval = false, require_threads_approval = false;"
        )

    def _signed_in(self, who: str) -> httpx.Client:
        person = httpx.Client(base_url=self.url, timeout=_PATIENCE)
        person.get("/")
        answer = person.post(
            "/api/auth/",
            json={"username": who, "password": PASSWORD},
            headers={"X-CSRFToken": person.cookies["csrftoken"]},
        )
        if answer.status_code != 200:
            raise ForumFailedError(f"{who}: {answer.status_code} {answer.text[:500]}")
        self.people[who] = person
        return person


def start_misago() -> MisagoServer:
    """Start a forum with people and without threads. The caller calls `stop_misago`."""
    programs = python_environment("misago", REQUIREMENT) / "bin"
    database = start_postgres()
    folder = Path(tempfile.mkdtemp(prefix="cm-misago-", dir="/tmp"))
    server = MisagoServer(folder=folder, port=free_ports(1)[0], database=database)
    try:
        _fill(server, programs)
        _start(server, programs)
    except BaseException:
        stop_misago(server)
        raise
    return server


def stop_misago(server: MisagoServer) -> None:
    """Stop forum and database, by their process ids, and remove what they kept."""
    for person in server.people.values():
        person.close()
    if server.process is not None:
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(_PATIENCE)
    stop_postgres(server.database)
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def running_misago() -> Iterator[MisagoServer]:
    """Provide one forum for the whole test session."""
    server = start_misago()
    yield server
    stop_misago(server)


@pytest.fixture
def misago(running_misago: MisagoServer) -> MisagoServer:
    """Provide the forum without a thread."""
    running_misago.reset()
    return running_misago


def _environment(server: MisagoServer) -> Mapping[str, str]:
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "PYTHONPATH": str(_PARTS),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": "forum_settings",
        "MISAGO_PLUGINS": "",
        "CM_TEST_FOLDER": str(server.folder),
        "CM_TEST_DATABASE_PORT": str(server.database.port),
    }


def _fill(server: MisagoServer, programs: Path) -> None:
    for name in ("static", "media", "downloads"):
        (server.folder / name).mkdir()
    for command in (["-m", "django", "migrate", "-v0"], [str(_PARTS / "seed.py")]):
        done = subprocess.run(
            [str(programs / "python"), *command],
            cwd=server.folder,
            env=_environment(server),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
            timeout=_PATIENCE,
        )
        if done.returncode:
            raise ForumFailedError(f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")


def _start(server: MisagoServer, programs: Path) -> None:
    django = [str(programs / "python"), "-m", "django", "runserver", "--noreload", "--nostatic"]
    with (server.folder / "web.log").open("wb") as log:
        server.process = subprocess.Popen(
            # It ends with us, even if we are killed and never come to `stop_misago`.
            ["setpriv", "--pdeathsig", "TERM", *django, f"127.0.0.1:{server.port}"],
            cwd=server.folder,
            env=_environment(server),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    pause, end = threading.Event(), time.monotonic() + _PATIENCE
    while not _answers(server.url):
        if server.process.poll() is not None or time.monotonic() > end:
            raise ForumFailedError((server.folder / "web.log").read_text("utf-8", "replace"))
        pause.wait(0.1)


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{url}/api/threads/", timeout=_PATIENCE).status_code == 200
    return False
