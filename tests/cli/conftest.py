"""Runs the real command line, in this process or as a program of its own."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from cm_desktop.cli import main as cli
from cm_desktop.cli.program import Program
from cm_desktop.services import key_store, vault


class Ran:
    """What a run of the command line left: exit code, both streams, the JSON document."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def document(self):
        """The only thing on standard output."""
        return json.loads(self.out)

    @property
    def error(self):
        return self.document["error"]


class _Entry:
    """What click's runner starts: our own entry, with all it does about errors."""

    name = "cm-desktop"

    def __init__(self, program):
        self.program = program

    def main(self, args, prog_name, **_more):
        sys.exit(cli.main(args, self.program()))


class CommandLine:
    """Types commands; what they print is one JSON document unless `people` types them."""

    def __init__(self):
        self.program = Program
        self.options = []

    def people(self, *arguments, text=""):
        ran = CliRunner().invoke(_Entry(self.program), [*self.options, *arguments], input=text)
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        return Ran(ran.exit_code, ran.stdout, ran.stderr)

    def __call__(self, *arguments, text=""):
        ran = self.people("--json", *arguments, text=text)
        json.loads(ran.out)  # one document, and nothing around it
        return ran

    def done(self, *arguments, text=""):
        """Type a command that must succeed and return its document."""
        ran = self(*arguments, text=text)
        assert ran.code == 0, ran.out + ran.err
        return ran.document

    def refused(self, code, *arguments, text=""):
        """Type a command that must fail with a code and return the error."""
        ran = self(*arguments, text=text)
        assert ran.code == code, ran.out + ran.err
        assert set(ran.error) >= {"code", "message", "what_to_do"}
        assert ran.error["message"]
        return ran.error


@pytest.fixture
def passphrase(tmp_path, monkeypatch):
    """A passphrase in a file, at a cost that does not slow the tests down."""
    monkeypatch.setattr(key_store, "_MEMORY_KIB", 64)
    monkeypatch.setattr(key_store, "_TIME_COST", 1)
    file = tmp_path / "passphrase"
    file.write_text("Brötchen\n", encoding="utf-8")
    monkeypatch.setenv("CM_DESKTOP_PASSPHRASE_FILE", str(file))
    return file


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    monkeypatch.setenv("CM_DESKTOP_HOME", str(folder))
    return folder


@pytest.fixture
def cm(passphrase, data_dir):
    """A command line without any vault."""
    return CommandLine()


class Shop(CommandLine):
    """A command line with a vault "shop" and one account of the demo in it."""

    def __init__(self, data_dir):
        super().__init__()
        self.data_dir = data_dir
        self.done("vault", "create", "shop")

    def add(self, channel_like="", **settings):
        chosen = {"as": channel_like, **settings} if channel_like else settings
        words = [word for name, value in chosen.items() for word in ("--set", f"{name}={value}")]
        return self.done("account", "add", "demo", *words)["id"]

    def opened(self):
        """Open the vault as another program would."""
        return vault.open_vault(self.data_dir, "shop")

    def break_account(self, account, trouble):
        """Let an account fail from now on, as its channel may at any time."""
        with self.opened() as opened, opened.db.writing() as writer:
            writer.execute(
                "UPDATE account SET settings = json_set(settings, '$.trouble', ?) WHERE uid = ?",
                (trouble, account),
            )

    def conversations(self, *options):
        return self.done("inbox", *options)


@pytest.fixture
def shop(passphrase, data_dir):
    return Shop(data_dir)


@pytest.fixture
def busy_shop(shop):
    """The shop after its first sync."""
    shop.account = shop.add()
    shop.done("sync")
    return shop


@pytest.fixture
def program(data_dir, passphrase):
    """Run the program as a process of its own: `program("inbox", text="…")`."""

    def run(*arguments, text="", **more):
        ran = subprocess.run(
            [sys.executable, "-m", "cm_desktop", *arguments],
            input=text.encode(),
            capture_output=True,
            check=False,
            timeout=60,
            **more,
        )
        return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())

    return run
