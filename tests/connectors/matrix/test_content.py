"""What a Matrix message says, who says it and which file comes with it."""

import pytest

from cm_desktop.domain.events import ItemSkipped
from cm_desktop.domain.model import Nature
from tests.connectors.contract import events_of
from tests.connectors.matrix.fake_server import ANNA, ROOM
from tests.connectors.matrix.reading import reply_of, told

HTML = {"format": "org.matrix.custom.html"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"body": "x", "formatted_body": "Hallo <b>du</b><br>da", **HTML}, "Hallo du\nda"),
        ({"body": "x", "formatted_body": "<b>ungefragt</b>"}, "x"),
        ({"body": "nur Text", "formatted_body": "<script>x</script>", **HTML}, "nur Text"),
        (
            {
                "body": "x",
                "formatted_body": '<a href="https://matrix.to/#/@anna:test">Anna</a>: ja, '
                '<a href="https://brot.example/x">hier</a>',
                **HTML,
            },
            "Anna: ja, hier (https://brot.example/x)",
        ),
        ({"body": "x", "formatted_body": "<mx-reply>offen gelassen", **HTML}, "offen gelassen"),
        ({"msgtype": "m.emote", "body": "winkt"}, "* Anna winkt"),
        ({"msgtype": "m.file", "body": "plan.pdf"}, ""),
        ({"msgtype": "m.image", "body": "Guckt mal", "filename": "brot.jpg"}, "Guckt mal"),
        ({"msgtype": "com.example.new", "body": "etwas Neues"}, "etwas Neues"),
    ],
)
def test_a_message_reads_as_its_author_meant_it(fake, connector, content, text):
    number = fake.say("x", **content)
    assert told(events_of(connector))[number].text == text


def test_what_an_answer_repeats_of_the_answered_message_is_left_out(fake, connector):
    first = fake.say("Habt ihr offen?")
    plain = fake.say(f"> <{ANNA}> Habt ihr offen?\n> wirklich\n\nJa!", relates=reply_of(first))
    rich = fake.say(
        "x",
        relates=reply_of(first),
        formatted_body="<mx-reply><blockquote>offen?</blockquote></mx-reply>Ja, <b>gern</b>",
        **HTML,
    )
    own = fake.say("> Zitat von mir\n\nund mehr", relates=reply_of(first))
    found = told(events_of(connector))
    assert found[plain].text == "Ja!"
    assert found[rich].text == "Ja, gern"
    assert found[own].text == "> Zitat von mir\n\nund mehr"
    assert {found[one].parent_remote_id for one in (plain, rich, own)} == {first}


def test_programs_are_told_from_people_and_what_nobody_said_is_left_out(fake, connector):
    notice = fake.say("Build fertig", msgtype="m.notice")
    fake.say("möchte Schlüssel vergleichen", msgtype="m.key.verification.request")
    sticker = fake.add(ROOM, ANNA, "m.sticker", {"body": "Herz", "url": "mxc://test/x"})
    events = events_of(connector)
    assert set(told(events)) == {notice, sticker}
    assert told(events)[notice].nature is Nature.AUTO_REPLY
    assert not [one for one in events if isinstance(one, ItemSkipped)]


def test_a_file_is_named_and_measured(fake, connector):
    info = {"mimetype": "application/pdf", "size": 4321}
    sane = fake.say("plan.pdf", msgtype="m.file", info=info)
    odd = fake.say("\u202e", msgtype="m.file", info={"size": -1})
    found = told(events_of(connector))
    about = found[sane].attachments[0].about
    assert (about.name, about.type, about.size) == ("plan.pdf", "application/pdf", 4321)
    about = found[odd].attachments[0].about
    assert (about.name, about.type, about.size) == ("file", "application/octet-stream", None)
