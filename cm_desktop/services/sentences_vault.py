"""Sentences for a vault that cannot be used. All of them: nothing was touched."""

from __future__ import annotations

from collections.abc import Mapping

from cm_desktop.i18n import _
from cm_desktop.services.wording import Sentence, Worded

VAULT: Mapping[str, Worded] = {
    "vault": lambda _v: Sentence(
        _("The data of this client cannot be opened. Nothing was changed."),
        _("Please try again. If it stays like this, restore the last backup."),
        "retry",
    ),
    "vault_missing": lambda _v: Sentence(
        _("There are no data of a client of that name on this computer."),
        _("Please check the name, or create the client."),
        "create",
    ),
    "vault_exists": lambda _v: Sentence(
        _("There already is a client of that name on this computer."),
        _("Please choose another name, or open the one that is there."),
        "",
    ),
    "vault_in_use": lambda _v: Sentence(
        _("The data of this client are already in use by another window of the program."),
        _("Please go on in that window, or close it first."),
        "retry",
    ),
    "vault_damaged": lambda _v: Sentence(
        _("The file with the data of this client is damaged. It was not changed any further."),
        _("Please restore the last backup."),
        "restore",
    ),
    "vault_too_new": lambda _v: Sentence(
        _("A newer version of the program wrote these data. Nothing was changed."),
        _("Please update the program on this computer."),
        "update",
    ),
    "vault_read_only": lambda _v: Sentence(
        _("The program may not write into the folder with the data of this client."),
        _("Please make the folder writable for you, then try again."),
        "retry",
    ),
    "disk_full": lambda _v: Sentence(
        _("There is no room left on the disk. What was saved before is safe."),
        _("Please free some space, then try again."),
        "space",
    ),
    "key_missing": lambda _v: Sentence(
        _("The key to these data is not in this computer's keyring. Nothing was changed."),
        _("Please sign in to the computer as the user who created them, or restore a backup."),
        "restore",
    ),
    "key_wrong": lambda _v: Sentence(
        _("The passphrase or key does not open these data. Nothing was changed."),
        _("Please try again, with attention to capitals and keyboard layout."),
        "passphrase",
    ),
    "keyring_locked": lambda _v: Sentence(
        _("This computer's keyring is locked. Nothing was changed."),
        _("Please unlock it, then try again."),
        "unlock",
    ),
    "keyring_missing": lambda _v: Sentence(
        _("This computer has no keyring in which a key would be safe."),
        _("Please give a passphrase to protect the data with."),
        "passphrase",
    ),
    "keyring_missing:passphrase": lambda _v: Sentence(
        _("These data are protected by a passphrase."),
        _("Please give the passphrase."),
        "passphrase",
    ),
    "keyring_missing:passphrase_file": lambda _v: Sentence(
        _("The file with the passphrase cannot be read, or there is none in it."),
        _("Please name another file, or write the passphrase into its first line."),
        "passphrase",
    ),
}
