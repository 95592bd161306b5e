"""What becomes of other people's HTML."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cm_desktop.connectors.plain_text import clean_name, plain_text, scrub
from tests import hostile


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hallo <b>Welt</b>,<br>zweite Zeile</p><p>Noch   einer\n</p>",
         "Hallo Welt,\nzweite Zeile\n\nNoch einer"),
        ("a<br><br>b", "a\n\nb"),
        ("<b>fett</b>e Sache und <i>kursiv</i>.", "fette Sache und kursiv."),
        ("<ul><li>Brot<li>Kuchen<ul><li>Apfel</ul></ul>danach",
         "• Brot\n• Kuchen\n  • Apfel\n\ndanach"),
        ("<ol><li>erst</li><li>dann</li></ol>", "1. erst\n2. dann"),
        ("<blockquote><p>eins</p><p>zwei</p></blockquote>Antwort",
         "> eins\n\n> zwei\n\nAntwort"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<table><tr><td>Brot<td>4,50 €<tr><td>Kuchen<td>3 €</table>",
         "Brot  4,50 €\nKuchen  3 €"),
        ("Tür&nbsp;zu &amp; &lt;offen&gt;", "Tür zu & <offen>"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("vor <img src=x.png alt='Ein Brot'> nach", "vor Ein Brot nach"),
        ("<img src=x.png>", ""),
        ("oben<hr>unten", "oben\n\n———\n\nunten"),
        ("a < b && c", "a < b && c"),
        ("", ""),
    ],
)  # fmt: skip
def test_html_reads_as_it_looks(html, text):
    assert plain_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<a href=https://evil.example/x>https://bank.example</a>",
         "https://bank.example (https://evil.example/x)"),
        ("siehe <a href='https://www.example.org/'>example.org</a>.",
         "siehe https://www.example.org/."),
        ("<a href=mailto:a@example.org>a@example.org</a>", "a@example.org"),
        ("<a href=mailto:a@example.org>schreib</a>", "schreib (mailto:a@example.org)"),
        ("<a href='javascript:alert(1)'>klick</a>", "klick"),
        ("<a href='file:///etc/passwd'>klick</a>", "klick"),
        ("<a href='//evil.example/x'>klick</a>", "klick"),
        ("<a class='u-url mention' href=https://m.example/@ana>@<span>ana</span></a> hallo",
         "@ana hallo"),
        (("<a href=https://www.example.org/long><span class=invisible>https://www.</span><span"
         " class=ellipsis>example</span><span class=invisible>.org/long</span></a>"), "https://www.example.org/long"),
    ],
)  # fmt: skip
def test_links_keep_their_address_where_the_text_says_something_else(html, text):
    assert plain_text(html) == text


def test_relative_links_are_kept_only_with_a_base():
    html = "<a href=/brot>Brot</a>"
    assert plain_text(html) == "Brot"
    assert plain_text(html, base="https://example.org/") == "Brot (https://example.org/brot)"


@pytest.mark.parametrize(
    "html",
    [
        "<script>geheim</script>",
        "<style>geheim</style>",
        "<head><title>geheim</title></head>",
        "<noscript>geheim</noscript>",
        "<template>geheim</template>",
        "<svg><text>geheim</text></svg>",
        "<select><option>geheim</select>",
        "<!-- geheim -->",
        "<p hidden>geheim</p>",
        "<div style='color:red; DISPLAY : none'>geheim <b>sehr</b></div>",
        "<div style='visibility:hidden'><p>geheim</p></div>",
        "<span style='font-size:0px'>geheim</span>",
        "<div style='mso-hide:all'>geheim</div>",
    ],
)
def test_scripts_styles_and_what_is_hidden_leave_nothing(html):
    assert plain_text(f"<p>vor</p>{html}<p>nach</p>") == "vor\n\nnach"


def test_a_small_font_size_hides_nothing():
    assert plain_text("<p style='font-size:0.8em;opacity:0.5'>klein</p>") == "klein"


@pytest.mark.parametrize("name", hostile.ALL)
def test_hostile_input_is_turned_into_text_in_bounded_time(name):
    begin = time.process_time()
    text = plain_text(hostile.ALL[name])
    spent = time.process_time() - begin
    assert spent < 0.2
    text.encode()
    assert "\0" not in text
    assert "document.location" not in text


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 200_000,
        "<li><dt>" * 50_000,
        "<a " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x</a>",
        "<b><p>" * 50_000,
        "<!--" * 200_000,
        "<" * 1_000_000,
        "</p>" * 200_000,
    ],
    ids=lambda html: html[:12],
)
def test_what_costs_a_browser_quadratic_time_costs_us_a_moment(html):
    begin = time.process_time()
    plain_text(html)
    # A browser's way takes ten seconds and more for each of these.
    assert time.process_time() - begin < 3


def test_text_survives_too_deep_a_nest():
    text = plain_text("<style>x</style><!-- y --><div>" * 300 + "Hallo<br>&amp; <b>Welt</b>")
    assert text == "Hallo\n& Welt"


def test_a_picture_in_the_source_does_not_push_the_text_behind_it_away():
    html = f"vor <img src='data:image/png;base64,{'A' * 2_000_000}'> nach"
    assert plain_text(html) == "vor nach"


@given(st.text())
def test_any_text_comes_through(text):
    plain_text(text).encode()


_PIECES = [
    *("<p>", "</p>", "<ul>", "</ul>", "<li>", "<blockquote>", "</blockquote>", "<pre>", "</pre>"),
    *("<a href=https://x.example>", "</a>", "<br>", "<td>", "<table>", "<tr>", "</table>", "<b>"),
    *("</b>", "<span hidden>", "</span>", "<img alt=x>", "<hr>", "&amp;", "wort", " ", "\n"),
]


@given(st.lists(st.sampled_from(_PIECES), max_size=40))
def test_any_order_of_tags_loses_no_visible_word(parts):
    html = "".join(parts)
    text = plain_text(f"Anfang<br>{html}")
    assert text.startswith("Anfang")
    if "<span hidden>" not in parts:
        assert text.count("wort") >= parts.count("wort")


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("  Anna\n\tKrause ", "Anna Krause"),
        ("An\0na", "Anna"),
        ("\x1b[31mrot", "[31mrot"),
        (hostile.TEXTS["name nobody sees"], ""),
        ("   ", ""),
        ("\u0301\u0302", ""),
        ("x" * 5000, "x" * 300),
        ("مخبز", "مخبز"),
        ("🥨", "🥨"),
        ("a\ud83d", "a\ufffd"),
    ],
)
def test_names_stand_on_one_line_and_can_be_seen(name, clean):
    assert clean_name(name) == clean


@given(st.text(st.characters(codec=None)))
def test_scrubbed_text_can_be_kept_anywhere(text):
    scrub(text).encode()
    clean_name(text).encode()


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<br>",
                "<br/>",
                "<br />",
                " ",
                "\n",
                "a",
                "&amp;",
                "&lt;b&gt;",
                "> ",
                "x y ",
                "ß🥨",
            ]
        ),
        max_size=14,
    )
)
def test_the_short_way_of_simple_html_lays_out_as_the_long_one(pieces):
    html = "".join(pieces)
    long_way = plain_text(f"{html}<i></i>")
    assert plain_text(html) == long_way
