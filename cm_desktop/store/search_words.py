"""Words of a query as the full-text index is asked for them."""

from __future__ import annotations

from collections.abc import Sequence

from cm_desktop.domain.search_query import And, From, InLanguage, InState, Is, Node, Or, Text
from cm_desktop.store.connection import Connection
from cm_desktop.store.folding import words
from cm_desktop.store.indexing import language_word

NEVER = "!"  # what no document can match; FTS5 has no word for it
_MOST_TERMS = 400
_SAID = "{text who title}"
_END = "\U0010ffff"
_INDEXED = (1, 3, 5)  # lengths of prefixes that the schema has an index for
# The different beginnings, one letter longer, of the words that begin so: a leap for each.
_BEGINNINGS = """
    WITH RECURSIVE beginning (longer) AS (
        SELECT (SELECT substr(term, 1, :length) FROM term WHERE term > :short AND term < :end
                 ORDER BY term LIMIT 1)
         UNION ALL
        SELECT (SELECT substr(term, 1, :length) FROM term
                 WHERE term >= longer || char(1114111) AND term < :end ORDER BY term LIMIT 1)
          FROM beginning WHERE longer IS NOT NULL
    )
    SELECT longer FROM beginning WHERE longer IS NOT NULL
"""
_TERMS = "SELECT term FROM term WHERE term >= ? AND term < ? LIMIT ?"


def match_all(connection: Connection, nodes: Sequence[Node]) -> str:
    """Return what to ask the index for, so that a message meets all of some conditions.

    Empty: anything does; NEVER: nothing can.
    """
    return _all([_match(connection, node) for node in nodes])


def match_any(connection: Connection, nodes: Sequence[Node]) -> str:
    """Return what to ask the index for, so that a message meets one of some conditions."""
    return _any([_match(connection, node) for node in nodes])


def match_note(wanted: Sequence[Node], unwanted: Sequence[Node] = ()) -> str:
    """Return what to ask the index of the notes for; all that is wanted is made of words."""
    match = _all([_note(node) for node in wanted])
    against = _any([_note(node) for node in unwanted])
    return f"({match}) NOT ({against})" if match and against else match


def is_said(node: Node) -> bool:
    """Return whether a tree asks for nothing but words."""
    match node:
        case And(nodes) | Or(nodes):
            return all(is_said(each) for each in nodes)
        case _:
            return isinstance(node, Text)


def _match(connection: Connection, node: Node) -> str:
    match node:
        case And(nodes):
            return _all([_match(connection, each) for each in nodes])
        case Or(nodes):
            return _any([_match(connection, each) for each in nodes])
        case Text(text, prefix):
            return _in(_SAID, _words(connection, text, prefix=prefix))
        case From(text, prefix):
            return _in("who", _words(connection, text, prefix=prefix))
        case _:
            return f'facets : "{_facet(node)}"'


def _facet(node: Node) -> str:
    match node:
        case InLanguage(code):
            return f"l{language_word(code)}"
        case InState(Is.SPAM):
            return "junk"
        case InState(Is.HIDDEN):
            return "hid"
        case _:
            return "att"


def _in(columns: str, match: str) -> str:
    return f"{columns} : ({match})" if match and match != NEVER else match


def _words(connection: Connection, text: str, *, prefix: bool) -> str:
    """Return words as a phrase; the last one, if it may go on, as the words it may become.

    FTS5 walks an OR from the newest document on and stops when it has enough. A prefix it
    merges whole, but for those of the lengths it has an index for; a prefix one letter
    shorter is an OR of those.
    """
    found = words(text)
    if not found or not prefix:
        return _phrase(found) if found else ""
    last = found[-1]
    if len(found) > 1 or len(last) in _INDEXED:
        return f"{_phrase(found)} *"
    if len(last) + 1 in _INDEXED:
        asked = {"short": last, "end": last + _END, "length": len(last) + 1}
        longer = [f'"{one}" *' for (one,) in connection.execute(_BEGINNINGS, asked)]
        return " OR ".join([_phrase(found), *longer])
    terms = connection.execute(_TERMS, (last, last + _END, _MOST_TERMS + 1)).fetchall()
    if len(terms) > _MOST_TERMS:
        return f"{_phrase(found)} *"
    return " OR ".join(f'"{term}"' for (term,) in terms) or NEVER


def _phrase(found: Sequence[str]) -> str:
    return f'"{" ".join(found)}"'


def _note(node: Node) -> str:
    match node:
        case And(nodes):
            return _all([_note(each) for each in nodes])
        case Or(nodes):
            return _any([_note(each) for each in nodes])
        case Text(text, prefix) if found := words(text):
            return f"{_phrase(found)} *" if prefix else _phrase(found)
        case _:
            return ""


def _all(parts: Sequence[str]) -> str:
    if NEVER in parts:
        return NEVER
    return " AND ".join(f"({part})" for part in parts if part)


def _any(parts: Sequence[str]) -> str:
    asked = [part for part in parts if part]
    possible = [part for part in asked if part != NEVER]
    return " OR ".join(f"({part})" for part in possible) or (NEVER if asked else "")
