"""What an explanation of an error consists of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happened, what to do, and the one button that helps.

    `action` is sign_in, retry, settings, edit, resolve, unlock, passphrase, restore, space,
    update, create or empty.
    """

    what: str
    what_to_do: str
    action: str = ""


# Words an error; is given the value it is about (a host, an address, a name) or "".
Worded = Callable[[str], Sentence]


def about(value: str, named: str, unnamed: str) -> str:
    """Return the sentence that names a value, or the one without where there is none."""
    return named % {"value": value} if value else unnamed
