"""Changes know how to take themselves back, and what may be kept of them in the log."""

import pytest

from cm_desktop.domain import changes
from cm_desktop.domain.changes import (
    Assigned,
    HandedOver,
    HandoffAnswered,
    Moved,
    Noted,
    Place,
    Queued,
    Tagged,
    TemplateSaved,
)
from cm_desktop.domain.model import HandoffState, Status
from tests import factory
from tests.factory import NOW

WHO = {"member": "Eva", "at": NOW, "conversation": factory.conversation().id}

THERE_AND_BACK = [
    Tagged(**WHO, name="complaint"),
    Moved(**WHO, before=Place(status=Status.OPEN), after=Place(status=Status.DONE)),
    Assigned(**WHO, before=None, after="Tom"),
    Noted(**WHO, note=factory.note()),
    HandedOver(**WHO, handoff=factory.handoff(), before="Eva"),
    TemplateSaved(member="Eva", at=NOW, before=factory.template(), after=factory.template()),
]


@pytest.mark.parametrize("change", THERE_AND_BACK, ids=lambda change: change.kind)
def test_taking_back_twice_is_the_change_itself(change):
    assert change.undo() != change
    assert change.undo().undo() == change


@pytest.mark.parametrize(
    ("state", "assignee"),
    [
        (HandoffState.ACCEPTED, "Tom"),
        (HandoffState.DECLINED, "Eva"),
        (HandoffState.ASKED, "Mia"),
    ],
)
def test_an_answer_to_a_handoff_decides_who_has_the_conversation(state, assignee):
    handoff = factory.handoff(sender="Eva", receiver="Tom")
    answered = HandoffAnswered(**WHO, handoff=handoff, state=state, before="Mia")
    assert answered.assignee == assignee
    assert answered.undo().assignee == "Mia"


def test_a_new_template_is_taken_back_by_removing_it_and_comes_back():
    template = factory.template()
    added = TemplateSaved(member="Eva", at=NOW, before=None, after=template)
    assert added.undo().kind == "template_removed"
    assert added.undo().undo() == added


def test_what_was_cancelled_is_not_sent_after_all_by_taking_that_back():
    queued = Queued(**WHO, row=factory.outbox_row())
    assert queued.undo().kind == "outbox_cancelled"
    assert queued.undo().undo() is None


def test_no_body_holds_a_text():
    note = factory.note(text="a note of ours")
    row = factory.outbox_row(text="a reply of ours", rule="3")
    handoff = factory.handoff(asked="a question of ours")
    made = [
        Noted(**WHO, note=note),
        Queued(**WHO, row=row),
        HandedOver(**WHO, handoff=handoff, before=None),
    ]
    bodies = [one.body for one in made]
    assert "of ours" not in str(bodies)
    assert bodies[0]["text_sha256"] == changes.sha256("a note of ours")
    assert bodies[1]["rule"] == "3"


def test_every_kind_of_change_has_a_word_of_its_own():
    kinds = [
        one.kind
        for one in vars(changes).values()
        if isinstance(one, type) and issubclass(one, changes.Change) and one is not changes.Change
    ]
    assert len(set(kinds)) == len(kinds)
    assert all(kinds)
