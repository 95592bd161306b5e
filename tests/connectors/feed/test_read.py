"""What becomes of the items of a feed: who said what, where, and what kind of thing it is."""

import json
from datetime import UTC, datetime

import pytest

from cm_desktop.domain.errors import AddressError, ServerTroubleError
from cm_desktop.domain.events import GapFound, ItemSkipped, MessageGone
from cm_desktop.domain.model import Kind

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">
<title>Blog der Bäckerei</title><link href="https://blog.example/"/>
<entry><id>urn:comment:2</id><title>Von: Ben</title><author><name>Ben</name>
<uri>https://ben.example/</uri></author><published>2026-11-02T10:00:00+01:00</published>
<updated>2026-11-02T10:00:00Z</updated><link href="https://blog.example/brot/#comment-2"/>
<content type="html">&lt;p&gt;Sehr &lt;b&gt;gut&lt;/b&gt;.&lt;/p&gt;</content>
<thr:in-reply-to ref="urn:post:1" href="https://blog.example/brot/"/></entry>
<entry><id>urn:comment:1</id><title>Von: Anna</title><author><name>Anna</name></author>
<published>2026-11-01T10:00:00Z</published><link href="https://blog.example/brot/#comment-1"/>
<content type="text">Wie heißt das Brot?</content>
<thr:in-reply-to ref="urn:post:1" href="https://blog.example/brot/"/></entry></feed>"""
WORDPRESS = (
    "<item><title>Kommentar zu Neues Brot von Anna</title>"
    "<link>https://blog.example/neues-brot/#comment-7</link>"
    "<dc:creator>Anna</dc:creator><guid isPermaLink='false'>https://blog.example/?p=1#comment-7"
    "</guid><pubDate>Sun, 01 Nov 2026 10:00:00 +0000</pubDate>"
    "<description>Lecker!</description></item>"
)
DC = " xmlns:dc='http://purl.org/dc/elements/1.1/'"


def test_an_atom_feed_of_comments_becomes_one_conversation_under_its_post(site):
    site.shows(ATOM)
    anna, ben = site.read()

    assert (anna.author.name, anna.text) == ("Anna", "Wie heißt das Brot?")
    assert (ben.author.name, ben.author.url, ben.text) == (
        "Ben",
        "https://ben.example/",
        "Sehr gut.",
    )
    assert anna.conversation.kind is ben.conversation.kind is Kind.COMMENTS
    assert anna.conversation.remote_id == ben.conversation.remote_id
    assert ben.conversation.post.url == "https://blog.example/brot/"
    assert ben.permalink == "https://blog.example/brot/#comment-2"
    assert ben.created_at == datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_wordpress_names_the_post_in_the_title_of_a_comment(site):
    site.rss(WORDPRESS, namespaces=DC)
    (comment,) = site.read()
    assert (comment.conversation.title, comment.text) == ("Neues Brot", "Lecker!")
    assert comment.conversation.kind is Kind.COMMENTS
    assert comment.conversation.post.url == "https://blog.example/neues-brot/"


def test_the_address_of_a_feed_of_comments_is_enough(site):
    site.shows("""<rss version="2.0"><channel><title>T</title><item><title>Anna</title>
        <link>https://blog.example/a/</link><description>x</description></item></channel></rss>""",
        path="/a/comments/feed/")  # fmt: skip
    assert site.read("/a/comments/feed/")[0].conversation.kind is Kind.COMMENTS


def test_news_is_a_mention_each_in_a_conversation_of_its_own(site):
    site.rss("<item><guid>1</guid><title>Bäckerei &amp;amp; Café eröffnet</title>"
             "<link>/lokales/1</link><author>Karla</author>"
             "<description>&lt;p&gt;Am &lt;i&gt;Markt&lt;/i&gt;.&lt;/p&gt;</description></item>",
             "zwei")  # fmt: skip
    one = next(item for item in site.read() if item.remote_id == "1")

    assert one.conversation.kind is Kind.MENTION
    assert one.conversation.title == "Bäckerei & Café eröffnet"
    assert one.text == "Bäckerei & Café eröffnet\n\nAm Markt."
    assert one.permalink == f"{site.url}/lokales/1"
    assert len({item.conversation.remote_id for item in site.read() or [one]}) == 1


def test_a_feed_without_authors_speaks_itself(site):
    site.rss("eins")
    assert site.read()[0].author.name == "Stadtanzeiger"


@pytest.mark.parametrize(
    ("rating", "stars"),
    [
        ("<im:rating xmlns:im='http://itunes.apple.com/rss'>4</im:rating>", 4),
        ("<rating>4.6</rating>", 5),
        ("<rating>5/5</rating>", 5),
        ("<rating>sehr gut</rating>", None),
        ("<rating>9</rating>", None),
        ("<media:starRating xmlns:media='http://search.yahoo.com/mrss/' average='2'/>", 2),
    ],
)
def test_stars_make_a_review(site, rating, stars):
    site.rss(f"<item><guid>1</guid><title>Gut</title><description>x</description>{rating}</item>")
    (item,) = site.read()
    assert item.rating == stars
    assert (item.conversation.kind is Kind.REVIEW) == (stars is not None)


def test_the_kind_may_be_set(site):
    site.rss("eins")
    assert site.read(kind="review")[0].conversation.kind is Kind.REVIEW
    with pytest.raises(AddressError, match="bad_setting"):
        site.read(kind="likes")


def test_only_items_with_one_of_the_words_are_told(site):
    site.rss("Bäckerei Kamp feiert", "Kamps Brot", "Hauptkampf", "Sport")
    found = [item.remote_id for item in site.read(words="bäckerei kamp, KAMP")]
    assert sorted(found) == ["Bäckerei Kamp feiert", "Kamps Brot"]
    site.rss("Bäckerei Kamp feiert", "Kamp noch einmal", "Sport")
    assert [item.remote_id for item in site.read(words="kamp")] == ["Kamp noch einmal"]


def test_a_json_feed_is_read(site):
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "JSON-Blog",
        "home_page_url": "https://json.example/",
        "items": [
            {"id": 2, "url": "/b", "title": "Zwei", "content_html": "<p>Hallo <b>Welt</b></p>",
             "date_published": "2026-11-02T10:00:00+01:00", "authors": [{"name": "Ben"}]},
            {"id": "1", "content_text": "Eins", "date_published": "gestern",
             "author": {"name": "Anna"}},
            {"id": "3"}, 7, None, {"id": {}, "title": []},
        ],
    }  # fmt: skip
    site.shows(json.dumps(document), Content_Type="application/feed+json")
    found = {item.remote_id: item for item in site.read()}

    assert set(found) == {"1", "2"}
    assert (found["2"].text, found["2"].author.name) == ("Zwei\n\nHallo Welt", "Ben")
    assert found["2"].permalink == "https://json.example/b"
    assert (found["1"].text, found["1"].author.name) == ("Eins", "Anna")
    assert len([one for one in site.events if isinstance(one, ItemSkipped)]) == 4


def test_other_json_is_no_feed(site):
    for document in ("{}", '{"items": []}', '{"version": 1, "items": {}}', "[]"):
        site.shows(document, Content_Type="application/json")
        with pytest.raises(ServerTroubleError):
            site.read()


def test_an_item_that_was_changed_is_told_again_as_edited(site):
    item = "<item><guid>1</guid><title>T</title><description>{}</description></item>"
    site.rss(item.format("alt"))
    (before,) = site.read()
    site.rss(item.format("neu"))
    (after,) = site.read()

    assert before.edited_at is None
    assert (after.remote_id, after.text) == (before.remote_id, "T\n\nneu")
    assert after.edited_at is not None
    assert site.read() == []


def test_what_drops_out_of_a_feed_was_not_deleted(site):
    site.rss("zwei", "eins")
    assert len(site.read()) == 2
    site.rss("drei", "zwei")
    assert [item.remote_id for item in site.read()] == ["drei"]
    site.rss()
    assert site.read() == []
    assert not [one for one in site.events if isinstance(one, MessageGone)]
    site.rss("zwei", "eins")
    assert site.read() == []


def dated(number, day):
    return (
        f"<item><guid>{number}</guid><title>N {number}</title>"
        f"<link>https://news.example/{number}</link>"
        f"<pubDate>{day:02} Nov 2026 10:00:00 GMT</pubDate></item>"
    )


def test_where_nothing_known_is_left_something_was_missed(site):
    site.rss(dated(1, 1), dated(2, 2))
    site.read()
    assert not [one for one in site.events if isinstance(one, GapFound)]
    site.rss(dated(8, 9), dated(9, 10))
    assert len(site.read()) == 2
    assert [one for one in site.events if isinstance(one, GapFound)] == [
        GapFound(
            begin=datetime(2026, 11, 2, 10, tzinfo=UTC),
            end=datetime(2026, 11, 9, 10, tzinfo=UTC),
            lost=True,
        )
    ]
    site.rss(dated(9, 10), dated(10, 11))
    assert len(site.read()) == 1
    assert not [one for one in site.events if isinstance(one, GapFound)]


def test_a_site_that_gives_all_items_new_ids_tells_none_twice(site):
    site.rss(dated(1, 1), dated(2, 2))
    site.read()
    site.rss(*(dated(n, n).replace("<guid>", "<guid>urn:new:") for n in (1, 2, 3)))
    assert [item.remote_id for item in site.read()] == ["urn:new:3"]
    assert not [one for one in site.events if isinstance(one, GapFound)]
    assert site.read() == []


def test_items_without_id_link_or_date_are_told_apart_by_title_and_date(site):
    site.rss("<item><title>A</title></item>", "<item><title>B</title></item>",
             "<item><description>Nur Text</description></item>", "<item></item>",
             "<item><link>https://x.example/1</link><title>C</title></item>")  # fmt: skip
    found = site.read()
    assert len({item.remote_id for item in found}) == 4
    assert "https://x.example/1" in {item.remote_id for item in found}
    assert len([one for one in site.events if isinstance(one, ItemSkipped)]) == 1
    assert site.read() == []


def test_one_id_twice_is_the_first_of_both(site):
    site.rss("<item><guid>1</guid><title>neu</title></item>",
             "<item><guid>1</guid><title>alt</title></item>")  # fmt: skip
    assert [item.text for item in site.read()] == ["neu"]
    assert site.read() == []


def test_dates_that_nobody_can_mean_are_not_believed(site):
    days = ("Fri, 31 Dec 9999 10:00:00 GMT", "01 Jan 0001 00:00:00 GMT", "99 Foo 2026", "")
    site.rss(*(f"<item><guid>{n}</guid><title>{n}</title><pubDate>{day}</pubDate></item>"
               for n, day in enumerate(days)))  # fmt: skip
    assert {item.created_at.year for item in site.read()} == {datetime.now(UTC).year}


def test_links_that_are_no_web_addresses_are_left_out(site):
    for link in ("javascript:alert(1)", "file:///etc/passwd", "https://a@b.example/", "http://["):
        site.rss(f"<item><guid>{link}</guid><title>T</title><link>{link}</link></item>")
        site.cursor = None
        assert site.read()[0].permalink == ""


def test_a_long_feed_is_read_from_both_ends(site):
    site.rss(*(f"<item><guid>{n}</guid><title>{n}</title></item>" for n in range(3000)))
    ids = {int(item.remote_id) for item in site.read()}
    assert len(ids) == 500
    assert {0, 399, 2900, 2999} <= ids


def test_the_state_of_reading_stays_small(site):
    for begin in range(0, 4000, 400):
        site.rss(*(f"<item><guid>{n}</guid><title>{n}</title></item>"
                   for n in range(begin, begin + 420)))  # fmt: skip
        site.read()
    assert len(site.cursor) < 120_000
