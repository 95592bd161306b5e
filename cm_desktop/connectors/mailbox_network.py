"""Encrypted connections to mail servers, and what goes wrong on the way to them."""

from __future__ import annotations

import ssl
from pathlib import Path

from cm_desktop.connectors import http_tls
from cm_desktop.connectors.mailbox_settings import Server
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    OfflineError,
    SlowError,
    UntrustedServerError,
)

TIMEOUT = 30.0  # seconds without a single byte until a server counts as silent
# OpenSSL's X509_V_ERR_ numbers: not yet valid, expired; host name and IP address mismatch.
_EXPIRED = {9, 10}
_WRONG_HOST = {62, 64}


def tls_context(server: Server) -> ssl.SSLContext:
    """Return a context that checks certificate and host name, with the account's own CA file.

    Raises AddressError (`ca_file`) where that file cannot be read.
    """
    file = str(Path(server.ca_file).expanduser()) if server.ca_file else ""
    return http_tls.tls_context(file)


def connect_error(error: OSError | ValueError, host: str) -> CmError:
    """Return the foreseen error for what went wrong before we were signed in."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return UntrustedServerError(_problem(error), host)
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return AddressError("no_tls", host)
    if isinstance(error, ValueError):  # a name that cannot be one
        return AddressError("bad_address", host)
    return OfflineError(type(error).__name__)


def cut_error(error: OSError) -> CmError:
    """Return the foreseen error for a connection that failed while it was used."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return UntrustedServerError(_problem(error))
    return SlowError(type(error).__name__)


def _problem(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _EXPIRED:
        return "expired"
    return "wrong_host" if error.verify_code in _WRONG_HOST else "unknown_issuer"
