"""Reading the mailbox: what becomes one conversation, what stays a mail, what is left alone."""

from pathlib import Path

import pytest

from cm_desktop.domain.events import ItemSkipped, MessageGone
from cm_desktop.domain.model import Kind, Nature
from tests.connectors.contract import cursor_of, events_of, messages
from tests.connectors.mail.hostile_mails import MAILS
from tests.connectors.notifications.case import Case

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def case():
    with Case() as played:
        yield played


def arrive(case, *names, change=lambda raw: raw):
    for name in names:
        case.imap.arrive(change((SAMPLES / f"{name}.eml").read_bytes()))


def found(case, since=None, **settings):
    return messages(events_of(case.connect(**settings), since))


def by_id(case, message_id, **settings):
    return next(one for one in found(case, **settings) if message_id in one.remote_id)


def test_a_notification_becomes_an_item_with_author_text_link_and_stars(case):
    arrive(case, "google-en")
    (item,) = found(case)

    assert (item.author.name, item.text, item.rating) == ("Priya Nair", "Bread was stale.", 2)
    assert item.permalink == "https://business.google.com/n/123/reviews/def?hl=en"
    assert (item.conversation.kind, item.conversation.title) == (
        Kind.REVIEW,
        "Google: Bäckerei Beispiel",
    )
    assert item.conversation.context == {"network": "google"}
    assert (item.nature, item.public) == (Nature.PERSON, True)  # although a machine sent it
    assert item.author.remote_id.startswith("google:")


def test_that_a_text_may_be_cut_is_noted(case):
    arrive(case, "linkedin-de", "trustpilot-en")
    assert [one.context.get("cut", "") for one in found(case)] == ["yes", ""]


def test_a_direct_message_is_not_public(case):
    arrive(case, "linkedin-en")
    (item,) = found(case)
    assert (item.conversation.kind, item.public) == (Kind.DIRECT, False)


def other(raw, name=b"Ben Stein", number=b"2"):
    return raw.replace(b"Anna M=C3=BCller", name).replace(
        b"<sample-01@", b"<other-" + number + b"@"
    )


def test_comments_on_one_page_are_one_conversation(case):
    arrive(case, "facebook-de")
    arrive(case, "facebook-de", change=other)
    arrive(
        case, "facebook-de",
        change=lambda raw: other(raw, number=b"3").replace(b"/posts/1234567890", b"/posts/99"),
    )  # fmt: skip
    one, two, three = found(case)
    assert one.author.name != two.author.name
    assert one.conversation.remote_id == two.conversation.remote_id
    assert three.conversation.remote_id != one.conversation.remote_id


def test_reviews_of_two_people_are_two_conversations_even_on_one_page(case):
    arrive(case, "provenexpert-de")
    arrive(
        case, "provenexpert-de",
        change=lambda raw: raw.replace(b"Paul Stein", b"Rosa Lux").replace(b"<sample", b"<other"),
    )  # fmt: skip
    one, two = found(case)
    assert one.permalink == two.permalink
    assert one.conversation.remote_id != two.conversation.remote_id


def test_a_mail_delivered_twice_is_one_item(case):
    arrive(case, "facebook-de", "facebook-de")
    assert len(found(case)) == 1


def test_a_stranger_cannot_replace_an_item_by_taking_its_id(case):
    arrive(case, "facebook-de")
    arrive(case, "facebook-de", change=lambda raw: raw.replace(b"Silvester", b"Ostern"))
    one, two = found(case)
    assert one.remote_id != two.remote_id
    assert "Silvester" in one.text


def test_an_unknown_mail_stays_a_mail(case):
    arrive(case, "unknown", "facebook-security")
    one, two = found(case)
    assert (one.conversation.kind, one.conversation.title) == (Kind.MAIL, "Frage zu Brezeln")
    assert one.author.handle == "karl@kunde.example"
    assert "claims" not in one.context
    assert two.conversation.kind is Kind.MAIL
    assert two.author.handle.endswith("@facebookmail.com")
    assert "claims" not in two.context, "a network writes more than notifications"


def test_a_forged_mail_stays_a_mail_without_a_link_and_says_whom_it_claims_to_be(case):
    arrive(case, "forged-signature", "forged-other-domain", "forged-other-signature")
    forged = found(case)
    assert [one.conversation.kind for one in forged] == [Kind.MAIL] * 3
    assert [one.permalink for one in forged] == [""] * 3
    assert [one.context.get("claims", "") for one in forged] == ["facebook", "", "facebook"]


def test_unknown_mails_can_be_left_for_the_account_that_reads_them(case):
    arrive(case, "unknown", "facebook-de", "forged-signature")
    events = events_of(case.connect(unknown="leave"))
    assert [one.author.name for one in messages(events)] == ["Anna Müller"]
    assert messages(events_of(case.connect(unknown="leave"), cursor_of(events))) == []


def test_the_mailbox_is_left_as_it_was(case):
    arrive(case, "facebook-de", "unknown")
    events_of(case.connect())
    assert [mail.flags for mail in case.imap.inbox.mails] == [set(), set()]
    verbs = {" ".join(line.split()[:2]).upper() for line in case.imap.commands}
    assert not [verb for verb in verbs if verb.startswith(("UID STORE", "UID MOVE", "APPEND"))]
    assert not [verb for verb in verbs if verb.startswith("SELECT")]


def test_a_mail_that_was_deleted_takes_nothing_back(case):
    arrive(case, "facebook-de", "unknown")
    events = events_of(case.connect())
    case.imap.inbox.mails.clear()
    later = events_of(case.connect(), cursor_of(events))
    assert not [one for one in later if isinstance(one, MessageGone)]
    assert messages(later) == []


def test_another_folder_than_the_inbox_can_be_read(case):
    arrive(case, "facebook-de")
    case.imap.folders["Archiv"].put((SAMPLES / "x-de.eml").read_bytes())
    connector = case.connect(folder="Archiv")
    assert connector.identify().remote_id == "alice@example.test/Archiv"
    assert [one.context["network"] for one in messages(events_of(connector))] == ["x"]
    assert case.connect().identify().remote_id == "alice@example.test"


def test_new_uids_bring_no_mail_twice_and_lose_none(case):
    arrive(case, "facebook-de", "x-de")
    events = events_of(case.connect())
    folder = case.imap.inbox
    folder.uidvalidity, folder.uidnext = 2, 100
    for number, mail in enumerate(folder.mails):
        mail.uid = 90 + number
    arrive(case, "google-de")
    assert [one.context["network"] for one in found(case, cursor_of(events))] == ["google"]


def test_hostile_mails_cost_only_themselves(case):
    arrive(case, "facebook-de")
    for raw in MAILS.values():
        case.imap.arrive(raw)
    arrive(case, "google-de")
    events = events_of(case.connect())
    networks = [one.context.get("network", "") for one in messages(events)]
    assert (networks.count("facebook"), networks.count("google")) == (1, 1)
    assert len([one for one in events if isinstance(one, ItemSkipped)]) < 12


def test_the_account_noted_by_hand_asks_nobody(case):
    connector = case.connect(by_hand="yes")
    identity = connector.identify()
    assert (identity.remote_id, identity.settings) == ("by-hand", {"by_hand": "yes"})
    assert list(connector.fetch(None)) == []
    assert connector.policy.answered_there
    assert case.imap.commands == []
