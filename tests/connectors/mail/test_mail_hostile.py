"""No mail stops the program, whatever is in it."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.connectors.mailbox_parse import parse_mail
from tests import hostile
from tests.connectors.mail.hostile_mails import MAILS, plain

ARRIVED = datetime(2026, 11, 21, 12, tzinfo=UTC)
RECORDED = sorted((Path(__file__).parent / "recorded").glob("*.eml"))


def check(mail):
    """Assert what every later step relies on."""
    assert mail.remote_id
    assert mail.created_at.tzinfo is UTC
    assert len(mail.text) <= 200_000
    shown = [mail.subject, mail.title, *mail.author, *mail.reply_to]
    shown += [one.about.name for one in mail.attachments]
    for text in (*shown, mail.text, mail.quoted, mail.remote_id, *mail.references):
        text.encode("utf-8")
        assert "\0" not in text
    assert all("\n" not in text for text in shown)


@pytest.mark.parametrize("name", MAILS)
def test_a_hostile_mail_is_read_in_time_and_kept(name):
    begin = time.perf_counter()
    mail = parse_mail(MAILS[name], ARRIVED)

    assert time.perf_counter() - begin < 5
    check(mail)


@pytest.mark.parametrize("name", hostile.TEXTS)
def test_a_hostile_text_is_kept_as_text(name):
    body = hostile.TEXTS[name].encode("utf-8", "surrogatepass")

    check(parse_mail(plain(body, b"Content-Type: text/plain; charset=utf-8"), ARRIVED))


@pytest.mark.parametrize("name", hostile.MARKUP)
def test_hostile_markup_becomes_text(name):
    body = hostile.MARKUP[name].encode("utf-8", "surrogatepass")
    begin = time.perf_counter()

    check(parse_mail(plain(body, b"Content-Type: text/html; charset=utf-8"), ARRIVED))
    assert time.perf_counter() - begin < 5


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("file in another folder", "passwd"),
        ("file of Windows", "evil.exe"),
        ("file with a turned name", "gpj.exe"),
        ("file with a NUL in its name", "ab.txt"),
    ],
)
def test_a_file_name_leads_nowhere_and_shows_its_ending(name, shown):
    (found,) = parse_mail(MAILS[name]).attachments

    assert found.about.name == shown


def test_a_long_file_name_keeps_its_ending():
    (found,) = parse_mail(MAILS["file with a name of 3,000 letters"]).attachments

    assert len(found.about.name) <= 120
    assert found.about.name.endswith(".pdf")


def test_a_large_file_is_named_but_not_kept():
    raw = plain(b"x" * (6 << 20), b"Content-Type: application/zip; name=big.zip")
    (found,) = parse_mail(raw).attachments

    assert (found.about.name, found.about.size) == ("big.zip", 6 << 20)
    assert found.content is None
    assert found.about.sha256 == ""


def test_a_decoded_line_end_begins_no_new_header():
    mail = parse_mail(MAILS["injected header in the subject"])

    assert mail.subject == "x Bcc: all@example.test"


@given(data=st.data())
def test_a_damaged_mail_is_read_as_far_as_it_goes(data):
    raw = bytearray(data.draw(st.sampled_from(RECORDED)).read_bytes())
    places = st.integers(0, len(raw) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=12)):
        raw[place] = value
    begin, end = sorted((data.draw(places), data.draw(places)))
    cut = data.draw(st.sampled_from(["none", "front", "end", "middle", "doubled"]))
    pieces = {
        "none": bytes(raw),
        "front": bytes(raw[begin:]),
        "end": bytes(raw[:begin]),
        "middle": bytes(raw[:begin] + raw[end:]),
        "doubled": bytes(raw[:end] + raw[begin:]),
    }
    check(parse_mail(pieces[cut], ARRIVED))
