"""Canaries: passwords, keys and texts are looked for in every byte that a whole life leaves."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.connectors.loopback import serve
from tests.connectors.mail.case import Case
from tests.connectors.wordpress import fake_site
from tests.connectors.wordpress.fake_site import FakeSite
from tests.contract.outsider import Outsider
from tests.security.canaries import hits, hits_in, spellings
from tests.servers.ports import free_ports

# Letters that every spelling changes; each stands nowhere else.
SECRETS = {
    "passphrase": "Kanari-Wort ü1&%/+ passphrase",
    "wordpress": "kana ri2& wo%r d+pr ess=",
    "wrong": "kanari3& fals%ch+=wordpress",
    "mail": "Kanari4 Mü&%l/+post",
    "mail, wrong": "Kanari5 f&%lsch/+post",
    "elsewhere": "kanari6&%anderswo+=",
    "parrot": "Kanari7beimPapagei",
}
TEXTS = {
    "comment": "Zaunkönigkommentar", "author": "Wiedehopfautorin", "mail text": "Pirolbrieftext",
    "mail author": "Kleiberabsender", "reply": "Bachstelzenantwort", "note": "Dompfaffnotiz",
    "template": "Rotkehlchenvorlage", "asked": "Grasmückenbitte", "tag": "Neuntötertag",
    "crash": "Eisvogelabsturz", "subject": "Goldammerbetreff",
}  # fmt: skip
_CRASH = """
import sys
from pathlib import Path
from cm_desktop.services import reading, syncing
from cm_desktop.services.tools import Tools
from cm_desktop.services.vault import open_vault

class Broken:
    def __getattr__(self, name):
        raise ZeroDivisionError(sys.argv[2])
    def close(self):
        return None

with open_vault(Path(sys.argv[1])) as vault:
    (*_others, account) = reading.accounts(vault)
    report = syncing.sync_once(vault, account=account.id,
                               tools=Tools(make=lambda vault, account: Broken()))
    print([error.code for error in report.errors])
    print(vault.key.hex())
"""


@pytest.fixture
def site(monkeypatch):
    """A WordPress site whose password is a canary."""
    monkeypatch.setattr(fake_site, "PASSWORD", SECRETS["wordpress"])
    with serve() as loopback:
        site = FakeSite(loopback)
        site.add(9001, text=TEXTS["comment"], author_name=TEXTS["author"], at=site.now)
        yield site


@pytest.fixture
def mailbox():
    """A mailbox whose password is a canary."""
    with Case() as case:
        case.imap.passwords = case.smtp.passwords = {"alice@example.test": SECRETS["mail"]}
        raw = (
            f"From: {TEXTS['mail author']} <karl@kunde.example>\r\nTo: alice@example.test\r\n"
            f"Subject: {TEXTS['subject']}\r\nMessage-ID: <1@kunde.example>\r\n"
            "Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\n\r\n{TEXTS['mail text']}\r\n"
        )
        case.imap.arrive(raw.encode())
        yield case


class Life:
    """What somebody does with two accounts, with everything going wrong that may."""

    def __init__(self, computer, site, mailbox):
        self.computer, self.site, self.mailbox = computer, site, mailbox
        computer.passphrase.write_text(SECRETS["passphrase"] + "\n", encoding="utf-8")
        computer.make_vault()

    def wordpress(self, url, password, **more):
        return self.computer(
            "account", "add", "wordpress", "--url", url, "--handle", "admin",
            text=json.dumps({"password": password}), **more,
        )  # fmt: skip

    def mail(self, password, **settings):
        config = self.mailbox.config(**settings)
        words = [word for key, value in config.settings.items()
                 for word in ("--set", f"{key}={value}")]  # fmt: skip
        return self.computer(
            "account", "add", "mail", "--handle", config.handle, *words,
            text=json.dumps({"password": password}),
        )  # fmt: skip

    def sign_ins_that_fail(self, tmp_path):
        """Try wrong servers, wrong passwords, no TLS, a bad certificate, nobody there."""
        elsewhere = SECRETS["elsewhere"]
        assert self.wordpress(self.site.url, SECRETS["wrong"]).code == 3
        assert self.mail(SECRETS["mail, wrong"]).code == 3
        (nobody,) = free_ports(1)
        assert self.wordpress(f"http://127.0.0.1:{nobody}", elsewhere).code == 4
        assert self.mail(elsewhere, imap_port=str(nobody)).code == 4
        assert self.mail(elsewhere, ca_file="").error["code"] == "untrusted_server"
        assert self.mail(elsewhere, imap_port=str(self.site.loopback.port)).code in (2, 4)
        assert self.wordpress("http://blog.example", elsewhere).code == 2
        for address in (f"https://admin:{elsewhere}@blog.example", f"imaps://a:{elsewhere}@h"):
            self.wordpress(address, elsewhere)
        url = f"imaps://alice:{SECRETS['mail']}@127.0.0.1:{self.mailbox.imap.port}"
        self.computer.refused(
            2, "account", "add", "mail", "--handle", "alice@example.test", "--url", url,
            text=json.dumps({"password": SECRETS["mail"]}),
        )  # fmt: skip
        with serve(Path(self.mailbox.ca_file).parent / "good.pem") as untrusted:
            assert self.wordpress(untrusted.url, elsewhere).error["code"] == "untrusted_server"
        self._a_server_that_repeats(SECRETS["parrot"])

    def _a_server_that_repeats(self, secret):
        """Sign in to servers that say back what they were told, in every place they can."""
        with serve() as parrot:

            def repeat(exchange):
                told = exchange.headers.get("Authorization", "")
                status = next(statuses, 401)
                exchange.answer(
                    {"code": secret, "error": told.partition(" ")[2].rstrip("=")},
                    status=status, WWW_Authenticate=f'Basic realm="{told}"', X_Told=told,
                    Location=None if status != 302 else f"http://127.0.0.2/?{told}",
                )  # fmt: skip

            parrot.intercept = repeat
            for status in (401, 403, 500, 302):
                statuses = iter([status] * 20)
                assert self.wordpress(parrot.url, secret).code in (2, 3, 4, 5)

    def a_working_day(self):
        """Connect, read, answer, note, hand over, examine, export, back up."""
        computer = self.computer
        site = self.wordpress(self.site.url, SECRETS["wordpress"]).document["id"]
        post = self.mail(SECRETS["mail"]).document["id"]
        computer.done("sync")
        found = computer.done("inbox", "--limit", "200")
        for account in (site, post):
            chosen = next(one["id"] for one in found if one["account"] == account)
            computer.done("reply", chosen, TEXTS["reply"])
        computer.each(
            ["note", chosen, TEXTS["note"]], ["tag", "add", chosen, TEXTS["tag"]],
            ["handoff", chosen, "Jonas", TEXTS["asked"]],
            ["template", "add", TEXTS["template"], TEXTS["template"]],
        )  # fmt: skip
        computer.done("sync")
        assert TEXTS["reply"] in str(self.mailbox.smtp.taken)
        assert TEXTS["reply"] in str(self.site.writes())
        self.site.refusals[("GET", "/wp/v2/comments")] = {
            "status": 500, "headers": {}, "body": {"code": TEXTS["comment"]},
        }  # fmt: skip
        assert computer("sync").code == 1
        del self.site.refusals[("GET", "/wp/v2/comments")]
        computer("doctor")
        computer.each(
            ["vault", "backup"], ["account", "list"], ["account", "test", post], ["outbox", "list"],
            *(["export", "--format", kind, "--out", f"log.{kind}"]
              for kind in ("csv", "csv-excel", "jsonl")),
        )  # fmt: skip
        assert computer.people("account", "list").code == 0


@pytest.fixture
def life(watched, site, mailbox):
    return Life(watched, site, mailbox)


def _worker(computer, key):
    """Run the worker for a while; return its process' arguments and environment, and its output."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cm_desktop", "worker"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=computer.environment,
        cwd=computer.root,
    )  # fmt: skip
    first = {"key": key, "data_dir": str(computer.data), "vault": "shop"}
    process.stdin.write(json.dumps(first).encode() + b"\n")
    process.stdin.flush()
    said = process.stdout.readline()
    assert b"ready" in said
    place = Path(f"/proc/{process.pid}")
    shown = place.joinpath("cmdline").read_bytes() + place.joinpath("environ").read_bytes()
    said += process.stdout.readline()
    out, err = process.communicate(b'{"do": "sync"}\n{"do": "stop"}\n', timeout=60)
    return shown, said + out + err


def test_no_secret_and_no_text_is_anywhere_it_must_not_be(life, watched, tmp_path):
    life.sign_ins_that_fail(tmp_path)
    life.a_working_day()
    codes, key = watched.python(_CRASH, str(watched.data), TEXTS["crash"]).split("\n")[:2]
    assert codes == "['bug']"
    shown, said = _worker(watched, key)
    secrets = SECRETS | {"key": key, "key, shouted": key.upper()}

    # Whoever lists the processes sees neither key nor passphrase.
    assert hits(secrets, shown) == []
    assert bytes.fromhex(key) not in shown
    # What programs say: no secret ever, and no text but what was asked for.
    printed = "".join(out + err for out, err in watched.streams).encode() + said
    assert hits(secrets, printed) == []
    errors = "".join(err for _out, err in watched.streams).encode() + said
    assert hits(TEXTS, errors) == []
    # Files: no secret in any, and texts only in the exports that were asked for.
    exports = [watched.root / f"log.{kind}" for kind in ("csv", "csv-excel", "jsonl")]
    assert hits_in(watched.root, secrets, but=[watched.passphrase]) == {}
    assert hits_in(watched.root, TEXTS, but=exports) == {}
    for file in exports:
        assert {"comment", "author", "mail text", "reply", "note"} <= set(
            hits(TEXTS, file.read_bytes())
        )
    # The key is in no file as bytes either.
    raw = bytes.fromhex(key)
    assert [place for place in watched.root.rglob("*")
            if place.is_file() and raw in place.read_bytes()] == []  # fmt: skip
    # And the net is fine enough: what was done was noted down.
    log = (watched.notes / "log").read_text()
    assert "GET 127.0.0.1" in log
    assert watched.noted("sockets")
    assert list(watched.temporary.iterdir()) == []
    assert {oct(place.stat().st_mode & 0o077) for place in watched.data.rglob("*")} == {"0o0"}


def test_the_net_would_catch_a_secret(tmp_path):
    for number, spelling in enumerate(spellings(SECRETS["mail"])):
        (tmp_path / str(number)).write_bytes(os.urandom(7) + spelling + b"\0")
    found = hits_in(tmp_path, SECRETS)
    assert len(found) == len(list(tmp_path.iterdir()))
    assert set(map(tuple, found.values())) == {("mail",)}


def test_a_passphrase_that_is_wrong_is_not_repeated(tmp_path):
    computer = Outsider(tmp_path)
    computer.make_vault()
    computer.passphrase.write_text(SECRETS["passphrase"] + "\n", encoding="utf-8")
    for ran in (computer("inbox"), computer.people("inbox")):
        assert ran.code == 6
        assert hits(SECRETS, (ran.out + ran.err).encode()) == []
