"""Answers as mails."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop import i18n
from cm_desktop.connectors.base import AccountConfig, Reply, Target
from cm_desktop.connectors.mail_compose import compose, message_id_of
from cm_desktop.connectors.mailbox_parse import parse_mail
from cm_desktop.connectors.mailbox_settings import read_settings
from cm_desktop.domain.errors import RejectedError

NOW = datetime(2026, 11, 21, 9, 30, 15, 999, tzinfo=UTC)


def settings(name="", address="info@firma.example"):
    return read_settings(
        AccountConfig(
            channel="mail",
            handle=address,
            settings={"imap_host": "mail.firma.example", "name": name},
            secret={"password": "pass"},
        )
    )


def reply(text="Gern.", *, key="k-1", **context):
    target = Target(
        remote_id="<frage@kunde.example>",
        conversation_remote_id="<frage@kunde.example>",
        author_remote_id="karl@kunde.example",
        author_handle="karl@kunde.example",
        text="Habt ihr offen?",
        created_at=NOW,
        public=False,
        context={
            "message_id": "<frage@kunde.example>",
            "subject": "Frage",
            "reply_to": "karl@kunde.example",
            **context,
        },
    )
    return Reply(client_key=key, text=text, target=target)


def composed(answer, name=""):
    raw = compose(answer, settings(name), NOW).raw
    return email.message_from_bytes(raw, policy=email.policy.default)


def without_quotation(answer):
    return replace(answer, target=replace(answer.target, text=""))


def test_each_attempt_has_the_same_id_and_each_answer_another():
    first = message_id_of(reply(), settings())

    assert message_id_of(reply("other text"), settings()) == first
    assert message_id_of(reply(key="k-2"), settings()) != first
    assert message_id_of(reply(), settings(address="b@firma.example")) != first
    assert first.endswith(".cm@firma.example>")


def test_a_domain_with_umlauts_is_written_as_servers_can_read_it():
    mail = compose(reply(), settings(address="info@bäckerei.example"), NOW)

    assert mail.message_id.endswith("@xn--bckerei-5wa.example>")
    assert mail.sender == "info@xn--bckerei-5wa.example"
    assert mail.raw.isascii()


def test_the_name_of_the_firm_is_shown_and_survives():
    mail = composed(reply(), name='Bäckerei "Morgenrot", Müller & Söhne')

    assert mail["From"].addresses[0].display_name == 'Bäckerei "Morgenrot", Müller & Söhne'
    assert mail["From"].addresses[0].addr_spec == "info@firma.example"


def test_long_ids_in_references_are_not_touched():
    ids = [f"<{'x' * 90}{number}@outlook.example>" for number in range(40)]
    mail = compose(reply(references=" ".join(ids)), settings(), NOW)

    head = mail.raw.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    kept = parse_mail(mail.raw).references
    assert kept[0] == ids[0]
    assert kept[-2:] == (ids[-1], "<frage@kunde.example>")
    assert len(kept) <= 14


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("Frage", "Re: Frage"),
        ("AW: Re: Frage", "Re: Frage"),
        ("", "Re:"),
        ("Ö" * 200, "Re: " + "Ö" * 200),
        ("a\r\nBcc: all@x.example", "Re: a Bcc: all@x.example"),
    ],
)
def test_the_subject_is_that_of_the_question(subject, shown):
    mail = composed(reply(subject=subject))

    assert mail["Subject"] == shown
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    ("context", "recipient"),
    [
        ({"reply_to": "rosa@kunde.example"}, "rosa@kunde.example"),
        ({"reply_to": ""}, "karl@kunde.example"),
        ({"reply_to": "kein Konto"}, "karl@kunde.example"),
        ({"reply_to": "a@b.example\r\nBcc: all@x.example"}, "karl@kunde.example"),
        ({"reply_to": "karl@münchen.example"}, "karl@xn--mnchen-3ya.example"),
    ],
)
def test_the_answer_goes_where_the_mail_asks(context, recipient):
    assert compose(reply(**context), settings(), NOW).recipient == recipient


def test_an_answer_to_our_own_mail_goes_to_whom_we_wrote():
    ours = reply(reply_to="info@firma.example", to="info@firma.example, karl@kunde.example")
    target = replace(
        ours.target, author_handle="info@firma.example", author_remote_id="info@firma.example"
    )

    assert compose(replace(ours, target=target), settings(), NOW).recipient == "karl@kunde.example"


@pytest.mark.parametrize(
    ("context", "author", "reason"),
    [
        ({"reply_to": ""}, "unknown", "no_recipient"),
        ({"reply_to": "karl@" + "x" * 70 + ".example"}, "unknown", "bad_recipient"),
        ({"reply_to": "jörg@kunde.example"}, "unknown", "bad_recipient"),
    ],
)
def test_whom_no_server_can_reach_is_not_written_to(context, author, reason):
    answer = reply(**context)
    target = replace(answer.target, author_handle=author, author_remote_id=author)

    with pytest.raises(RejectedError) as caught:
        compose(replace(answer, target=target), settings(), NOW)

    assert caught.value.reason == reason


def test_nothing_is_not_sent():
    with pytest.raises(RejectedError) as caught:
        compose(reply(" \n "), settings(), NOW)

    assert caught.value.reason == "empty"


def test_only_the_start_of_a_long_original_is_repeated():
    answer = reply()
    long = replace(answer, target=replace(answer.target, text="Zeile\n" * 500))

    text = composed(long).get_content().replace("\r\n", "\n")

    assert text.count("> Zeile") == 40
    assert text.endswith("> […]\n")


def test_the_line_above_the_original_is_in_our_language():
    i18n.use_language("en")
    assert "On Nov 21, 2026" in composed(reply()).get_content()


def test_the_date_is_that_of_the_first_attempt():
    first = datetime(2026, 11, 20, 8, 0, 0, 5, tzinfo=UTC)
    answer = replace(reply(), first_attempt_at=first)

    assert compose(answer, settings(), NOW).written_at == first.replace(microsecond=0)
    assert compose(reply(), settings(), NOW).written_at == NOW.replace(microsecond=0)


@given(st.text(max_size=300))
def test_any_text_arrives_as_it_was_written(text):
    if not text.strip():
        return
    try:
        mail = compose(without_quotation(reply(text)), settings(), NOW)
    except RejectedError:
        return  # nothing but what cannot be sent
    arrived = email.message_from_bytes(mail.raw, policy=email.policy.default).get_content()

    sent = "".join(
        letter for letter in text.replace("\r\n", "\n").replace("\r", "\n")
        if letter >= " " or letter in "\n\t"
    )  # fmt: skip
    for sign in ("\u2028", "\u2029"):
        sent = sent.replace(sign, "\n")
    sent = "".join(s for s in sent if not "\x7f" <= s <= "\x9f" and s not in "\ufffe\uffff")
    assert arrived.replace("\r\n", "\n").strip("\n") == sent.strip("\n")
