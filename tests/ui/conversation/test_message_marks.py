"""What stands over a text that is not quite what it seems."""

import pytest

from cm_desktop.ui.conversation.message_card import MessageCard, Surroundings
from cm_desktop.ui.labels import PlainLabel
from tests import factory


@pytest.fixture
def said(qtbot):
    """Return what a card says beside its message's text."""

    def read(**about):
        around = Surroundings(factory.policy(), "Bakery Krume", factory.NOW)
        card = MessageCard(factory.message(**about), 0, around, actions=None)
        qtbot.addWidget(card)
        return "\n".join(label.text() for label in card.findChildren(PlainLabel))

    return read


def test_an_e_mail_that_only_claims_to_be_from_a_network_says_so(said):
    assert "claims to be from Facebook" in said(context={"claims": "facebook"})
    assert "claims" not in said(context={"network": "facebook"})


def test_a_text_of_which_the_network_sent_only_the_beginning_says_so(said):
    assert "Only the beginning" in said(context={"cut": "yes"})
    assert "Only the beginning" not in said()
