"""What a channel says of itself while one connects it: plain data, worded by its connector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """A field's label, what stands in it while it is empty, and a hint below."""

    label: str
    example: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do before an account can be connected.

    `link` is a page that helps with it; `{url}` in it stands for the address typed in.
    """

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelWords:
    """What the card of a channel says, the steps, and the words of its fields.

    `fields` is by the name of the field: `url`, `handle`, one of the secret fields or one of
    the setting fields; a setting without words is for scripts and is not shown.
    """

    card: str
    steps: tuple[Step, ...] = ()
    fields: Mapping[str, FieldWords] = field(default_factory=dict)
    # What cannot be done here that one would expect, each a sentence.
    limits: tuple[str, ...] = ()
