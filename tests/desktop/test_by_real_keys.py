"""The demo on a real X screen with a window manager, used with real keys only."""

import pytest

pytestmark = pytest.mark.real


def test_a_first_quarter_of_an_hour_by_keys_alone(demo):
    shown = demo()
    shown.press("j", "j")
    shown.wait_for("Greifbar Magazin", "label")
    shown.press("Return", "r")
    shown.type("Good morning! Yes, every Tuesday.")
    shown.press("ctrl+Return")
    shown.wait_for("Will be sent")
    shown.press("Escape", "z")
    shown.wait_for("Undone")
    shown.wait_without("Will be sent")
    shown.wait_for("Good morning! Yes, every Tuesday.", "text")
    shown.press("slash")
    shown.type("Aleksander")
    shown.wait_for("1 hit")
    shown.press("Escape")
    shown.wait_without("1 hit")
    shown.press("j", "e")
    shown.wait_for("Done", "label")
    shown.press("g", "g")
    shown.wait_for("To Sabine Lutz on Facebook")
    shown.press("g", "p", "F1")
    shown.wait_for("Find a shortcut")
    shown.press("Escape")
    shown.wait_without("Find a shortcut")
    assert shown.quit() == 0
    assert "Traceback" not in shown.screen.said()
    assert "mistake" not in shown.screen.said()


# What to press, and what is to be seen before the next key; a popup is no part of the tree.
PLACES = {
    "list": [("j", "Open on the channel")],
    "note": [("j", "Open on the channel"), ("i", "Note for the team. It is never sent.")],
    "details": [("j", "Open on the channel"), ("F9", "Add a tag…")],
    "outbox": [("g", ""), ("g", "Open conversation")],
    "search": [("slash", "Words that narrow the search")],
    "channels": [("ctrl+n", "WordPress")],
    "website": [("ctrl+n", "WordPress"), ("w", ""), ("o", ""), ("Return", "Show what is typed")],
    "mailbox": [
        ("ctrl+n", "WordPress"),
        ("m", ""),
        ("a", ""),
        ("i", ""),
        ("l", ""),
        ("Return", "Show what is typed"),
    ],
    "server": [
        ("ctrl+n", "WordPress"),
        ("m", ""),
        ("a", ""),
        ("s", ""),
        ("t", ""),
        ("Return", "Sign in without the browser"),
    ],
    "settings": [("ctrl+comma", "Replies can be taken back for")],
    "templates": [("ctrl+t", "Find a template")],
    "export": [("ctrl+e", "Format")],
    "accounts": [("ctrl+shift+a", "Channels and accounts")],
    "handoff": [("j", "Open on the channel"), ("f", "What is asked")],
    "shortcuts": [("F1", "Find a shortcut")],
}


def nameless(shown):
    return [
        f"{one['role']} at {one['place']}"
        for one in shown.tree()
        if one["focusable"] and one["showing"] and not one["name"].strip()
    ]


def test_whatever_takes_the_keyboard_has_a_name(demo):
    shown = demo()
    found = {}
    for place, steps in PLACES.items():
        for key, words in steps:
            shown.press(key)
            shown.wait_for(words)
        found[place] = nameless(shown)
        shown.press("Escape", "Escape")
        shown.wait_for("", "table")  # the window is free again
        shown.press("g", "p")
    assert {place: names for place, names in found.items() if names} == {}
    assert shown.quit() == 0
