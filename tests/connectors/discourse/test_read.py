"""Reading topics: what a post is to us, paging, edits, deletions, gaps."""

from datetime import timedelta

import pytest

from cm_desktop.connectors import discourse_read
from cm_desktop.domain.events import GapFilled, GapFound, MessageGone
from cm_desktop.domain.model import Direction, Kind, Nature, Visibility
from tests.simulators.discourse import INAPPROPRIATE, KEY, LIKE


def many(forum, count, topic=None, user=None):
    """Let somebody write a lot; returns the ids."""
    user = user or forum.anna
    topic = topic or forum.start(user, "Langes Thema", "Anfang")["topic_id"]
    return [str(forum.post(user, topic, f"Frage {number}")["id"]) for number in range(count)]


def test_a_post_arrives_as_it_is_seen_in_the_forum(forum, connect, fetch):
    first = forum.start(forum.anna, "Brot & Brötchen", "Habt ihr **@krume** Brezeln? 🥨\nLG <b>")
    answer = forum.post(forum.bernd, first["topic_id"], "Ja, immer.", answers=1)
    told = fetch(connect())
    question = told.of(first)
    assert question.text == "Habt ihr **@krume** Brezeln? 🥨\nLG <b>".replace("**", "")
    assert question.conversation.remote_id == f"topic:{first['topic_id']}"
    assert question.conversation.kind is Kind.TOPIC
    assert question.conversation.title == "Brot & Brötchen"
    assert question.conversation.post.url == f"{forum.url}/t/{first['topic_id']}"
    assert (question.direction, question.public) == (Direction.IN, True)
    assert question.author.remote_id == "user:11"
    assert (question.author.name, question.author.handle) == ("Anna Muster", "anna_muster")
    assert question.author.url == f"{forum.url}/u/anna_muster"
    assert question.created_at == first["created_at"]
    assert question.permalink == f"{forum.url}/t/{first['topic_id']}/1"
    assert told.of(answer).parent_remote_id == str(first["id"])
    assert told.of(answer).author.name == "bernd"


def test_quotes_are_folded(forum, connect, fetch):
    first = forum.start(forum.anna, "Brot", "Habt ihr Brezeln?")
    raw = f'[quote="anna_muster, post:1, topic:{first["topic_id"]}"]\nHabt ihr?\n[/quote]\n\nJa!'
    answer = forum.post(forum.bernd, first["topic_id"], raw)
    message = fetch(connect()).of(answer)
    assert (message.quoted, message.text) == ("Habt ihr?", "Ja!")


def test_files_and_pictures_come_along(forum, connect, fetch):
    cooked = '<p><a class="attachment" href="/uploads/liste.pdf">liste.pdf</a></p>'
    spoilt = {"cooked": cooked, "avatar_template": "https://bild.example.com/{size}.png"}
    post = forum.start(forum.anna, "Brot", "liste.pdf")
    post["spoilt"] = spoilt
    message = fetch(connect()).of(post)
    [file] = message.attachments
    assert (file.about.name, file.about.url) == ("liste.pdf", f"{forum.url}/uploads/liste.pdf")
    assert message.author.avatar_url == "https://bild.example.com/96.png"


def test_a_picture_that_others_could_follow_is_left_out(forum, connect, fetch):
    post = forum.start(forum.anna, "Brot", "Habt ihr?")
    post["spoilt"] = {"avatar_template": "http://bild.example.com/{size}.png"}
    assert fetch(connect()).of(post).author.avatar_url == ""


@pytest.mark.parametrize(
    "fields", [{"post_type": 4}, {"post_type": 3, "action_code": "closed.enabled"}]
)
def test_whispers_and_notes_of_what_was_done_are_no_messages(forum, connect, fetch, fields):
    first = forum.start(forum.anna, "Brot", "Habt ihr Brezeln?")
    post = forum.post(forum.me, first["topic_id"], "Nur unter uns", **fields)
    mention = forum.post(forum.bernd, first["topic_id"], "Pst, @krume", post_type=4)
    told = fetch(connect())
    assert told.of(post) is None
    assert told.of(mention) is None
    assert told.of(first)


def test_posts_of_the_forum_itself_are_of_a_machine(forum, connect, fetch):
    post = forum.start(forum.system, "Willkommen", "Lies die Regeln.")
    assert fetch(connect()).of(post).nature is Nature.AUTO_REPLY


def test_a_post_of_a_deleted_account_is_kept_apart(forum, connect, fetch):
    posts = [forum.start(None, "Alt", f"Beitrag {number}") for number in range(2)]
    told = fetch(connect())
    assert len({told.of(post).author.remote_id for post in posts}) == 2


def test_edits_likes_and_hiding_are_told_once(forum, connect, fetch):
    connector = connect()
    posts = [forum.start(forum.anna, f"Brot {number}", "Habt ihr?") for number in range(4)]
    first = fetch(connector)
    assert len(first.messages) == 4
    forum.change(posts[0], "Habt ihr Brezeln?")
    forum.acts[forum.me["id"], posts[1]["id"], LIKE] = (forum.now, "")
    posts[2]["hidden"] = True
    told = fetch(connector, first)
    assert told.of(posts[0]).text == "Habt ihr Brezeln?"
    assert told.of(posts[0]).edited_at == posts[0]["updated_at"]
    assert told.of(posts[1]).liked
    assert told.of(posts[2]).visibility is Visibility.HIDDEN
    assert told.of(posts[3]) is None
    assert fetch(connector, told).messages == []


def test_changes_of_older_posts_are_found_in_turns(forum, connect, fetch):
    connector = connect()
    topics = [forum.start(forum.anna, f"Brot {number}", "Habt ihr?") for number in range(9)]
    many(forum, 60)
    told = fetch(connector)
    forum.change(topics[0], "Habt ihr Brezeln?")
    forum.remove(topics[8])
    changed, gone = None, []
    for _ in range(4):
        told = fetch(connector, told)
        changed = changed or told.of(topics[0])
        gone += told.gone
    assert changed.text == "Habt ihr Brezeln?"
    assert changed.conversation.title == "Brot 0"
    assert gone == [str(topics[8]["id"])]


@pytest.mark.parametrize("by_author", [True, False])
@pytest.mark.parametrize("handle", ["krume", "anna_muster"])
def test_a_deleted_post_is_gone_for_staff_and_others(forum, connect, fetch, by_author, handle):
    forum.keys[KEY] = (None, "global")
    connector = connect(handle=handle)
    first = forum.start(forum.bernd, "Brot", "Habt ihr?")
    post = forum.post(forum.bernd, first["topic_id"], "Vergesst es")
    told = fetch(connector)
    forum.remove(post, by_author=by_author)
    told = fetch(connector, told)
    assert told.gone == [str(post["id"])]
    assert fetch(connector, told).gone == []


@pytest.mark.parametrize("handle", ["krume", "anna_muster"])
def test_a_deleted_topic_is_gone_with_its_posts(forum, connect, fetch, handle):
    forum.keys[KEY] = (None, "global")
    connector = connect(handle=handle)
    first = forum.start(forum.bernd, "Brot", "Habt ihr?")
    many(forum, 2, first["topic_id"])
    told = fetch(connector)
    assert len(told.messages) == 3
    forum.remove(first)
    assert sorted(fetch(connector, told).gone) == sorted(told.by_id)


def test_an_unlisted_topic_is_not_gone(forum, connect, fetch):
    connector = connect()
    first = forum.start(forum.bernd, "Brot", "Habt ihr?")
    told = fetch(connector)
    forum.topics[first["topic_id"]]["visible"] = False
    told = fetch(connector, told)
    assert told.gone == []
    forum.change(first, "Habt ihr Brot?")
    assert fetch(connector, told).of(first).text == "Habt ihr Brot?"


def test_a_topic_closed_to_us_is_gone(forum, connect, fetch):
    connector = connect()
    first = forum.start(forum.bernd, "Brot", "Habt ihr?")
    told = fetch(connector)
    forum.general["closed_to"].add(forum.me["id"])
    assert fetch(connector, told).gone == [str(first["id"])]


def test_a_firewall_that_hides_a_topic_deletes_nothing(forum, connect, fetch):
    connector = connect()
    first = forum.start(forum.bernd, "Brot", "Habt ihr?")
    told = fetch(connector)
    forum.remove(first)
    forum.loopback.answer(f"/t/{first['topic_id']}/posts.json", b"<h1>Nein</h1>", status=403)
    assert fetch(connector, told).gone == []


def test_what_others_may_not_see_any_more_is_gone_for_them(forum, connect, fetch):
    forum.keys[KEY] = (None, "global")
    connector = connect(handle="anna_muster")
    theirs = forum.start(forum.bernd, "Brot", "Habt ihr?")
    ours = forum.start(forum.anna, "Brot", "Ich auch?")
    told = fetch(connector)
    theirs["hidden"] = ours["hidden"] = True
    told = fetch(connector, told)
    assert told.gone == [str(theirs["id"])]
    assert (told.of(ours).visibility, told.of(ours).text) == (Visibility.HIDDEN, "Ich auch?")
    theirs["hidden"] = False
    assert fetch(connector, told).of(theirs).text == "Habt ihr?"


def test_only_chosen_categories_arrive_and_what_addresses_us(forum, connect, fetch):
    connector = connect(settings={"categories": "fragen"})
    chosen = forum.start(forum.anna, "Wann?", "Wann habt ihr offen?", forum.questions)
    below = forum.start(forum.anna, "Brot?", "Habt ihr Brot?", forum.breads)
    other = forum.start(forum.anna, "Hallo", "Ich bin neu hier", forum.general)
    mention = forum.post(forum.bernd, other["topic_id"], "Frag doch @krume")
    ours = forum.post(forum.me, other["topic_id"], "Was gibt es?", answers=2)
    answer = forum.post(forum.anna, other["topic_id"], "Brezeln!", answers=3)
    between = forum.post(forum.bernd, other["topic_id"], "Aha")
    alone = forum.start(forum.me, "Unser Thema", "Anderswo", forum.general)
    told = fetch(connector)
    for post in (chosen, below):
        assert told.of(post).conversation.kind is Kind.TOPIC
    for post in (mention, ours, answer):
        assert told.of(post).conversation.kind is Kind.MENTION
    for post in (other, between, alone):
        assert told.of(post) is None
    later = forum.post(forum.me, other["topic_id"], "Gern geschehen.")
    told = fetch(connector, told)
    assert told.of(later).direction is Direction.OUT


def test_a_parent_that_is_not_among_the_new_posts_is_looked_up(forum, connect, fetch):
    connector = connect()
    first = forum.start(forum.anna, "Brot", "Habt ihr?")
    second = forum.post(forum.anna, first["topic_id"], "Hallo?")
    many(forum, 320)
    told = fetch(connector)
    answer = forum.post(forum.bernd, first["topic_id"], "Ja.", answers=2)
    lost = forum.post(forum.bernd, first["topic_id"], "Ja.", answers=99)
    told = fetch(connector, told)
    assert told.of(answer).parent_remote_id == str(second["id"])
    assert told.of(lost).parent_remote_id is None


@pytest.mark.parametrize("old_pages", [False, True])
def test_all_pages_are_read(forum, connect, fetch, old_pages):
    forum.old_pages = old_pages
    first = forum.start(forum.anna, "Brot", "Anfang")
    ids = many(forum, 60, first["topic_id"])
    for number in ids[5:58]:  # so that a page of old versions has nothing to show
        forum.posts[int(number)]["post_type"] = 3
    told = fetch(connect())
    assert set(told.by_id) == {str(first["id"]), *ids[:5], *ids[58:]}


@pytest.mark.parametrize("old_pages", [False, True])
def test_what_came_between_two_passes_arrives_whole(forum, connect, fetch, old_pages):
    forum.old_pages = old_pages
    connector = connect()
    topic = forum.start(forum.anna, "Brot", "Anfang")["topic_id"]
    told = fetch(connector)
    ids = many(forum, 230, topic)
    told = fetch(connector, told)
    assert list(told.by_id) == ids
    assert told.kinds(GapFound) == []


def test_a_post_that_comes_while_pages_are_read_is_not_lost(forum, connect, fetch):
    connector = connect()
    topic = forum.start(forum.anna, "Brot", "Anfang")["topic_id"]
    told = fetch(connector)
    ids = many(forum, 120, topic)
    serve, late = forum.loopback.otherwise, []

    def meddle(exchange):
        if exchange.path.startswith("/posts.json?before") and not late:
            late.append(str(forum.post(forum.bernd, topic, "Mittendrin")["id"]))
            forum.remove(forum.posts[int(ids[60])])
        serve(exchange)

    forum.loopback.otherwise = meddle
    told = fetch(connector, told)
    found = set(told.by_id)
    told = fetch(connector, told)
    assert found | set(told.by_id) >= {*ids, *late} - {ids[60]}


def test_too_much_for_one_pass_is_a_gap_that_is_filled_later(forum, connect, fetch, monkeypatch):
    monkeypatch.setattr(discourse_read, "PASS_PAGES", 2)
    monkeypatch.setattr(discourse_read, "HOLE_PAGES", 1)
    connector = connect()
    topic = forum.start(forum.anna, "Brot", "Anfang")["topic_id"]
    told = fetch(connector)
    ids = many(forum, 400, topic)
    told = fetch(connector, told)
    [gap] = told.kinds(GapFound)
    assert gap.begin < gap.end
    assert not gap.lost
    found, filled = set(told.by_id), told.kinds(GapFilled)
    late = many(forum, 3, topic)
    for _ in range(8):
        told = fetch(connect(), told)
        found |= set(told.by_id)
        filled += told.kinds(GapFilled)
        assert told.kinds(GapFound) == []
    assert [one.begin for one in filled] == [gap.begin]
    assert found >= {*ids, *late}


def test_holes_that_are_never_filled_are_given_up(forum, connect, fetch, monkeypatch):
    monkeypatch.setattr(discourse_read, "PASS_PAGES", 1)
    monkeypatch.setattr(discourse_read.Pass, "_filled", lambda _self, _hole: iter(()))
    connector = connect()
    topic = forum.start(forum.anna, "Brot", "Anfang")["topic_id"]
    told = fetch(connector)
    found = []
    for _ in range(6):
        many(forum, 120, topic)
        told = fetch(connector, told)
        found += told.kinds(GapFound)
    lost = [one for one in found if one.lost]
    begins = [one.begin for one in found if not one.lost]
    assert len(lost) == 1
    assert lost[0].begin == begins[0]
    assert len(set(begins)) == 6


def test_the_first_pass_takes_what_is_not_too_old(forum, connect, fetch):
    old = forum.start(forum.anna, "Alt", "Vor langer Zeit")
    old["created_at"] -= timedelta(days=200)
    recent = forum.start(forum.anna, "Neu", "Vor einem Monat")
    recent["created_at"] -= timedelta(days=30)
    new = forum.start(forum.anna, "Neu", "Gerade eben")
    connector = connect()
    told = fetch(connector)
    assert list(told.by_id) == [str(recent["id"]), str(new["id"])]
    told = fetch(connector, told)
    assert told.of(old) is None


def test_a_forum_without_a_post_is_read(forum, connect, fetch):
    told = fetch(connect())
    assert told.messages == []
    post = forum.start(forum.anna, "Brot", "Habt ihr?")
    assert fetch(connect(), told).of(post)


def test_a_newest_post_that_vanished_does_not_hide_later_ones(forum, connect, fetch):
    connector = connect()
    forum.start(forum.anna, "Brot", "Habt ihr?")
    forum.last["post"] = 10_000
    forum.post(forum.anna, 1, "Weit vorn")
    told = fetch(connector)
    forum.posts.pop(10_001)
    forum.last["post"] = 1
    told = fetch(connector, told)
    assert told.gone == ["10001"]
    post = forum.post(forum.anna, 1, "Danach")
    assert fetch(connector, told).of(post)


def test_what_makes_no_sense_costs_only_itself(forum, connect, fetch):
    first = forum.start(forum.anna, "Brot", "Habt ihr?")
    spoilt = [
        {"created_at": None}, {"topic_id": 0}, {"id": "?"}, {"cooked": None}, {"post_number": []},
    ]  # fmt: skip
    for one in spoilt:
        forum.post(forum.anna, first["topic_id"], "Hm", spoilt=one)
    last = forum.post(forum.anna, first["topic_id"], "Danach")
    told = fetch(connect())
    assert set(told.by_id) == {str(first["id"]), str(last["id"])}
    assert len(told.skipped) == len(spoilt)


def test_a_moved_post_is_told_with_its_new_topic(forum, connect, fetch):
    connector = connect()
    one = forum.start(forum.anna, "Brot", "Habt ihr?")
    other = forum.start(forum.anna, "Kuchen", "Und Kuchen?")
    post = forum.post(forum.bernd, one["topic_id"], "Streuselkuchen!")
    told = fetch(connector)
    post |= {"topic_id": other["topic_id"], "post_number": 2}
    told = fetch(connector, told)
    assert told.gone == []
    assert told.of(post).conversation.remote_id == f"topic:{other['topic_id']}"


@pytest.mark.parametrize("since", ["{", "[]", '{"post": -1}', '{"watched": 7}', "x", "\ud800"])
def test_a_cursor_that_makes_no_sense_begins_anew(forum, connect, fetch, since):
    post = forum.start(forum.anna, "Brot", "Habt ihr?")
    assert fetch(connect(), since).of(post)


def test_flags_change_nothing_that_is_told(forum, connect, fetch):
    connector = connect()
    post = forum.start(forum.anna, "Brot", "Habt ihr?")
    told = fetch(connector)
    forum.acts[forum.bernd["id"], post["id"], INAPPROPRIATE] = (forum.now, "")
    told = fetch(connector, told)
    assert told.messages == []
    assert told.kinds(MessageGone) == []
