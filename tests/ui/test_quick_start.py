"""What the window's first picture waits for: only what it needs."""

import subprocess
import sys

import pytest

_LIST_MODULES = """
import sys
import cm_desktop.__main__
from cm_desktop.ui.quick_imports import leave_sources_alone

leave_sources_alone()
import cm_desktop.app

print("\\n".join(sys.modules))
"""
_IMPORT_ANOTHER = """
import linecache
from cm_desktop.ui.quick_imports import leave_sources_alone

import PySide6.QtCore
if {quickly}:
    leave_sources_alone()
linecache.clearcache()
from cm_desktop.domain import views

print(any("cm_desktop" in file for file in linecache.cache))
"""


def _said_by(program):
    words = [sys.executable, "-c", program]
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.fixture(scope="module")
def imported():
    return set(_said_by(_LIST_MODULES).split())


@pytest.mark.parametrize(
    "slow",
    [
        "asyncio", "babel", "click", "cryptography", "email", "html", "httpx", "keyring",
        "msgspec", "nh3", "platformdirs", "regex", "rich", "sqlite_utils", "uuid",
    ],
)  # fmt: skip
def test_the_window_is_imported_without_what_is_slow_and_not_needed_yet(imported, slow):
    assert slow not in imported


@pytest.mark.parametrize("later", ["composer.composer", "conversation.view", "dialogs.settings"])
def test_what_the_first_picture_does_not_show_is_imported_later(imported, later):
    assert "cm_desktop.ui.main_window" in imported
    assert f"cm_desktop.ui.{later}" not in imported


def test_modules_are_imported_without_reading_their_source():
    assert _said_by(_IMPORT_ANOTHER.format(quickly=False)).strip() == "True"  # as PySide would
    assert _said_by(_IMPORT_ANOTHER.format(quickly=True)).strip() == "False"
