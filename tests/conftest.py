"""What holds for every test: no screen, no network, no folder and no keyring of the user.

A warning, a Qt warning and an unexpected log record of level WARNING or above fail a test.
"""

import gc
import importlib.util
import logging
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A slow machine may take its time: a flaky deadline says nothing about the code.
os.environ.setdefault("HYPOTHESIS_PROFILE", "quick")

# Where there is a disk in memory, nothing waits for the real one: most tests write a vault.
MEMORY_DISK = Path("/dev/shm")
if MEMORY_DISK.is_dir() and shutil.disk_usage(MEMORY_DISK).free > 2**31:  # bytes
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY_DISK))

GUARD = Path(__file__).parent / "guard"


def _load_guard():
    spec = importlib.util.spec_from_file_location("tests_guard", GUARD / "sitecustomize.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["tests_guard"] = module
    spec.loader.exec_module(module)


_load_guard()


HOME = {
    "CM_DESKTOP_HOME": "cm-desktop",
    "HOME": "",
    "XDG_CACHE_HOME": ".cache",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_RUNTIME_DIR": "run",
}


@pytest.fixture(scope="session")
def _untouched_homes():
    """Hold the homes that a test was given and did not write into: as good as new ones."""
    return []


@pytest.fixture
def _home(tmp_path_factory, _untouched_homes):
    if _untouched_homes:
        home = _untouched_homes.pop()
    else:
        home = tmp_path_factory.mktemp("home")
        for folder in HOME.values():
            (home / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    yield home
    if set(home.rglob("*")) == {home / folder for folder in [*HOME.values(), ".local"]} - {home}:
        _untouched_homes.append(home)


@pytest.fixture(autouse=True)
def _own_home(request, _home, monkeypatch):
    """Give each test, and each program it starts, folders of its own and plain English."""
    for name, folder in HOME.items():
        monkeypatch.setenv(name, str(_home / folder))
    for name in (
        "LANGUAGE",
        "LC_MESSAGES",
        "CM_DESKTOP_PASSPHRASE_FILE",
        "DBUS_SESSION_BUS_ADDRESS",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("PYTHONPATH", str(GUARD))
    if request.node.get_closest_marker("real") is None:
        # The keyring of whoever runs the tests is never asked.
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture(autouse=True)
def _english():
    """Speak English at the start of each test, whatever the one before it spoke."""
    from cm_desktop import i18n

    i18n.use_language("en")
    yield
    i18n.use_language("en")


class _LogWatch(logging.Handler):
    """Keeps records of level WARNING and above, and the patterns a test expects."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.records = []
        self.expected = []

    def emit(self, record):
        self.records.append(record)

    def __call__(self, pattern, *, logger=""):
        """Expect at least one record whose message the pattern is found in."""
        self.expected.append((re.compile(pattern), logger))

    def complaints(self):
        """Return what was logged and not expected, or expected and not logged."""
        unseen = list(self.expected)
        for record in self.records:
            fitting = [want for want in self.expected if _fits(record, want)]
            unseen = [want for want in unseen if want not in fitting]
            if not fitting:
                yield f"unexpected {record.levelname} of {record.name}: {record.getMessage()}"
        for pattern, logger in unseen:
            yield f"never logged by {logger or 'anybody'}: {pattern.pattern}"


def _fits(record, want):
    pattern, logger = want
    return record.name.startswith(logger) and pattern.search(record.getMessage())


@pytest.fixture(autouse=True)
def expect_log():
    """Call it with a pattern before code that logs a warning on purpose."""
    watch = _LogWatch()
    root = logging.getLogger()
    root.addHandler(watch)
    yield watch
    root.removeHandler(watch)
    complaints = list(watch.complaints())
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


def pytest_configure(config):
    """Take the time limits of hypothesis away: they differ from machine to machine."""
    import hypothesis

    # `make test-real` takes the time for the thorough one.
    hypothesis.settings.register_profile("quick", deadline=None, max_examples=20)
    hypothesis.settings.register_profile("thorough", deadline=None, max_examples=200)
    hypothesis.settings.load_profile(os.environ["HYPOTHESIS_PROFILE"])


def pytest_runtest_teardown(nextitem):
    """Collect garbage between tests: on the thread of a server it would end our widgets there."""
    from cm_desktop.ui.garbage import collect_due

    gc.disable()
    collect_due()
    if nextitem is None:
        gc.enable()


def pytest_xdist_auto_num_workers():
    """Start one more process than there are cores: many tests wait for a program or a socket."""
    return (os.cpu_count() or 1) + 1
