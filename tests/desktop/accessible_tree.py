"""Prints as JSON what assistive technology finds in a program; run by the system's Python."""

import json
import sys

import pyatspi
from gi.repository import GLib

WANTED = {
    "focusable": pyatspi.STATE_FOCUSABLE,
    "focused": pyatspi.STATE_FOCUSED,
    "showing": pyatspi.STATE_SHOWING,
    "enabled": pyatspi.STATE_ENABLED,
}


def text_of(node):
    try:
        return node.queryText().getText(0, -1)
    except NotImplementedError:
        return ""


def place_of(node):
    try:
        found = node.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    except NotImplementedError:
        return []
    return [found.x, found.y, found.width, found.height]


def said_of(node, depth):
    states = node.getState()
    return {
        "depth": depth,
        "role": node.getRoleName(),
        "name": node.name,
        "description": node.description,
        "text": text_of(node),
        "place": place_of(node),
        **{name: states.contains(state) for name, state in WANTED.items()},
    }


def walk(node, depth=0):
    # What is looked at may be gone the next moment: the program goes on meanwhile.
    try:
        yield said_of(node, depth)
        # Of a list with a thousand rows the first ones say enough.
        for number in range(min(node.childCount, 60)):
            child = node.getChildAtIndex(number)
            if child is not None:
                yield from walk(child, depth + 1)
    except GLib.GError:
        return


def main(name):
    found = [one for one in pyatspi.Registry.getDesktop(0) if one and one.name == name]
    sys.stdout.write(json.dumps([line for one in found for line in walk(one)]))


main(sys.argv[1])
