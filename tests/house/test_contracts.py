"""The import contracts of pyproject.toml hold for a small package as ours should be, and each
of them breaks when somebody breaks it on purpose."""

import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).parents[2] / "pyproject.toml"
LINT = Path(sysconfig.get_path("scripts")) / "lint-imports"

AS_IT_SHOULD_BE = {
    "__main__": "from cm_desktop import app, cli, worker",
    "app": "from cm_desktop.ui import main_window",
    "worker": "from cm_desktop.services import fetching",
    "i18n": "import gettext",
    "cli/inbox": "from cm_desktop.services import fetching",
    "ui/main_window": "import PySide6.QtWidgets, qtawesome\n"
    "from cm_desktop.services import fetching",
    "services/fetching": "from cm_desktop.store import connection\n"
    "from cm_desktop.connectors import registry",
    "store/connection": "from sqlcipher3 import dbapi2\nimport sqlite_utils\n"
    "from cm_desktop.domain import model",
    "connectors/base": "from cm_desktop.domain import model",
    "connectors/registry": "from cm_desktop.connectors import base",
    "connectors/http": "import httpx\nfrom cm_desktop.connectors import base",
    "connectors/plain_text": "import html",
    "connectors/wordpress": "from cm_desktop.connectors import base, http, plain_text",
    "connectors/mail": "import imaplib\nfrom cm_desktop.connectors import base, plain_text",
    "domain/model": "import dataclasses",
}
# Contract, and what breaks it.
BREACHES = [
    ("Layers, top to bottom", "domain/model", "from cm_desktop.store import connection"),
    ("Layers, top to bottom", "worker", "from cm_desktop import cli"),
    ("Layers, top to bottom", "connectors/wordpress", "from cm_desktop.store import connection"),
    ("Layers, top to bottom", "utils", ""),
    ("Qt only in ui and app", "services/fetching", "from PySide6.QtCore import QTimer"),
    ("Qt only in ui and app", "cli/inbox", "from cm_desktop.ui import main_window"),
    ("The window asks services", "ui/main_window", "from cm_desktop.store import connection"),
    ("The window asks services", "ui/main_window", "from cm_desktop.connectors import base"),
    ("Connectors do not know", "connectors/wordpress", "from cm_desktop.connectors import mail"),
    ("Connectors do not know", "connectors/base", "from cm_desktop.connectors import http"),
    ("Only connectors reach", "services/fetching", "import socket"),
    ("Only connectors reach", "cli/inbox", "from http.client import HTTPConnection"),
    ("httpx only in connectors.http", "connectors/wordpress", "import httpx"),
    ("httpx only in connectors.http", "app", "import httpx"),
    ("Mail protocols only", "connectors/wordpress", "import smtplib"),
    ("Mail protocols only", "services/fetching", "from imap_tools import MailBox"),
    ("SQL only in the store", "ui/main_window", "import sqlite3"),
    ("SQL only in the store", "connectors/wordpress", "from sqlcipher3 import dbapi2"),
]


def lint_imports(folder, modules):
    """Write a package, run the linter on it with our configuration, return what it printed."""
    for name, text in modules.items():
        file = folder / "cm_desktop" / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        (file.parent / "__init__.py").touch()
        file.write_text(text + "\n")
    command = [LINT, "--no-cache", "--no-logo", "--config", CONFIGURATION]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout


def test_a_package_as_it_should_be_keeps_every_contract(tmp_path):
    printed = lint_imports(tmp_path, AS_IT_SHOULD_BE)
    assert "0 broken" in printed, printed


@pytest.mark.parametrize("chosen", [BREACHES[::2], BREACHES[1::2]], ids=["some", "the others"])
def test_each_contract_breaks_when_it_is_broken(tmp_path, chosen):
    modules = dict(AS_IT_SHOULD_BE)
    for _contract, name, line in chosen:
        modules[name] = modules.get(name, "") + "\n" + line
    printed = lint_imports(tmp_path, modules)
    for contract, name, _line in chosen:
        assert re.search(rf"{re.escape(contract)}.* BROKEN", printed), printed
        if not contract.startswith("Layers"):
            assert re.search(rf"cm_desktop\.{name.replace('/', '.')} ->", printed), name
