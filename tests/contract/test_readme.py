"""The README's example runs as it stands there, and its sentences about searching are true."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.connectors.loopback import serve
from tests.connectors.wordpress.fake_site import PASSWORD, FakeSite

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def site():
    with serve() as loopback:
        yield FakeSite(loopback)


def _example():
    """Return the commands of the chapter about the command line."""
    chapter = README.read_text("utf-8").partition("## On the command line")[2]
    return re.search(r"```\n(.*?)```", chapter, re.DOTALL)[1].strip().splitlines()


def test_the_example_of_the_readme_runs_as_it_stands(computer, site):
    programs = f"{Path(sys.executable).parent}{os.pathsep}{computer.environment['PATH']}"
    chosen, said = "CONVERSATION", []
    for command in _example():
        typed = command.replace("https://example.org", site.url).replace("CONVERSATION", chosen)
        typed = typed.replace("abcd efgh ijkl mnop", PASSWORD)
        ran = subprocess.run(
            ["bash", "-o", "pipefail", "-c", typed], env=computer.environment | {"PATH": programs},
            cwd=computer.root, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (ran.returncode, ran.stderr) == (0, ""), (command, ran)
        said.append(ran.stdout)
        if " inbox " in command:
            found = computer.done("inbox", "--query", "ist:unbeantwortet")
            chosen = next(one["id"] for one in found if one["kind"] == "comments")
    assert len(said) > 8
    assert "Ja, jeden Dienstag." in (computer.root / "log.csv").read_text("utf-8-sig")
    assert "Ja, jeden Dienstag." in str(site.writes())
    assert json.loads((computer.root / "log.jsonl").read_text().partition("\n")[0])["client"] == (
        "Bäckerei Morgenrot"
    )


def test_every_operator_that_the_readme_names_finds_something_in_the_demo(filled):
    named = set(re.findall(r"`((?:von|kanal|ist|vor|hat|from|channel|is):[^`…]*)`",
                           README.read_text("utf-8")))  # fmt: skip
    assert {"kanal:mail", "ist:unbeantwortet", "hat:anhang"} <= named
    for query, ran in zip(named, filled.many([["inbox", "--query", one] for one in named]),
                          strict=True):  # fmt: skip
        assert ran.code == 0
        if query.endswith(":") or query.startswith(("von:", "vor:")):
            continue
        assert ran.document, query


def test_the_readme_names_every_exit_code(filled):
    told = README.read_text("utf-8").partition("Exit codes:")[2].partition("\n\n")[0]
    assert re.findall(r"\b(\d) ", told) == list("0123456")
