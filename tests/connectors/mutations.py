"""Spoils what a channel answers: one place of a JSON or XML body becomes something else."""

import copy
import json
import random
import re

from tests import hostile

_VALUES = [
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**70, -(2**70), 1e308, 0.1, "", " ", "0", "-1",
    "a" * 5_000, "\0", "\ud800", "null", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
    "0000-00-00T00:00:00", "2026-13-45", "1e400", "../../etc/passwd", "javascript:alert(1)",
    "file:///etc/passwd", "https://evil.example/", "<script>x</script>", "<b>", "&#0;", "💥" * 50,
    [], {}, [[]], [None], [{}], {"": None}, {"id": {}}, [1, "2", None],
]  # fmt: skip
_TEXTS = [text for text in hostile.TEXTS.values() if len(text) < 20_000]


def paths(value, here=()):
    """Yield the place of everything inside a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inside:
        yield (*here, key)
        if isinstance(one, dict | list):
            yield from paths(one, (*here, key))


def changed(value, path, new):
    """Return a copy with one place changed, or without it where `new` is ..."""
    value = copy.deepcopy(value)
    place = value
    for key in path[:-1]:
        place = place[key]
    if new is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return value


def spoiled(body, chance):
    """Return a body with one to three places changed, cut off, or replaced as a whole."""
    if chance.random() < 0.03:
        return chance.choice([b"", b"null", b"[]", b"{}", b"<html>", b"\xff\xfe", b"1", b'"x"'])
    if chance.random() < 0.03:
        return body[: chance.randrange(len(body) + 1)]
    try:
        value = json.loads(body)
    except ValueError:
        return _spoiled_text(body, chance)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        value = _changed(value, chance)
    return json.dumps(value).encode()


def _changed(value, chance):
    places = list(_places(value))
    if not places:
        return chance.choice(_VALUES)
    container, key = chance.choice(places)
    match chance.randrange(6):
        case 0:
            del container[key]
        case 1 if isinstance(container, list):
            container.insert(key, container[chance.randrange(len(container))])
        case 2:
            other, name = chance.choice(places)
            container[key] = other[name] if other is not container else chance.choice(_VALUES)
        case 3:
            container[key] = chance.choice(_TEXTS)
        case _:
            container[key] = chance.choice(_VALUES)
    return _flat(value)


def _flat(value):
    """Return the value if it can be written as JSON: a place may have been put into itself."""
    try:
        return json.loads(json.dumps(value))
    except (ValueError, RecursionError):
        return None


def _places(value):
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in inside:
        yield value, key
        yield from _places(one)


def _spoiled_text(body, chance):
    """Change one word between marks, or the marks themselves."""
    pieces = re.split(rb"(<[^<>]*>|[^<>]+)", body)
    place = chance.randrange(len(pieces))
    text = str(chance.choice([*_VALUES, *_TEXTS])).encode("utf-8", "surrogatepass")
    pieces[place] = chance.choice([b"", text, pieces[place] * 2, pieces[place][:-1]])
    return b"".join(pieces)


def spoiler(seed):
    """Return a function that spoils answers, the same ones for the same seed, and counts them."""
    chance = random.Random(seed)

    def mangle(body):
        mangle.count += 1
        return spoiled(body, chance) if chance.random() < 0.7 else body

    mangle.count = 0
    return mangle
