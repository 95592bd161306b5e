"""A bakery's computer with messages on it, made once and copied for each test."""

import shutil

import pytest

from tests.contract.outsider import Outsider

LOOKS = ("", "mail", "wordpress", "telegram")


@pytest.fixture
def computer(tmp_path):
    """A computer without any vault."""
    return Outsider(tmp_path)


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """A computer with a vault "shop" and four read accounts. Only to be read."""
    outsider = Outsider(tmp_path_factory.mktemp("filled"))
    outsider.make_vault()
    added = [["account", "add", "demo", *(["--set", f"as={look}"] if look else [])]
             for look in LOOKS]  # fmt: skip
    for ran in outsider.many(added):
        assert ran.code == 0, ran
    outsider.done("sync")
    return outsider


@pytest.fixture
def shop(filled, tmp_path):
    """A copy of the filled computer to do anything with."""
    outsider = Outsider(tmp_path)
    shutil.copytree(filled.data, outsider.data)
    return outsider


@pytest.fixture(scope="session")
def conversations(filled):
    """All conversations of the filled computer, newest first."""
    return filled.done("inbox", "--view", "all", "--limit", "1000")


@pytest.fixture(scope="session")
def incoming(filled, conversations):
    """A message that asks for an answer, on the account that may do everything without a limit."""
    account = filled.done("account", "list")[0]["id"]
    chosen = next(c["id"] for c in conversations if c["account"] == account and c["needs_answer"])
    messages = filled.done("show", chosen)["messages"]
    return next(one for one in reversed(messages) if one["direction"] == "in")


@pytest.fixture(scope="session")
def chosen(incoming):
    """The conversation of that message."""
    return incoming["conversation"]


@pytest.fixture(scope="session")
def _empty(tmp_path_factory):
    outsider = Outsider(tmp_path_factory.mktemp("empty"))
    outsider.make_vault()
    return outsider


@pytest.fixture
def empty(_empty, computer):
    """A computer with a vault "shop" and nothing in it."""
    shutil.copytree(_empty.data, computer.data)
    return computer
