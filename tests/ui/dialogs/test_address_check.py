"""What stands behind an address is looked up while one types, quietly and one look at a time."""

import pytest
from PySide6.QtCore import Qt

from cm_desktop.connectors.base import Finding
from cm_desktop.domain.errors import AddressError, OfflineError
from cm_desktop.ui.dialogs.address_check import PAUSE
from cm_desktop.ui.dialogs.connect_page import ConnectDialog
from cm_desktop.ui.dialogs.trial_words import finding_words, looks_like_address, page_address
from tests.played import NAME


@pytest.fixture
def dialog(qtbot, context, window, played, browser):
    made = ConnectDialog(context, window, NAME)
    made.open()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def line(dialog):
    return dialog.form.lines["url"]


@pytest.fixture
def check(dialog):
    return dialog.form.check


def looked_at(played):
    return [config.url for config in played.looked]


def test_after_a_pause_the_line_says_what_was_found(qtbot, played, line, check):
    qtbot.keyClicks(line, "place.example")
    assert check.sentence == ""
    qtbot.waitUntil(lambda: "Found" in check.sentence, timeout=PAUSE * 10)
    assert check.sentence.endswith("A reply has at most 500 characters.")
    assert looked_at(played) == ["place.example"]
    assert line.accessibleDescription() == check.sentence


def test_leaving_the_field_does_not_wait_for_the_pause(qtbot, played, line, check):
    qtbot.keyClicks(line, "place.example")
    check._pause.setInterval(60_000)
    qtbot.keyClick(line, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: "Found" in check.sentence)


def test_nobody_is_asked_before_it_looks_like_an_address(qtbot, context, played, line, check):
    for typed in ("place", "place.", "my place", "https://"):
        line.setText(typed)
        check.look()
        assert not context.runner.busy
    assert played.looked == []
    assert check.sentence == ""


def test_one_look_at_a_time_and_what_is_out_of_date_is_dropped(qtbot, played, line, check):
    played.may_answer.clear()
    line.setText("old.example")
    check.look()
    qtbot.waitUntil(lambda: looked_at(played) == ["old.example"])
    for later in ("new.example", "newer.example"):
        line.setText(later)
        check.look()
    assert looked_at(played) == ["old.example"]
    played.found = Finding(software="Mastodon", title="newer")
    played.may_answer.set()
    qtbot.waitUntil(lambda: "newer" in check.sentence, timeout=PAUSE * 10)
    assert looked_at(played) == ["old.example", "newer.example"]


def test_the_same_address_is_not_looked_at_twice(qtbot, played, line, check):
    line.setText("place.example")
    check.look()
    qtbot.waitUntil(lambda: bool(check.sentence))
    line.setText("place.exampl")
    assert check.sentence == ""
    line.setText("place.example")
    check.look()
    assert "Found" in check.sentence
    assert looked_at(played) == ["place.example"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (AddressError("no_api", "place.example"), "not the service we need"),
        (OfflineError("no name"), "cannot be reached"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(qtbot, played, line, check, error, said):
    played.found = error
    line.setText("place.example")
    check.look()
    qtbot.waitUntil(lambda: said in check.sentence)
    assert "Please" in check.sentence


def test_a_secret_never_goes_along(qtbot, dialog, played, line, check):
    dialog.form.lines["token"].setText("s3cret")
    line.setText("place.example")
    check.look()
    qtbot.waitUntil(lambda: bool(played.looked))
    assert played.looked[0].secret == {}


def test_a_step_behind_the_address_is_offered_once_there_is_one(qtbot, dialog, browser, line):
    (behind,) = dialog.form.steps.buttons.values()
    assert not behind.isVisible()
    line.setText("place.example/")
    assert behind.isVisible()
    qtbot.keyClick(behind, Qt.Key.Key_Space)
    assert browser.pages == ["https://place.example/tokens"]


def test_the_steps_of_the_other_way_are_shown_with_it(qtbot, dialog, browser):
    (helping,) = dialog.form.secrets.steps.buttons.values()
    assert not helping.isVisible()
    qtbot.keyClick(dialog.form.secrets.fold.button, Qt.Key.Key_Space)
    qtbot.keyClick(helping, Qt.Key.Key_Space)
    assert browser.pages == ["https://help.example/tokens"]


def test_only_settings_with_words_are_shown_and_only_what_was_typed_is_sent(dialog):
    assert list(dialog.form._optional) == ["folder"]
    assert dialog.form.trial().settings == {}
    dialog.form._optional["folder"].setText(" news ")
    assert dialog.form.trial().settings == {"folder": "news"}


@pytest.mark.parametrize(
    "text",
    [
        "shop.example", " https://shop.example/blog ", "http://localhost:8080", "192.168.0.4:3000",
        "anna.bsky.social", "@anna:matrix.example", "@anna@social.example", "bäckerei.example",
        "xn--bckerei-5wa.example", "[::1]:8080", "info@shop.example",
    ],
)  # fmt: skip
def test_these_look_like_addresses(text):
    assert looks_like_address(text)


@pytest.mark.parametrize(
    "text", ["", "shop", "shop.", "a shop.example", "https://", "shop.e", "ftp://shop.example",
             "javascript:alert.example(1)", "x" * 3_000 + ".example"]
)  # fmt: skip
def test_these_do_not(text):
    assert not looks_like_address(text)


def test_the_page_of_a_step_is_a_web_address():
    assert page_address("shop.example/") == "https://shop.example"
    assert page_address("http://localhost:3000") == "http://localhost:3000"
    assert page_address("@anna:matrix.example") == ""
    assert page_address("shop") == ""


@pytest.mark.parametrize(
    ("channel", "finding", "said"),
    [
        (
            "mastodon",
            Finding(software="Mastodon", title="mastodon.social", text_limit=500),
            "Found: Mastodon server “mastodon.social”. A reply has at most 500 characters.",
        ),
        (
            "discourse",
            Finding(software="Discourse", title="Meta", text_limit=32_000),
            "Found: Discourse forum “Meta”.",
        ),
        ("feed", Finding(software="RSS", title="News"), "Found: RSS, “News”."),
        ("mastodon", Finding(software="snac"), "Found: snac."),
    ],
)
def test_a_finding_is_said_in_a_sentence(channel, finding, said):
    plain = finding_words(channel, finding).translate({0x2068: None, 0x2069: None})
    assert plain == said
