"""The scripts of the demo: how they are read, and that they make sense."""

from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.connectors.demo_looks import LOOKS
from cm_desktop.connectors.demo_script import read_script, script, span_of
from cm_desktop.domain.model import Kind, Status
from cm_desktop.domain.templates import KNOWN, placeholders

EXAMPLE = """
# a remark
@post brot -2d 07:05
Titel
Erste Zeile
Zweite Zeile

@talk comments -2d 07:30 post=brot | Ein Titel
Ana Krause/ana {rating=5; pic=cake; liked}: Oh: ein Brot!
  zweite Zeile
  ¶
  > zitiert
> +25m *Jonas: Ab sieben.
>> Ana Krause: Gut.
@answer Bis morgen!
@tag a, b
@broken
"""


def test_a_script_is_read_as_it_is_written():
    read = read_script(EXAMPLE, "x")
    post = read.posts["brot"]
    assert (post.title, post.lines) == ("Titel", ["Erste Zeile", "Zweite Zeile"])
    (talk,) = read.talks
    assert (talk.key, talk.kind, talk.post, talk.title) == ("x-1", "comments", "brot", "Ein Titel")
    first, second, third = talk.lines
    assert (first.name, first.handle, first.text) == (
        "Ana Krause", "ana", "Oh: ein Brot!\nzweite Zeile\n",
    )  # fmt: skip
    assert first.quoted == "> zitiert"
    assert first.marks == {"rating": "5", "pic": "cake", "liked": ""}
    assert (second.ours, second.depth, second.delay) == (True, 1, timedelta(minutes=25))
    assert (third.ours, third.depth, third.delay) == (False, 2, None)
    assert (talk.answers, talk.deeds, talk.broken) == (["Bis morgen!"], [("tag", "a, b")], True)


@pytest.mark.parametrize(
    "line",
    ["no colon", "@tag", "@unknown x", "  goes on after nothing", "@talk comments -1d post=none"],
)
def test_a_line_that_makes_no_sense_is_named(line):
    with pytest.raises(ValueError, match="x:2: "):
        read_script(f"# first\n{line}", "x")


@pytest.mark.parametrize("text", ["5m", "+5", "+5y", "", "+-5m"])
def test_a_span_that_makes_no_sense_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  (the text itself is all there is to say)
        span_of(text)


def test_a_clock_is_the_bakerys_also_in_summer():
    (talk,) = read_script("@talk direct -1d 07:30\nAna: x", "x").talks
    winter, summer = datetime(2026, 1, 9, 12, tzinfo=UTC), datetime(2026, 7, 9, 12, tzinfo=UTC)
    assert talk.begin.at(winter) == datetime(2026, 1, 8, 6, 30, tzinfo=UTC)
    assert talk.begin.at(summer) == datetime(2026, 7, 8, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("channel", LOOKS)
def test_every_script_makes_sense(channel):
    whole = script(channel)
    known = {"rating", "pic", "lang", "edited", "gone", "words", "held", "hidden", "spam"}
    known |= {"trashed", "auto", "bounce", "private", "liked", "seen"}
    members = {"Jonas", "Frau Morgenrot", "Lena (Agentur)"}
    assert whole.talks
    for talk in whole.talks:
        Kind(talk.kind)
        assert talk.lines, talk.key
        for line in talk.lines:
            assert set(line.marks) <= known, talk.key
            assert not line.ours or line.name in members, talk.key
        for what, value in talk.deeds:
            if what == "status":
                Status(value)
            if what == "assign":
                assert value in members
            if what in ("note", "handoff"):
                assert value.partition(" > ")[0].partition(": ")[0] in members, talk.key


def test_templates_of_the_demo_use_placeholders_that_are_filled():
    import json

    from cm_desktop.connectors.demo_script import scripts_folder

    listed = json.loads((scripts_folder() / "templates.json").read_text("utf-8"))["templates"]
    used = {name for template in listed for name in placeholders(template["text"])}
    assert len(listed) >= 10
    assert {template["language"] for template in listed} == {"de", "en"}
    assert len(used & set(KNOWN)) >= 3
