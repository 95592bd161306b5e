"""The program itself, run as a process, with a real Synapse."""

import json
import os
import subprocess
import sys

import pytest

from tests.servers.matrix_account import anna, desk
from tests.servers.synapse import PASSWORD

__all__ = ["anna", "desk"]

pytestmark = pytest.mark.real


@pytest.fixture
def run(tmp_path):
    """Run a command of the program as a process, with a data folder of its own."""
    secret = tmp_path / "passphrase"
    secret.write_text("korrekt pferd batterie\n")

    def run(*words, given=None, expect=0):
        done = subprocess.run(
            [sys.executable, "-m", "cm_desktop", "--data-dir", str(tmp_path), "--json", *words],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, "CM_DESKTOP_PASSPHRASE_FILE": str(secret)},
        )
        assert done.returncode == expect, (words, done.stdout, done.stderr)
        return json.loads(done.stdout)

    return run


def test_from_the_command_line_a_question_is_fetched_and_answered_once(synapse, desk, anna, run):
    room, sealed = anna.make_room(desk.person), anna.make_room(desk.person, name="Geheim")
    anna.say(room, "Habt ihr sonntags offen?")
    anna.ask("PUT", f"/rooms/{sealed}/state/m.room.encryption/", algorithm="m.megolm.v1.aes-sha2")
    anna.put(sealed, "m.room.encrypted", algorithm="m.megolm.v1.aes-sha2", ciphertext="x")
    run("vault", "create", "laden")
    run("account", "add", "matrix", "--url", synapse.url, "--handle", desk.person.id,
        given=json.dumps({"password": PASSWORD}))  # fmt: skip
    [account] = run("sync")["accounts"]
    assert account["errors"] == []
    found = {one["title"]: one["id"] for one in run("inbox")}
    assert set(found) == {"Backstube", "Geheim"}
    run("reply", found["Backstube"], "--hold", "0", "Ja, von 8 bis 11 Uhr.")
    run("reply", found["Geheim"], "--hold", "0", "Klartext")
    assert run("sync", expect=1)["accounts"][0]["errors"][0]["detail"] == "encrypted"
    run("sync")
    assert anna.texts(room) == ["Habt ihr sonntags offen?", "Ja, von 8 bis 11 Uhr."]
    assert anna.texts(sealed) == []
    shown = run("show", found["Backstube"])["messages"]
    assert [one["text"] for one in shown if one["direction"] == "out"] == ["Ja, von 8 bis 11 Uhr."]
    refused = [row for row in run("outbox", "list") if row["state"] == "failed"]
    assert [row["error"] for row in refused] == ["not_allowed"]
