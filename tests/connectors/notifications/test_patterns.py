"""The pattern files: every one we ship can be used, and a bad one is refused with its reason."""

import json
import time

import pytest

from cm_desktop.connectors import notifications_patterns
from cm_desktop.connectors.notifications_patterns import (
    folder,
    named,
    network_of,
    patterns,
    place_of,
    read_pattern,
    said_by,
)
from cm_desktop.connectors.notifications_template import Template, page
from tests import hostile

GOOD = {
    "network": "example",
    "name": "Example",
    "home": "https://www.example.com/inbox",
    "hosts": ["example.com"],
    "senders": ["mail.example.com"],
    "pages": ["/p/{}"],
    "mails": [{"kind": "comments", "subject": ["{author} wrote"], "body": ["{text}\nReply"]}],
}
_MAIL = GOOD["mails"][0]
BAD = {
    "no JSON": b"{",
    "not UTF-8": b'{"network": "\xff"}',
    "a field that nobody knows": {**GOOD, "sender": ["x.com"]},
    "nothing": {},
    "no hosts": {**GOOD, "hosts": []},
    "a host that is none": {**GOOD, "hosts": ["https://example.com"]},
    "a whole top level domain": {**GOOD, "hosts": ["com"]},
    "a home elsewhere": {**GOOD, "home": "https://example.org/"},
    "a home without encryption": {**GOOD, "home": "http://www.example.com/"},
    "a sender that is none": {**GOOD, "senders": ["*@example.com"]},
    "mails of nobody": {**GOOD, "senders": []},
    "an unknown kind": {**GOOD, "mails": [{**_MAIL, "kind": "like"}]},
    "a kind that is no notification": {**GOOD, "mails": [{**_MAIL, "kind": "mail"}]},
    "no subject": {**GOOD, "mails": [{**_MAIL, "subject": []}]},
    "nothing but blanks": {**GOOD, "mails": [{**_MAIL, "body": ["{author}\n{text}"]}]},
    "a subject of nothing but a blank": {**GOOD, "mails": [{**_MAIL, "subject": ["{author}"]}]},
    "an unknown blank": {**GOOD, "mails": [{**_MAIL, "subject": ["{who} wrote"]}]},
    "blanks side by side": {**GOOD, "mails": [{**_MAIL, "subject": ["{author}{text} wrote"]}]},
    "a blank twice": {**GOOD, "mails": [{**_MAIL, "subject": ["{author} and {author}"]}]},
    "half a blank": {**GOOD, "mails": [{**_MAIL, "subject": ["{author wrote"]}]},
    "too many stars": {**GOOD, "mails": [{**_MAIL, "rating": 6}]},
    "a name with spaces": {**GOOD, "network": "Our Network"},
}


@pytest.mark.parametrize("name", sorted(path.name for path in folder().glob("*.json")))
def test_every_file_we_ship_can_be_used(name):
    pattern = read_pattern((folder() / name).read_bytes())
    assert f"{pattern.network}.json" == name
    assert pattern.mails
    assert pattern.has(pattern.home)


def test_a_good_file_can_be_used():
    assert read_pattern(json.dumps(GOOD).encode()).name == "Example"


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_its_reason(name):
    raw = BAD[name] if isinstance(BAD[name], bytes) else json.dumps(BAD[name]).encode()
    with pytest.raises(ValueError, match=r"\w"):
        read_pattern(raw)


def test_a_bad_file_silences_no_other_network(tmp_path, monkeypatch, expect_log):
    (tmp_path / "bad.json").write_bytes(b"{")
    (tmp_path / "example.json").write_text(json.dumps(GOOD), encoding="utf-8")
    monkeypatch.setattr(notifications_patterns, "folder", lambda: tmp_path)
    expect_log("pattern file bad.json is left out")
    assert [one.network for one in patterns.__wrapped__()] == ["example"]


def test_two_networks_never_claim_the_same_sender_or_host():
    senders = [sender for one in patterns() for sender in one.senders]
    hosts = [host for one in patterns() for host in one.hosts]
    assert len(senders) == len(set(senders))
    assert len(hosts) == len(set(hosts))


@pytest.mark.parametrize(
    ("sentence", "text", "found"),
    [
        ("{author} wrote", "Anna wrote", {"author": "Anna"}),
        ("{author} wrote", "Anna wrote something", None),
        ("{author} wrote", "wrote", None),
        ("{author} on “{title}”", 'Anna on "Rye"', {"author": "Anna", "title": "Rye"}),
        ("{author} says: {text}", "Anna says: a: b", {"author": "Anna", "text": "a: b"}),
        ("{author} wrote:\n{text}\nReply", "Hi\nAnna wrote:\n1\n\n2\nReply\nBye",
         {"author": "Anna", "text": "1\n2"}),
        ("{author} wrote:\n{text}\nReply", "Anna wrote:\nReply", None),
        ("Von: {author}\n{text}", "Von: Anna\n1\n2", {"author": "Anna", "text": "1\n2"}),
        ("Stars: {rating}\n{}\nEnd", "Stars: 4\nwhatever\nEnd", {"rating": "4"}),
        ("{author} a\n{text}", "no\nX b\nY a\nz", {"author": "Y", "text": "z"}),
    ],
)  # fmt: skip
def test_a_sentence_with_blanks_fits_what_it_describes(sentence, text, found):
    assert Template(sentence).find(page(text)) == found


def test_no_mail_takes_long_to_look_through():
    nasty = ["Anna wrote:\n" * 200_000, "a " * 500_000, "\n" * 500_000, *hostile.TEXTS.values()]
    began = time.monotonic()
    for text in nasty:
        where = page(text)
        for pattern in patterns():
            for mail in pattern.mails:
                mail.find(where, where)
    assert time.monotonic() - began < 20  # 12 networks, 40 texts; some seconds at worst


@pytest.mark.parametrize(
    ("link", "network"),
    [
        ("https://www.facebook.com/x/posts/1", "facebook"),
        ("http://m.facebook.com/x", "facebook"),
        ("https://www.google.com/maps/place/X", "google"),
        ("https://docs.google.com/document/1", None),
        ("https://notfacebook.com/x", None),
        ("https://facebook.com.evil.example/x", None),
        ("https://youtu.be/abc", "youtube"),
        ("javascript:alert(1)", None),
        ("https://[::1", None),
        ("", None),
    ],
)
def test_a_network_is_known_by_the_host_of_a_link(link, network):
    found = network_of(link)
    assert (found.network if found else None) == network


def test_links_to_one_page_are_one_place_whatever_hangs_on_them():
    facebook = named("Facebook")
    page_one = "https://www.facebook.com/baecker/posts/1?comment_id=7&__tn__=R&ref=notif"
    assert place_of(page_one, facebook) == place_of(
        "https://m.facebook.com/baecker/posts/1/?fbclid=x", facebook
    )
    photo = "https://www.facebook.com/photo.php?fbid=1&set=a"
    assert place_of(photo, facebook) != place_of(photo.replace("=1", "=2"), facebook)
    # What is no page of its own keeps everything that tells it apart.
    assert place_of("https://www.facebook.com/n/?x=1", facebook) != place_of(
        "https://www.facebook.com/n/?x=2", facebook
    )


def test_a_link_tells_who_wrote_where_its_path_does():
    assert said_by("https://x.com/anna/status/12", named("x")) == "anna"
    assert said_by("https://www.facebook.com/baecker/posts/12", named("facebook")) == ""
    assert said_by("nonsense", None) == ""
