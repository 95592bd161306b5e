"""The search finds while one types, with words and operators, and Escape leads back."""

import pytest

from cm_desktop.domain.views import ViewName


def count_line(desk):
    return desk.window.list_panel._count.text()


def test_the_list_narrows_with_each_letter_and_says_how_many_hits_there_are(desk):
    whole = len(desk.rows())
    desk.search("bew")
    desk.wait(lambda: 0 < len(desk.rows()) < whole)
    some = len(desk.rows())
    assert count_line(desk) == f"{some} hits"
    desk.type("erbung nowicki")
    desk.wait(lambda: desk.rows() == ["Aleksander Nowicki"])
    assert count_line(desk) == "1 hit"


def test_escape_leads_back_to_the_whole_list_and_leaves_open_what_was_open(desk):
    whole = desk.rows()
    talk = desk.open("Tom & Priya")
    desk.search("nowicki")
    desk.wait(lambda: desk.rows() == ["Aleksander Nowicki"])
    desk.press("Escape")
    desk.wait(lambda: desk.rows()[: len(whole)] == whole)
    assert desk.list.hasFocus()
    assert desk.window.list_panel.search.text() == ""
    assert desk.pane.shown.conversation.id == talk.id
    assert desk.list.current_id == talk.id


def test_a_conversation_far_down_stays_open_when_the_search_ends(desk):
    desk.search("nowicki")
    desk.wait(lambda: desk.rows() == ["Aleksander Nowicki"])
    desk.press("Return")
    desk.press("J", "Escape")
    talk = desk.open("Aleksander")
    desk.press("Ctrl+F", "Escape")
    desk.wait(lambda: len(desk.rows()) > 1)
    assert desk.pane.shown.conversation.id == talk.id


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("von:Aleksander", {"Aleksander Nowicki"}),
        ("from:Aleksander", {"Aleksander Nowicki"}),
        ("tag:Bewerbung", {"Aleksander Nowicki", "Ronny T."}),
        ("von:Aleksander bäckerges", {"Aleksander Nowicki"}),
        ("kanal:mail bäckergeselle", {"Aleksander Nowicki"}),
        ("channel:mail baeckergeselle", {"Aleksander Nowicki"}),
        ('"sieben Jahren Erfahrung"', {"Aleksander Nowicki"}),
        ("bäckergeselle NICHT von:Aleksander", set()),
        ("(bäckergeselle OR backgeselle) -kanal:facebook", {"Aleksander Nowicki"}),
    ],
)
def test_words_and_operators_of_both_languages_find_what_they_should(desk, words, who):
    desk.search(words)
    desk.wait(lambda: set(desk.rows()) == who)


def test_operators_without_words_find_what_is_meant(desk):
    rows = desk.window.list_panel.model
    desk.search("ist:unbeantwortet")
    assert rows.rows
    assert all(row.needs_answer for row in rows.rows)
    desk.search("hat:anhang")
    desk.wait(lambda: "Clara Winterstein" in desk.rows())
    desk.search("vor:1.1.2020")
    desk.wait(lambda: desk.rows() == [])


def test_nothing_found_says_so_and_offers_the_way_back(desk):
    desk.search("xyzzy")
    desk.wait(lambda: "Nothing fits" in desk.window.list_panel.state_sentence)
    assert "“\u2068xyzzy\u2069”" in desk.window.list_panel.state_sentence
    desk.click("End search")
    desk.wait(lambda: len(desk.rows()) > 10)


def test_half_typed_and_odd_searches_break_nothing(desk):
    for words in ('"', "tag:", "(", "von:", "a AND", "-", "*", "vor:morgen", 'tag:"x', "))(("):
        desk.search(words)
    desk.press("Escape")
    desk.wait(lambda: len(desk.rows()) > 10)


def test_the_search_stays_in_the_list_that_is_shown(desk):
    desk.show("Done")
    desk.search("maus")
    assert desk.window.list_panel.view.name is ViewName.DONE
    assert "Nachteule" not in desk.rows()
