"""Every way in which an SMTP server can say no, break off or fall silent."""

import base64

import pytest

from cm_desktop.connectors.base import AccountConfig, Reply, Target
from cm_desktop.connectors.mail_compose import compose
from cm_desktop.connectors.mail_smtp import check_sign_in, hand_over
from cm_desktop.connectors.mailbox_settings import read_settings
from cm_desktop.domain.errors import (
    AddressError,
    CmError,
    OfflineError,
    RateLimitedError,
    RejectedError,
    SignInNeededError,
    SlowError,
    UntrustedServerError,
)
from tests.connectors.mail.played_imap import CutError, HungUpError, server_context
from tests.connectors.mail.played_smtp import played_smtp
from tests.connectors.mail.test_mail_compose import NOW
from tests.servers.certificates import make_authority, make_certificate


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    authority = make_authority(folder)
    make_certificate(authority, folder, "good", ("127.0.0.1",))
    make_certificate(authority, folder, "expired", ("127.0.0.1",), days=-2)
    make_certificate(authority, folder, "elsewhere", ("mail.elsewhere.example",))
    return folder


@pytest.fixture
def server(certificates):
    with played_smtp(server_context(certificates)) as played:
        played.certificates = certificates
        yield played


def settings(server, *, password="pass", username="alice@example.test", **given):
    config = AccountConfig(
        channel="mail",
        handle="alice@example.test",
        settings={
            "imap_host": "127.0.0.1",
            "smtp_host": "127.0.0.1",
            "smtp_port": str(server.port),
            "ca_file": str(server.certificates / "ca.pem"),
            "username": username,
            **given,
        },
        secret={"password": password},
    )
    return read_settings(config)


def mail(server, text="Gern."):
    target = Target(
        remote_id="<f@x>", conversation_remote_id="<f@x>", author_handle="karl@kunde.example"
    )
    return compose(Reply(client_key="k", text=text, target=target), settings(server), NOW)


def send(server, text="Gern.", **given):
    hand_over(mail(server, text), settings(server, **given))


def test_a_mail_is_handed_over_as_it_was_composed(server):
    send(server)

    ((sender, recipients, raw),) = server.taken
    assert (sender, recipients) == ("alice@example.test", ("karl@kunde.example",))
    assert raw == mail(server).raw
    assert server.verbs == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]


@pytest.mark.parametrize("text", [".", "a\n.\nb", "..", ".\n.\n.", "a\n.b"])
def test_lines_that_begin_with_a_dot_arrive_whole(server, text):
    send(server, text)

    assert server.taken[0][2] == mail(server, text).raw


@pytest.mark.parametrize(
    ("verb", "answer", "error", "reason"),
    [
        ("AUTH", "535 5.7.8 no", SignInNeededError, None),
        ("AUTH", "534 5.7.9 app password needed", SignInNeededError, None),
        ("AUTH", "454 4.7.0 later", RateLimitedError, None),
        ("MAIL", "530 5.7.0 sign in first", SignInNeededError, None),
        ("MAIL", "553 5.7.1 not your address", RejectedError, "sender_refused"),
        ("MAIL", "452 4.3.1 disk full", RateLimitedError, None),
        ("MAIL", "552 5.3.4 too large", RejectedError, "too_large"),
        ("RCPT", "550 5.1.1 nobody", RejectedError, "recipient_refused"),
        ("RCPT", "450 4.2.0 greylisted", RateLimitedError, None),
        ("RCPT", "421 4.7.0 too many", RateLimitedError, None),
        ("DATA", "554 5.5.1 no", RejectedError, "content_refused"),
        ("DATA", "250 strange", OfflineError, None),
        ("DOT", "554 5.7.1 looks like spam", RejectedError, "content_refused"),
        ("DOT", "552 5.2.3 too large", RejectedError, "too_large"),
        ("DOT", "451 4.3.0 later", RateLimitedError, None),
        ("DOT", "999 whatever", SlowError, None),
        ("EHLO", "421 4.3.2 closing", RateLimitedError, None),
    ],
)
def test_a_no_is_a_no_and_nothing_was_sent(server, verb, answer, error, reason):
    server.answers[verb] = answer
    if verb == "EHLO":
        server.answers["HELO"] = answer

    with pytest.raises(error) as caught:
        send(server)

    assert server.taken == []
    assert " " not in caught.value.detail
    if reason:
        assert caught.value.reason == reason


def test_a_refusal_tells_codes_and_no_addresses(server):
    server.answers["RCPT"] = "550 5.1.1 <karl@kunde.example> is unknown"

    with pytest.raises(RejectedError) as caught:
        send(server)

    assert caught.value.detail == "550/5.1.1"


@pytest.mark.parametrize("end", [HungUpError, CutError])
@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"])
def test_a_connection_that_ends_before_the_mail_has_sent_nothing(server, verb, end):
    def leave(now):
        if now == verb:
            raise end

    server.manner = leave
    with pytest.raises(OfflineError):
        send(server)
    assert server.taken == []


@pytest.mark.parametrize("end", [HungUpError, CutError])
@pytest.mark.parametrize(("verb", "taken"), [("DOT", 0), ("TAKEN", 1)])
def test_a_connection_that_ends_after_the_last_dot_leaves_it_open(server, verb, taken, end):
    def leave(now):
        if now == verb:
            raise end

    server.manner = leave
    with pytest.raises(SlowError):
        send(server)
    assert len(server.taken) == taken


def test_a_connection_that_ends_while_a_long_mail_is_sent_has_sent_nothing(server):
    def leave(now):
        if now == "BODY":
            raise CutError

    server.manner = leave
    with pytest.raises((OfflineError, SlowError)) as caught:
        send(server, "x" * 70 + "\n" + ("y" * 70 + "\n") * 200_000)
    assert isinstance(caught.value, OfflineError)
    assert server.taken == []


def test_a_farewell_that_fails_takes_nothing_back(server):
    server.answers["QUIT"] = "500 what"
    send(server)

    assert len(server.taken) == 1


@pytest.mark.parametrize(
    "greeting",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"554 go away\r\n", b"421 later\r\n", b"\xff\0\r\n"],
)
def test_who_greets_like_no_mail_server_gets_nothing(server, greeting):
    server.greeting = greeting

    with pytest.raises((OfflineError, RejectedError, RateLimitedError)):
        send(server)
    assert server.taken == []


def test_a_port_nobody_listens_on_is_no_connection(server):
    server.close()

    with pytest.raises(OfflineError):
        check_sign_in(settings(server))


def test_a_host_name_that_cannot_be_one_is_an_address_to_correct(server):
    with pytest.raises(AddressError) as caught:
        check_sign_in(settings(server, smtp_host="a..b"))
    assert caught.value.problem == "bad_address"


@pytest.mark.parametrize(("name", "problem"), [("expired", "expired"), ("elsewhere", "wrong_host")])
@pytest.mark.parametrize("starttls", [False, True])
def test_a_bad_certificate_ends_it_before_the_password(certificates, name, problem, starttls):
    with played_smtp(server_context(certificates, name), starttls=starttls) as server:
        server.certificates = certificates
        with pytest.raises(UntrustedServerError) as caught:
            check_sign_in(settings(server, smtp_security="starttls" if starttls else "tls"))

        assert caught.value.problem == problem
        assert "AUTH" not in server.verbs


def test_starttls_works_and_is_insisted_on(certificates):
    with played_smtp(server_context(certificates), starttls=True) as server:
        server.certificates = certificates
        send(server, smtp_security="starttls")
        assert server.verbs[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]

        server.answers["STARTTLS"] = "454 4.7.0 not now"
        with pytest.raises(CmError):
            check_sign_in(settings(server, smtp_security="starttls"))
        assert server.verbs[-1] != "AUTH"


def test_without_starttls_no_password_is_sent(certificates):
    with played_smtp(server_context(certificates), starttls=True) as server:
        server.certificates = certificates
        server.answers["EHLO"] = "250 played"
        with pytest.raises(AddressError) as caught:
            check_sign_in(settings(server, smtp_security="starttls"))

        assert caught.value.problem == "no_tls"
        assert "AUTH" not in server.verbs


def test_a_server_without_a_way_to_sign_in_is_named(server):
    server.extensions = ["8BITMIME"]

    with pytest.raises(AddressError) as caught:
        check_sign_in(settings(server))
    assert caught.value.problem == "no_sign_in"


def test_a_password_with_umlauts_is_sent_as_utf_8(server):
    server.passwords["alice@example.test"] = "schön"
    check_sign_in(settings(server, password="schön"))

    with pytest.raises(SignInNeededError):
        check_sign_in(settings(server, password="schöner"))
    assert base64.b64encode("\0alice@example.test\0schön".encode())


def test_an_own_authority_that_cannot_be_read_is_named(server, tmp_path):
    (tmp_path / "broken.pem").write_text("no certificate")
    for file in (tmp_path / "missing.pem", tmp_path / "broken.pem"):
        with pytest.raises(AddressError) as caught:
            check_sign_in(settings(server, ca_file=str(file)))
        assert caught.value.problem == "ca_file"
