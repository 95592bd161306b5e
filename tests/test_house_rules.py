"""The rules of the house that no linter knows, asked of every file as it stands."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from cm_desktop.connectors import registry
from cm_desktop.store import migrations
from tests.house import lint

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "cm_desktop"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
# Channels whose events come from this computer: there are no answers to record.
# Their other side is played from the channel's reference, and held against a real server or an
# independent client in tests/real; the demo is its own other side, a feed is a file.
PLAYED = {"bluesky", "discourse", "mastodon", "matrix", "notifications", "telegram"}
WITHOUT_ANSWERS = {*PLAYED, "demo", "feed"}

each_source = pytest.mark.parametrize(
    "file", SOURCES, ids=[str(file.relative_to(ROOT)) for file in SOURCES]
)


@cache
def tree_of(file):
    return ast.parse(file.read_text(encoding="utf-8"))


@each_source
def test_a_file_opens_with_a_docstring_and_ends_after_at_most_400_lines(file):
    text = file.read_text(encoding="utf-8")
    assert ast.get_docstring(tree_of(file)), "it does not say what it is for"
    assert text.count("\n") <= 400


@each_source
def test_a_function_has_at_most_40_lines(file):
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(tree_of(file))
        if isinstance(node, FUNCTION) and node.end_lineno - node.lineno >= 40
    }
    assert not long


@each_source
def test_no_dangerous_door_is_used_outside_the_file_that_guards_it(file):
    path = file.relative_to(PACKAGE).as_posix()
    assert [f"{path}:{line}: {what}" for line, what in lint(tree_of(file), path)] == []


# Each is split in two, so that this file does not hold what it looks for.
WORDS = ["TO" + "DO", "FIX" + "ME", "raise NotImplemented" + "Error", r"mark\.(skip\w*|x" + "fail)"]
LEFT_UNDONE = re.compile(
    rf"\b({'|'.join(WORDS)})\b|# type: " + r"ignore(?!\[[\w, -]+\]\s+# \w)|pytest\.x" + r"fail\("
)


@pytest.mark.parametrize("file", SOURCES + TESTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_is_left_undone_or_silenced_without_a_reason(file):
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in lines if LEFT_UNDONE.search(line)] == []


def public_things(tree):
    """Yield the public classes, functions and methods of a file."""
    for node in tree.body:
        if isinstance(node, (*FUNCTION, ast.ClassDef)) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public_things(node)


def test_nine_of_ten_public_things_say_what_they_are():
    things = [(file, node) for file in SOURCES for node in public_things(tree_of(file))]
    silent = [f"{file.name}: {node.name}" for file, node in things if not ast.get_docstring(node)]
    assert len(silent) <= len(things) / 10, silent


CORE_WITHOUT_QT = """
import importlib, pkgutil, sys
import cm_desktop
class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] in ('PySide6', 'shiboken6', 'qtawesome'):
            raise ImportError('Qt is not installed')
sys.meta_path.insert(0, NoQt())
with_qt = ('cm_desktop.ui', 'cm_desktop.app', 'cm_desktop.__main__')
for module in pkgutil.walk_packages(cm_desktop.__path__, 'cm_desktop.'):
    if not module.name.startswith(with_qt):
        importlib.import_module(module.name)
print(len(sys.modules), 'PySide6' in sys.modules)
"""


def test_everything_but_the_window_runs_where_qt_is_not_installed():
    done = subprocess.run(
        [sys.executable, "-c", CORE_WITHOUT_QT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.endswith("False\n")


@pytest.mark.parametrize("channel", sorted(set(registry.CHANNELS) - WITHOUT_ANSWERS))
def test_each_connector_has_recorded_answers(channel):
    folder = ROOT / "tests" / "connectors" / channel.replace("-", "_")
    recorded = [file for file in folder.rglob("*") if file.is_file() and file.suffix != ".py"]
    assert recorded, f"{folder.relative_to(ROOT)} holds no recorded answer"


@pytest.mark.parametrize("channel", sorted(PLAYED))
def test_what_is_played_from_a_reference_is_held_against_something_of_others(channel):
    assert list((ROOT / "tests" / "real").glob(f"test_{channel}*.py"))


@pytest.mark.parametrize("channel", sorted(registry.CHANNELS))
def test_each_channel_has_its_other_side_and_its_pages(channel):
    assert (ROOT / "tests" / "connectors" / channel.replace("-", "_") / "case.py").exists()
    for page in (f"{channel}.md", f"{channel}.de.md"):
        assert channel == "demo" or (ROOT / "docs" / "channels" / page).exists(), page


@pytest.mark.parametrize("channel", sorted(registry.CHANNELS))
def test_each_channel_is_in_the_contract_that_keeps_connectors_apart(channel):
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    apart = next(
        contract["layers"]
        for contract in contracts["importlinter"]["contracts"]
        if contract["name"] == "Connectors do not know each other"
    )
    assert f"({channel.replace('-', '_')})" in " ".join(apart)


def test_a_file_named_after_a_channel_is_used_by_that_channel_only():
    names = [channel.replace("-", "_") for channel in registry.CHANNELS]
    for file in PACKAGE.joinpath("connectors").glob("*.py"):
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.ImportFrom) and node.module and "connectors" in node.module:
                used = [node.module.rpartition(".")[2], *(alias.name for alias in node.names)]
                for name in names:
                    if any(part.startswith(f"{name}_") for part in used):
                        assert file.stem.partition("_")[0] == name, f"{file.name} uses {used}"


def test_the_schema_to_read_is_the_one_the_migrations_make():
    written = PACKAGE.joinpath("store", "schema.sql").read_text(encoding="utf-8")
    assert written == migrations.schema_sql(), "make schema"


def tracked_files():
    """Yield the files of the project; without git, every file that is no result of a build."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        names = [ROOT / name for name in listing.stdout.split("\0") if name]
    else:
        built = {".venv", "build", "dist", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
        names = [path for path in ROOT.rglob("*") if not built & set(path.relative_to(ROOT).parts)]
    return [path for path in names if path.is_file()]


def test_no_file_names_the_host_of_a_package_registry_or_a_folder_outside():
    # Put together here, so that this file does not name them either.
    hosts = ["pypi" + ".org", "python" + "hosted", "npmjs" + ".org", "deb." + "debian.org"]
    words = re.compile("|".join(map(re.escape, [*hosts, ".." + "/shared", "/work" + "/shared"])))
    naming = {}
    for path in tracked_files():
        found = words.findall(path.read_bytes().decode("utf-8", "replace"))
        if found:
            naming[str(path.relative_to(ROOT))] = set(found)
    assert naming == {}
