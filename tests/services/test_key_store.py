"""The key goes only where it is safe, comes back as it was, and each trouble has its own name."""

import stat
import sys
import types

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, null
from keyring.errors import InitError, KeyringLocked, PasswordSetError

from cm_desktop.domain.errors import (
    KeyMissingError,
    KeyringLockedError,
    KeyringMissingError,
    KeyWrongError,
    VaultDamagedError,
    VaultTooNewError,
)
from cm_desktop.services import key_store

KEY = bytes(range(32))


class Ring:
    """A keyring in memory that keeps the contract of the real ones."""

    def __init__(self):
        self.kept = {}
        self.trouble = None

    def _check(self):
        if self.trouble is not None:
            raise self.trouble

    def get_password(self, service, username):
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service, username):
        self._check()
        del self.kept[service, username]


class ForgetfulRing(Ring):
    def get_password(self, service, username):
        return None


def test_what_is_kept_comes_back():
    ring = Ring()
    key_store.keep_key(ring, "one", KEY)
    key_store.keep_key(ring, "two", bytes(32))
    assert key_store.read_key(ring, "one") == KEY


def test_a_key_is_one_line_of_plain_letters():
    ring = Ring()
    key_store.keep_key(ring, "one", b"\n" * 32)
    (text,) = ring.kept.values()
    assert text.isascii()
    assert text.isprintable()
    assert len(text) < 1280  # as much as the keyring of Windows takes


def test_a_keyring_that_forgets_is_none():
    with pytest.raises(KeyringMissingError):
        key_store.keep_key(ForgetfulRing(), "one", KEY)
    with pytest.raises(KeyringMissingError):
        key_store.keep_key(null.Keyring(), "one", KEY)


@pytest.mark.parametrize("kept", [None, ""])
def test_a_keyring_without_the_key_says_so(kept):
    ring = Ring()
    if kept is not None:
        ring.kept["cm-desktop", "one"] = kept
    with pytest.raises(KeyMissingError):
        key_store.read_key(ring, "one")


@pytest.mark.parametrize("text", ["x", "not base64!", "ä", "AAAA", "A" * 45])
def test_something_else_in_its_place_is_a_wrong_key(text):
    ring = Ring()
    ring.kept["cm-desktop", "one"] = text
    with pytest.raises(KeyWrongError):
        key_store.read_key(ring, "one")


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (KeyringLocked("locked"), KeyringLockedError),
        (InitError("no bus"), KeyringMissingError),
        (PasswordSetError("no"), KeyringMissingError),
        (ConnectionResetError(), KeyringMissingError),
    ],
)
def test_locked_and_absent_are_different_for_each_question(trouble, error):
    ring = Ring()
    ring.trouble = trouble
    for ask in (
        lambda: key_store.keep_key(ring, "one", KEY),
        lambda: key_store.read_key(ring, "one"),
        lambda: key_store.forget_key(ring, "one"),
    ):
        with pytest.raises(error):
            ask()


def test_forgetting_a_key_that_is_not_there_is_fine():
    ring = Ring()
    key_store.keep_key(ring, "one", KEY)
    key_store.forget_key(ring, "one")
    key_store.forget_key(ring, "one")
    assert ring.kept == {}


def test_a_keyring_that_is_not_known_to_be_safe_is_not_used():
    with pytest.raises(KeyringMissingError):
        key_store.safe_keyring()  # the tests' own choice is one that always fails


class _Backend(KeyringBackend):
    """Stands where a keyring of the library would; `module` says which."""

    priority = 1

    def get_password(self, service, username):
        return None

    def set_password(self, service, username, password):
        raise PasswordSetError

    def delete_password(self, service, username):
        raise PasswordSetError


@pytest.fixture
def backends(monkeypatch):
    """Make keyrings of modules by name; they are forgotten by the library afterwards."""
    known = set(KeyringBackend._classes)

    def make(module):
        return type("Keyring", (_Backend,), {"__module__": module})()

    yield make
    KeyringBackend._classes.intersection_update(known)
    keyring.core._keyring_backend = None


@pytest.mark.parametrize("module", ["keyrings.alt.file", "keyring.backends.null", "evil.macOS"])
def test_keyrings_that_keep_plain_text_are_refused(backends, module):
    keyring.set_keyring(backends(module))
    with pytest.raises(KeyringMissingError):
        key_store.safe_keyring()


@pytest.mark.parametrize("module", key_store.SAFE_KEYRINGS)
def test_the_keyrings_of_the_systems_are_used(backends, module):
    ring = backends(module)
    keyring.set_keyring(ring)
    assert key_store.safe_keyring() is ring
    assert key_store.name_of(ring) == f"{module}.Keyring"


def test_of_a_chain_only_the_safe_part_is_used(backends, monkeypatch):
    plain, safe = backends("keyrings.alt.file"), backends("keyring.backends.kwallet")
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain, safe])
    keyring.set_keyring(chainer.ChainerBackend())
    assert key_store.safe_keyring() is safe
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain])
    with pytest.raises(KeyringMissingError):
        key_store.safe_keyring()


def test_the_keyring_that_has_the_key_is_asked_even_if_the_system_prefers_another(
    backends, monkeypatch
):
    recorded = type(backends("keyring.backends.kwallet"))
    module = types.ModuleType("keyring.backends.kwallet")
    module.Keyring = recorded
    monkeypatch.setitem(sys.modules, "keyring.backends.kwallet", module)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    keyring.set_keyring(backends("keyring.backends.SecretService"))
    assert type(key_store.safe_keyring("keyring.backends.kwallet.Keyring")) is recorded


@pytest.mark.parametrize("backend", ["os.system", "keyring.backends.kwallet.x.y", "", "kwallet"])
def test_a_recorded_class_that_is_no_keyring_is_never_imported(backend, backends, monkeypatch):
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    preferred = backends("keyring.backends.macOS")
    keyring.set_keyring(preferred)
    assert key_store.safe_keyring(backend) is preferred


def test_a_passphrase_gives_the_key_back_at_the_cost_that_was_promised():
    lock = key_store.wrap_key(KEY, "Süße Brötchen", "one")
    assert {name: lock[name] for name in ("kdf", "time", "memory_kib", "lanes")} == {
        "kdf": "argon2id",
        "time": 3,
        "memory_kib": 65_536,
        "lanes": 4,
    }
    assert key_store.unwrap_key(lock, "Süße Brötchen", "one") == KEY
    for passphrase, vault_id in [("süße Brötchen", "one"), ("Süße Brötchen", "two")]:
        with pytest.raises(KeyWrongError):
            key_store.unwrap_key(lock, passphrase, vault_id)


def test_the_same_key_and_passphrase_never_look_the_same(monkeypatch):
    monkeypatch.setattr(key_store, "_MEMORY_KIB", 64)
    one, two = (key_store.wrap_key(KEY, "x", "one") for _ in range(2))
    assert one["salt"] != two["salt"]
    assert one["wrapped"] != two["wrapped"]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"kdf": "scrypt"}, VaultTooNewError),
        ({"memory_kib": 1 << 40}, VaultDamagedError),
        ({"time": 1 << 40}, VaultDamagedError),
        ({"lanes": 0}, VaultDamagedError),
        ({"lanes": 100_000}, VaultDamagedError),
        ({"memory_kib": "much"}, VaultDamagedError),
        ({"salt": ""}, VaultDamagedError),
        ({"salt": None}, VaultDamagedError),
        ({"wrapped": "AAAA"}, VaultDamagedError),
        ({"wrapped": "ä"}, VaultDamagedError),
    ],
)
def test_a_forged_lock_costs_nothing_and_is_damage(monkeypatch, changed, error):
    monkeypatch.setattr(key_store, "_MEMORY_KIB", 64)
    lock = key_store.wrap_key(KEY, "x", "one") | changed
    with pytest.raises(error):
        key_store.unwrap_key(lock, "x", "one")


def test_a_passphrase_file_gives_its_first_line(tmp_path, monkeypatch):
    file = tmp_path / "p"
    monkeypatch.setenv("CM_DESKTOP_PASSPHRASE_FILE", str(file))
    for content in (b"a b ", b"a b \n", b"a b \r\n", b"\xef\xbb\xbfa b \nsecond"):
        file.write_bytes(content)
        assert key_store.passphrase_from_file() == "a b "
    file.chmod(stat.S_IRUSR)
    monkeypatch.setenv("CM_DESKTOP_PASSPHRASE_FILE", "")
    assert key_store.passphrase_from_file() is None
