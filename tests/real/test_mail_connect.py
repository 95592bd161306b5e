"""Connecting to a real Dovecot and a real Postfix: encryption, certificates and passwords."""

import pytest

from cm_desktop.domain.errors import (
    AddressError,
    OfflineError,
    SignInNeededError,
    UntrustedServerError,
)
from tests.connectors.contract import reply_to
from tests.servers.mail_account import ALICE, ask, connect, to_bob

pytestmark = pytest.mark.real


@pytest.mark.parametrize("imap", ["tls", "starttls"])
@pytest.mark.parametrize("smtp", ["tls", "starttls"])
def test_both_kinds_of_encryption_work_for_both_protocols(mail_server, imap, smtp):
    inbox = connect(
        mail_server,
        imap_security=imap,
        imap_port=mail_server.imaps_port if imap == "tls" else mail_server.imap_port,
        smtp_security=smtp,
        smtp_port=mail_server.smtps_port if smtp == "tls" else mail_server.smtp_port,
    )
    assert inbox.identify().handle == ALICE

    inbox.send(reply_to(ask(mail_server, inbox), "Ja."))

    assert len(to_bob(mail_server)) == 1


@pytest.mark.parametrize("protocol", ["imap", "smtp"])
@pytest.mark.parametrize(
    ("host", "problem"),
    [("expired_host", "expired"), ("elsewhere_host", "wrong_host")],
)
def test_a_bad_certificate_is_refused_and_named(mail_server, protocol, host, problem):
    server = getattr(mail_server, host)

    with pytest.raises(UntrustedServerError) as caught:
        connect(mail_server, **{f"{protocol}_host": server}).identify()

    assert (caught.value.problem, caught.value.host) == (problem, server)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_unknown_issuer_is_refused_without_the_firms_own_file(mail_server, security):
    port = mail_server.imaps_port if security == "tls" else mail_server.imap_port

    with pytest.raises(UntrustedServerError) as caught:
        connect(mail_server, ca_file="", imap_port=port, imap_security=security).identify()

    assert caught.value.problem == "unknown_issuer"


def test_a_wrong_password_is_told_from_a_wrong_address(mail_server):
    with pytest.raises(SignInNeededError):
        connect(mail_server, password="falsch").identify()
    with pytest.raises(OfflineError):
        connect(mail_server, imap_port=1).identify()
    with pytest.raises(AddressError) as caught:
        connect(mail_server, smtp_port=mail_server.smtp_port, smtp_security="tls").identify()
    assert caught.value.problem == "no_tls"
