"""What a message says, in signs where it is no text, and the files it carries."""

import pytest

from tests import hostile
from tests.connectors.contract import events_of, messages
from tests.simulators.telegram import ANNA, TOKEN

MAP = "https://www.openstreetmap.org/?mlat=52.52000&mlon=13.40500"
PHOTO = [{"file_id": "a", "file_size": 900, "width": 90}, {"file_id": "b", "file_size": 70_000}]


@pytest.fixture
def heard(telegram, connector):
    """Let Anna send something and return how it is reported."""

    def heard(**content):
        telegram.send_in(ANNA, **content)
        return messages(events_of(connector))[-1]

    return heard


def link(text, shown, url):
    """Return an entity over a part of a text, counted as Telegram counts."""
    begin = len(text.partition(shown)[0].encode("utf-16-le")) // 2
    length = len(shown.encode("utf-16-le")) // 2
    return {"type": "text_link", "offset": begin, "length": length, "url": url}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("siehe hier bitte", "hier"),
        ("🥨🥨 hier", "hier"),
        ("👩‍🍳 🥨hier🥨", "🥨hier🥨"),
        ("hier", "hier"),
    ],
)
def test_a_link_shows_its_address_after_its_words_also_behind_emoji(heard, text, shown):
    url = "https://krume.example/a"
    message = heard(text=text, entities=[link(text, shown, url)])
    before, _, after = text.partition(shown)
    assert message.text == f"{before}{shown} ({url}){after}"


def test_two_links_keep_their_places(heard):
    text = "🥨 eins und zwei"
    entities = [link(text, "eins", "https://a.example/"), link(text, "zwei", "https://b.example/")]
    shown = "🥨 eins (https://a.example/) und zwei (https://b.example/)"
    assert heard(text=text, entities=entities).text == shown


def test_a_link_that_shows_its_address_is_not_repeated(heard):
    entity = link("a.example", "a.example", "https://www.a.example/")
    assert heard(text="a.example", entities=[entity]).text == "a.example"


_NO_LINKS = [url for url in hostile.LINKS.values() if not url.startswith(("http", "mailto", "tel"))]


@pytest.mark.parametrize("url", [*_NO_LINKS, "tg://user?id=5", "https://", 7, None])
def test_an_address_that_is_no_link_is_not_shown(heard, url):
    entity = {"type": "text_link", "offset": 0, "length": 4, "url": url}
    assert heard(text="hier", entities=[entity]).text == "hier"


@pytest.mark.parametrize(
    ("offset", "length"), [(1, 2), (0, 1), (0, 99), (99, 1), (-1, 1), (0, 2**70), ("x", 1)]
)
def test_an_entity_that_parts_a_letter_or_lies_outside_does_no_harm(heard, offset, length):
    entity = {"type": "text_link", "offset": offset, "length": length, "url": "https://a.example"}
    text = heard(text="🥨🥨", entities=[entity]).text
    assert text.replace(" (https://a.example)", "") == "🥨🥨"


def test_mentions_and_other_marks_leave_the_text_as_it_is(heard):
    entities = [{"type": "mention", "offset": 0, "length": 10}, {"type": "bold"}, "x"]
    assert heard(text="@krume_bot hallo", entities=entities).text == "@krume_bot hallo"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"sticker": {"emoji": "🥨", "file_id": "a"}}, "🥨"),
        ({"sticker": {"file_id": "a"}}, "[sticker]"),
        ({"dice": {"emoji": "🎯", "value": 4}}, "🎯 4"),
        ({"contact": {"first_name": "Petra", "phone_number": "+4930123"}}, "👤 Petra\n+4930123"),
        (
            {"poll": {"question": "Was?", "options": [{"text": "Brot"}, {"text": "Kuchen"}]}},
            "📊 Was?\n• Brot\n• Kuchen",
        ),
        (
            {"location": {"latitude": 52.52, "longitude": 13.405}},
            f"📍 52.52000, 13.40500\n{MAP}",
        ),
        (
            {
                "location": {"latitude": 52.52, "longitude": 13.405},
                "venue": {
                    "location": {"latitude": 52.52, "longitude": 13.405},
                    "title": "Krume",
                    "address": "Hauptstr. 1",
                },
            },
            f"📍 52.52000, 13.40500\nKrume\nHauptstr. 1\n{MAP}",
        ),
        ({"location": {"latitude": 520, "longitude": "x"}}, "[location]"),
        ({"story": {"id": 1}}, "[story]"),
        ({"from_the_future": {"x": 1}}, "[from_the_future]"),
        ({"text": "ja", "forward_origin": {"sender_user": ANNA}}, "↪ Anna Muster\nja"),
        ({"text": "ja", "forward_origin": {"sender_user_name": "B"}}, "↪ B\nja"),
    ],
)  # fmt: skip
def test_what_is_no_text_can_be_read_all_the_same(heard, content, text):
    assert heard(**content).text == text


def test_a_picture_is_a_file_with_its_caption_and_no_address(heard):
    message = heard(photo=PHOTO, caption="So?", caption_entities=[])
    assert message.text == "So?"
    (file,) = message.attachments
    assert (file.about.name, file.about.type, file.about.size) == (
        "photo.jpg",
        "image/jpeg",
        70_000,
    )
    assert file.about.url == ""
    assert file.content is None


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        ({"document": {"file_name": "Angebot.pdf", "mime_type": "application/pdf"}},
         "Angebot.pdf", "application/pdf"),
        ({"voice": {"mime_type": "audio/ogg"}}, "voice.ogg", "audio/ogg"),
        ({"video_note": {}}, "video.mp4", "video/mp4"),
        ({"animation": {"file_name": "a.mp4"}, "document": {"file_name": "b.mp4"}},
         "a.mp4", "video/mp4"),
        ({"document": {"file_name": 5}}, "document", "application/octet-stream"),
        ({"document": {"mime_type": "<b>/x"}}, "document", "application/octet-stream"),
    ],
)  # fmt: skip
def test_each_kind_of_file_has_a_name_and_a_type(heard, content, name, kind):
    message = heard(**content)
    (file,) = message.attachments
    assert (file.about.name, file.about.type) == (name, kind)
    assert message.text == ""


@pytest.mark.parametrize("name", hostile.TEXTS)
def test_any_text_can_be_kept(telegram, connector, name):
    # Telegram takes and gives valid Unicode only.
    whole = hostile.TEXTS[name].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = whole
    author = {"id": 5, "is_bot": False, "first_name": text[:64], "username": text[:32]}
    telegram.say(author, text)
    (message,) = messages(events_of(connector))
    assert message.text == whole.replace("\0", "")
    assert message.author.name
    repr(message).encode()


def test_no_file_and_no_event_holds_the_token(telegram, connector):
    telegram.send_in(ANNA, document={"file_id": "a", "file_name": "x.pdf"})
    for event in events_of(connector):
        assert TOKEN.partition(":")[2] not in repr(event)
