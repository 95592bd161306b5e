"""Texts made to break programs are kept, shown and found like any other."""

import pytest

from cm_desktop.domain.ids import fact_id
from cm_desktop.store import messages
from cm_desktop.store.cleaning import MAX_BYTES
from tests import factory

MEBIBYTE = 1 << 20

TEXTS = {
    "empty": "",
    "blanks": "   ",
    "NUL": "before\0after",
    "high surrogate": "a\ud800b",
    "low surrogate": "a\udc00b",
    "surrogates in the wrong order": "a\udc00\ud800b",
    "a pair written as two": "\ud83d\ude00",
    "noncharacters": "a\ufffe\uffffb",
    "byte order mark": "\ufeffhello",
    "one word of a megabyte": "x" * MEBIBYTE,
    "blanks of a megabyte": " " * MEBIBYTE,
    "200,000 lines": "\n" * 200_000,
    "carriage returns": "a\rb\rc",
    "line separators": "a\u2028b\u2029c",
    "zalgo": "z" + "\u0300\u0489" * 25_000,
    "joiner chain": "\u200d".join("👩" * 50_000),
    "family": "👨🏽‍👩🏿‍👧🏻‍👦",
    "odd flags": "🇩🇪🇩",
    "variation selectors": "a" + "\ufe0f" * 100_000,
    "tag characters": "hi" + "".join(chr(0xE0000 + ord(c)) for c in "hidden"),
    "right-to-left override": "report\u202egpj.exe",
    "unbalanced isolates": "\u2066" * 100_000,
    "closing isolate first": "\u2069a",
    "ligatures": "\ufdfa" * 200_000,
    "decomposed": "Mu\u0308ller",
    "Cyrillic a": "\u0430dmin",
    "full width": "\uff1dcmd",
    "soft hyphens": "Donau\u00addampf\u00adschiff",
    "only zero width": "\u200b\u200c\u200d\ufeff",
    "double escape": "&amp;lt;b&amp;gt;",
    "mnemonics": "Salt & Pepper &amp",
    "format strings": "%s %n {0} {x.__class__}",
    "escape codes": "\x1b[31mred\x1b]0;title\x07",
    "log line": "\n[ERROR] fake log line",
    "SQL": "'; DROP TABLE message; --",
    "quotes": '"a" AND "b" NEAR (c) -d *',
    "controls": "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f",
    "largest code point": "\U0010ffff",
    "four bytes a megabyte": "😀" * (MEBIBYTE // 2),
    "Turkish i": "İstanbul \u0131ss\u0131z",
    "sharp s": "STRASSE Straße ẞ",
}
WORDS = {
    "NUL": "after",
    "decomposed": "mueller",
    "soft hyphens": "donaudampfschiff",
    "Cyrillic a": "\u0430dmin",
    "full width": "cmd",
    "SQL": "drop",
    "sharp s": '"strasse strasse ss"',
    "one word of a megabyte": "xxxx",
    "four bytes a megabyte": "😀",
    "Turkish i": "istanbul",
    "byte order mark": "hello",
    "ligatures": "صلى",
    "zalgo": "z",
    "quotes": "near",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_hostile_text_is_kept_whatever_place_it_stands_in(desk, text):
    event = factory.message_seen(
        remote_id=f"m{text}",
        text=text,
        quoted=text,
        author=factory.seen_author(remote_id=f"a{text}", name=text, handle=text, url=text),
        conversation=factory.seen_conversation(
            remote_id=f"c{text}",
            title=text,
            post=factory.seen_post(remote_id=f"p{text}", title=text, text=text, url=text),
            context={text: text},
        ),
        parent_remote_id=f"m{text}",
        permalink=text,
        language=text,
        context={text: text},
        attachments=(factory.seen_attachment(name=text, type=text, url=text),),
    )
    good = factory.message_seen(text="the good one")
    report = desk.keep(event, good)
    assert (report.new, report.skipped) == (2, 0)
    again = desk.keep(event, good)
    assert (again.new, again.updated) == (0, 0)
    account = desk.account
    uid = fact_id(account.channel, account.remote_id, "message", event.remote_id)
    message = messages.by_id(desk.reader, uid)
    assert len(message.text.encode()) <= MAX_BYTES
    assert "\0" not in message.text
    assert len(message.author.name) <= 1000
    assert len(desk.page()) == 2
    assert desk.found("good") == [good.conversation.remote_id]


@pytest.mark.parametrize("name", WORDS)
def test_a_word_in_a_hostile_text_is_found(desk, name):
    desk.keep(factory.message_seen(text=TEXTS[name]))
    assert len(desk.find(WORDS[name])) == 1


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_hostile_query_finds_something_or_nothing(desk, text):
    desk.keep(factory.message_seen(text="hello"))
    for query in (
        text,
        f'"{text}"',
        f"von:{text}",
        f"tag:{text}",
        f"({text}",
        f"-{text}",
        f"{text}*",
    ):
        assert len(desk.find(query[:20_000])) <= 1


def test_a_text_that_needs_no_cleaning_stays_as_it_is(desk):
    text = "a\r\n\u2028 \u200d👩‍👩‍👧 \ufeff\x1b[0m Mu\u0308ller"
    event = factory.message_seen(text=text)
    desk.keep(event)
    (message,) = messages.page(desk.reader, desk.only().id)
    assert message.text == text


def test_what_cannot_be_kept_leaves_a_mark(desk):
    desk.keep(factory.message_seen(text="a\0b\ud800c"))
    assert messages.page(desk.reader, desk.only().id)[0].text == "a\ufffdb\ufffdc"
