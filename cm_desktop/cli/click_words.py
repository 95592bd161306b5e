"""The sentences that click itself says, in the user's language.

Click looks for them in a catalogue that only the environment can choose. Here it is given
the same words as the rest of the program.
"""

from __future__ import annotations

from click import core, decorators, exceptions, formatting, parser, termui, types

from cm_desktop.i18n import _, ngettext

_SPEAKERS = (core, decorators, exceptions, formatting, parser, termui, types)


def teach_click() -> None:
    """Let click take its sentences from here; they are looked up when it says them."""
    for module in _SPEAKERS:
        vars(module).update(_=_said, ngettext=_counted)


def sentences() -> dict[str, str]:
    """Return what click says, as it is written there, with our words for it."""
    return _help_words() | {
        "Missing command.": _("Missing command."),
        "Missing argument": _("Missing argument"),
        "Missing option": _("Missing option"),
        "Choose from:\n\t{choices}": _("Choose from:\n\t{choices}"),
        "Invalid value: {message}": _("Invalid value: {message}"),
        "Invalid value for {param_hint}: {message}": _("Invalid value for {param_hint}: {message}"),
        "No such option {name!r}.": _("No such option {name!r}."),
        "No such command {name!r}.": _("No such command {name!r}."),
        "Option {name!r} does not take a value.": _("Option {name!r} does not take a value."),
        "{value!r} is not a valid {number_type}.": _("{value!r} is not a valid {number_type}."),
        "{value} is not in the range {range}.": _("{value} is not in the range {range}."),
        "{name} {filename!r} does not exist.": _("{name} {filename!r} does not exist."),
        "{name} {filename!r} is a directory.": _("{name} {filename!r} is a directory."),
        "{name} {filename!r} is not readable.": _("{name} {filename!r} is not readable."),
        "Error: invalid input": _("Error: invalid input"),
        "Error: {message}": _("Error: {message}"),
    }


def _help_words() -> dict[str, str]:
    return {
        "Usage:": _("Usage:"),
        "Options": _("Options"),
        "Commands": _("Commands"),
        # Translators: the value that an option has where none is given.
        "default: {default}": _("default: {default}"),
        # Translators: an option that must be given.
        "required": _("required"),
        "Show this message and exit.": _("Show this message and exit."),
        "Show the version and exit.": _("Show the version and exit."),
    }


def _said(text: str) -> str:
    return sentences().get(text, text)


def _counted(one: str, many: str, count: int) -> str:
    known = {
        "Got unexpected extra argument ({args})": ngettext(
            "Got unexpected extra argument ({args})",
            "Got unexpected extra arguments ({args})",
            count,
        ),
        "Option {name!r} requires an argument.": ngettext(
            "Option {name!r} requires an argument.",
            "Option {name!r} requires {nargs} arguments.",
            count,
        ),
        "{value!r} is not {choice}.": ngettext(
            "{value!r} is not {choice}.", "{value!r} is not one of {choices}.", count
        ),
        "Did you mean {possibility}?": ngettext(
            "Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", count
        ),
    }
    return known.get(one) or (one if count == 1 else many)
