"""A vault whose key lies in a real gnome-keyring: there, locked, absent, empty are four things."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.secretservice import running_secret_service

pytestmark = pytest.mark.real
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def keyring():
    with running_secret_service() as service:
        yield service


@pytest.fixture
def cm(keyring, tmp_path):
    """Run the program in the keyring's session; it returns exit code and document."""

    def run(*arguments, **variables):
        environment = {**keyring.environment, "CM_DESKTOP_HOME": str(tmp_path / "data")}
        environment |= {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"} | variables
        ran = subprocess.run(
            [sys.executable, "-m", "cm_desktop", "--json", *arguments],
            env={name: value for name, value in environment.items() if value},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert b"Traceback" not in ran.stderr
        return ran.returncode, json.loads(ran.stdout)

    return run


@pytest.fixture
def vault(cm, keyring):
    code, made = cm("vault", "create", "Bäckerei")
    assert (code, made["key_kind"]) == (0, "keyring")
    return Path(made["folder"])


def files(vault):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in vault.rglob("*")
        if path.is_file()
    }


def refused(cm, vault, *arguments):
    """Run a command that must fail with exit code 6 and leave every file as it is."""
    before = files(vault)
    code, document = cm(*(arguments or ("inbox",)))
    assert code == 6
    assert files(vault) == before
    return document["error"]["code"]


def test_a_vault_is_opened_with_the_key_of_the_keyring_and_no_questions(cm, vault, keyring):
    assert cm("inbox") == (0, [])
    (secret,) = keyring.secrets()
    assert len(secret) == 44
    assert secret.isascii()
    assert not any(secret.encode() in path.read_bytes() for path in vault.rglob("*.*"))
    about = json.loads((vault / "vault.json").read_text())
    assert about["key"] == {
        "kind": "keyring",
        "backend": "keyring.backends.SecretService.Keyring",
    }


def test_a_locked_keyring_is_told_and_nothing_is_made_anew(cm, vault, keyring):
    before = keyring.secrets()
    keyring.lock()
    assert refused(cm, vault) == "keyring_locked"
    assert refused(cm, vault, "vault", "create", "another") == "keyring_locked"
    assert [path.name for path in vault.parent.iterdir()] == [vault.name]
    keyring.unlock()
    assert keyring.secrets() == before
    assert cm("inbox") == (0, [])


def test_an_empty_keyring_is_told_and_nothing_is_made_anew(cm, vault, keyring):
    keyring.empty()
    assert refused(cm, vault) == "key_missing"
    assert keyring.secrets() == []


def test_a_keyring_that_is_gone_is_told_and_nothing_is_made_anew(cm, vault, keyring):
    before = keyring.secrets()
    keyring.stop()
    assert refused(cm, vault) == "keyring_missing"
    assert refused(cm, vault, "vault", "create", "another") == "keyring_missing"
    keyring.start()
    assert keyring.secrets() == before
    assert cm("inbox") == (0, [])


@pytest.mark.parametrize("secret", ["A" * 43 + "=", "nonsense", "x\ny"])
def test_something_else_in_the_place_of_the_key_is_a_wrong_key(cm, vault, keyring, secret):
    keyring.replace(secret)
    assert refused(cm, vault) == "key_wrong"
    assert keyring.secrets() == [secret]


def test_a_passphrase_takes_the_place_of_a_keyring_that_is_gone_for_new_vaults(
    cm, keyring, tmp_path
):
    keyring.stop()
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("Brötchen")
    given = {"CM_DESKTOP_PASSPHRASE_FILE": str(passphrase)}
    code, made = cm("vault", "create", "a", **given)
    assert (code, made["key_kind"]) == (0, "passphrase")
    assert cm("inbox", **given) == (0, [])


def test_a_removed_vault_takes_its_key_along_and_leaves_the_others(cm, vault, keyring):
    assert cm("vault", "create", "other")[0] == 0
    assert len(keyring.secrets()) == 2
    assert cm("vault", "remove", "Bäckerei", "--yes")[0] == 0
    assert len(keyring.secrets()) == 1
    assert cm("inbox") == (0, [])


def test_a_vault_can_be_removed_while_the_keyring_is_locked(cm, vault, keyring):
    keyring.lock()
    assert cm("vault", "remove", "Bäckerei", "--yes")[0] == 0
    assert not vault.exists()


def test_the_items_carry_no_name_of_the_client(cm, vault, keyring):
    (attributes,) = keyring.attributes()
    assert attributes["service"] == "cm-desktop"
    assert "ckerei" not in json.dumps(attributes)


def test_the_doctor_names_the_keyring(cm, vault, keyring):
    checks = {one["check"]: one for one in cm("doctor", QT_QPA_PLATFORM="offscreen")[1]["checks"]}
    assert checks["keyring"]["level"] == "fine"
    assert "SecretService" in checks["keyring"]["detail"]
    keyring.lock()
    document = cm("doctor", QT_QPA_PLATFORM="offscreen")[1]
    vaults = [one for one in document["checks"] if one["check"] == "vault"]
    assert [one["problem"] for one in vaults] == ["keyring_locked"]


_OPEN = """
import sys
from pathlib import Path
from cm_desktop.services.vault import open_vault

open_vault(Path(sys.argv[1]), "Bäckerei").close()
print("keyring" in sys.modules)
"""


def test_an_open_keyring_is_asked_without_importing_the_slow_library(vault, keyring):
    ran = subprocess.run(
        [sys.executable, "-c", _OPEN, str(vault.parent.parent)],
        env=keyring.environment | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.stdout.strip() == "False"
