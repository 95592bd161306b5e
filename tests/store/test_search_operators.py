"""Operators, lists and accounts narrow what a search finds."""

import pytest

from cm_desktop.domain.model import Status, Visibility
from cm_desktop.store import conversations, drafts, due, handoffs, members, notes, tags
from tests import factory
from tests.factory import NOW
from tests.store.conftest import said


@pytest.fixture
def shop(desk):
    """Keep a few conversations that differ in all that an operator can ask for."""
    other = desk.add_account(channel="mail", title="Shop mail", handle="info@shop.example")
    ana = factory.seen_author(name="Ana Example", handle="@ana")
    desk.write(members.add, "Tom Tester")
    files = (factory.seen_attachment(),)
    plain = said(desk, "plain", "bread", minutes=10, author=ana)
    handoff = factory.handoff(conversation=plain, until=factory.ago(minutes=1))
    desk.write(handoffs.add, handoff)
    desk.write(due.decided, plain, NOW)
    mail = said(desk, "mail", "bread", minutes=20, account=other, attachments=files, language="de")
    desk.write(conversations.assign, mail, "Tom Tester")
    done = said(desk, "done", "bread", minutes=60 * 24 * 3, seen_by_us=True, language="en-GB")
    desk.write(conversations.set_status, done, Status.DONE)
    desk.write(tags.tag, done, "Complaint")
    hidden = said(desk, "hidden", "bread", minutes=60 * 30, visibility=Visibility.HIDDEN)
    desk.write(conversations.assign, hidden, "Eva")
    desk.write(conversations.set_status, hidden, Status.WAITING)
    desk.write(tags.tag, hidden, "Complaint new")
    desk.write(notes.add, factory.note(conversation=hidden))
    late = said(desk, "late", "bread", minutes=60 * 24 * 400)
    desk.write(conversations.set_status, late, Status.SNOOZED, NOW)
    desk.write(drafts.save, factory.draft(conversation=late))
    answered = factory.seen_conversation(remote_id="late")
    desk.keep(factory.reply_seen(conversation=answered, created_at=factory.ago(days=399)))
    said(desk, "junk", "bread", minutes=5, visibility=Visibility.SPAM)
    return desk


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("von:ana", {"plain"}),
        ("from:@ana", {"plain"}),
        ('von:"ana example"', {"plain"}),
        ("kanal:mail", {"mail"}),
        ("channel:ma", {"mail"}),
        ("kanal:fax", set()),
        ("konto:shop", {"mail"}),
        ("an:info@shop.example", {"mail"}),
        ("-kanal:mail", {"plain", "done", "hidden", "late"}),
        ('tag:"complaint" ', {"done"}),
        ("schlagwort:compl", {"done", "hidden"}),
        ("-tag:compl", {"plain", "mail", "late"}),
        ("tag:none", set()),
        ("ist:offen", {"plain", "mail"}),
        ("is:waiting", {"hidden"}),
        ("ist:wartet", {"hidden"}),
        ("ist:zurückgestellt", {"late"}),
        ("is:done", {"done"}),
        ("ist:erledigt", {"done"}),
        ("-ist:erledigt", {"plain", "mail", "hidden", "late"}),
        ("ist:meine", {"hidden"}),
        ("-is:mine", {"plain", "mail", "done", "late"}),
        ("ist:ungelesen", {"plain", "mail", "hidden", "late"}),
        ("-ist:ungelesen", {"done"}),
        ("ist:unbeantwortet", {"plain", "mail"}),
        ("ist:verborgen", {"hidden"}),
        ("-ist:verborgen", {"plain", "mail", "done", "late"}),
        ("ist:fällig", {"plain"}),
        ("-is:due", {"mail", "done", "hidden", "late"}),
        ("ist:spam", {"junk"}),
        ("hat:anhang", {"mail"}),
        ("has:attachment", {"mail"}),
        ("-hat:anhang", {"plain", "done", "hidden", "late"}),
        ("hat:notiz", {"hidden"}),
        ("hat:entwurf", {"late"}),
        ("-has:draft", {"plain", "mail", "done", "hidden"}),
        ("zuständig:tom", {"mail"}),
        ("assigned:tester", {"mail"}),
        ("zuständig:ich", {"hidden"}),
        ("zuständig:niemand", {"plain", "done", "late"}),
        ("-assigned:nobody", {"mail", "hidden"}),
        ("-assigned:tom", {"plain", "done", "hidden", "late"}),
        ("nach:heute", {"plain", "mail"}),
        ("vor:heute", {"done", "hidden", "late"}),
        ("seit:gestern", {"plain", "mail", "hidden"}),
        ("vor:gestern", {"done", "late"}),
        ("nach:18.11.2026 vor:19.11.2026", {"done"}),
        ("am:2026-11-18", {"done"}),
        ("-am:2026-11-18", {"plain", "mail", "hidden", "late"}),
        ("vor:2026", {"late"}),
        ("nach:2027", set()),
        ("sprache:de", {"mail"}),
        ("lang:en", {"done"}),
        ("tag:compl ist:wartet", {"hidden"}),
        ("tag:compl OR von:ana", {"plain", "done", "hidden"}),
        ("(ist:erledigt OR hat:anhang) -von:tom", {"done", "mail"}),
    ],
)
def test_an_operator_asks_alone_and_together_with_a_word(shop, operator, expected):
    alone = set(shop.found(operator))
    assert alone - {"junk"} == expected - {"junk"}
    assert set(shop.found(f"bread ({operator})")) == expected


def test_a_list_and_an_account_narrow_the_search(shop):
    other = next(one.account for one in shop.page() if one.channel == "mail")
    assert shop.found("bread", view="inbox") == ["plain", "mail"]
    assert shop.found("bread", view="mine") == []
    assert shop.found("bread", view="waiting") == ["hidden"]
    assert shop.found("bread", account=other) == ["mail"]
    assert shop.found("tag:compl", view="done") == ["done"]
    assert shop.found("ist:offen", account=other) == ["mail"]
    assert shop.found("-milk", view="inbox", account=other) == ["mail"]


def test_an_empty_query_is_the_list_itself(shop):
    assert shop.find("") == shop.page()
    assert shop.find("  ( ) ") == shop.page()


def test_many_accounts_of_a_channel_are_one_list(desk):
    accounts = [desk.add_account(channel="mail") for _ in range(12)]
    for n, account in enumerate(accounts):
        said(desk, f"c{n}", "bread", minutes=n + 5, account=account)
    expected = [f"c{n}" for n in range(12)]
    assert desk.found("kanal:mail") == desk.found("kanal:mail bread") == expected


def test_a_common_word_is_found_in_a_list_of_few(desk):
    places = [factory.seen_conversation(remote_id=f"c{n}") for n in range(40)]
    desk.keep(
        *(
            factory.message_seen(
                conversation=places[n % 40], text="bread", created_at=factory.ago(minutes=n + 1)
            )
            for n in range(3_200)
        )
    )
    with desk.db.writing() as writer:
        for n, row in enumerate(desk.page(limit=40)):
            if n not in (3, 11, 30):
                conversations.set_status(writer, row.id, Status.DONE)
            if n in (11, 20):
                tags.tag(writer, row.id, "vip")
    assert desk.found("bread", view="inbox") == ["c3", "c11", "c30"]
    first = desk.find("bread", view="inbox", limit=2)
    assert desk.found("bread", view="inbox", after=first[-1].key) == ["c30"]
    assert desk.found("bread ist:offen") == ["c3", "c11", "c30"]
    assert desk.found("bread tag:vip") == ["c11", "c20"]
    assert desk.found("bread tag:vip", view="inbox") == ["c11"]
    assert desk.found("vip", view="inbox") == ["c11"]
    assert desk.found("vip bread", view="done") == ["c20"]
