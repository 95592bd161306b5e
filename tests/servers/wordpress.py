"""A real WordPress on MariaDB, from Debian's packages, for tests.

Everything lies in a temporary folder: the database speaks through a socket file only, PHP's
own web server listens on a free port of 127.0.0.1, and both are stopped by the process ids
they were started with. The services of the system are never touched.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
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

import httpx
import pytest

from tests.servers.packages import require_packages
from tests.servers.ports import free_ports

PACKAGES = (
    "wordpress", "mariadb-server", "php-cli", "php-mysql", "php-mbstring", "php-xml", "php-curl",
)  # fmt: skip
_PROGRAMS = ("mariadbd", "mariadb-install-db", "mariadb-admin", "mariadb", "php")
_SOURCE = Path("/usr/share/wordpress")
_PARTS = Path(__file__).parent / "wordpress"
_PATIENCE = 60.0  # seconds until a server that did not come up counts as broken
_PRETTY = "/%year%/%monthnum%/%postname%/"


class ServerFailedError(RuntimeError):
    """A server did not start, or did not do what a test asked; the text has its log."""


@dataclass(slots=True, kw_only=True)
class WordPressServer:
    """Where the site is and what a test may do behind the program's back."""

    folder: Path
    port: int
    username: str = "admin"
    password: str = ""  # application password, with the spaces people paste
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Address of the site."""
        return f"http://127.0.0.1:{self.port}"

    def php(self, code: str, **values: Any) -> Any:
        """Run PHP inside WordPress; `$v` has the values, what it returns comes back."""
        script = (
            "$v = json_decode(stream_get_contents(STDIN), true);"
            f"require '{self.folder}/www/wp-load.php';"
            "wp_set_current_user(1);"
            f'echo "\\n" . json_encode((function ($v) {{ {code} }})($v));'
        )
        done = subprocess.run(
            ["php", "-r", script],
            input=json.dumps(values).encode(),
            capture_output=True,
            check=False,
            timeout=_PATIENCE,
            env=self._environment(),
        )
        if done.returncode:
            raise ServerFailedError(f"{code}\n{done.stdout!r}\n{done.stderr!r}")
        return json.loads(done.stdout.rpartition(b"\n")[2])

    def comment(
        self,
        text: str,
        *,
        author: str = "Ana",
        email: str = "ana@example.org",
        website: str = "",
        post: int = 1,
        parent: int = 0,
    ) -> int:
        """Comment as a visitor does, through the form of the site; return the comment's id."""
        form = {
            "comment": text, "author": author, "email": email, "url": website,
            "comment_post_ID": str(post), "comment_parent": str(parent),
        }  # fmt: skip
        answer = httpx.post(f"{self.url}/wp-comments-post.php", data=form, timeout=_PATIENCE)
        place = answer.headers.get("location", "")
        if answer.status_code != 302 or "#comment-" not in place:
            raise ServerFailedError(f"{answer.status_code} {place} {answer.text[:2000]}")
        return int(place.rpartition("#comment-")[2])

    def read(self, comment: int) -> dict[str, Any] | None:
        """Return a comment's row as the database has it, or None where there is none."""
        row: dict[str, Any] | None = self.php("return get_comment($v['id'], ARRAY_A);", id=comment)
        return row

    def status(self, comment: int) -> str:
        """Return approved, unapproved, spam or trash; empty for a comment that is gone."""
        return self.php("return wp_get_comment_status($v['id']);", id=comment) or ""

    def count(self, text: str) -> int:
        """Return how many comments, of any status, have exactly this text."""
        return int(
            self.php(
                "global $wpdb; return $wpdb->get_var($wpdb->prepare("
                "\"SELECT COUNT(*) FROM $wpdb->comments WHERE comment_content = %s\", $v['t']));",
                t=text,
            )
        )

    def set_status(self, comment: int, status: str) -> None:
        """Moderate as somebody else would: approve, hold, spam or trash."""
        self.php("return wp_set_comment_status($v['id'], $v['s']);", id=comment, s=status)

    def edit(self, comment: int, text: str) -> None:
        """Change a comment's text as somebody else would."""
        self.php(
            "return wp_update_comment(array("
            "'comment_ID' => $v['id'], 'comment_content' => wp_slash($v['t'])));",
            id=comment,
            t=text,
        )

    def delete(self, comment: int) -> None:
        """Delete for good, past the trash."""
        self.php("return wp_delete_comment($v['id'], true);", id=comment)

    def set_permalinks(self, *, pretty: bool) -> None:
        """Choose between /2026/11/brot/ and /?p=1, and with it the root of the API."""
        self.php(
            "global $wp_rewrite; $wp_rewrite->set_permalink_structure($v['s']);"
            "flush_rewrite_rules(false); return true;",
            s=_PRETTY if pretty else "",
        )

    def set_option(self, name: str, value: Any) -> None:
        """Change a setting of the site, or a switch of the test plugins (`cm_test_…`)."""
        self.php("return update_option($v['n'], $v['v']);", n=name, v=value)

    def add_user(self, name: str, role: str) -> str:
        """Make a user and return an application password of theirs."""
        password: str = self.php(
            "$id = wp_insert_user(array('user_login' => $v['n'], 'user_pass' => 'secret',"
            "'user_email' => $v['n'] . '@example.org', 'role' => $v['r']));"
            "$made = WP_Application_Passwords::create_new_application_password("
            "$id, array('name' => 'cm'));"
            "return WP_Application_Passwords::chunk_password($made[0]);",
            n=name,
            r=role,
        )
        return password

    def add_post(self, title: str, kind: str = "post") -> int:
        """Publish a post, page or product; return its id."""
        return int(
            self.php(
                "return wp_insert_post(array('post_title' => $v['t'], 'post_type' => $v['k'],"
                "'post_status' => 'publish', 'comment_status' => 'open', 'post_content' => 'x'));",
                t=title,
                k=kind,
            )
        )

    def add_comment(self, text: str, **fields: Any) -> int:
        """Put a comment into the database; `fields` are columns such as comment_date_gmt."""
        row = {
            "comment_post_ID": 1, "comment_author": "Ana", "comment_author_IP": "192.0.2.7",
            "comment_author_email": "ana@example.org", "comment_content": text,
        }  # fmt: skip
        return int(self.php("return wp_insert_comment(wp_slash($v['row']));", row=row | fields))

    def add_review(self, text: str, rating: int, product: int, **fields: Any) -> int:
        """Put a product review into the database, as WooCommerce keeps them."""
        comment = self.add_comment(text, comment_type="review", comment_post_ID=product, **fields)
        self.php("return add_comment_meta($v['id'], 'rating', $v['r']);", id=comment, r=rating)
        return comment

    def reset(self) -> None:
        """Remove every comment and further user, post and switch; permalinks are plain."""
        self.php(
            'global $wpdb; $wpdb->query("TRUNCATE $wpdb->comments");'
            '$wpdb->query("TRUNCATE $wpdb->commentmeta");'
            "$wpdb->query(\"DELETE FROM $wpdb->options WHERE option_name LIKE 'cm\\_test\\_%'\");"
            '$wpdb->query("DELETE FROM $wpdb->posts WHERE ID > 3");'
            '$wpdb->query("DELETE FROM $wpdb->users WHERE ID > 1");'
            '$wpdb->query("DELETE FROM $wpdb->usermeta WHERE user_id > 1");'
            "update_option('comment_moderation', 0); wp_update_comment_count_now(1);"
            "return wp_cache_flush();"
        )
        self.set_permalinks(pretty=False)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "CM_TEST_SOCKET": str(self.folder / "db.sock"),
            "CM_TEST_PORT": str(self.port),
            "PHP_CLI_SERVER_WORKERS": "4",
        }


def start_wordpress() -> WordPressServer:
    """Start a site with one administrator and one post. The caller calls `stop_wordpress`."""
    # Not below pytest's own folder: that one is closed to the user the database runs as, and
    # the name of its socket would be too long for the kernel.
    folder = Path(tempfile.mkdtemp(prefix="cm-wp-", dir="/tmp"))
    folder.chmod(0o755)
    server = WordPressServer(folder=folder, port=free_ports(1)[0])
    try:
        _start_database(server)
        _install_site(server)
        _start_web(server)
    except BaseException:
        stop_wordpress(server)
        raise
    return server


def stop_wordpress(server: WordPressServer) -> None:
    """Stop what was started, by its process ids, and remove the folder."""
    for process in reversed(server.processes):
        with contextlib.suppress(ProcessLookupError):
            # The group is the process's own: the web server has workers.
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(_PATIENCE)
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def running_wordpress() -> Iterator[WordPressServer]:
    """Provide one site for the whole test session."""
    require_packages(PACKAGES, _PROGRAMS)
    server = start_wordpress()
    yield server
    stop_wordpress(server)


@pytest.fixture
def wordpress(running_wordpress: WordPressServer) -> WordPressServer:
    """Provide the site without a comment, with plain permalinks."""
    running_wordpress.reset()
    return running_wordpress


def _start(server: WordPressServer, command: list[str], log: str) -> None:
    # It ends with us, even if we are killed and never come to `stop_wordpress`.
    command = ["setpriv", "--pdeathsig", "TERM", *command]
    with (server.folder / log).open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=server._environment(),
        )
    server.processes.append(process)


def _start_database(server: WordPressServer) -> None:
    data, socket = server.folder / "db", server.folder / "db.sock"
    user = "mysql" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    data.mkdir()
    shutil.chown(data, user)
    shutil.chown(server.folder, user)
    _run(
        server,
        ["mariadb-install-db", "--no-defaults", f"--user={user}", f"--datadir={data}",
         "--auth-root-authentication-method=normal", "--skip-test-db"],
    )  # fmt: skip
    _start(
        server,
        ["mariadbd", "--no-defaults", f"--user={user}", f"--datadir={data}", f"--socket={socket}",
         "--skip-networking", f"--pid-file={data}/pid", "--innodb-buffer-pool-size=32M",
         "--innodb-flush-log-at-trx-commit=0"],
        "db.log",
    )  # fmt: skip
    _wait(server, lambda: socket.exists() and _pings(socket))
    sql = (
        "CREATE DATABASE wp CHARACTER SET utf8mb4; CREATE USER 'wp'@'localhost' IDENTIFIED BY "
        "'wp'; GRANT ALL ON wp.* TO 'wp'@'localhost';"
    )
    _run(server, ["mariadb", "--no-defaults", "-uroot", f"--socket={socket}", "-e", sql])


def _pings(socket: Path) -> bool:
    command = ["mariadb-admin", "--no-defaults", "-uroot", f"--socket={socket}", "ping"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _install_site(server: WordPressServer) -> None:
    site = server.folder / "www"
    # The package links into /var/lib and /etc: what is copied here is independent of both.
    shutil.copytree(
        _SOURCE,
        site,
        ignore=shutil.ignore_patterns("wp-config.php", "plugins", "themes", "languages"),
        ignore_dangling_symlinks=True,
    )
    shutil.copy(_PARTS / "wp-config.php", site)
    shutil.copytree(_PARTS / "mu-plugins", site / "wp-content" / "mu-plugins")
    for name in ("plugins", "themes"):
        (site / "wp-content" / name).mkdir(exist_ok=True)
    output = _run(server, ["php", str(_PARTS / "install.php"), str(site)])
    server.password = output.strip().splitlines()[-1].decode()


def _start_web(server: WordPressServer) -> None:
    site, address = server.folder / "www", f"127.0.0.1:{server.port}"
    _start(server, ["php", "-S", address, "-t", str(site)], "web.log")
    _wait(server, lambda: _answers(server.url))


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{url}/?rest_route=/", timeout=_PATIENCE).status_code == 200
    return False


def _run(server: WordPressServer, command: list[str]) -> bytes:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=_PATIENCE,
        env=server._environment(),
    )
    if done.returncode:
        raise ServerFailedError(f"{command}\n{done.stdout!r}\n{done.stderr!r}")
    return done.stdout


def _wait(server: WordPressServer, ready: Any) -> None:
    pause, end = threading.Event(), time.monotonic() + _PATIENCE
    while not ready():
        stopped = [process.args for process in server.processes if process.poll() is not None]
        if stopped or time.monotonic() > end:
            logs = [log.read_text("utf-8", "replace") for log in server.folder.glob("*.log")]
            raise ServerFailedError("\n".join([f"stopped: {stopped}", *logs]))
        pause.wait(0.05)
