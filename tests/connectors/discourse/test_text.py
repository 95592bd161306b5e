"""Plain text to Markdown, posts to plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.connectors.discourse_text import (
    as_markdown,
    files_of,
    names_us,
    rewritten,
    split_quotes,
    text_of,
)
from tests.simulators.discourse_cooking import cook

BASE = "https://forum.example.com"
EMOJI = '<img src="/images/emoji/x.png?v=1" title=":{0}:" class="emoji" alt=":{0}:" width="20">'
TEXTS = [
    "Ja, von 8 bis 11 Uhr.",
    'Ja <3 & "bis" 11 -- sonntags :)\n<script>alert(1)</script>',
    "# kein Titel",
    "> kein Zitat\n- kein Punkt\n+ auch keiner\n1. keine Nummer\n2) auch keine",
    "**nicht fett** _nicht schräg_ snake_case `kein Code` ~~nicht weg~~",
    '[quote="anna"]\nkein Zitat\n[/quote]',
    "[c](d) \\ \\* &copy; &amp; a|b",
    "Mehr auf https://example.com/a_b*c~d?x=1&y=2 und bei @anna_muster_ oder a_m@example.com",
    "a\n===\nb\n---\nc",
    "Zwei\n\nAbsätze",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_seen_as_it_was_typed(text):
    assert text_of(cook(as_markdown(text), {"anna_muster_"}), None, BASE) == text


def test_links_and_names_are_sent_as_they_are():
    raw = as_markdown("Siehe https://a.example/b_c_d und @anna_m, *wichtig*")
    assert raw == "Siehe https://a.example/b_c_d und @anna_m, \\*wichtig\\*"


def test_line_ends_and_blanks_are_put_right():
    assert as_markdown(" a \r\n\x07b\r\n    c\n\n") == "a\nb\n&nbsp;&nbsp;&nbsp;&nbsp;c"


@given(st.text(max_size=80))
def test_any_text_can_be_sent(text):
    raw = as_markdown(text)
    raw.encode("utf-8", "surrogatepass")
    assert bool(raw) == bool(
        "".join(one for one in text if ord(one) > 32 and one != "\x7f").strip()
    )


def test_quotes_at_the_begin_are_set_apart():
    html = cook(
        '[quote="anna, post:1, topic:7"]\nEins\n[/quote]\n\n[quote="bernd"]\nZwei\n[/quote]\n\nJa.'
    )
    quoted, rest = split_quotes(html)
    assert text_of(quoted, None, BASE) == "Eins\n\nZwei"
    assert text_of(rest, None, BASE) == "Ja."


def test_a_post_that_only_quotes_is_no_empty_one():
    html = cook('[quote="anna"]\nEins\n[/quote]')
    assert split_quotes(html) == ("", html)
    assert "> Eins" in text_of(html, None, BASE)


@pytest.mark.parametrize(
    "html", ["<aside class='x'>", '<aside class="quote">a', '<aside class="quote"><aside></aside>']
)
def test_a_quote_that_never_ends_is_text(html):
    assert split_quotes(html) == ("", html)


def test_emoji_become_letters_again_where_the_source_tells_which():
    raw = "Brezeln 🥨, 👍🏽 ❤️ 🇩🇪 :pretzel:"
    assert text_of(cook(raw), raw, BASE) == raw


def test_emoji_keep_their_names_where_the_source_does_not_tell():
    html = f"<p>Ja {EMOJI.format('pretzel')}</p>"
    assert text_of(html, None, BASE) == "Ja :pretzel:"
    assert text_of(html, "Ja :pretzel: :heart:", BASE) == "Ja :pretzel:"


def test_what_discourse_adds_to_a_picture_is_left_out():
    html = (
        '<div class="lightbox-wrapper"><a class="lightbox" href="/uploads/o/1/brot.jpeg"'
        ' title="Brot"><img src="/uploads/x.jpeg" alt="Brot"><div class="meta"><span>brot'
        '</span><span class="informations">8 x 6 99 KB</span></div></a></div>'
        '<p><a class="attachment" href="/uploads/liste.pdf">liste.pdf</a> (12 KB)</p>'
    )
    assert "KB" not in text_of(html, None, BASE).replace("(12 KB)", "")
    files = list(files_of(html))
    assert [(one.name, one.type, one.url) for one in files] == [
        ("Brot", "image/*", "/uploads/o/1/brot.jpeg"),
        ("liste.pdf", "application/octet-stream", "/uploads/liste.pdf"),
    ]


def test_not_more_files_are_taken_than_somebody_looks_at():
    html = '<a class="attachment" href="/a.pdf">a</a>' * 80
    assert len(list(files_of(html))) == 50


def test_an_edit_keeps_the_quotes_a_post_began_with():
    quote = '[quote="anna, post:1, topic:7"]\nEins\n[/quote]'
    assert rewritten(f"{quote}\n\nJa.", "Nein.") == f"{quote}\n\nNein."
    assert rewritten("Ja.", "*Nein*") == "\\*Nein\\*"


@pytest.mark.parametrize(
    ("html", "ours"),
    [
        ('<a class="mention" href="/u/krume">@krume</a>', True),
        ('<a href="/forum/u/Krume" class="mention">@Krume</a>', True),
        ('<aside class="quote" data-username="krume">', True),
        ('<a class="mention" href="/u/krume2">@krume2</a>', False),
        ('<a href="/u/krume">wir</a>', False),
        ('<span class="mention">@krume</span>', False),
    ],
)
def test_a_mention_of_us_is_told_from_others(html, ours):
    assert names_us(html, "krume") is ours


@pytest.mark.parametrize(
    "piece", ["<img ", "<aside ", '<a class="mention" ', "[quote]", "<a class="]
)
def test_endless_marks_cost_no_time(piece):
    html = piece * 20_000
    text_of(html, html, BASE)
    split_quotes(html)
    list(files_of(html))
    names_us(html, "krume")
    rewritten(html, "x")
