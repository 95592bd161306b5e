"""What a pass over a Misago forum reports, and that nothing is missing between two passes."""

from datetime import timedelta

import pytest

from cm_desktop.connectors import misago_read
from cm_desktop.domain.events import GapFound, MessageGone, MessageSeen
from cm_desktop.domain.model import Direction, Kind, Visibility
from tests.connectors.contract import cursor_of, events_of, messages
from tests.connectors.misago.fake_forum import ME, NAME


def told(events):
    return {event.remote_id: event for event in events if isinstance(event, MessageSeen)}


def gone(events):
    return [event.remote_id for event in events if isinstance(event, MessageGone)]


def test_a_post_arrives_with_its_thread(forum, misago):
    thread, post = forum.thread("Habt ihr <b>offen</b>?\nIch & mein Hund")
    [message] = messages(events_of(misago))
    assert message.remote_id == str(post)
    assert message.text == "Habt ihr <b>offen</b>?\nIch & mein Hund"
    assert message.conversation.remote_id == f"thread:{thread}"
    assert (message.conversation.kind, message.conversation.title) == (
        Kind.TOPIC,
        "Brot und Brötchen",
    )
    assert (message.author.remote_id, message.author.handle) == ("user:3", "alice")
    assert message.author.url == f"{forum.url}/u/alice/3/"
    assert message.permalink == f"{forum.url}/t/brot/{thread}/post/{post}/"
    assert (message.direction, message.public) == (Direction.IN, True)


def test_a_quote_is_parted_from_what_is_said(forum, misago):
    thread, _first = forum.thread("Frage")
    post = forum.post(thread, '[quote="@bob_b"]\nUnd wann?\n[/quote]\n\nAb acht.')
    message = told(events_of(misago))[str(post)]
    assert (message.quoted, message.text) == ("Und wann?", "Ab acht.")


def test_a_mention_reads_as_it_was_typed(forum, misago):
    _thread, post = forum.thread("x")
    forum.posts[post]["content"] = (
        '<p>Hallo <a href="/u/krume/1/" data-quote="@Krume" target="_blank">@Krume</a>!</p>'
    )
    assert told(events_of(misago))[str(post)].text == "Hallo @Krume!"


def test_private_threads_are_not_public(forum, misago):
    thread, post = forum.thread("Unter uns", private=True)
    message = told(events_of(misago))[str(post)]
    assert (message.conversation.kind, message.public) == (Kind.DIRECT, False)
    assert message.conversation.remote_id == f"thread:{thread}"
    assert message.conversation.post is None


def test_what_waits_for_approval_is_held_although_it_moves_no_thread_up(forum, misago):
    thread, _first = forum.thread("Frage")
    since = cursor_of(events_of(misago))
    post = forum.post(thread, "Wartet", is_unapproved=True)
    assert told(events_of(misago, since))[str(post)].visibility is Visibility.HELD


def test_a_member_sees_a_post_once_it_is_approved(forum, misago):
    forum.moderator = False
    thread, _first = forum.thread("Frage")
    late = forum.post(thread, "Wartet lange", is_unapproved=True)
    for number in range(5):
        forum.thread(f"Anderes {number}")
    events = events_of(misago)
    assert str(late) not in told(events)
    forum.posts[late]["is_unapproved"] = False
    assert str(late) in told(events_of(misago, cursor_of(events)))


def test_edited_liked_and_hidden_posts_are_told_again(forum, misago):
    thread, _first = forum.thread("Frage")
    posts = [forum.post(thread, f"Antwort {number}") for number in range(3)]
    since = cursor_of(events_of(misago))
    forum.edit(posts[0], "Anders")
    forum.posts[posts[1]]["is_liked"] = True
    forum.posts[posts[2]]["is_hidden"] = True
    seen = told(events_of(misago, since))
    assert seen[str(posts[0])].text == "Anders"
    assert seen[str(posts[0])].edited_at == forum.now
    assert seen[str(posts[1])].liked
    assert seen[str(posts[2])].visibility is Visibility.HIDDEN


def test_a_post_hidden_from_us_is_gone_once_and_keeps_its_text(forum, misago):
    forum.moderator = False
    thread, _first = forum.thread("Frage")
    post = forum.post(thread, "Peinlich")
    since = cursor_of(events_of(misago))
    forum.posts[post]["is_hidden"] = True
    events = events_of(misago, since)
    assert gone(events) == [str(post)]
    assert str(post) not in told(events)
    assert gone(events_of(misago, cursor_of(events))) == []


def test_a_deleted_thread_takes_its_posts_along(forum, misago):
    thread, first = forum.thread("Weg damit")
    second = forum.post(thread, "Auch weg")
    forum.thread("Bleibt")
    since = cursor_of(events_of(misago))
    for number in (first, second):
        del forum.posts[number]
    del forum.threads[thread]
    assert gone(events_of(misago, since)) == [str(first), str(second)]


def test_a_post_moved_to_a_new_thread_is_not_gone(forum, misago):
    thread, _first = forum.thread("Frage")
    post = forum.post(thread, "Gehört woandershin")
    forum.post(thread, "Danach")
    since = cursor_of(events_of(misago))
    other = max(forum.threads) + 1
    forum.threads[other] = {**forum.threads[thread], "title": "Abgetrennt"}
    forum.posts[post]["thread"] = other
    events = events_of(misago, since)
    assert gone(events) == []
    assert told(events)[str(post)].conversation.remote_id == f"thread:{other}"


def test_a_moved_post_is_found_though_its_author_left(forum, misago):
    thread, _first = forum.thread("Frage")
    post = forum.post(thread, "Gehört woandershin")
    forum.post(thread, "Danach")
    forum.posts[post]["poster"] = None
    since = cursor_of(events_of(misago))
    other = max(forum.threads) + 1
    forum.threads[other] = {**forum.threads[thread], "title": "Abgetrennt"}
    forum.posts[post]["thread"] = other
    assert gone(events_of(misago, since)) == []


def test_a_thread_merged_into_another_loses_no_post(forum, misago):
    other, _begin = forum.thread("Das ältere Thema")
    thread, first = forum.thread("Das gleiche noch einmal")
    since = cursor_of(events_of(misago))
    forum.posts[first]["thread"] = other
    del forum.threads[thread]
    events = events_of(misago, since)
    assert gone(events) == []
    assert told(events)[str(first)].conversation.remote_id == f"thread:{other}"


def test_signed_out_in_the_middle_nothing_is_called_deleted(forum, misago):
    thread, _first = forum.thread("Frage")
    post = forum.post(thread, "Antwort")
    since = cursor_of(events_of(misago))
    del forum.posts[post]

    def sign_out(_method, path, _query):
        if path.endswith("/posts/"):
            forum.signed_in = False

    forum.before_answer = sign_out
    assert gone(events_of(misago, since)) == []
    forum.before_answer = lambda *_: None
    assert gone(events_of(misago, since)) == [str(post)]


def test_of_other_categories_only_posts_that_name_us_arrive(forum, connect):
    chosen, _ = forum.thread("Im Gewünschten", category=4)
    other, _ = forum.thread("Woanders", category=3)
    named = forum.post(other, "x")
    forum.posts[named]["content"] = (
        '<p>Frag <a href="/u/krume/1/" data-quote="@Krume">@Krume</a></p>'
    )
    forum.post(other, "Danke")
    seen = told(events_of(connect(settings={"categories": "fragen"})))
    kinds = {one.conversation.remote_id: one.conversation.kind for one in seen.values()}
    assert kinds == {f"thread:{chosen}": Kind.TOPIC, f"thread:{other}": Kind.MENTION}
    assert [one for one in seen.values() if one.conversation.remote_id == f"thread:{other}"] == [
        seen[str(named)]
    ]


def test_a_long_thread_is_read_to_where_we_were(forum, misago):
    thread, _first = forum.thread("Lang")
    for number in range(8):
        forum.post(thread, f"Nr. {number}")
    since = cursor_of(events_of(misago))
    new = [forum.post(thread, f"Neu {number}") for number in range(40)]
    seen = told(events_of(misago, since))
    assert {str(number) for number in new} <= set(seen)


def test_many_threads_arrive_though_only_some_fit_on_a_page(forum, misago):
    since = cursor_of(events_of(misago))
    posts = [forum.thread(f"Nr. {number}")[1] for number in range(30)]
    assert {str(number) for number in posts} <= set(told(events_of(misago, since)))


@pytest.mark.parametrize("at", range(1, 9))
@pytest.mark.parametrize("deleting", [True, False])
def test_what_changes_while_we_turn_pages_makes_no_hole(forum, misago, at, deleting):
    forum.moderator = False  # for whom a post that is held is not there
    thread, _first = forum.thread("Lang")
    since = cursor_of(events_of(misago))
    posts = [forum.post(thread, f"Nr. {number}") for number in range(30)]
    changing, posts = posts[1:5], [posts[0], *posts[5:]]
    for number in changing:
        forum.posts[number]["is_unapproved"] = not deleting
    asked = []

    def change(_method, path, _query):
        if path.endswith("/posts/"):
            asked.append(path)
            for number in changing if len(asked) == at else []:
                forum.posts[number]["is_unapproved"] = False
                if deleting:
                    del forum.posts[number]

    forum.before_answer = change
    events = events_of(misago, since)
    assert {str(one) for one in posts} <= set(told(events))
    later = events
    for _pass in range(2):
        later = [*later, *events_of(misago, cursor_of(later))]
    changed = {str(number) for number in changing}
    assert deleting or (changed <= set(told(later)) and not changed & set(gone(later)))


def test_a_thread_that_moves_up_while_we_turn_pages_is_read_now_or_next_time(forum, misago):
    threads = [forum.thread(f"Nr. {number}")[0] for number in range(12)]
    late = []

    def answer(_method, path, query):
        if path == "/api/threads/" and query.get("start") and not late:
            late.append(forum.post(threads[0], "Doch noch"))

    forum.before_answer = answer
    events = events_of(misago)
    later = told(events) | told(events_of(misago, cursor_of(events)))
    assert {str(number) for number in forum.posts} <= set(later)


def test_after_a_long_time_what_was_too_much_is_told_as_a_gap(forum, misago, monkeypatch):
    monkeypatch.setattr(misago_read, "LIST_PAGES", 2)
    monkeypatch.setattr(misago_read, "OVERLAP", 0)
    forum.thread("Anfang")
    since = cursor_of(events_of(misago))
    begin = forum.now
    for number in range(20):
        forum.now += timedelta(minutes=1)
        forum.thread(f"Nr. {number}")
    events = events_of(misago, since)
    [gap] = [event for event in events if isinstance(event, GapFound)]
    assert (gap.begin, gap.lost) == (begin, True)
    assert gap.end == min(one.created_at for one in messages(events) if one.created_at > begin)
    assert not [event for event in events_of(misago, cursor_of(events)) if event == gap]


def test_a_thread_with_too_much_new_in_it_is_told_as_a_gap(forum, misago, monkeypatch):
    monkeypatch.setattr(misago_read, "THREAD_PAGES", 2)
    monkeypatch.setattr(misago_read, "OVERLAP", 0)
    thread, _first = forum.thread("Lang")
    since = cursor_of(events_of(misago))
    for number in range(30):
        forum.post(thread, f"Nr. {number}")
    assert [event for event in events_of(misago, since) if isinstance(event, GapFound)]


def test_the_first_pass_takes_threads_of_late_and_not_all_of_a_long_one(forum, misago):
    forum.now -= timedelta(days=200)
    _old, first = forum.thread("Uralt")
    forum.now += timedelta(days=199)
    thread, _begin = forum.thread("Lang")
    numbers = [forum.post(thread, f"Nr. {number}") for number in range(60)]
    seen = told(events_of(misago))
    assert str(first) not in seen
    assert len(seen) <= 3 * forum.per_page
    assert str(numbers[-1]) in seen


def test_our_own_posts_are_ours_and_notes_of_moderators_are_none(forum, misago):
    thread, _first = forum.thread("Frage")
    ours = forum.post(thread, "Antwort", author=ME, name=NAME)
    note = forum.post(thread, "", is_event=True, content=None)
    seen = told(events_of(misago))
    assert seen[str(ours)].direction is Direction.OUT
    assert str(note) not in seen


def test_somebody_who_left_still_has_a_name(forum, misago):
    _thread, post = forum.thread("Tschüss")
    forum.posts[post]["poster"] = None
    message = told(events_of(misago))[str(post)]
    assert (message.author.remote_id, message.author.name) == ("former:alice", "alice")


def test_a_forum_without_private_threads_for_us_is_read_all_the_same(forum, misago):
    forum.refusals["GET", "/api/private-threads/"] = "not_in_list"
    _thread, post = forum.thread("Frage")
    assert str(post) in told(events_of(misago))


def test_a_quiet_forum_costs_few_requests(forum, misago):
    for number in range(30):
        forum.thread(f"Nr. {number}")
    since = cursor_of(events_of(misago))
    forum.asked.clear()
    events_of(misago, since)
    assert len(forum.asked) <= 20
