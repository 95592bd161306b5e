"""What was said where no channel leads is kept by hand, once, in an account that asks nobody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cm_desktop.domain.errors import AddressError, UsageError
from cm_desktop.domain.model import Direction, Health, Kind, OutboxState
from cm_desktop.services import connecting, reading
from cm_desktop.services.desk import Desk
from cm_desktop.services.noting_down import Noted, guess, guess_mail, networks, note_down
from cm_desktop.services.syncing import sync_once

SAMPLES = Path(__file__).parent.parent / "connectors" / "notifications" / "samples"
LINK = "https://www.instagram.com/p/Cx9AbCdEfGh/"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def note(vault, **said):
    return note_down(vault, Noted(**said), now=lambda: NOW)


def messages(vault, conversation):
    return reading.thread(vault, conversation).messages


def test_what_is_noted_down_is_a_message_in_an_account_of_its_own(vault):
    conversation = note(vault, text="Lecker!", network="instagram", author="Lisa", link=LINK)

    about = reading.conversation(vault, conversation)
    (message,) = messages(vault, conversation)
    (account,) = reading.accounts(vault)
    assert (about.channel, about.kind, about.title) == ("notifications", Kind.COMMENTS, "Instagram")
    assert (message.author.name, message.text, message.permalink) == ("Lisa", "Lecker!", LINK)
    assert (message.direction, message.created_at) == (Direction.IN, NOW)
    assert (account.remote_id, account.title) == ("by-hand", "Noted by hand")
    assert message.context == {"by_hand": "yes", "network": "instagram"}


def test_the_network_of_a_link_decides_the_kind(vault):
    review = note(vault, text="Top", link="https://www.trustpilot.com/reviews/1", rating=5)
    other = note(vault, text="Seht mal", link="https://blog.example/artikel")
    assert reading.conversation(vault, review).kind is Kind.REVIEW
    assert messages(vault, review)[0].rating == 5
    assert reading.conversation(vault, other).kind is Kind.MENTION
    assert reading.conversation(vault, other).title == "blog.example"


def test_the_same_link_is_the_same_conversation_and_the_same_words_are_kept_once(vault):
    first = note(vault, text="Eins", author="Anna", link=LINK)
    assert note(vault, text="Eins", author="Anna", link=LINK) == first
    assert note(vault, text="Zwei", author="Ben", link=f"{LINK}?igsh=abc") == first
    assert note(vault, text="Eins", author="Anna", link=LINK.replace("Cx9", "Dy8")) != first
    assert sorted(one.text for one in messages(vault, first)) == ["Eins", "Zwei"]
    assert len(reading.accounts(vault)) == 1


def test_without_a_link_the_words_decide(vault):
    first = note(vault, text="Am Telefon gehört", author="Anna")
    assert note(vault, text="Am Telefon gehört", author="Anna") == first
    assert note(vault, text="Etwas anderes", author="Anna") != first


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "ssh://x", "https://"]
)
def test_only_web_addresses_are_kept(vault, link):
    with pytest.raises(AddressError):
        note(vault, text="Text", link=link)
    assert reading.accounts(vault) == []


def test_nothing_is_refused(vault):
    with pytest.raises(UsageError, match="empty"):
        note(vault, text="  \n", author="Anna")


def test_a_time_that_is_still_to_come_becomes_now(vault):
    conversation = note(vault, text="Morgen", at=NOW + timedelta(days=3))
    assert messages(vault, conversation)[0].created_at == NOW


def test_an_answer_is_kept_as_evidence_once_a_person_gave_it(vault):
    conversation = note(vault, text="Habt ihr offen?", author="Lisa", link=LINK)
    desk = Desk(vault)
    row = desk.reply(conversation, "Ja, bis 18 Uhr.", hold_seconds=0)
    assert (row.state, row.error) == (OutboxState.NEEDS_HUMAN, "answer_there")
    assert reading.page_of(vault, row) == LINK

    report = sync_once(vault)
    assert (report.errors, report.accounts[0].sent, report.accounts[0].new) == ([], 0, 0)
    desk.resolve(row.id, "sent")

    ours = messages(vault, conversation)[-1]
    assert (ours.direction, ours.text) == (Direction.OUT, "Ja, bis 18 Uhr.")
    assert {one.kind for one in reading.history(vault, conversation)} >= {"outbox_resolved_sent"}


def test_the_worker_leaves_the_account_alone_for_a_day(vault):
    note(vault, text="Hallo")
    sync_once(vault)
    (account,) = reading.accounts(vault)
    assert account.health is Health.OK
    assert account.next_fetch_at - account.last_ok_at > timedelta(hours=12)


def test_an_account_that_was_removed_comes_back_with_the_next_note(vault):
    conversation = note(vault, text="Eins", link=LINK)
    (account,) = reading.accounts(vault)
    connecting.remove_account(vault, account.id)
    assert note(vault, text="Zwei", link=LINK) == conversation
    assert [one.id for one in reading.accounts(vault)] == [account.id]


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("", Noted()),
        ("Nur ein Satz über uns.", Noted(text="Nur ein Satz über uns.")),
        (LINK, Noted(network="instagram", link=LINK)),
        ("www.facebook.com/x/posts/1",
         Noted(network="facebook", link="https://www.facebook.com/x/posts/1")),
        (f"Anna Muster\nTolles Brot!\n{LINK}",
         Noted(author="Anna Muster", text="Tolles Brot!", network="instagram", link=LINK)),
        ("das war nichts\nund das auch nicht", Noted(text="das war nichts\nund das auch nicht")),
        ("https://x.com/anna_b/status/99",
         Noted(network="x", author="anna_b", link="https://x.com/anna_b/status/99")),
        ("Siehe https://blog.example/a und https://youtu.be/abc",
         Noted(text="Siehe https://blog.example/a und https://youtu.be/abc", network="youtube",
               link="https://youtu.be/abc")),
        ("Karl Kunde commented on your post\nWann offen?\nhttps://www.linkedin.com/posts/a-1",
         Noted(author="Karl Kunde", text="Wann offen?", network="linkedin",
               link="https://www.linkedin.com/posts/a-1")),
        ("https://example.org/artikel", Noted(link="https://example.org/artikel")),
    ],
)  # fmt: skip
def test_what_is_evident_in_a_pasted_text_is_found(pasted, expected):
    assert guess(pasted) == expected


def test_a_dropped_mail_is_taken_apart_by_the_same_patterns(vault):
    noted = guess_mail((SAMPLES / "trustpilot-de.eml").read_bytes())
    assert (noted.network, noted.author, noted.rating) == ("trustpilot", "Nils K.", 1)
    assert noted.at == datetime(2026, 11, 19, 8, 18, tzinfo=UTC)
    conversation = note_down(vault, replace(noted, author="Nils Korn"), now=lambda: NOW)
    assert messages(vault, conversation)[0].author.name == "Nils Korn"


@pytest.mark.parametrize("name", ["unknown", "forged-signature"])
def test_a_dropped_mail_of_somebody_else_is_only_text(name):
    noted = guess_mail((SAMPLES / f"{name}.eml").read_bytes())
    assert (noted.network, noted.link) == ("", "")
    assert noted.author in ("Karl Kunde", "Facebook")
    assert noted.text.count("\n") > 0


@pytest.mark.parametrize("raw", [b"", b"\x89PNG\r\n\x1a\n", b"\0" * 1000, b"nothing at all"])
def test_what_is_no_mail_is_refused(raw):
    with pytest.raises(AddressError, match="not_a_mail"):
        guess_mail(raw)


def test_the_networks_are_offered_by_name():
    assert ("facebook", "Facebook") in networks()
    names = [name.casefold() for _, name in networks()]
    assert names == sorted(names)
