"""Connect a page: choose, type in, look, keep."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from cm_desktop.domain.errors import AddressError, SignInNeededError, UntrustedServerError
from cm_desktop.domain.model import Kind
from cm_desktop.domain.policy import Ability
from cm_desktop.services import connecting, reading
from cm_desktop.services.account_forms import Trial, mail_servers
from cm_desktop.ui.dialogs.channel_forms import make_form
from cm_desktop.ui.dialogs.connect_page import ConnectDialog
from cm_desktop.ui.dialogs.mailbox_form import MailboxForm
from cm_desktop.ui.dialogs.policy_words import policy_sentences
from tests import factory


@pytest.fixture
def dialog(qtbot, context, window):
    made = ConnectDialog(context, window)
    made.open()
    qtbot.waitExposed(made)
    return made


def words(widget):
    return " ".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def settle(qtbot, context):
    qtbot.waitUntil(lambda: not context.runner.busy, timeout=20_000)


def test_there_is_a_card_for_every_channel(dialog):
    assert set(dialog.cards.cards) == {about.channel for about in connecting.channels()}


def test_the_demo_is_connected_by_keyboard_alone(qtbot, context, dialog):
    qtbot.keyClick(dialog.cards.cards["demo"], Qt.Key.Key_Return)
    qtbot.keyClick(dialog.check, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.step == 2, timeout=20_000)
    assert "Found" in words(dialog)
    assert "nobody outside is reached" in words(dialog)
    with qtbot.waitSignal(context.changes.accounts):
        qtbot.keyClick(dialog.keep, Qt.Key.Key_Space)
    (account,) = reading.accounts(context.vault)
    assert account.channel == "demo"
    assert context.worker.asked == [f"account {account.id}"]


def test_nothing_is_kept_before_it_is_confirmed(qtbot, context, dialog):
    dialog.cards.cards["demo"].click()
    dialog.check.click()
    qtbot.waitUntil(lambda: dialog.step == 2, timeout=20_000)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert reading.accounts(context.vault) == []


def test_the_same_account_a_second_time_is_explained(qtbot, context, dialog):
    dialog.cards.cards["demo"].click()
    dialog.check.click()
    qtbot.waitUntil(lambda: dialog.step == 2, timeout=20_000)
    connecting.keep_account(context.vault, dialog._probe)
    dialog.keep.click()
    settle(qtbot, context)
    assert "already here" in dialog.trouble.sentence
    assert dialog.isVisible()
    assert len(reading.accounts(context.vault)) == 1


def test_what_is_missing_is_named_and_gets_the_keyboard(qtbot, dialog):
    dialog.cards.cards["wordpress"].click()
    dialog.form.lines["url"].setText("https://bakery.example")
    qtbot.keyClick(dialog.form.lines["url"], Qt.Key.Key_Return)
    assert dialog.trouble.sentence == "Please fill in: User name."
    assert dialog.form.lines["handle"].hasFocus()
    qtbot.keyClicks(dialog.form.lines["handle"], "a")
    assert dialog.trouble.sentence == ""


def test_a_page_that_cannot_be_reached_is_explained_and_nothing_is_lost(qtbot, context, dialog):
    dialog.cards.cards["wordpress"].click()
    for name, typed in {
        "url": "https://127.0.0.1:1",
        "handle": "anna",
        "password": "secret words",
    }.items():
        dialog.form.lines[name].setText(typed)
    dialog.check.click()
    assert not dialog.check.isEnabled()
    settle(qtbot, context)
    assert "cannot be reached" in dialog.trouble.sentence
    assert dialog.check.isEnabled()
    assert dialog.step == 1
    assert dialog.form.lines["password"].text() == "secret words"


def test_one_can_go_back_and_choose_another_channel(dialog):
    dialog.cards.cards["mail"].click()
    dialog.back.click()
    assert dialog.step == 0
    dialog.cards.cards["wordpress"].click()
    assert dialog.form.channel == "wordpress"


def test_no_button_offers_to_go_on_without_a_valid_certificate(qtbot, dialog):
    dialog.cards.cards["mail"].click()
    dialog._explain(UntrustedServerError("expired", "mail.example.com"))
    buttons = [one.text() for one in dialog.findChildren(QPushButton) if one.isVisible()]
    assert sorted(one.strip() for one in buttons) == ["Back", "Cancel", "Check"]
    assert "expired" in dialog.trouble.sentence


def test_a_password_is_hidden_until_it_is_wanted(qtbot, dialog):
    dialog.cards.cards["wordpress"].click()
    line = dialog.form.lines["password"]
    assert line.echoMode() is QLineEdit.EchoMode.Password
    show = line.parentWidget().button
    qtbot.keyClick(show, Qt.Key.Key_Space)
    assert line.echoMode() is QLineEdit.EchoMode.Normal


def test_a_trial_does_not_show_its_secret():
    assert "hunter2" not in repr(Trial(channel="mail", secret={"password": "hunter2"}))


# The mailbox.


@pytest.fixture
def form(qtbot, context):
    made = make_form(context, "mail")
    qtbot.addWidget(made)
    made.show()
    assert isinstance(made, MailboxForm)
    return made


def typed_address(form, address):
    form.lines["handle"].setText(address)
    form.lines["handle"].editingFinished.emit()


def test_the_servers_of_a_known_provider_are_shown(form):
    typed_address(form, "info@gmx.de")
    assert form._optional["imap_host"].placeholderText() == "imap.gmx.net"
    assert not form.fold.is_open
    assert "POP3 and IMAP" in words(form)


def test_for_an_unknown_provider_the_servers_are_asked_for(form):
    typed_address(form, "info@bakery.example")
    assert form.fold.is_open
    form._optional["imap_host"].setText(" mail.bakery.example ")
    form._optional["smtp_port"].setText("587")
    form.security["smtp"].setCurrentIndex(2)
    assert form.trial().settings == {
        "imap_host": "mail.bakery.example",
        "smtp_port": "587",
        "smtp_security": "starttls",
    }


def test_a_provider_without_a_way_in_says_so(form):
    typed_address(form, "info@tuta.com")
    assert "no way in" in words(form)


def test_what_was_not_typed_is_no_setting(form):
    typed_address(form, "info@gmx.de")
    assert form.trial().settings == {}
    assert form.trial().handle == "info@gmx.de"


def test_trouble_with_a_server_unfolds_its_fields(form):
    assert form.place_of(UntrustedServerError("expired", "x")) is form._optional["imap_host"]
    assert form.fold.is_open


def test_a_refused_password_leads_to_its_field(form):
    assert form.place_of(SignInNeededError()) is form.lines["password"]


def test_a_wrong_mail_address_leads_to_its_field(form):
    typed_address(form, "info")
    assert form.place_of(AddressError("bad_address", "info")) is form.lines["handle"]


def test_servers_carry_the_encryption_that_their_port_means():
    servers = mail_servers("info@web.de")
    assert (servers.imap_port, servers.imap_security) == (993, "tls")
    assert (servers.smtp_port, servers.smtp_security) == (587, "starttls")


# What a channel allows.


def test_abilities_limits_and_windows_are_said():
    policy = factory.policy(
        abilities=frozenset({Ability.REPLY, Ability.HIDE}),
        text_limit=500,
        reply_windows={Kind.COMMENTS: timedelta(hours=24)},
        retention=timedelta(days=30),
    )
    assert policy_sentences(policy) == [
        "What you can do here: reply, hide.",
        "A reply has at most 500 characters.",
        "A reply is possible for 24 hours after the other side wrote.",
        "What others wrote is kept here for 30 days.",
    ]


def test_a_time_for_direct_messages_only_is_said_of_them():
    policy = factory.policy(reply_windows={Kind.DIRECT: timedelta(days=7)})
    assert policy_sentences(policy)[1:] == [
        "Direct messages can be answered for 7 days after the other side wrote."
    ]


def test_every_ability_has_a_word():
    (sentence,) = policy_sentences(factory.policy())
    assert sentence.count(",") == len(Ability) - 1


def test_an_account_that_only_reads_says_so():
    assert policy_sentences(factory.policy(abilities=frozenset())) == [
        "You can read here; replies are not possible."
    ]
