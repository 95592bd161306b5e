"""A search can be stopped, and the index forgets what was erased and is tidied."""

import threading

import pytest

from cm_desktop.domain.errors import SearchStoppedError
from cm_desktop.store import search
from tests import factory
from tests.store.conftest import said


def search_without_end(desk):
    while True:
        desk.find('"w1 w2" "w3 w4" -x0 -y0', limit=1000)


def test_a_search_can_be_stopped_and_the_connection_goes_on(desk):
    words = " ".join(f"w{n}" for n in range(40))
    desk.keep(*(factory.message_seen(text=f"{words} x{n % 2} y{(n + 1) % 2}") for n in range(3000)))
    reader = desk.reader
    stop = threading.Event()

    def interrupt():
        while not stop.is_set():
            reader.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(SearchStoppedError):
            search_without_end(desk)
    finally:
        stop.set()
        thread.join()
    assert len(desk.find("x1", limit=5)) == 5


def test_erased_words_can_be_cleared_from_the_index(desk):
    said(desk, "it", "verysecretword")
    said(desk, "other", "bread")
    with desk.db.writing() as writer:
        writer.execute("DELETE FROM message WHERE text = 'verysecretword'")
        search.forget_erased(writer)
    assert desk.found("bread") == ["other"]
    assert desk.rows("SELECT term FROM term WHERE term = 'verysecretword'") == []
    with desk.db.writing() as writer:
        writer.execute("CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, fts, row)")
        words = {row[0] for row in writer.execute("SELECT term FROM temp.v")}
    assert "bread" in words
    assert "verysecretword" not in words


def test_joining_pieces_of_the_index_changes_nothing_that_is_found(desk):
    for n in range(12):
        said(desk, f"c{n}", f"bread number{n}", minutes=n + 5)
    before = desk.found("bread", limit=100)
    pieces = desk.rows("SELECT count(DISTINCT segid) FROM fts_idx")[0][0]
    rounds = 0
    while desk.write(search.tidy):
        rounds += 1
        assert rounds < 50
    assert desk.rows("SELECT count(DISTINCT segid) FROM fts_idx")[0][0] < pieces
    assert desk.found("bread", limit=100) == before
    assert desk.found("number7") == ["c7"]
