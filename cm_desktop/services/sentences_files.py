"""Sentences for vaults, files and secrets that were named and cannot be used."""

from __future__ import annotations

from collections.abc import Mapping

from cm_desktop.i18n import _
from cm_desktop.services.wording import Sentence, Worded

FILES: Mapping[str, Worded] = {
    "usage:vault_name": lambda _v: Sentence(
        _("This cannot be the name of a vault."),
        _("Please choose one of letters, digits and spaces, at most 64 of them."),
        "edit",
    ),
    "usage:no_vault_yet": lambda _v: Sentence(
        _("There is no vault on this computer yet."),
        _("Make one with: cm-desktop vault create NAME."),
        "create",
    ),
    "usage:which_vault": lambda names: Sentence(
        _("There are several vaults: %(names)s.") % {"names": names},
        _("Please say with --vault which one is meant."),
        "",
    ),
    "usage:no_backup": lambda _v: Sentence(
        _("There is no backup of this vault that is whole."),
        _("If you keep one elsewhere, name its file."),
        "",
    ),
    "usage:no_format": lambda name: Sentence(
        _("Nothing can be written in the format “%(name)s”.") % {"name": name},
        _("Please choose one of the formats that are listed."),
        "",
    ),
    "usage:not_writable": lambda file: Sentence(
        _("The file %(file)s cannot be written.") % {"file": file},
        _("Please choose another place."),
        "",
    ),
    "usage:not_readable": lambda file: Sentence(
        _("The file %(file)s cannot be read.") % {"file": file},
        _("Please check its name and that you may read it."),
        "",
    ),
    "usage:not_an_export": lambda file: Sentence(
        _("The file %(file)s is no log that this program exported as jsonl.") % {"file": file},
        _("Please choose the file that was exported."),
        "",
    ),
    "usage:not_templates": lambda file: Sentence(
        _("The file %(file)s holds no templates of this program.") % {"file": file},
        _("Please choose a file that was made by exporting templates."),
        "",
    ),
    "usage:secret_json": lambda _v: Sentence(
        _("The secret on standard input is no JSON object of texts."),
        _('Please write it like {"token": "…"} or {"password": "…"}.'),
        "",
    ),
    "usage:not_text": lambda _v: Sentence(
        _("What came in on standard input is no UTF-8 text."),
        _("Please save or send it as UTF-8."),
        "",
    ),
    "usage:too_much": lambda _v: Sentence(
        _("What came in on standard input is longer than the program takes."),
        _("Please shorten it."),
        "",
    ),
    "usage:other_account": lambda name: Sentence(
        _("This sign-in belongs to another account than “%(name)s”.") % {"name": name},
        _("Please sign in as that account, or add the other one."),
        "sign_in",
    ),
    "usage:unavailable": lambda _v: Sentence(
        _("This part of the program is not available here."),
        _("Please start it with the command cm-desktop."),
        "",
    ),
}
