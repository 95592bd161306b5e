"""The one door to the outside world: opens a link after looking at it.

Addresses come from people who write to us. Only https, http, mailto and tel are ever opened;
whatever could surprise is asked about, and shown with its true host.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QUrl, QUrlQuery
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from cm_desktop.i18n import _
from cm_desktop.ui.labels import ask, name_text, tell

LONGEST = 2_048
_SCHEMES = {"https", "http", "mailto", "tel"}
_MAIL_FIELDS = {"to", "subject", "body"}
_HOST_IN_TEXT = re.compile(r"^(?:https?://)?([\w-]+(?:\.[\w-]+)+)", re.IGNORECASE)
_NUMBER = re.compile(r"^(?:0x[0-9a-f]+|[\d.]+|\d+)$", re.IGNORECASE)
_TELEPHONE = re.compile(r"^\+?[\d\s().-]{3,32}$")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be done with a link: open it, ask about it for these reasons, or nothing.

    `refused` and `reasons` hold codes: scheme, invalid, user, too_long, characters, mail,
    telephone; not_https, local, looks_like_another, foreign_letters.
    """

    url: str = ""
    host: str = ""
    refused: str = ""
    reasons: tuple[str, ...] = ()


def look_at(link: str, shown: str = "") -> Verdict:
    """Judge a link by its letters alone; `shown` is the text that stood for it, if another."""
    if refused := _refused_by_letters(link):
        return Verdict(refused=refused)
    url = QUrl(link, QUrl.ParsingMode.StrictMode)
    if not url.isValid():
        return Verdict(refused="invalid")
    if url.scheme() == "mailto":
        return _mail(url)
    if url.scheme() == "tel":
        return Verdict(url=link) if _TELEPHONE.match(url.path()) else Verdict(refused="telephone")
    return _web(url, shown)


def open_link(
    link: str,
    parent: QWidget | None = None,
    *,
    shown: str = "",
    opener: Callable[[QUrl], object] | None = None,
) -> Verdict:
    """Open a link in the program that the system has for it; ask first where that is wise.

    Returns what was found. `opener` is what opens it (tests give their own).
    """
    verdict = look_at(link, shown)
    go = opener or QDesktopServices.openUrl
    if verdict.refused:
        # Translators: said when a link in a message is of a kind that the program never opens.
        tell(parent, _("This link is not opened, because it could do harm."), more=link[:300])
    elif verdict.reasons:
        sentences = [_reason(reason) for reason in verdict.reasons]
        ask(
            parent,
            _("Open the page %(host)s?") % {"host": name_text(verdict.host or verdict.url)},
            more="\n".join([*sentences, "", verdict.url]),
            # Translators: button; opens a link in the web browser.
            yes=_("Open page"),
            then=lambda: _go(go, verdict.url),
        )
    else:
        _go(go, verdict.url)
    return verdict


def _refused_by_letters(link: str) -> str:
    if len(link) > LONGEST:
        return "too_long"
    if "\\" in link or any(_is_odd(letter) for letter in link):
        return "characters"
    scheme, colon, _rest = link.partition(":")
    return "" if colon and scheme.lower() in _SCHEMES else "scheme"


def _go(opener: Callable[[QUrl], object], url: str) -> None:
    opener(QUrl(url, QUrl.ParsingMode.StrictMode))


def _is_odd(letter: str) -> bool:
    # Control, format (bidi, zero width), private, unassigned, surrogate; spaces and line ends.
    return unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zs", "Zl", "Zp")


def _web(url: QUrl, shown: str) -> Verdict:
    host = url.host(QUrl.ComponentFormattingOption.FullyEncoded)
    if not host:
        return Verdict(refused="invalid")
    # Encoded, so that no letter of it turns the others around or cannot be seen.
    link = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
    # An empty user or password counts too: "https://@host" hides where it goes.
    if "@" in link.split("/", 3)[2]:
        return Verdict(refused="user")
    reasons = []
    if url.scheme() != "https":
        reasons.append("not_https")
    if _is_local(host):
        reasons.append("local")
    if "xn--" in host:
        reasons.append("foreign_letters")
    if _looks_like_another(shown, host):
        reasons.append("looks_like_another")
    pretty = url.host(QUrl.ComponentFormattingOption.PrettyDecoded)
    name = f"{pretty} ({host})" if "xn--" in host else host
    return Verdict(url=link, host=name, reasons=tuple(reasons))


def _mail(url: QUrl) -> Verdict:
    fields = QUrlQuery(url).queryItems(QUrl.ComponentFormattingOption.FullyDecoded)
    if any(name.lower() not in _MAIL_FIELDS for name, _value in fields):
        return Verdict(refused="mail")
    # A line end in any other place begins a header of its own in some mail programs.
    lines = [value for name, value in fields if name.lower() != "body"]
    lines += [re.sub(r"\r?\n", "", value) for name, value in fields if name.lower() == "body"]
    lines.append(url.path(QUrl.ComponentFormattingOption.FullyDecoded))
    if any(_is_odd(letter) and letter != " " for text in lines for letter in text):
        return Verdict(refused="mail")
    return Verdict(url=url.toString(QUrl.ComponentFormattingOption.FullyEncoded))


def _is_local(host: str) -> bool:
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal", ".lan")):
        return True
    if "." not in name and ":" not in name:
        return True
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        # 127.1, 0x7f000001 and 2130706433 are addresses to a browser, too.
        return bool(_NUMBER.match(name))


def _looks_like_another(shown: str, host: str) -> bool:
    found = _HOST_IN_TEXT.match(shown.strip())
    if found is None:
        return False
    named = QUrl(f"https://{found[1]}").host(QUrl.ComponentFormattingOption.FullyEncoded)
    return named.removeprefix("www.") != host.removeprefix("www.")


def _reason(reason: str) -> str:
    return {
        "not_https": _("The connection is not encrypted."),
        "local": _("The address lies in your own network."),
        "foreign_letters": _("The name has letters that can look like others."),
        "looks_like_another": _("The text of the link names another page."),
    }[reason]
