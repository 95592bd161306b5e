"""Keeps a vault's key: in the system's keyring, or wrapped by a passphrase.

Only keyrings known to encrypt are used. What is written is read back and compared. A
keyring that is locked, one that is not there, and one without our key are three errors,
and none of them ever leads to a new key for a vault that exists.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from cm_desktop.domain.errors import (
    KeyMissingError,
    KeyringLockedError,
    KeyringMissingError,
    KeyWrongError,
    VaultDamagedError,
    VaultTooNewError,
)
from cm_desktop.store.vault_file import KEY_BYTES

SERVICE = "cm-desktop"  # our name in the keyring; the user name there is the vault's id
PASSPHRASE_FILE = "CM_DESKTOP_PASSPHRASE_FILE"  # noqa: S105 - a variable's name
# keyrings.alt and the null keyring keep nothing safe, so only these are taken.
SAFE_KEYRINGS = (
    "keyring.backends.SecretService",
    "keyring.backends.kwallet",
    "keyring.backends.libsecret",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)

_LINUX_KEYRING = "keyring.backends.SecretService.Keyring"
_TIME_COST, _MEMORY_KIB, _LANES = 3, 64 * 1024, 4
_MOST_TIME, _MOST_MEMORY_KIB, _MOST_LANES = 64, 2 * 1024 * 1024, 64
_NONCE_BYTES = 12
_LONGEST_PASSPHRASE_FILE = 4096
# Errors that keyrings let through from the libraries below them, by module.
_FOREIGN_ERRORS = (
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("dbus.exceptions", "DBusException"),
    ("win32ctypes.pywin32.pywintypes", "error"),
)


class Keyring(Protocol):
    """What we ask of a keyring: the interface of the `keyring` library's backends."""

    def get_password(self, service: str, username: str, /) -> str | None:
        """Return what is kept, or None."""
        ...

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Keep something."""
        ...

    def delete_password(self, service: str, username: str, /) -> None:
        """Forget something."""
        ...


def safe_keyring(backend: str = "") -> Keyring:
    """Return a keyring that keeps secrets safe; `backend`: the class a key was put into.

    Asking the very keyring that has the key helps where the system prefers another one by
    now. Raises KeyringMissingError, KeyringLockedError.
    """
    with _keyring_explained():
        ring = None if "PYTHON_KEYRING_BACKEND" in os.environ else _made(backend)
        ring = ring or _preferred()
    if ring is None:
        raise KeyringMissingError(backend)
    return ring


def name_of(ring: Keyring) -> str:
    """Return the class of a keyring, as vault.json records it."""
    return f"{type(ring).__module__}.{type(ring).__qualname__}"


def keep_key(ring: Keyring, vault_id: str, key: bytes) -> None:
    """Put a key into the keyring, and make sure it can be had back. Raises VaultErrors."""
    text = base64.urlsafe_b64encode(key).decode("ascii")  # one line: some keyrings break else
    with _keyring_explained():
        ring.set_password(SERVICE, vault_id, text)
        kept = ring.get_password(SERVICE, vault_id)
    if kept != text:
        raise KeyringMissingError(f"{name_of(ring)} gave back something else")


def kept_key(backend: str, vault_id: str) -> bytes:
    """Return a vault's key from the keyring it was put into, the class that vault.json records.

    Raises KeyMissingError, KeyringMissingError, KeyringLockedError, KeyWrongError.
    """
    if backend == _LINUX_KEYRING and "PYTHON_KEYRING_BACKEND" not in os.environ:
        text = _in_secret_service(vault_id)
        if text is not None:
            return _key_in(text)
    return read_key(safe_keyring(backend), vault_id)


def read_key(ring: Keyring, vault_id: str) -> bytes:
    """Return a vault's key. Raises KeyMissingError, KeyringLockedError, KeyWrongError."""
    with _keyring_explained():
        text = ring.get_password(SERVICE, vault_id)
    if not text:
        raise KeyMissingError(name_of(ring))
    return _key_in(text)


def _key_in(text: str) -> bytes:
    try:
        key = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyWrongError("not a key of ours") from error
    if len(key) != KEY_BYTES:
        raise KeyWrongError("length")
    return key


def forget_key(ring: Keyring, vault_id: str) -> None:
    """Remove a vault's key; one that is not there is no error. Raises KeyringLockedError."""
    with _keyring_explained():
        if ring.get_password(SERVICE, vault_id) is not None:
            ring.delete_password(SERVICE, vault_id)


def new_key() -> bytes:
    """Return a fresh random key."""
    import secrets

    return secrets.token_bytes(KEY_BYTES)


def wrap_key(key: bytes, passphrase: str, vault_id: str) -> dict[str, Any]:
    """Return what vault.json keeps so that the passphrase gives the key back."""
    import secrets

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(_NONCE_BYTES)
    costs = {"time": _TIME_COST, "memory_kib": _MEMORY_KIB, "lanes": _LANES}
    wrapping = _stretched(passphrase, salt, costs)
    sealed = nonce + AESGCM(wrapping).encrypt(nonce, key, vault_id.encode())
    return {"kdf": "argon2id", **costs, "salt": _written(salt), "wrapped": _written(sealed)}


def unwrap_key(lock: dict[str, Any], passphrase: str, vault_id: str) -> bytes:
    """Return the key. Raises KeyWrongError, VaultDamagedError, VaultTooNewError."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if lock.get("kdf") != "argon2id":
        raise VaultTooNewError("kdf")
    try:
        costs = {name: int(lock[name]) for name in ("time", "memory_kib", "lanes")}
        salt, sealed = _read(lock["salt"]), _read(lock["wrapped"])
    except (KeyError, TypeError, ValueError) as error:
        raise VaultDamagedError("lock") from error
    if len(sealed) != _NONCE_BYTES + KEY_BYTES + 16 or not _is_sensible(costs, salt):
        raise VaultDamagedError("lock")
    wrapping = _stretched(passphrase, salt, costs)
    try:
        return AESGCM(wrapping).decrypt(
            sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], vault_id.encode()
        )
    except InvalidTag as error:
        raise KeyWrongError("passphrase") from error


def passphrase_from_file() -> str | None:
    """Return the first line of the file CM_DESKTOP_PASSPHRASE_FILE names, or None without one.

    Raises KeyringMissingError if the file cannot be read, is empty, or is no UTF-8 text.
    """
    name = os.environ.get(PASSPHRASE_FILE)
    if not name:
        return None
    try:
        with Path(name).open("rb") as file:
            text = file.read(_LONGEST_PASSPHRASE_FILE).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyringMissingError("passphrase_file") from error
    line = text.partition("\n")[0].rstrip("\r")
    if not line:
        raise KeyringMissingError("passphrase_file")
    return line


def _in_secret_service(vault_id: str) -> str | None:
    """Return what lies open in Linux's Secret Service; None: the keyring library must be asked.

    That library takes 80 ms to import, which the window's first picture would wait for. Only
    what needs no question is read here: it unlocks, and it says why something cannot be had.
    """
    try:
        import secretstorage
    except ImportError:
        return None
    try:
        with contextlib.closing(secretstorage.dbus_init()) as bus:
            kept = {"service": SERVICE, "username": vault_id}
            for item in secretstorage.search_items(bus, kept):
                if not item.is_locked():
                    return item.get_secret().decode("ascii", "replace")
    except _foreign_errors():
        return None
    return None


def _made(backend: str) -> Keyring | None:
    """Return the keyring of a recorded class, if it is a safe one and works here."""
    module, _, name = backend.rpartition(".")
    if module not in SAFE_KEYRINGS:
        return None
    from importlib import import_module

    kind = getattr(import_module(module), name, None)
    if kind is None or not kind.viable:
        return None
    ring: Keyring = kind()
    return ring


def _preferred() -> Keyring | None:
    """Return the first safe keyring of those the system would use."""
    import keyring

    found: Any = keyring.get_keyring()
    # A chain asks one keyring after the other, so its safe part is taken out of it.
    chained = list(getattr(found, "backends", ())) if "chainer" in type(found).__module__ else []
    for ring in chained or [found]:
        if type(ring).__module__ in SAFE_KEYRINGS:
            safe: Keyring = ring
            return safe
    return None


@contextmanager
def _keyring_explained() -> Iterator[None]:
    from keyring import errors

    try:
        yield
    except errors.KeyringLocked as error:
        raise KeyringLockedError(type(error).__name__) from error
    except (errors.NoKeyringError, errors.InitError, errors.PasswordSetError) as error:
        raise KeyringMissingError(type(error).__name__) from error
    except _foreseen() as error:
        name = type(error).__name__
        kind = KeyringLockedError if "Lock" in name or "Prompt" in name else KeyringMissingError
        raise kind(name) from error


def _foreseen() -> tuple[type[Exception], ...]:
    """Return the errors of keyrings, with those of the libraries that were loaded by now."""
    from keyring.errors import KeyringError

    return (KeyringError, *_foreign_errors())


def _foreign_errors() -> tuple[type[Exception], ...]:
    found = [
        getattr(sys.modules[module], name)
        for module, name in _FOREIGN_ERRORS
        if module in sys.modules
    ]
    return (OSError, EOFError, *found)


def _stretched(passphrase: str, salt: bytes, costs: dict[str, int]) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    # The same letters may be typed composed or not, depending on the keyboard and system.
    typed = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return hash_secret_raw(
        typed,
        salt,
        time_cost=costs["time"],
        memory_cost=costs["memory_kib"],
        parallelism=costs["lanes"],
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def _is_sensible(costs: dict[str, int], salt: bytes) -> bool:
    """Whether costs are ones we could have written: a forged file must not eat all memory."""
    return (
        1 <= costs["time"] <= _MOST_TIME
        and 8 * costs["lanes"] <= costs["memory_kib"] <= _MOST_MEMORY_KIB
        and 1 <= costs["lanes"] <= _MOST_LANES
        and len(salt) >= 8
    )


def _written(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii")


def _read(text: str) -> bytes:
    return base64.b64decode(text, altchars=b"-_", validate=True)
