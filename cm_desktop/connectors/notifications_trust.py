"""Whether a mail is from whom it says: what the receiving server found out (RFC 8601).

The program cannot check signatures itself: keys lie in the DNS and change. The server that
took the mail in writes what it found on top of it. A mail may carry such lines of its own
making; those stand below, under the server's own Received line or its own findings.
"""

from __future__ import annotations

import re
from email.message import Message

from cm_desktop.connectors import mailbox_headers

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"^\s*(dkim|dmarc|spf)\s*=\s*([a-z]+)\b", re.IGNORECASE)
_DOMAIN = re.compile(
    r"\b(?:header\.(?:d|i|from)|smtp\.(?:mailfrom|mail))\s*=\s*\"?([^\s;\"]{1,300})", re.IGNORECASE
)
_MOST = 20  # lines that are looked at


def is_genuine(message: Message) -> bool:
    """Tell whether nothing speaks against a mail's From address.

    True where the receiving server wrote no findings at all. Where it did: DMARC passed, or
    a signature of the From domain is right, or, where neither was looked at, the sending
    server was allowed to write for that domain.
    """
    findings = _findings(message)
    if not findings:
        return True
    senders = mailbox_headers.addresses(message, "From")
    domain = senders[0][1].rpartition("@")[2] if senders else ""
    checked = [(method, result, about) for method, result, about in findings if result != "none"]
    if any(method == "dmarc" and result != "pass" for method, result, _ in checked):
        return False
    passed = {
        method
        for method, result, about in checked
        if result == "pass" and (_is_aligned(about, domain) or (method == "dmarc" and not about))
    }
    if passed & {"dkim", "dmarc"}:
        return True
    looked_at = {method for method, _, _ in checked}
    return "spf" in passed and not looked_at & {"dkim", "dmarc"}


def _findings(message: Message) -> list[tuple[str, str, str]]:
    """Return method, result and domain of what the last server found out."""
    found: list[tuple[str, str, str]] = []
    for value in _topmost(message):
        for part in value.split(";")[1:]:
            if (result := _RESULT.match(part)) is not None:
                about = [one.rpartition("@")[2] for one in _DOMAIN.findall(part)]
                names = about or [""]
                found += [(result[1].lower(), result[2].lower(), one.lower()) for one in names]
    return found


def _topmost(message: Message) -> list[str]:
    """Return the topmost findings, and those of the same server right below them.

    Further down they are those of a server before it, or of whoever wrote the mail.
    """
    lines: list[str] = []
    for name, value in message.raw_items():
        if name.lower() == "received" and lines:
            break
        if name.lower() == "authentication-results":
            plain = _COMMENT.sub(" ", mailbox_headers.one_line(str(value), 4000))
            if lines and _server(plain) != _server(lines[0]):
                break
            lines.append(plain)
    return lines[:_MOST]


def _server(findings: str) -> str:
    return (findings.partition(";")[0].split() or [""])[0].lower()


def _is_aligned(about: str, domain: str) -> bool:
    """Tell whether a domain that was checked stands for the one in From."""
    about, domain = about.rstrip("."), domain.rstrip(".")
    if "." not in about:
        return False
    return about == domain or domain.endswith(f".{about}") or about.endswith(f".{domain}")
