"""Whom to trust, and what a certificate lacks. For HTTP and mail alike; no network here."""

from __future__ import annotations

import ssl
import sys
from functools import lru_cache
from pathlib import Path

import certifi

from cm_desktop.domain.errors import AddressError, CmError, UntrustedServerError

# OpenSSL's numbers (x509_vfy.h): not yet valid, expired; host, mail and IP address mismatch.
_NOT_NOW = (9, 10)
_WRONG_HOST = (62, 63, 64)


def tls_context(ca_file: str = "") -> ssl.SSLContext:
    """Return a context that trusts the system's authorities and those of a PEM file.

    Raises AddressError `ca_file` where the file cannot be used.
    """
    try:
        changed_at = Path(ca_file).stat().st_mtime_ns if ca_file else 0
        return _context(ca_file, changed_at)
    except (OSError, ValueError):  # also ssl.SSLError: not a certificate
        raise AddressError("ca_file", ca_file) from None


def tls_error(error: BaseException, host: str) -> CmError | None:
    """Return what a failed handshake means for the user, or None if TLS was not the reason.

    UntrustedServerError for a certificate, AddressError `no_tls` where the other side speaks
    no TLS at all (plain http on that port) or none that is safe.
    """
    cause: BaseException | None = error
    for _ in range(8):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return UntrustedServerError(_problem(cause), host)
        if isinstance(cause, ssl.SSLError):
            return AddressError("no_tls", host)
        cause = cause and (cause.__cause__ or cause.__context__)
    return None


def _problem(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _NOT_NOW:
        return "expired"
    if error.verify_code in _WRONG_HOST:
        return "wrong_host"
    return "unknown_issuer"


@lru_cache(maxsize=8)
def _context(ca_file: str, _changed_at: int) -> ssl.SSLContext:
    """Return the context for a file as it is now; reading all authorities takes 60 ms.

    Python's default context would ask the environment for authorities (SSL_CERT_FILE), and
    write the keys of each connection to the file that SSLKEYLOGFILE names.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # asks for a certificate that fits the host
    _trust_system(context)
    # Mozilla's authorities: macOS and slim containers hand Python none of their own.
    context.load_verify_locations(certifi.where())
    if ca_file:
        context.load_verify_locations(ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if sys.version_info >= (3, 13):  # as its default context
        context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def _trust_system(context: ssl.SSLContext) -> None:
    if sys.platform == "win32":
        context.load_default_certs()  # the system's own store
        return
    places = ssl.get_default_verify_paths()
    if Path(places.openssl_cafile).is_file():
        context.load_verify_locations(cafile=places.openssl_cafile)
    if Path(places.openssl_capath).is_dir():
        context.load_verify_locations(capath=places.openssl_capath)
