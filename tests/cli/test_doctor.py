"""The doctor finds what does not work, says so, and never falls over itself."""

import subprocess
import sys

import pytest

from cm_desktop.services import doctor as examination


def checks(document):
    return {(one["check"], one["subject"]): one for one in document["checks"]}


def test_where_everything_works_it_says_so(busy_shop):
    document = busy_shop.done("doctor")
    assert document["ok"] is True
    found = checks(document)
    assert {name for name, _subject in found} == {
        "keyring", "window", "fonts", "database", "disk", "vault", "account",
    }  # fmt: skip
    assert found["vault", "shop"]["level"] == "fine"
    assert found["account", busy_shop.account]["level"] == "fine"
    assert all(one["message"] for one in found.values())
    shown = busy_shop.people("doctor")
    assert shown.code == 0
    assert "✗" not in shown.out


def test_an_account_that_cannot_sign_in_is_found(busy_shop):
    busy_shop.break_account(busy_shop.account, "sign_in")
    ran = busy_shop("doctor")
    assert ran.code == 1
    account = checks(ran.document)["account", busy_shop.account]
    assert (account["ok"], account["problem"]) == (False, "sign_in_needed")
    assert account["what_to_do"]
    assert "✗" in busy_shop.people("doctor").out


def test_each_vault_is_looked_at_and_a_damaged_one_stays_as_it_is(busy_shop):
    busy_shop.done("vault", "create", "second")
    file = busy_shop.data_dir / "vaults" / "shop" / "inbox.db"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    ran = busy_shop("doctor")
    assert ran.code == 1
    found = checks(ran.document)
    assert found["vault", "shop"]["problem"] == "vault_damaged"
    assert found["vault", "second"]["ok"] is True
    assert file.read_bytes() == content


def test_a_vault_whose_passphrase_is_not_known_is_told(shop, monkeypatch):
    monkeypatch.delenv("CM_DESKTOP_PASSPHRASE_FILE")
    ran = shop("doctor")
    assert ran.code == 1
    assert checks(ran.document)["vault", "shop"]["problem"] == "keyring_missing"


def test_a_single_vault_may_be_named(shop):
    shop.done("vault", "create", "second")
    document = shop.done("--vault", "second", "doctor")
    assert [one["subject"] for one in document["checks"] if one["check"] == "vault"] == ["second"]


def test_without_a_screen_the_window_is_the_trouble(cm, monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "no-such-platform")
    ran = cm("doctor")
    assert ran.code == 1
    window = checks(ran.document)["window", None]
    assert (window["ok"], window["problem"]) == (False, "window_fails")
    assert "command line" in window["what_to_do"]


@pytest.mark.parametrize("said", ["raise SystemExit(3)", "print('x')", "", "print('{}'); 1/0"])
def test_a_window_that_answers_nonsense_is_trouble(cm, monkeypatch, said):
    monkeypatch.setattr(examination, "_TRY_WINDOW", said)
    assert checks(cm("doctor").document)["window", None]["ok"] is False


FONTLESS = """
print('warning of some library')
print('{"version": "6", "platform": "x", "families": 0, "latin": false, "emoji": false}')
"""


def test_a_computer_without_letters_is_in_trouble(cm, monkeypatch):
    monkeypatch.setattr(examination, "_TRY_WINDOW", FONTLESS)
    ran = cm("doctor")
    assert ran.code == 1
    assert checks(ran.document)["fonts", None]["problem"] == "no_fonts"


@pytest.mark.parametrize(
    ("constant", "value", "problem", "code"),
    [
        ("_NO_ROOM", 1 << 60, "disk_full", 1),
        ("_LITTLE_ROOM", 1 << 60, "little_room", 0),
        ("_FIRST_SQLITE", (99, 0, 0), "old_sqlite", 1),
    ],
)
def test_what_is_short_or_old_is_found(cm, monkeypatch, constant, value, problem, code):
    monkeypatch.setattr(examination, constant, value)
    ran = cm("doctor")
    assert ran.code == code
    (found,) = [one for one in ran.document["checks"] if one["problem"] == problem]
    assert found["ok"] is (code == 0)
    assert cm.people("doctor").code == code


def test_a_folder_for_temporary_files_that_is_gone_is_found(cm, monkeypatch, tmp_path):
    monkeypatch.setattr(examination.tempfile, "tempdir", str(tmp_path / "none"))
    assert checks(cm("doctor").document)["database", None]["problem"] == "no_temporary_folder"


def test_a_window_that_never_answers_is_trouble(cm, monkeypatch):
    monkeypatch.setattr(
        examination, "_TRY_WINDOW", "input()\nimport threading\nthreading.Event().wait()"
    )
    monkeypatch.setattr(examination, "_PATIENCE", 0.3)
    assert checks(cm("doctor").document)["window", None]["ok"] is False


def test_a_folder_in_a_cloud_is_worth_a_note(cm, tmp_path):
    place = tmp_path / "Dropbox" / "data"
    document = cm.done("--data-dir", str(place), "doctor")
    disk = checks(document)["disk", "Dropbox"]
    assert (disk["level"], disk["ok"]) == ("note", True)
    assert not place.exists()


def test_a_demo_nobody_has_the_key_of_is_passed_over(cm, data_dir):
    from cm_desktop.services.vault import open_demo

    open_demo(data_dir).close()
    assert cm.done("doctor")["ok"] is True


def test_it_says_the_same_as_a_program_of_its_own(data_dir):
    ran = subprocess.run(
        [sys.executable, "-m", "cm_desktop", "doctor"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(ran.stdout.splitlines()) >= 5
