"""Nothing that is said to us is missed, and each thing stands in its own conversation."""

import pytest

from cm_desktop.domain.events import CursorMoved, ItemSkipped, MessageGone
from cm_desktop.domain.model import Direction, Kind
from tests.connectors.contract import cursor_of, events_of, messages, pages
from tests.connectors.mastodon.fake_server import ANNA, BEN, US


def told(events):
    return {one.remote_id: one for one in messages(events)}


def fetch(mastodon, since=None):
    events = events_of(mastodon, since)
    return told(events), cursor_of(events)


def asked(server, path):
    return [query for command, there, query, _form in server.asked if there == path]


def test_a_mention_shows_what_was_said_without_our_name_before_it(server, mastodon):
    number = server.say(BEN, "@baeckerei @anna hat recht, oder?", language="de")
    message = fetch(mastodon)[0][number]
    assert message.text == "@anna hat recht, oder?", "others who are named belong to the text"
    assert message.conversation.kind is Kind.MENTION
    assert message.author.handle == "@ben@anderswo.example"
    assert message.author.name == "Ben"
    assert (message.public, message.direction) == (True, Direction.IN)
    assert message.language == "de"
    assert message.permalink.endswith(number)


def test_a_text_that_is_nothing_but_our_name_is_shown_as_it_is(server, mastodon):
    number = server.say(ANNA, "@baeckerei")
    assert fetch(mastodon)[0][number].text == "@baeckerei"


def test_an_answer_under_our_post_belongs_to_the_post(server, mastodon):
    first = server.say(ANNA, "@baeckerei Lecker", reply_to=server.post)
    second = server.say(BEN, "@baeckerei @anna Ja", reply_to=first)
    seen = fetch(mastodon)[0]
    for number in (first, second):
        place = seen[number].conversation
        assert (place.remote_id, place.kind) == (server.post, Kind.COMMENTS)
        assert place.post.text == "Heute frisch: Brezeln"
    assert seen[second].parent_remote_id == first
    assert server.post not in seen, "our post itself is no message"


def test_who_answers_our_post_without_naming_us_is_seen(server, mastodon):
    _seen, since = fetch(mastodon)
    quiet = server.say(BEN, "Ohne Namen", reply_to=server.post)
    server.notifications.clear()
    seen, since = fetch(mastodon, since)
    assert seen[quiet].conversation.remote_id == server.post

    deeper = server.say(ANNA, "Noch eins tiefer", reply_to=quiet)
    server.notifications.clear()
    seen, _since = fetch(mastodon, since)
    assert seen[deeper].conversation.remote_id == server.post


def test_below_many_posts_nothing_is_missed_within_some_passes(server, mastodon):
    posts = [server.say(US, f"Beitrag {number}") for number in range(30)]
    _seen, since = fetch(mastodon)
    quiet = {server.say(BEN, "Ohne Namen", reply_to=post) for post in posts}
    server.notifications.clear()
    found = set()
    for _ in range(2):
        seen, since = fetch(mastodon, since)
        found |= set(seen)
    assert quiet <= found


def test_filtered_mentions_and_quotes_are_asked_for(server, mastodon):
    hidden = server.say(ANNA, "@baeckerei Ich bin neu hier")
    server.filtered.add(server.notifications[-1][0])
    quote = server.say(BEN, "Das sagt die Bäckerei")
    server.notify(quote, "quote")
    assert {hidden, quote} <= set(fetch(mastodon)[0])


def test_a_server_that_refuses_quotes_still_gives_mentions(server, mastodon):
    server.strict = True
    number = server.say(ANNA, "@baeckerei Hallo")
    assert number in fetch(mastodon)[0]


def test_more_than_a_page_is_read_forward_page_by_page(server, mastodon):
    server.say(ANNA, "@baeckerei Nr. 0")
    _seen, since = fetch(mastodon)
    numbers = [server.say(ANNA, f"@baeckerei Nr. {number}") for number in range(1, 101)]
    events = events_of(mastodon, since)
    assert set(numbers) <= set(told(events))
    whole = [page for page in pages(events) if len(page) > 1]
    assert [page[0].remote_id for page in whole[:3]] == [numbers[0], numbers[40], numbers[80]]


@pytest.mark.parametrize("minimal", [False, True])
def test_an_account_that_nobody_named_before_misses_nothing(server, mastodon, minimal):
    server.minimal = minimal
    _seen, since = fetch(mastodon)
    numbers = {server.say(ANNA, f"@baeckerei Nr. {number}") for number in range(130)}
    assert numbers <= set(fetch(mastodon, since)[0])


def test_a_mention_that_comes_between_two_pages_is_not_missed(server, mastodon):
    server.say(ANNA, "@baeckerei Nr. 0")
    _seen, since = fetch(mastodon)
    numbers = {server.say(ANNA, f"@baeckerei Nr. {number}") for number in range(1, 60)}
    events, late = [], None
    for event in mastodon.fetch(since):
        events.append(event)
        if late is None and isinstance(event, CursorMoved):
            late = server.say(BEN, "@baeckerei Mittendrin")
            server.delete(min(numbers))
    later = events_of(mastodon, cursor_of(events))
    assert numbers | {late} <= set(told(events)) | set(told(later))


def test_a_server_that_gives_the_newest_first_is_read_backwards_without_a_hole(server, mastodon):
    server.minimal = True
    server.say(ANNA, "@baeckerei Nr. 0")
    _seen, since = fetch(mastodon)
    numbers = {server.say(ANNA, f"@baeckerei Nr. {number}") for number in range(1, 131)}
    events = list(mastodon.fetch(since))
    assert numbers <= set(told(events))

    # Stopped half way, the next pass goes on from there.
    events = []
    for event in mastodon.fetch(since):
        events.append(event)
        if isinstance(event, CursorMoved):
            break
    newest = server.say(BEN, "@baeckerei Und noch eins")
    later = events_of(mastodon, cursor_of(events))
    assert numbers | {newest} <= set(told(events)) | set(told(later))


def test_a_server_that_leaves_out_what_it_can_is_read(server, mastodon):
    server.minimal = True
    number = server.say(BEN, "@baeckerei Hallo", reply_to=server.post)
    message = fetch(mastodon)[0][number]
    assert message.text == "Hallo"
    assert message.conversation.post.text == "Heute frisch: Brezeln"
    assert mastodon.identify().settings["software"] == "snac"


def test_private_messages_are_paged_by_the_link_header_only(server, mastodon):
    talks = [server.say(ANNA, f"Geheim {number}", visibility="direct") for number in range(5)]
    server.notifications.clear()
    server.page = 2
    _seen, since = fetch(mastodon)
    more = [server.say(ANNA, f"Geheim {number}", visibility="direct") for number in range(5, 10)]
    server.notifications.clear()
    seen, _since = fetch(mastodon, since)
    assert set(more) <= set(seen)
    assert {seen[number].conversation.kind for number in more} == {Kind.DIRECT}
    assert not any(seen[number].public for number in more)
    assert [query for query in asked(server, "/api/v1/conversations") if "max_id" in query] == []
    assert talks


def test_private_messages_that_came_together_are_all_seen(server, mastodon):
    first = server.say(ANNA, "Geheim", visibility="direct")
    _seen, since = fetch(mastodon)
    second = server.say(ANNA, "und noch", visibility="direct", reply_to=first)
    third = server.say(ANNA, "und mehr", visibility="direct", reply_to=second)
    server.notifications.clear()
    seen, _since = fetch(mastodon, since)
    assert {second, third} <= set(seen)
    assert seen[third].conversation.remote_id == first


def test_a_private_answer_to_a_public_post_stands_in_no_public_conversation(server, mastodon):
    public = server.say(ANNA, "@baeckerei Schön", reply_to=server.post)
    private = server.say(BEN, "@baeckerei Nur für euch", reply_to=server.post, visibility="direct")
    ours = server.say(US, "@ben Gern", reply_to=private, visibility="direct")
    seen = fetch(mastodon)[0]
    assert seen[public].conversation.kind is Kind.COMMENTS
    for number in (private, ours):
        place = seen[number].conversation
        assert (place.remote_id, place.kind, place.post) == (private, Kind.DIRECT, None)
    assert seen[ours].direction is Direction.OUT


def test_edits_favourites_and_deletions_are_noticed(server, mastodon):
    edited = server.say(ANNA, "@baeckerei Brod", reply_to=server.post)
    liked = server.say(ANNA, "@baeckerei Danke")
    gone = server.say(BEN, "@baeckerei Weg damit")
    seen, since = fetch(mastodon)
    server.edit(edited, "@baeckerei Brot")
    server.statuses[liked]["favourited"] = True
    server.delete(gone)
    events = events_of(mastodon, since)
    later = told(events)
    assert (later[edited].text, later[liked].liked) == ("Brot", True)
    assert later[edited].edited_at is not None
    assert later[edited].conversation.remote_id == seen[edited].conversation.remote_id
    assert MessageGone(remote_id=gone) in events


def test_older_messages_are_looked_at_in_turns(server, mastodon):
    numbers = [server.say(ANNA, f"@baeckerei Nr. {number}") for number in range(40)]
    _seen, since = fetch(mastodon)
    server.edit(numbers[3], "@baeckerei geändert")
    texts = set()
    for _ in range(8):
        seen, since = fetch(mastodon, since)
        texts |= {message.text for message in seen.values()}
    assert "geändert" in texts


def test_the_newest_are_looked_at_first_however_they_came(server, mastodon):
    for number in range(10):
        server.say(ANNA, f"Geheim {number}", visibility="direct")
    server.notifications.clear()
    newest = server.say(ANNA, "@baeckerei Brod")
    _seen, since = fetch(mastodon)
    server.edit(newest, "@baeckerei Brot")
    assert fetch(mastodon, since)[0][newest].text == "Brot"


def test_a_quiet_pass_asks_for_little(server, mastodon):
    for number in range(30):
        asked = server.say(ANNA, f"@baeckerei Frage {number}")
        server.say(US, "@anna Ja", reply_to=asked)
    _seen, since = fetch(mastodon)
    server.asked.clear()
    fetch(mastodon, since)
    assert len(server.asked) <= 20
    contexts = [path for _c, path, _q, _f in server.asked if path.endswith("/context")]
    assert len(contexts) <= 2, "what is known is not asked for again"


def test_warnings_polls_and_pictures_are_shown(server, mastodon):
    number = server.say(
        ANNA,
        "@baeckerei Welches?",
        spoiler_text="Essen",
        poll={"options": [{"title": "Roggen", "votes_count": 3}, {"title": "Dinkel"}]},
        media_attachments=[
            {"id": "7", "type": "image", "url": "https://a.example/brot.jpg",
             "description": "Ein Laib Brot"},
            {"id": "8", "type": "unknown", "url": None, "remote_url": "javascript:alert(1)"},
        ],
    )  # fmt: skip
    message = fetch(mastodon)[0][number]
    assert message.text == "⚠ Essen\n\nWelches?\n\n○ Roggen - 3\n○ Dinkel"
    [picture, odd] = [one.about for one in message.attachments]
    assert (picture.name, picture.type) == ("Ein Laib Brot", "image/jpeg")
    assert picture.url == "https://a.example/brot.jpg"
    assert odd.url == ""


def test_what_others_pass_on_of_ours_is_no_message(server, mastodon):
    boost = server.say(ANNA, "@baeckerei", reblog={"id": server.post})
    assert boost not in fetch(mastodon)[0]


def test_a_date_far_off_or_none_costs_one_message(server, mastodon):
    odd = server.say(ANNA, "@baeckerei morgen", created_at="9999-12-31T23:59:59+14:00")
    none = server.say(ANNA, "@baeckerei nie", created_at="bald")
    good = server.say(ANNA, "@baeckerei jetzt")
    events = events_of(mastodon)
    assert good in told(events)
    assert none not in told(events)
    assert odd in told(events)
    assert [one for one in events if isinstance(one, ItemSkipped)]


@pytest.mark.parametrize("since", ["", "kaputt", "[]", '{"seen": 7}', '{"watch": {"1": [1]}}'])
def test_a_cursor_that_makes_no_sense_begins_anew(server, mastodon, since):
    number = server.say(ANNA, "@baeckerei Hallo")
    assert number in told(events_of(mastodon, since))


def test_the_watch_is_bounded(server, mastodon):
    since = None
    for begin in range(0, 320, 80):
        for number in range(begin, begin + 80):
            server.say(ANNA, f"@baeckerei Nr. {number}")
        _seen, since = fetch(mastodon, since)
    assert since is not None
    assert len(since) < 20_000
