"""Separates what a mail says from what it only repeats of earlier mails.

An own, line by line decision and no library: the ready ones search with nested regular
expressions, which a long line of a stranger can keep busy for minutes, and take everything
after a greeting for a signature. Nothing is ever dropped here: both halves are kept.
"""

from __future__ import annotations

import re

_MAX_LINE = 400  # a longer line is never a marker
_ATTRIBUTIONS = re.compile(
    r"^(am|on|le|il|el|op|den|em|dne)\b.{0,300}"
    r"\b(schrieb|wrote|a écrit|ha scritto|escribió|escribio|schreef|skrev|escreveu|napsala?)\b"
    r".{0,200}:$"
    r"|^.{1,200}\b(schrieb|wrote) (am|on)\b.{1,200}:$"
    r"|^.{0,200}<[^<>\s]+@[^<>\s]+>.{0,100}\b(schrieb|wrote)( (am|on) .{1,100})?:$",
    re.IGNORECASE,
)
_OPENERS = re.compile(r"^(am|on|le|il|el|op|den)\b.{5,}", re.IGNORECASE)
_DASHED = re.compile(
    r"^[-_=*\s]{2,40}\s*(original message|original-nachricht|ursprüngliche nachricht"
    r"|originalnachricht|ursprungliche nachricht|message d'origine|mensaje original"
    r"|messaggio originale|oorspronkelijk bericht)\s*[-_=*\s]{2,40}$",
    re.IGNORECASE,
)
_VERBS = (
    "schrieb",
    "wrote",
    "écrit",
    "scritto",
    "escribi",
    "schreef",
    "skrev",
    "escreveu",
    "napsal",
)
_RULE = re.compile(r"^([_-]{20,}|———)$")
_FROM = re.compile(r"^\*{0,2}(von|from|de|da|van)\*{0,2}:\*{0,2}\s*\S", re.IGNORECASE)
_HEADER = re.compile(
    r"^\*{0,2}(gesendet|datum|an|cc|betreff|sent|date|to|subject|envoyé|à|objet|verzonden|aan"
    r"|onderwerp|antwort an|reply-to|priorität|importance)\*{0,2}:",
    re.IGNORECASE,
)
_FORWARD = re.compile(r"^\s*(wg|fwd?|weitergeleitet|tr|i)\s*:", re.IGNORECASE)
_PREFIXES = re.compile(
    r"^\s*((re|aw|antw|antwort|wg|fwd?|sv|vs|tr|rif|rv|odp|betr|ref)(\[\d+\]|\(\d+\))?\s*:\s*)+",
    re.IGNORECASE,
)


def title_of(subject: str) -> str:
    """Return a subject without Re:, AW:, WG:, Fwd: and their like in front."""
    return _PREFIXES.sub("", subject, count=1).strip()


def split_quoted(text: str, subject: str = "") -> tuple[str, str]:
    """Return (what is new, what is repeated from earlier mails).

    A forwarded mail and an answer written between the quoted lines stay whole: there the
    repeated lines are what it is about.
    """
    lines = text.strip("\n").split("\n")
    if _FORWARD.match(subject):
        return "\n".join(lines).strip(), ""
    begin = _begin_of_tail(lines)
    if begin:
        return "\n".join(lines[:begin]).strip(), "\n".join(lines[begin:]).strip()
    begin = _begin(lines)
    if begin is None:
        return "\n".join(lines).strip(), ""
    new, rest = lines[:begin], lines[begin:]
    after = _after_quotes(rest)
    if after is not None:
        if any(line.strip() for line in new) or _has_quotes(rest[after:]):
            return "\n".join(lines).strip(), ""
        new, rest = rest[after:], rest[:after]
    if not any(line.strip() for line in new):
        return "\n".join(lines).strip(), ""
    return "\n".join(new).strip(), "\n".join(rest).strip()


def _begin_of_tail(lines: list[str]) -> int | None:
    """Return where the last "... wrote:" begins, if only quoted lines follow it."""
    number = len(lines) - 1
    while number >= 0 and (not lines[number].strip() or lines[number].lstrip().startswith(">")):
        number -= 1
    if number == len(lines) - 1:
        return None
    # What is above may be broken over up to three lines; the first of them counts.
    begins = [one for one in range(max(0, number - 2), number + 1) if _is_attribution(lines, one)]
    own = [line for line in lines[: begins[0]] if line.strip()] if begins else []
    return begins[0] if own else None


def _begin(lines: list[str]) -> int | None:
    """Return the first line of the repeated part, its "... wrote:" included."""
    for number, line in enumerate(lines):
        shown = line.strip()
        if len(shown) > _MAX_LINE or not shown:
            continue
        if shown.startswith(">"):
            return number
        if _is_attribution(lines, number) or _DASHED.match(shown) or _is_headers(lines, number):
            return number
        if _RULE.match(shown) and _is_headers(lines, _next_shown(lines, number + 1)):
            return number
    return None


def _is_attribution(lines: list[str], number: int) -> bool:
    """Tell whether "On ... wrote:" begins here; programs break it over up to three lines."""
    first = lines[number].strip()
    if _attributes(first):
        return True
    if not _OPENERS.match(first):
        return False
    joined = first
    for line in lines[number + 1 : number + 3]:
        joined = f"{joined} {line.strip()}"
        if len(joined) > _MAX_LINE:
            return False
        if _attributes(joined):
            return True
    return False


def _attributes(line: str) -> bool:
    lowered = line.lower()
    # Looked at first, so that the expression below only sees lines it may fit.
    likely = line.endswith(":") and any(verb in lowered for verb in _VERBS)
    return likely and _ATTRIBUTIONS.match(line) is not None


def _is_headers(lines: list[str], number: int) -> bool:
    """Tell whether a block From, Sent, To, Subject begins here, as Outlook writes it."""
    if number >= len(lines) or not _FROM.match(lines[number].strip()[:_MAX_LINE]):
        return False
    following = [line.strip()[:_MAX_LINE] for line in lines[number + 1 : number + 9]]
    return sum(1 for line in following if _HEADER.match(line)) >= 2


def _next_shown(lines: list[str], number: int) -> int:
    while number < len(lines) and not lines[number].strip():
        number += 1
    return number


def _has_quotes(lines: list[str]) -> bool:
    return any(line.lstrip().startswith(">") for line in lines)


def _after_quotes(rest: list[str]) -> int | None:
    """Return where own text goes on below the first block of `>` lines, if it does."""
    number = next((n for n, line in enumerate(rest) if line.lstrip().startswith(">")), None)
    if number is None or number > 4:
        return None
    while number < len(rest) and (
        not rest[number].strip() or rest[number].lstrip().startswith(">")
    ):
        number += 1
    return number if number < len(rest) else None
