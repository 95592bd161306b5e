"""What an account is set to, filled in and checked."""

import pytest

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.mailbox_settings import Security, as_settings, read_settings
from cm_desktop.domain.errors import AddressError, SignInNeededError


def settings(handle="info@firma.example", *, url="", password="pass", **given):
    config = AccountConfig(
        channel="mail", handle=handle, url=url, settings=given, secret={"password": password}
    )
    return read_settings(config)


def place(server):
    return (server.host, server.port, server.security)


@pytest.mark.parametrize(
    ("address", "imap", "smtp"),
    [
        ("laden@gmx.de", ("imap.gmx.net", 993, "tls"), ("mail.gmx.net", 465, "tls")),
        ("laden@web.de", ("imap.web.de", 993, "tls"), ("smtp.web.de", 587, "starttls")),
        ("laden@t-online.de", ("secureimap.t-online.de", 993, "tls"),
         ("securesmtp.t-online.de", 465, "tls")),
        ("laden@gmail.com", ("imap.gmail.com", 993, "tls"), ("smtp.gmail.com", 465, "tls")),
        ("laden@posteo.de", ("posteo.de", 993, "tls"), ("posteo.de", 465, "tls")),
        ("laden@mailbox.org", ("imap.mailbox.org", 993, "tls"),
         ("smtp.mailbox.org", 465, "tls")),
    ],
)  # fmt: skip
def test_for_known_providers_the_address_is_enough(address, imap, smtp):
    found = settings(address)

    assert place(found.imap) == imap
    assert place(found.smtp) == smtp
    assert found.smtp_known


@pytest.mark.parametrize(
    ("imap_host", "smtp"),
    [
        ("imap.ionos.de", ("smtp.ionos.de", 465)),
        ("imap.strato.de", ("smtp.strato.de", 465)),
        ("imap.1blu.de", ("smtp.1blu.de", 465)),
        ("w012345.kasserver.com", ("w012345.kasserver.com", 465)),
        ("outlook.office365.com", ("smtp.office365.com", 587)),
    ],
)
def test_a_hosters_imap_server_names_the_other_one(imap_host, smtp):
    found = settings(imap_host=imap_host)

    assert (found.smtp.host, found.smtp.port) == smtp
    assert found.smtp_known


def test_an_unknown_server_is_taken_for_both_and_not_believed():
    found = settings(imap_host="mail.firma.example")

    assert place(found.smtp) == ("mail.firma.example", 465, "tls")
    assert not found.smtp_known


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("imaps://mail.firma.example", ("mail.firma.example", 993, "tls")),
        ("imaps://mail.firma.example:9993", ("mail.firma.example", 9993, "tls")),
        ("imap://mail.firma.example", ("mail.firma.example", 143, "starttls")),
        ("imap://mail.firma.example:1143/", ("mail.firma.example", 1143, "starttls")),
        ("imaps://[::1]:993", ("::1", 993, "tls")),
    ],
)
def test_an_address_of_the_server_is_understood(url, expected):
    assert place(settings(url=url).imap) == expected


def test_a_user_name_in_the_address_counts_and_settings_come_before_it():
    assert settings(url="imaps://u12%40x@host.example").username == "u12@x"
    found = settings(url="imaps://u12@host.example:1", imap_port="2", username="u13")
    assert (found.imap.port, found.username) == (2, "u13")


@pytest.mark.parametrize(
    ("port", "security"), [("143", "starttls"), ("993", "tls"), ("587", "starttls"), ("7", "tls")]
)
def test_the_port_says_how_encryption_begins(port, security):
    found = settings(imap_host="h.example", imap_port=port, smtp_port=port)

    assert (found.imap.security, found.smtp.security) == (security, security)


@pytest.mark.parametrize(("kind", "port"), [("imap", 143), ("smtp", 587)])
def test_how_encryption_begins_says_the_port(kind, port):
    found = settings(**{"imap_host": "h.example", f"{kind}_security": "starttls"})

    assert getattr(found, kind).port == port
    assert getattr(found, kind).security is Security.STARTTLS


@pytest.mark.parametrize(
    ("handle", "url", "given", "problem"),
    [
        ("info@firma.example", "", {}, "missing"),
        ("", "", {"imap_host": "h.example"}, "missing"),
        ("firma", "", {"imap_host": "h.example"}, "bad_address"),
        ("a b@firma.example", "", {"imap_host": "h.example"}, "bad_address"),
        ("info@tuta.com", "", {}, "no_imap"),
        ("info@firma.example", "https://h.example", {}, "bad_address"),
        ("info@firma.example", "imaps://h.example:x", {}, "bad_address"),
        ("info@firma.example", "imaps://", {}, "bad_address"),
        ("info@firma.example", "imaps://[::1", {}, "bad_address"),
        ("info@firma.example", "", {"imap_host": "h example"}, "bad_address"),
        ("info@firma.example", "", {"imap_host": "imap://h.example"}, "bad_address"),
        ("info@firma.example", "", {"imap_host": "h.example", "imap_port": "x"}, "bad_port"),
        ("info@firma.example", "", {"imap_host": "h.example", "imap_port": "0"}, "bad_port"),
        ("info@firma.example", "", {"imap_host": "h.example", "imap_port": "65536"}, "bad_port"),
        ("info@firma.example", "", {"imap_host": "h.example", "smtp_port": "9" * 5000}, "bad_port"),
        ("info@firma.example", "", {"imap_host": "h.example", "imap_port": "²"}, "bad_port"),
        (
            "info@firma.example", "",
            {"imap_host": "h.example", "imap_security": "ssl3"}, "bad_security",
        ),
        (
            "info@firma.example", "",
            {"imap_host": "h.example", "smtp_security": "none"}, "not_encrypted",
        ),
    ],
)  # fmt: skip
def test_what_cannot_work_is_named(handle, url, given, problem):
    with pytest.raises(AddressError) as caught:
        settings(handle, url=url, **given)

    assert caught.value.problem == problem


def test_without_a_password_somebody_has_to_sign_in():
    with pytest.raises(SignInNeededError):
        settings("laden@gmx.de", password="")


def test_the_user_name_may_stand_for_the_address():
    found = settings("", username="Laden@GMX.de")

    assert (found.address, found.username) == ("laden@gmx.de", "Laden@GMX.de")


def test_the_password_is_in_no_picture_of_the_settings():
    assert "geheim" not in repr(settings("laden@gmx.de", password="geheim"))


def test_what_is_kept_reads_back_as_the_same():
    found = settings("laden@web.de")

    again = settings("laden@web.de", **as_settings(found))
    assert (again.imap, again.smtp) == (found.imap, found.smtp)
