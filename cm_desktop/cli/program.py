"""What every command works with: where the vaults lie, which one, and how to answer."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from cm_desktop.domain.errors import KeyringMissingError, KeyWrongError, UsageError
from cm_desktop.i18n import _
from cm_desktop.services import key_store, paths
from cm_desktop.services.vault import Vault, list_vaults, open_vault

_TRIES = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command has to say: a document for scripts, and the same for people.

    `people` prints to standard output. `code` is the exit code of the contract.
    """

    document: Any
    people: Callable[[], None] = field(default=lambda: None)
    code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRequest:
    """What the window was asked for."""

    data_dir: Path
    vault: str | None = None
    demo: bool = False
    screenshot: Path | None = None
    screen: str | None = None


def _unavailable(*_given: Any) -> int:
    raise UsageError("unavailable")


@dataclass(slots=True, kw_only=True)
class Program:
    """The options that stand before the command, and the doors that `__main__` gives us."""

    data_dir: str | None = None
    vault_name: str | None = None
    as_json: bool = False
    open_window: Callable[[WindowRequest], int] = _unavailable
    run_worker: Callable[[], int] = _unavailable

    @property
    def folder(self) -> Path:
        """The folder of all vaults."""
        return paths.data_dir(self.data_dir)

    def vault(self) -> Vault:
        """Open the vault that was named, or the only one. Raises UsageError, VaultErrors.

        With several and none named nothing is guessed: a reply would go out for the wrong
        client.
        """
        return self.vault_named(self.vault_name or self._only_vault())

    def vault_named(self, name: str) -> Vault:
        """Open a vault; at a terminal a passphrase may be tried three times. Raises VaultErrors."""
        if not has_terminal():
            return open_vault(self.folder, name)
        for _try in range(_TRIES - 1):
            try:
                return open_vault(self.folder, name, ask_passphrase=ask_passphrase)
            except KeyWrongError:
                say(_("That was not the right passphrase."))
        return open_vault(self.folder, name, ask_passphrase=ask_passphrase)

    def _only_vault(self) -> str:
        names = [info.name for info in list_vaults(self.folder)]
        if not names:
            raise UsageError("no_vault_yet")
        if len(names) > 1:
            raise UsageError("which_vault", ", ".join(names))
        return names[0]


def current() -> Program:
    """Return what the running command works with."""
    program = click.get_current_context().find_object(Program)
    if program is None:
        raise UsageError("unavailable")
    return program


def say(text: str) -> None:
    """Tell people something that is not the answer."""
    sys.stderr.write(text + "\n")


def piped_text(longest: int) -> str:
    """Return what is piped in, as UTF-8; a byte order mark is left out.

    Raises UsageError("not_text") for anything else, and UsageError("too_much") for more than
    so many bytes: half a text must not be taken for the whole.
    """
    data = sys.stdin.buffer.read(longest + 1)
    if len(data) > longest:
        raise UsageError("too_much")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # What was read may be a secret: nothing of it may get into a message.
        raise UsageError("not_text") from error
    return text.replace("\r\n", "\n")


def is_text(value: str) -> bool:
    """Return whether every letter is a whole one: undecodable bytes and half surrogates are not."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def has_terminal() -> bool:
    """Return whether somebody sits there who could be asked."""
    if sys.stdin is not None and sys.stdin.isatty():
        return True
    # Text may be piped in while a person looks on.
    return sys.stderr is not None and sys.stderr.isatty() and os.name == "posix"


def ask_passphrase() -> str:
    """Ask for a passphrase at the terminal, unseen. Raises KeyringMissingError without one."""
    try:
        return getpass.getpass(_("Passphrase of the vault: "), stream=sys.stderr)
    except (EOFError, OSError) as error:
        raise KeyringMissingError("no terminal") from error


def ask_new_passphrase() -> str | None:
    """Ask twice for a new passphrase; None where one need not or cannot be asked for."""
    if not has_terminal() or key_store.passphrase_from_file() is not None:
        return None
    say(_("This computer has no safe keyring, so a passphrase protects the vault."))
    while True:
        first = ask_passphrase()
        if not first:
            return None
        if first == getpass.getpass(_("Once more: "), stream=sys.stderr):
            return first
        say(_("These were not the same."))
