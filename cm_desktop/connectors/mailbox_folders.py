"""Which folder of a mailbox is which: by its special use (RFC 6154), else by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cm_desktop.connectors.mailbox_imap import Folder
from cm_desktop.connectors.mailbox_settings import MailSettings

# Names that programs and providers gave such folders before servers could say what is what.
_SENT = (
    "sent",
    "sent items",
    "sent messages",
    "sent mail",
    "gesendet",
    "gesendete objekte",
    "gesendete elemente",
    "gesendete nachrichten",
    "postausgang",
)
_JUNK = ("junk", "spam", "junk-e-mail", "junk email", "bulk mail", "spamverdacht", "unerwünscht")
_TRASH = (
    "trash",
    "deleted",
    "deleted items",
    "deleted messages",
    "papierkorb",
    "gelöscht",
    "gelöschte objekte",
    "gelöschte elemente",
)
_MOST_SEARCHED = 60  # folders in which a vanished mail is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The folders we work with; an empty name where the mailbox has none."""

    inbox: str
    sent: str
    junk: str
    trash: str
    others: tuple[str, ...] = ()  # where else a mail can have been put
    all_searched: bool = True  # whether `others` really are all


def find_places(folders: Sequence[Folder], settings: MailSettings) -> Places:
    """Return which folder is which. What the account says comes before what is found."""
    junk = settings.junk_folder or _find(folders, "\\junk", _JUNK)
    trash = settings.trash_folder or _find(folders, "\\trash", _TRASH)
    sent = settings.sent_folder or _find(folders, "\\sent", _SENT)
    special = {settings.folder.casefold(), sent.casefold(), junk.casefold(), trash.casefold()}
    others = [one for one in folders if one.name.casefold() not in special]
    others.sort(key=lambda one: not one.uses & {"\\archive", "\\all"})
    return Places(
        inbox=settings.folder,
        sent="" if sent.casefold() == settings.folder.casefold() else sent,
        junk=junk,
        trash=trash,
        others=tuple(one.name for one in others[:_MOST_SEARCHED]),
        all_searched=len(others) <= _MOST_SEARCHED,
    )


def _find(folders: Sequence[Folder], use: str, names: Sequence[str]) -> str:
    for folder in folders:
        if use in folder.uses:
            return folder.name
    by_name = {_last(folder.name): folder.name for folder in reversed(folders)}
    return next((by_name[name] for name in names if name in by_name), "")


def _last(name: str) -> str:
    return name.replace("/", ".").rpartition(".")[2].strip().casefold()
