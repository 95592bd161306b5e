"""A new user with the command line alone, a running WordPress and a running mail server.

Create a vault, add both, sync, read, reply, sync again, find the answers on the servers
once each, export the log and verify it.
"""

import dataclasses
import email
import email.policy
import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.real

MAIL = """From: Berta Beispiel <bob@example.test>
To: alice@example.test
Subject: Torte zum 80.
Message-ID: <torte-1@example.test>
Date: Sat, 21 Nov 2026 08:00:00 +0100
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Guten Tag, backen Sie auch Torten für 40 Gäste? Viele Grüße
"""


class Desk:
    """The program as a process, with a data folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        secret = folder / "passphrase"
        secret.write_text("correct horse battery staple\n")
        self.environment = {"CM_DESKTOP_PASSPHRASE_FILE": str(secret)}

    def run(self, *words, given=None, expect=0):
        """Run one command with --json; return its document."""
        done = subprocess.run(
            [sys.executable, "-m", "cm_desktop", "--data-dir", str(self.folder), "--json", *words],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, **self.environment},
        )
        assert done.returncode == expect, (words, done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def add_wordpress(desk, server):
    return desk.run(
        "account", "add", "wordpress", "--url", server.url, "--handle", server.username,
        given=json.dumps({"password": server.password}),
    )  # fmt: skip


def add_mail(desk, server, expect=0):
    settings = {
        "imap_host": server.host,
        "imap_port": server.imaps_port,
        "smtp_host": server.host,
        "smtp_port": server.smtps_port,
        "ca_file": server.ca_file,
    }
    words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    return desk.run(
        "account", "add", "mail", "--handle", "alice@example.test", *words,
        given=json.dumps({"password": server.password}), expect=expect,
    )  # fmt: skip


def conversation_with(desk, text):
    for one in desk.run("inbox"):
        shown = desk.run("show", one["id"])
        if any(text in message["text"] for message in shown["messages"]):
            return one["id"]
    raise AssertionError(text)


def replies_to_bob(server):
    mails = [
        email.message_from_bytes(raw, policy=email.policy.default)
        for raw in server.mailbox("bob@example.test")
    ]
    return [mail for mail in mails if mail["From"] and "alice@example.test" in mail["From"]]


def test_a_new_user_answers_a_comment_and_a_mail_and_proves_it(
    desk,
    wordpress,
    mail_server,
    tmp_path,
):
    comment = wordpress.comment("Habt ihr auch Dinkelbrot?", author="Karl")
    mail_server.deliver(MAIL.encode(), "alice@example.test", sender="bob@example.test")
    desk.run("vault", "create", "morgenrot", "--title", "Bäckerei Morgenrot")
    add_wordpress(desk, wordpress)
    add_mail(desk, mail_server)

    first = desk.run("sync")
    assert [account["errors"] for account in first["accounts"]] == [[], []]
    about_bread = conversation_with(desk, "Dinkelbrot")
    about_cake = conversation_with(desk, "40 Gäste")

    desk.run("reply", about_bread, "--hold", "0", "Ja, jeden Dienstag.")
    desk.run("reply", about_cake, "--hold", "0", given="Sehr gern, Frau Beispiel.\n")
    second = desk.run("sync")
    desk.run("sync")

    assert sum(account["sent"] for account in second["accounts"]) == 2
    assert wordpress.count("Ja, jeden Dienstag.") == 1
    answer = wordpress.php(
        "return get_comments(array('parent' => $v['id'], 'fields' => 'ids'));", id=comment
    )
    assert len(answer) == 1
    (mail,) = replies_to_bob(mail_server)
    assert mail["In-Reply-To"] == "<torte-1@example.test>"
    assert "Sehr gern, Frau Beispiel." in mail.get_body().get_content()
    assert len(mail_server.mailbox("alice@example.test", mail_server.sent_folder)) == 1
    shown = desk.run("show", about_bread)
    assert [one["text"] for one in shown["messages"] if one["direction"] == "out"] == [
        "Ja, jeden Dienstag."
    ]

    log = tmp_path / "log.jsonl"
    desk.run("export", "--format", "jsonl", "--out", str(log))
    assert desk.run("verify", str(log))["ok"] is True
    changed = log.read_text().replace("Dienstag", "Mittwoch")
    log.write_text(changed)
    assert desk.run("verify", str(log), expect=1)["ok"] is False


def test_a_wrong_password_is_said_and_nothing_is_saved(desk, mail_server):
    desk.run("vault", "create", "morgenrot")
    wrong = dataclasses.replace(mail_server, password="nope")
    said = add_mail(desk, wrong, expect=3)

    assert said["error"]["code"] == "sign_in_needed"
    assert desk.run("account", "list") == []
