"""Hands a mail to the SMTP server, and knows at every step whether it may have been taken."""

from __future__ import annotations

import base64
import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable

from cm_desktop.connectors.mail_compose import Outgoing
from cm_desktop.connectors.mailbox_network import TIMEOUT, connect_error, tls_context
from cm_desktop.connectors.mailbox_settings import MailSettings, Security
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    OfflineError,
    RateLimitedError,
    RejectedError,
    SignInNeededError,
    SlowError,
)

# How we greet: a fixed literal. The computer's name is nobody's business.
_OUR_NAME = "[127.0.0.1]"
_ENHANCED = re.compile(rb"^[245]\.\d{1,3}\.\d{1,3}")
_SIGN_IN = {530, 534, 535, 538}
_TOO_LARGE = {552, 523}


def check_sign_in(settings: MailSettings) -> None:
    """Sign in and leave. Raises what `send` raises before anything is handed over."""
    client = _signed_in(settings)
    _leave(client)


def hand_over(mail: Outgoing, settings: MailSettings) -> None:
    """Give a mail to the server, once.

    Raises RejectedError (`recipient_refused`, `sender_refused`, `too_large`,
    `content_refused`), RateLimitedError, SignInNeededError, AddressError,
    UntrustedServerError or OfflineError: the server does not have it. Raises SlowError
    where the last dot was sent and no answer came: it may have it.
    """
    client = _signed_in(settings)
    try:
        _announce(client, mail)
        _transmit(client, mail.raw)
    finally:
        _leave(client)


def _signed_in(settings: MailSettings) -> smtplib.SMTP:
    server = settings.smtp
    context = tls_context(server)
    try:
        client = _connect(settings, context)
    except (OSError, UnicodeError) as error:
        raise _before(error, server.host) from error
    try:
        client.ehlo_or_helo_if_needed()
        _sign_in(client, settings)
    except smtplib.SMTPAuthenticationError as error:
        _leave(client)
        raise _refused(error.smtp_code, error.smtp_error, "sign_in") from error
    except (OSError, UnicodeError) as error:  # SMTPException is an OSError
        _leave(client)
        raise _before(error, server.host) from error
    return client


def _connect(settings: MailSettings, context: ssl.SSLContext) -> smtplib.SMTP:
    host, port = settings.smtp.host, settings.smtp.port
    if settings.smtp.security is Security.TLS:
        return smtplib.SMTP_SSL(host, port, _OUR_NAME, timeout=TIMEOUT, context=context)
    client = smtplib.SMTP(host, port, _OUR_NAME, timeout=TIMEOUT)
    try:
        client.starttls(context=context)  # raises where the server does not offer it
    except BaseException:
        client.close()
        raise
    return client


def _sign_in(client: smtplib.SMTP, settings: MailSettings) -> None:
    if (settings.username + settings.password).isascii():
        client.login(settings.username, settings.password)
        return
    # The standard library only signs in with ASCII.
    secret = f"\0{settings.username}\0{settings.password}".encode()
    code, answer = client.docmd("AUTH", f"PLAIN {base64.b64encode(secret).decode('ascii')}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _announce(client: smtplib.SMTP, mail: Outgoing) -> None:
    """Name sender and recipient and ask to send. Nothing is handed over yet."""
    try:
        options = [f"size={len(mail.raw)}"] if client.has_extn("size") else []
        steps: tuple[tuple[str, int, Callable[[], tuple[int, bytes]]], ...] = (
            ("sender_refused", 250, lambda: client.mail(mail.sender, options)),
            ("recipient_refused", 250, lambda: client.rcpt(mail.recipient)),
            ("content_refused", 354, lambda: client.docmd("DATA")),
        )
        for reason, wanted, step in steps:
            code, answer = step()
            if code != wanted and not (wanted == 250 and code == 251):
                raise _refused(code, answer, reason)
    except (OSError, UnicodeError) as error:
        raise _before(error, "") from error


def _transmit(client: smtplib.SMTP, raw: bytes) -> None:
    doubled = re.sub(rb"(?m)^\.", b"..", raw)
    body = doubled if doubled.endswith(b"\r\n") else doubled + b"\r\n"
    try:
        client.send(body)
    except OSError as error:
        # Without the last dot no server keeps a mail.
        raise OfflineError(f"cut-while-sending:{type(error).__name__}") from error
    try:
        client.send(b".\r\n")
        code, answer = client.getreply()
    except OSError as error:
        raise SlowError(f"after-the-last-dot:{type(error).__name__}") from error
    if code != 250:
        if not 400 <= code <= 599:
            raise SlowError(f"after-the-last-dot:{code}")
        raise _refused(code, answer, "content_refused")


def _before(error: OSError | UnicodeError, host: str) -> CmError:
    """Return the error for trouble before anything was handed over."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        # No STARTTLS, or no way to sign in that we know.
        return AddressError("no_tls" if "STARTTLS" in str(error) else "no_sign_in", host)
    if isinstance(error, smtplib.SMTPResponseException):
        return _refused(error.smtp_code, error.smtp_error, "refused")
    if isinstance(error, smtplib.SMTPException):
        return OfflineError(type(error).__name__)
    return connect_error(error, host)


def _refused(code: int, answer: bytes | str, reason: str) -> CmError:
    """Return the error for a definite no. Only codes: the sentence may name people."""
    raw = answer if isinstance(answer, bytes) else answer.encode("utf-8", "replace")
    enhanced = _ENHANCED.match(raw)
    detail = f"{code}/{enhanced.group().decode('ascii')}" if enhanced else str(code)
    if code in _SIGN_IN or (reason == "sign_in" and 500 <= code <= 599):
        return SignInNeededError(detail)
    if 500 <= code <= 599:
        return RejectedError("too_large" if code in _TOO_LARGE else reason, detail)
    if 400 <= code <= 499:
        return RateLimitedError(detail=detail)
    return OfflineError(f"unexpected:{detail}")


def _leave(client: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError):
        if client.sock:
            client.sock.settimeout(3)
            client.docmd("QUIT")
    client.close()
