"""Feeds that want to do harm, and feeds that are simply broken."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.connectors.feed_parse import parse
from cm_desktop.connectors.feed_shapes import Item
from cm_desktop.domain.errors import CmError, ServerTroubleError
from tests import hostile
from tests.connectors.feed.case import Case
from tests.connectors.feed.test_read import ATOM
from tests.connectors.loopback import serve

URL = "https://news.example/feed"
ITEM = "<item><guid>g</guid><title>gut</title><description>heil</description></item>"
RSS = "<rss version='2.0'><channel><title>T</title>{}</channel></rss>"


def read(document, kind="application/rss+xml"):
    raw = document if isinstance(document, bytes) else document.encode("utf-8", "surrogatepass")
    return parse(raw, {"content-type": kind}, URL)


def items(feed):
    return [one for one in feed.items if isinstance(one, Item)]


def entities(count, factor):
    lines = ['<!ENTITY e0 "lolololol">']
    lines += [f'<!ENTITY e{n} "{f"&e{n - 1};" * factor}">' for n in range(1, count)]
    return f"<?xml version='1.0'?><!DOCTYPE rss [{''.join(lines)}]>"


@pytest.mark.parametrize(
    "document",
    [
        entities(10, 10) + RSS.format(f"<item><guid>b</guid><title>&e9;</title></item>{ITEM}"),
        f"<!DOCTYPE r [<!ENTITY a '{'x' * 100_000}'>]>"
        + RSS.format(f"<item><guid>b</guid><title>{'&a;' * 20_000}</title></item>{ITEM}"),
        "<!DOCTYPE r [<!ENTITY a '&b;'><!ENTITY b '&a;'>]>" + RSS.format(f"&a;{ITEM}"),
    ],
)
def test_entities_that_grow_are_not_unfolded(document):
    began = time.monotonic()
    try:
        feed = read(document)
    except ServerTroubleError:
        return
    assert sum(len(item.text) + len(item.title) for item in items(feed)) < 2_000_000
    assert time.monotonic() - began < 20


def test_nothing_is_loaded_from_elsewhere(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("geheim", encoding="utf-8")
    with serve() as server:
        for system in (secret.as_uri(), str(secret), f"{server.url}/evil.dtd"):
            head = f'<!DOCTYPE rss SYSTEM "{system}" [<!ENTITY x SYSTEM "{system}">]>'
            inside = f"<item><guid>b</guid><title>a&x;b</title></item>{ITEM}"
            feed = read(f'<?xml version="1.0"?>{head}{RSS.format(inside)}')
            assert "geheim" not in repr(feed)
        assert server.asked == []


@pytest.mark.parametrize("name", ["/etc/hostname", "README.md", "http://127.0.0.1:9/feed"])
def test_an_answer_is_never_taken_for_the_name_of_a_file_or_an_address(name):
    with pytest.raises(ServerTroubleError, match="not_a_feed"):
        read(name)


def test_not_even_a_file_with_the_name_of_a_feed_is_opened(tmp_path, monkeypatch):
    name = "<rss version='2.0'>"
    (tmp_path / name).write_text(RSS.format(ITEM), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert items(read(name)) == []


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (RSS.format(ITEM).encode("utf-16"), "application/xml"),
        (b"\xef\xbb\xbf" + RSS.format(ITEM).encode(), "application/xml; charset=us-ascii"),
        (RSS.format(ITEM).encode(), "text/plain; charset=klingon"),
        (b"<?xml version='1.0' encoding='klingon'?>" + RSS.format(ITEM).encode(), "text/xml"),
        (RSS.format(ITEM.replace("gut", "g\xfct")).encode("latin-1"), "text/xml; charset=utf-8"),
        (RSS.format(f"\0{ITEM}\x08").encode(), "text/xml"),
        (b"\n\n  <!-- x -->" + RSS.format(ITEM).encode(), "text/html"),
        (RSS.format(ITEM + "<item><title>&nbsp;&bogus;&</title>").encode(), "text/xml"),
    ],
)
def test_wrong_encodings_and_broken_marks_cost_no_good_item(raw, kind):
    assert "g" in [item.id for item in items(read(raw, kind))]


@pytest.mark.parametrize(
    "junk",
    ["<" * 50_000, "&" * 200_000, "<a>" * 15_000, "<!" * 25_000, "<a " + "b " * 200_000 + ">",
     "<item>" * 20_000, "<![CDATA[" * 10_000, '<a b="' * 10_000],
)  # fmt: skip
def test_no_feed_takes_for_ever(junk):
    began = time.monotonic()
    try:
        read(RSS.format(junk + ITEM))
    except ServerTroubleError:
        return
    assert time.monotonic() - began < 45  # some seconds on a computer with nothing else to do


def test_too_many_marks_are_refused_before_they_are_read():
    with pytest.raises(ServerTroubleError, match="too_much"):
        read(RSS.format("<a>" * 300_000))


def test_texts_and_markup_of_strangers_come_out_as_plain_text():
    for name, text in hostile.ALL.items():
        if len(text) > 50_000 or "\0" in text or "]]>" in text:
            continue
        feed = read(RSS.format(
            f"<item><guid>b</guid><title><![CDATA[{text}]]></title>"
            f"<description><![CDATA[{text}]]></description></item>{ITEM}"
        ))  # fmt: skip
        assert "g" in [item.id for item in items(feed)], name
        for item in items(feed):
            assert "<script" not in item.text.lower() or "&lt;" in text, name
            repr(item).encode()


@given(
    st.sampled_from([ATOM.encode(), RSS.format(ITEM * 3).encode()]),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 30), st.binary(max_size=20)),
        min_size=1,
        max_size=4,
    ),
)
def test_a_spoiled_feed_costs_an_error_of_ours_or_an_item(raw, changes):
    for place, length, piece in changes:
        begin = int(place * len(raw))
        raw = raw[:begin] + piece + raw[begin + length :]
    try:
        feed = parse(raw, {"content-type": "application/xml"}, URL)
    except CmError:
        return
    for item in items(feed):
        assert item.id
        assert item.link == "" or item.link.startswith(("http://", "https://"))
        assert item.rating in (None, 1, 2, 3, 4, 5)
        repr(item).encode()


def test_one_bad_item_costs_only_itself():
    with Case() as case:
        for _ in range(3):
            case.hear("gut")
            case.spoil()
        events = list(case.connect().fetch(None))
        assert [type(event).__name__ for event in events].count("MessageSeen") == 3
