"""Tags, notes, handoffs, drafts, templates and members: kept, changed, taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.members import Member
from cm_desktop.domain.model import HandoffState
from cm_desktop.store import drafts, handoffs, members, notes, tags, templates
from tests import factory
from tests.factory import NOW


@pytest.fixture
def talk(desk):
    desk.keep(factory.message_seen())
    return desk.only().id


def names(found):
    return [one.name for one in found]


# Tags.


def test_a_tag_is_on_a_conversation_until_it_is_taken_off(desk, talk):
    assert desk.write(tags.tag, talk, " Very  important ")
    assert not desk.write(tags.tag, talk, "very IMPORTANT")
    assert names(tags.of(desk.reader, talk)) == ["Very important"]
    assert names(desk.only().tags) == ["Very important"]
    assert desk.write(tags.untag, talk, "very important")
    assert not desk.write(tags.untag, talk, "very important")
    assert not desk.write(tags.untag, talk, "never seen")
    assert desk.only().tags == ()
    assert names(tags.list_all(desk.reader)) == ["Very important"]


def test_tags_are_one_whatever_their_spelling(desk, talk):
    for name in ("Öffnung", "oeffnung", "O\u0308FFNUNG"):
        desk.write(tags.tag, talk, name)
    assert names(tags.list_all(desk.reader)) == ["Öffnung"]
    for name in ("!", "?"):
        desk.write(tags.tag, talk, name)
    assert sorted(names(desk.only().tags)) == ["!", "?", "Öffnung"]


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_a_tag_needs_a_name(desk, talk, name):
    with pytest.raises(UsageError, match="no_name"):
        desk.write(tags.tag, talk, name)


def test_new_tags_take_colours_in_turn(desk):
    colours = [desk.write(tags.add, f"t{n}").colour for n in range(tags.COLOURS + 1)]
    assert len(set(colours)) == tags.COLOURS
    assert colours[0] == colours[-1]
    desk.write(tags.set_colour, "t0", 5)
    assert tags.by_name(desk.reader, "T0").colour == 5


def test_a_tag_can_be_renamed_joined_and_removed(desk, talk):
    desk.write(tags.tag, talk, "one")
    desk.write(tags.tag, talk, "two")
    assert desk.write(tags.rename, "one", "First").name == "First"
    assert names(desk.only().tags) == ["First", "two"]
    assert desk.write(tags.rename, "First", "FIRST").name == "FIRST"
    desk.write(tags.rename, "two", "first")
    assert names(desk.only().tags) == ["FIRST"]
    assert desk.write(tags.remove, "first")
    assert not desk.write(tags.remove, "first")
    assert desk.only().tags == ()
    for missing in (
        lambda writer: tags.rename(writer, "x", "y"),
        lambda writer: tags.by_name(writer, "x"),
        lambda writer: tags.set_colour(writer, "x", 1),
    ):
        with pytest.raises(UsageError, match="no_tag"):
            desk.write(missing)


def test_a_tagged_conversation_keeps_its_place_when_it_moves_up(desk):
    place = factory.seen_conversation()
    desk.keep(factory.message_seen(conversation=place, created_at=factory.ago(days=2)))
    desk.keep(factory.message_seen(created_at=factory.ago(days=1)))
    for one in desk.page():
        desk.write(tags.tag, one.id, "vip")
    desk.keep(factory.message_seen(conversation=place))
    assert desk.found("tag:vip") == [one.remote_id for one in desk.page()]


# Notes.


def test_a_note_is_kept_removed_and_restored(desk, talk):
    first, second = (factory.note(conversation=talk, text=text) for text in ("one", "two\0"))
    assert desk.write(notes.add, first) == first
    assert desk.write(notes.add, second).text == "two\ufffd"
    assert desk.write(notes.remove, first.id, NOW) == first
    assert [note.id for note in notes.of(desk.reader, talk)] == [second.id]
    with pytest.raises(UsageError, match="no_note"):
        desk.write(notes.remove, first.id, NOW)
    assert desk.write(notes.restore, first.id) == first
    assert desk.write(notes.restore, first.id) == first
    assert [note.id for note in notes.of(desk.reader, talk)] == [first.id, second.id]
    with pytest.raises(UsageError, match="no_note"):
        desk.write(notes.restore, "nonsense")


# Handoffs.


def test_a_handoff_is_asked_and_answered(desk, talk):
    asked = factory.handoff(conversation=talk, until=NOW + timedelta(days=1))
    assert desk.write(handoffs.add, asked) == asked
    assert handoffs.asked_of(desk.reader, "Tom") == [asked]
    assert handoffs.asked_of(desk.reader, "Eva") == []
    done = desk.write(
        handoffs.answer, asked.id, HandoffState.DECLINED, answer="on holiday", now=NOW
    )
    assert done == replace(asked, state=HandoffState.DECLINED, answered_at=NOW, answer="on holiday")
    assert handoffs.asked_of(desk.reader, "Tom") == []
    assert handoffs.of(desk.reader, talk) == [done]
    back = desk.write(handoffs.answer, asked.id, HandoffState.ASKED, now=NOW)
    assert back == asked
    assert desk.write(handoffs.remove, asked.id)
    assert not desk.write(handoffs.remove, asked.id)
    with pytest.raises(UsageError, match="no_handoff"):
        handoffs.by_id(desk.reader, asked.id)


# Drafts.


def test_there_is_one_draft_for_each_mode(desk, talk):
    message = desk.rows("SELECT hex(uid) FROM message")[0][0].lower()
    parent = f"{message[:8]}-{message[8:12]}-{message[12:16]}-{message[16:20]}-{message[20:]}"
    reply = factory.draft(conversation=talk, parent=parent)
    private = factory.draft(conversation=talk, mode="private")
    desk.write(drafts.save, factory.draft(conversation=talk))
    desk.write(drafts.save, reply)
    desk.write(drafts.save, private)
    assert drafts.of(desk.reader, talk) == [private, reply]
    assert drafts.by_mode(desk.reader, talk, "note") is None
    assert desk.write(drafts.drop, talk) == reply
    assert desk.write(drafts.drop, talk) is None
    assert drafts.of(desk.reader, talk) == [private]
    with pytest.raises(UsageError, match="no_conversation"):
        desk.write(drafts.save, factory.draft())


# Templates.


def test_a_template_is_added_changed_used_and_removed(desk):
    hours = factory.template(name="Opening hours", shortcut="oh", language="en", channel="mail")
    assert desk.write(templates.add, hours) == hours
    desk.write(templates.add, factory.template(name="a greeting"))
    assert names(templates.list_all(desk.reader)) == ["a greeting", "Opening hours"]
    desk.write(templates.count_use, hours.id)
    before = desk.write(templates.change, replace(hours, text="closed"))
    assert before == replace(hours, used=1)
    changed = templates.by_name(desk.reader, "Opening hours")
    assert changed == replace(hours, text="closed", version=2, used=1)
    assert desk.write(templates.remove, hours.id) == changed
    assert desk.write(templates.add, changed) == changed
    for missing in (
        lambda writer: templates.by_id(writer, "x"),
        lambda writer: templates.by_name(writer, "x"),
        lambda writer: templates.remove(writer, "x"),
        lambda writer: templates.change(writer, factory.template()),
    ):
        with pytest.raises(UsageError, match="no_template"):
            desk.write(missing)


def test_a_template_needs_a_name_of_its_own(desk):
    first = desk.write(templates.add, factory.template())
    second = desk.write(templates.add, factory.template())
    with pytest.raises(UsageError, match="template_exists"):
        desk.write(templates.add, factory.template(name=first.name))
    with pytest.raises(UsageError, match="template_exists"):
        desk.write(templates.change, replace(second, name=f" {first.name} "))
    with pytest.raises(UsageError, match="no_name"):
        desk.write(templates.add, factory.template(name=" "))


# Members.


def test_one_member_sits_here(desk):
    assert members.me(desk.reader) == "Eva"
    assert desk.write(members.add, " tom  tester ").name == "tom tester"
    assert desk.write(members.add, "Ada", "lead") == Member(name="Ada", role="lead")
    assert names(members.list_all(desk.reader)) == ["Ada", "Eva", "tom tester"]
    assert desk.write(members.set_me, "Ada").me
    assert members.me(desk.reader) == "Ada"
    assert [one.me for one in members.list_all(desk.reader)] == [True, False, False]
    assert not desk.write(members.remove, "Ada")
    assert desk.write(members.remove, "Eva")
    with pytest.raises(UsageError, match="no_name"):
        desk.write(members.add, " ")


def test_before_anybody_said_who_sits_here_it_is_nobody(desk):
    with desk.db.writing() as writer:
        writer.execute("DELETE FROM member")
    assert members.me(desk.reader) == ""
    assert desk.page("mine") == []
