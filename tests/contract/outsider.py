"""The program as a script sees it: started anew for each command, and nothing else known of it."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

GUARD = Path(__file__).parents[1] / "guard"
PASSPHRASE = "Zwölf Brötchen"
# Runs many commands in one process: one document a line, as for questions that only read.
_MANY = """
import contextlib, io, json, sys
from cm_desktop.cli.main import main
text, commands = json.load(sys.stdin)
for arguments in commands:
    sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode()))
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with contextlib.redirect_stdout(out):
        code = main(arguments)
    print(json.dumps([code, out.buffer.getvalue().decode()]))
"""
# What an outsider cannot say: a vault whose passphrase costs no time, as there are hundreds here.
_CHEAP = """
import sys
from pathlib import Path
from cm_desktop.services import key_store, vault
key_store._TIME_COST, key_store._MEMORY_KIB = 1, 64
vault.create_vault(Path(sys.argv[1]), sys.argv[2], title="Bäckerei").close()
"""
# Root may write anywhere; without these two rights it is refused like anybody else.
AS_ANYBODY = () if os.geteuid() else ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


class Ran:
    """What a run left behind."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def document(self):
        """Everything on standard output, which has to be one JSON document."""
        return json.loads(self.out)

    @property
    def error(self):
        return self.document["error"]

    def __repr__(self):
        return f"exit {self.code}\n{self.out[:2000]}\n{self.err[-2000:]}"


class Outsider:
    """Types commands into a computer of its own: home, data, passphrase file."""

    def __init__(self, root):
        self.root = Path(root)
        self.home, self.data = self.root / "home", self.root / "data"
        self.home.mkdir(parents=True, exist_ok=True)
        self.passphrase = self.root / "passphrase"
        self.passphrase.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
        self.before = ()  # a program that starts ours
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "CM_DESKTOP_HOME": str(self.data),
            "CM_DESKTOP_PASSPHRASE_FILE": str(self.passphrase),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "PYTHONPATH": str(GUARD),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "QT_QPA_PLATFORM": "offscreen",
        }

    @property
    def vault(self):
        """The folder of the vault "shop"."""
        return self.data / "vaults" / "shop"

    def make_vault(self, name="shop"):
        self.python(_CHEAP, str(self.data), name)

    def python(self, code, *arguments, text=b""):
        """Run Python on this computer; it must succeed."""
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            input=text,
            capture_output=True,
            check=True,
            env=self.environment,
            cwd=self.root,
            timeout=60,
        ).stdout.decode()

    def start(self, *arguments, environment=None, **more):
        """Start the program with pipes and leave it running."""
        return subprocess.Popen(
            [*self.before, sys.executable, "-m", "cm_desktop", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment | (environment or {}),
            cwd=self.root,
            **more,
        )

    def people(self, *arguments, text="", environment=None):
        """Run a command as people do, without --json."""
        process = self.start(*arguments, environment=environment)
        given = text if isinstance(text, bytes) else text.encode()
        out, err = process.communicate(given, timeout=60)
        return Ran(process.returncode, out.decode(), err.decode())

    def __call__(self, *arguments, text="", environment=None):
        """Run a command with --json: one document, and never a trace of how we are made."""
        ran = self.people("--json", *arguments, text=text, environment=environment)
        assert ran.code != 70, ran
        assert "Traceback" not in ran.err, ran
        json.loads(ran.out)
        return ran

    def done(self, *arguments, text=""):
        """Run a command that must succeed and return its document."""
        ran = self(*arguments, text=text)
        assert (ran.code, ran.err) == (0, ""), ran
        return ran.document

    def refused(self, code, *arguments, text="", environment=None):
        """Run a command that must fail with a code and return its error."""
        ran = self(*arguments, text=text, environment=environment)
        assert (ran.code, ran.err) == (code, ""), ran
        assert ran.error["message"], ran
        return ran.error

    def many(self, commands, text=""):
        """Run many commands, one after the other in one process, and return what they left.

        Each gets the same text on its standard input.
        """
        told = json.dumps([text, [["--json", *command] for command in commands]])
        lines = self.python(_MANY, text=told.encode()).splitlines()
        return [Ran(*json.loads(line), "") for line in lines]

    def each(self, *commands):
        """Run commands that must all succeed, one after the other; return their documents."""
        left = self.many(commands)
        for command, ran in zip(commands, left, strict=True):
            assert ran.code == 0, (command, ran)
        return [ran.document for ran in left]

    def each_refused(self, code, *commands):
        """Run commands that must all fail with a code; return their errors."""
        left = self.many(commands)
        for command, ran in zip(commands, left, strict=True):
            assert ran.code == code, (command, ran)
            assert ran.error["message"], command
        return [ran.error for ran in left]

    def together(self, commands):
        """Run commands at the same time and return what they left."""
        with ThreadPoolExecutor(len(commands)) as pool:
            return list(pool.map(lambda command: self(*command), commands))


def everything_in(folder):
    """Return what every file and folder is, to the byte, and who may use it."""
    return {
        str(place.relative_to(folder)): (
            place.lstat().st_mode,
            place.read_bytes() if place.is_file() else b"",
        )
        for place in sorted(Path(folder).rglob("*"))
    }
