"""`cm-desktop note-down`: what was said elsewhere becomes a conversation."""

from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "connectors" / "notifications" / "samples"
LINK = "https://www.facebook.com/baecker/posts/42?comment_id=7"


@pytest.fixture
def desk(shop):
    return shop


def messages(shop, conversation):
    return shop.done("show", conversation["id"])["messages"]


def test_a_text_with_network_author_and_link_becomes_a_conversation(desk):
    made = desk.done(
        "note-down", "--network", "Facebook", "--author", "Anna", "--link", LINK, "Toll!"
    )

    assert (made["channel"], made["kind"], made["title"]) == (
        "notifications",
        "comments",
        "Facebook",
    )
    (message,) = messages(desk, made)
    assert (message["text"], message["author"]["name"]) == ("Toll!", "Anna")
    assert (message["permalink"], message["direction"]) == (LINK, "in")


def test_pasted_text_is_taken_apart_where_it_is_evident(desk):
    made = desk.done("note-down", text=f"Anna Muster\nHabt ihr noch Brezeln?\n{LINK}\n")

    (message,) = messages(desk, made)
    assert (message["text"], message["author"]["name"]) == ("Habt ihr noch Brezeln?", "Anna Muster")
    assert made["title"] == "Facebook"


def test_a_link_alone_is_enough_and_nothing_is_not(desk):
    made = desk.done("note-down", "--link", LINK)
    assert messages(desk, made)[0]["text"] == LINK
    assert desk.refused(2, "note-down", "  ")["code"] == "usage"


def test_a_link_that_is_no_web_address_is_refused(desk):
    for link in ("javascript:alert(1)", "file:///etc/passwd", "ftp://example.org/x"):
        assert desk.refused(2, "note-down", "--link", link, "Text")["code"] == "address"
    assert desk.conversations() == []


def test_the_same_link_is_the_same_conversation(desk):
    first = desk.done("note-down", "--author", "Anna", "--link", LINK, "Eins")
    again = desk.done("note-down", "--author", "Anna", "--link", LINK, "Eins")
    other = desk.done("note-down", "--author", "Ben", "--link", LINK + "&utm_source=x", "Zwei")

    assert first["id"] == again["id"] == other["id"]
    assert [one["text"] for one in messages(desk, other)] == ["Eins", "Zwei"]


def test_the_time_may_be_told(desk):
    made = desk.done("note-down", "--at", "2026-03-01T09:30Z", "--author", "Anna", "Hallo")
    assert messages(desk, made)[0]["created_at"] == "2026-03-01T09:30:00Z"


def test_a_saved_mail_is_taken_apart(desk):
    made = desk.done("note-down", "--mail", str(SAMPLES / "google-en.eml"))

    (message,) = messages(desk, made)
    assert (made["kind"], message["rating"]) == ("review", 2)
    assert message["author"]["name"] == "Priya Nair"


def test_a_file_that_is_no_mail_is_refused(desk, tmp_path):
    file = tmp_path / "x.eml"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    assert desk.refused(2, "note-down", "--mail", str(file))["message"]


def test_syncing_leaves_the_account_alone_and_an_answer_is_given_on_the_page(desk):
    made = desk.done("note-down", "--author", "Anna", "--link", LINK, "Toll!")
    row = desk.done("reply", made["id"], "Danke!")
    assert (row["state"], row["error"]) == ("needs_human", "answer_there")

    (account,) = desk.done("sync")["accounts"]
    assert (account["new"], account["sent"], account["errors"]) == (0, 0, [])

    desk.done("outbox", "resolve", row["id"], "--sent")
    assert [(one["direction"], one["text"]) for one in messages(desk, made)] == [
        ("in", "Toll!"),
        ("out", "Danke!"),
    ]


def test_the_account_without_a_mailbox_can_be_added_first(desk):
    added = desk.done("account", "add", "notifications", "--set", "by_hand=yes")
    assert added["channel"] == "notifications"
    made = desk.done("note-down", "Hallo")
    assert made["account"] == added["id"]
    desk.refused(2, "account", "add", "notifications", "--set", "by_hand=yes")


def test_an_account_that_was_removed_comes_back(desk):
    made = desk.done("note-down", "--link", LINK, "Eins")
    desk.done("account", "remove", made["account"], "--yes")
    again = desk.done("note-down", "--link", LINK, "Zwei")
    assert (again["id"], again["account"]) == (made["id"], made["account"])


def test_a_mailbox_still_needs_its_password(desk):
    error = desk.refused(2, "account", "add", "notifications", "--handle", "a@example.org")
    assert error["code"] == "address"
