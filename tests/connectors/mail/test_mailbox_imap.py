"""Signing in to IMAP servers of all manners."""

import threading

import pytest

from cm_desktop.connectors.mail import make
from cm_desktop.domain.errors import (
    AddressError,
    OfflineError,
    RateLimitedError,
    ServerTroubleError,
    SignInNeededError,
    UntrustedServerError,
)
from cm_desktop.domain.model import OutboxKind
from tests.connectors.contract import OPEN, action_on, cursor_of, events_of, newest_in
from tests.connectors.mail.played_imap import CutError, HungUpError, played_imap, server_context
from tests.connectors.mail.reading import mail
from tests.connectors.mail.test_mail_smtp import certificates

__all__ = ["certificates"]


def refusing(command, answer):
    def manner(session, tag, name, words):
        if name == command:
            session.say(f"{tag} {answer}\r\n")
            return True
        return False

    return manner


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("NO [AUTHENTICATIONFAILED] no", SignInNeededError),
        ("NO no", SignInNeededError),
        ("BAD what", SignInNeededError),
        ("NO [UNAVAILABLE] later", ServerTroubleError),
        ("NO [LIMIT] too many connections", RateLimitedError),
    ],
)
@pytest.mark.parametrize("password", ["falsch", "fälsch"])
def test_a_refused_sign_in_says_why(case, answer, error, password):
    case.imap.manner = refusing("LOGIN" if password.isascii() else "AUTHENTICATE", answer)
    config = case.config()
    config.secret["password"] = password

    with pytest.raises(error):
        make(config).identify()


@pytest.mark.parametrize("password", ["schön", 'mit "Anführung" und \\', "日本"])
def test_a_password_of_any_letters_is_sent_rightly(case, password):
    case.imap.passwords["alice@example.test"] = password
    case.smtp.passwords["alice@example.test"] = password
    config = case.config()
    config.secret["password"] = password

    assert make(config).identify().handle == "alice@example.test"


@pytest.mark.parametrize(("name", "problem"), [("expired", "expired"), ("elsewhere", "wrong_host")])
@pytest.mark.parametrize("starttls", [False, True])
def test_a_bad_certificate_ends_it_before_the_password(case, certificates, name, problem, starttls):
    context = server_context(certificates, name)
    with played_imap(context, starttls=starttls) as server:
        inbox = case.connect(
            imap_port=str(server.port),
            imap_security="starttls" if starttls else "tls",
            ca_file=str(certificates / "ca.pem"),
        )
        with pytest.raises(UntrustedServerError) as caught:
            inbox.identify()

        assert (caught.value.problem, caught.value.host) == (problem, "127.0.0.1")
        assert not [one for one in server.commands if one.startswith("LOGIN")]


def test_an_unknown_issuer_is_refused(case):
    with pytest.raises(UntrustedServerError) as caught:
        case.connect(ca_file="").identify()

    assert caught.value.problem == "unknown_issuer"


@pytest.mark.parametrize(
    "greeting",
    [
        b"* PREAUTH welcome, no need to encrypt\r\n",
        b"* OK ready\r\n",
    ],
)
def test_who_would_keep_us_from_encryption_gets_no_password(case, certificates, greeting):
    with played_imap(server_context(certificates), starttls=True) as server:
        server.greeting = greeting
        if b"PREAUTH" not in greeting:
            server.manner = without_starttls
        inbox = case.connect(
            imap_port=str(server.port),
            imap_security="starttls",
            ca_file=str(certificates / "ca.pem"),
        )
        with pytest.raises(AddressError) as caught:
            inbox.identify()

        assert caught.value.problem == "no_tls"
        assert not [one for one in server.commands if one.startswith(("LOGIN", "AUTH"))]


def without_starttls(session, tag, name, words):
    if name == "CAPABILITY":
        session.say(f"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n")
        return True
    return False


def test_an_encrypted_port_is_not_spoken_to_in_the_clear(case, certificates):
    with played_imap(server_context(certificates), starttls=True) as server:
        with pytest.raises(AddressError) as caught:
            case.connect(imap_port=str(server.port), imap_security="tls").identify()

        assert caught.value.problem == "no_tls"


def test_nobody_there_is_offline_and_an_impossible_name_is_not(case):
    case.imap.close()
    with pytest.raises(OfflineError):
        case.connect().identify()
    with pytest.raises(AddressError):
        case.connect(imap_host="a..b").identify()


@pytest.mark.parametrize("greeting", [b"220 ftp\r\n", b"* BYE overloaded\r\n", b"\r\n", b""])
def test_who_greets_like_no_imap_server_is_in_trouble(case, greeting):
    case.imap.greeting = greeting
    if not greeting:
        case.imap.manner = refusing("CAPABILITY", "NO")
        case.imap.greeting = b"* OK x\r\n"

    with pytest.raises(ServerTroubleError):
        case.connect().identify()


@pytest.mark.parametrize("end", [HungUpError, CutError])
def test_a_connection_that_ends_at_the_sign_in_is_the_servers_trouble(case, end):
    def leave(session, tag, name, words):
        if name == "LOGIN":
            raise end
        return False

    case.imap.manner = leave
    with pytest.raises(ServerTroubleError):
        case.connect().identify()


@pytest.mark.parametrize("capabilities", ["IMAP4rev1 UIDPLUS", "IMAP4rev1"])
def test_moving_without_the_command_deletes_nothing_of_others(case, inbox, capabilities):
    case.imap.capabilities = capabilities
    case.imap.inbox.put(mail("weg", "<weg@x>"))
    others = case.imap.inbox.put(mail("bleibt", "<bleibt@x>"), "\\Deleted")

    inbox.act(action_on(newest_in(events_of(inbox), "<weg@x>"), OutboxKind.SPAM))

    assert [one.raw for one in case.imap.folders["Junk"].mails] == [mail("weg", "<weg@x>")]
    assert others in case.imap.inbox.mails
    left = [one for one in case.imap.inbox.mails if one is not others]
    assert all("\\Deleted" in one.flags for one in left)
    assert bool(left) == ("UIDPLUS" not in capabilities)


def test_waiting_hears_of_a_new_mail(case, inbox):
    cursor_of(events_of(inbox))
    woken = []
    waiting = threading.Thread(target=lambda: woken.append(inbox.wait(10, threading.Event())))
    waiting.start()
    assert case.imap.idling.wait(10)
    case.imap.arrive(mail())
    waiting.join(10)

    assert woken == [True]


def test_a_mail_that_came_before_the_waiting_ends_it_at_once(case, inbox):
    events_of(inbox)
    case.imap.arrive(mail())

    assert inbox.wait(10, threading.Event()) is True
    assert "IDLE" not in case.imap.commands


def test_a_server_that_cannot_push_is_not_waited_for(case, inbox):
    case.imap.capabilities = "IMAP4rev1"

    assert inbox.wait(10, threading.Event()) is False


def test_waiting_ends_when_time_is_up(inbox):
    assert inbox.wait(0.1, threading.Event()) is False


def test_a_connection_that_dies_while_waiting_is_noticed(case, inbox):
    def die(session, tag, name, words):
        if name == "IDLE":
            session.say("+ idling\r\n")
            raise HungUpError
        return False

    case.imap.manner = die
    with pytest.raises(OPEN):
        inbox.wait(10, threading.Event())


def test_news_that_come_together_with_the_go_ahead_are_heard(case, inbox, monkeypatch):
    monkeypatch.setattr("cm_desktop.connectors.mailbox_imap._IDLE_STRETCH", 0.1)

    def at_once(session, tag, name, words):
        if name == "IDLE":
            session.say("+ idling\r\n* 1 EXISTS\r\n")
            session.hear()
            session.done(tag)
            return True
        return False

    case.imap.manner = at_once
    assert inbox.wait(5, threading.Event()) is True


def test_a_server_that_only_says_that_it_is_there_wakes_nobody(case, inbox, monkeypatch):
    monkeypatch.setattr("cm_desktop.connectors.mailbox_imap._IDLE_STRETCH", 0.1)

    def still_here(session, tag, name, words):
        if name == "IDLE":
            session.say("+ idling\r\n")
            session.say("* OK Still here\r\n")
            session.hear()
            session.done(tag)
            return True
        return False

    case.imap.manner = still_here
    assert inbox.wait(0.3, threading.Event()) is False
    assert case.imap.commands.count("IDLE") > 1
