"""Bring the search index up to what the messages say, in batches at the end of a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cm_desktop.store.connection import Connection
from cm_desktop.store.folding import fold, spread
from cm_desktop.store.rows import listed

_BATCH = 2000
# What one transaction indexes at most: a post renamed above 100,000 comments must not hold
# up a fetch for a minute. The rest stays listed and follows with the next call.
_MOST = 50_000

_WAITING = """
    SELECT t.id, m.id IS NULL, m.text, m.quoted, m.direction, m.visibility, m.language,
           p.name, p.handle, c.title, s.title, c.account_id,
           EXISTS (SELECT 1 FROM attachment WHERE message_id = t.id)
      FROM to_index AS t
      LEFT JOIN message AS m ON m.id = t.id
      LEFT JOIN person AS p ON p.id = m.author_id
      LEFT JOIN conversation AS c ON c.id = m.conv_id
      LEFT JOIN post AS s ON s.id = c.post_id
     ORDER BY t.id LIMIT ?
"""
_REMOVE = "DELETE FROM fts WHERE rowid IN (SELECT value FROM json_each(?))"
_ADD = "INSERT INTO fts (rowid, text, who, title, facets) VALUES (?, ?, ?, ?, ?)"
_TERMS = "INSERT OR IGNORE INTO term (term) SELECT value FROM json_each(?)"
_DONE = "DELETE FROM to_index WHERE id IN (SELECT value FROM json_each(?))"
_INDEXED = "SELECT id FROM fts_docsize WHERE id IN (SELECT value FROM json_each(?))"

_MERGE = "INSERT INTO fts (fts, rank) VALUES ('merge', 300)"
_OPTIMIZE = "INSERT INTO fts (fts) VALUES ('optimize')"
_OPTIMIZE_NOTES = "INSERT INTO note_fts (note_fts) VALUES ('optimize')"
_CLEAR_TERMS = "DELETE FROM term"
_VOCABULARY = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.fts_words USING fts5vocab (main, fts, col)"
_READ_TERMS = """
    INSERT OR IGNORE INTO term (term) SELECT term FROM temp.fts_words WHERE col <> 'facets'
"""
_DROP_VOCABULARY = "DROP TABLE temp.fts_words"


def index_waiting(connection: Connection) -> int:
    """Index the messages that are new or changed and return how many.

    In order of their keys and in one go, which is twice as quick as one by one. At most
    50,000 in one call; what is left is found after the next one.
    """
    done = 0
    while done < _MOST:
        rows = connection.execute(_WAITING, (_BATCH,)).fetchall()
        if not rows:
            break
        _index(connection, rows)
        done += len(rows)
    return done


def tidy(connection: Connection) -> bool:
    """Join some pieces of the index, so that searching has fewer to look into.

    A few hundred pages in one call (some ten milliseconds), for a time when nothing else
    is to be done. Returns whether there may be more to join.
    """
    before = connection.total_changes
    connection.execute(_MERGE)
    return bool(connection.total_changes - before > 1)


def forget_erased(connection: Connection) -> None:
    """Clear the index of every word of what was erased; reads and writes all of it.

    Deleting a message hides it from search at once, but its words lie in the index until
    this ran (and the log of changes was written back).
    """
    connection.execute(_OPTIMIZE)
    connection.execute(_OPTIMIZE_NOTES)
    connection.execute(_CLEAR_TERMS)
    connection.execute(_VOCABULARY)
    connection.execute(_READ_TERMS)
    connection.execute(_DROP_VOCABULARY)


def _index(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    keys = listed(row[0] for row in rows)
    known = connection.execute(_INDEXED, (keys,)).fetchall()
    if known:
        connection.execute(_REMOVE, (listed(row[0] for row in known),))
    documents = [_document(row) for row in rows if not row[1]]
    connection.executemany(_ADD, documents)
    connection.execute(_TERMS, (listed(_terms(documents)),))
    connection.execute(_DONE, (keys,))


def _document(row: tuple[Any, ...]) -> tuple[int, str, str, str, str]:
    (
        key, _missing, text, quoted, direction, visibility, language, name, handle, title,
        post_title, account, has_files,
    ) = row  # fmt: skip
    facets = [f"a{account}", direction]
    if has_files:
        facets.append("att")
    if language:
        facets.append(f"l{language_word(language)}")
    if visibility in ("spam", "trashed"):
        facets.append("junk")
    elif visibility != "shown":
        facets.append("hid")
    said = f"{text}\n{quoted}" if quoted else text
    titles = f"{title}\n{post_title}" if post_title and post_title != title else title
    return key, spread(said), spread(f"{name}\n{handle}"), spread(titles), " ".join(facets)


def language_word(code: str) -> str:
    """Return the language of a code without its country: `de` for `de-AT`."""
    return fold(code.partition("-")[0].partition("_")[0]).replace(" ", "")


def _terms(documents: Iterable[tuple[int, str, str, str, str]]) -> set[str]:
    return set(" ".join([" ".join(document[1:4]) for document in documents]).split())
