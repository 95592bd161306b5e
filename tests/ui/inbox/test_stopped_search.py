"""Searches that are interrupted: by the next letter, and by a stroke meant for the one before."""

from cm_desktop.domain.views import View
from cm_desktop.ui.inbox import list_source


def test_a_search_hit_by_the_stroke_for_the_one_before_looks_again(vault, keep_many):
    expected = keep_many(3)
    strokes = [1]  # what SQLite is told when it asks whether to go on; nothing more: go on
    vault.db.reader.set_progress_handler(lambda: strokes.pop() if strokes else 0, 1)
    hits = list_source._Hits(vault, View("all"), "bread", None)

    found = hits.read()

    assert not strokes
    assert [row.id for row in found] == list(expected)


def test_a_search_that_was_stopped_finds_nothing_and_says_nothing(vault, keep_many):
    keep_many(3)
    hits = list_source._Hits(vault, View("all"), "bread", None)
    hits.stop()

    assert hits.read() == []
