"""Answering and acting: once, to those meant and no others, and looked up when in doubt."""

from datetime import UTC, datetime, timedelta

import pytest

from cm_desktop.connectors.base import Action, Reply, Target
from cm_desktop.domain.errors import (
    GoneError,
    NotAllowedError,
    RejectedError,
    ServerTroubleError,
    SlowError,
)
from cm_desktop.domain.model import OutboxKind
from tests.connectors.contract import events_of, messages, reply_to, target_of
from tests.connectors.mastodon.fake_server import ANNA, BEN, US

KEY = "4b825dc6-42cb-4c67-a1a5-4b5c3b1a6d2f"


def heard(mastodon, number):
    return next(one for one in messages(events_of(mastodon)) if one.remote_id == number)


def reply(mastodon, number, text="Gern", **fields):
    target = target_of(heard(mastodon, number))
    return Reply(client_key=KEY, text=text, target=target, **fields)


def act(mastodon, kind, number, text=""):
    target = target_of(heard(mastodon, number))
    mastodon.act(Action(kind=kind, target=target, text=text))


def posts(server):
    """Return the forms of statuses that were sent, whatever became of them."""
    return [
        {name: values[0] for name, values in form.items()}
        for command, path, _query, form in server.asked
        if (command, path) == ("POST", "/api/v1/statuses")
    ]


def writes(server):
    return [(command, path) for command, path, _q, _f in server.asked if command != "GET"]


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_an_answer_is_seen_by_those_who_see_what_it_answers(server, mastodon, visibility):
    number = server.say(BEN, "@baeckerei Hallo", visibility=visibility)
    sent = mastodon.send(reply(mastodon, number))
    status = server.statuses[sent.remote_id]
    assert status["visibility"] == visibility
    assert status["in_reply_to_id"] == number
    assert sent.text == "Gern"


@pytest.mark.parametrize("told", ["", "local", "limited", None])
def test_a_visibility_we_do_not_know_is_never_widened(server, mastodon, told):
    number = server.say(BEN, "@baeckerei Hallo", visibility=told)
    mastodon.send(reply(mastodon, number))
    [form] = posts(server)
    assert form["visibility"] == "direct"


def test_a_private_answer_goes_to_the_author_alone(server, mastodon):
    number = server.say(BEN, "@baeckerei @anna Hallo")
    mastodon.send(reply(mastodon, number, private=True))
    [form] = posts(server)
    assert (form["visibility"], form["status"]) == ("direct", "@ben@anderswo.example Gern")


def test_the_author_and_the_others_are_named_but_never_we(server, mastodon):
    number = server.say(BEN, "@baeckerei @anna Hallo")
    mastodon.send(reply(mastodon, number))
    mastodon.send(reply(mastodon, number, "Gern, @anna"))
    assert [form["status"] for form in posts(server)] == [
        "@ben@anderswo.example @anna Gern",
        "@ben@anderswo.example Gern, @anna",
    ]


def test_going_on_below_our_own_answer_names_those_it_answered(server, mastodon):
    number = server.say(BEN, "@baeckerei Hallo")
    ours = server.say(US, "@ben@anderswo.example Guten Tag", reply_to=number)
    mastodon.send(reply(mastodon, ours, "Und noch etwas"))
    assert posts(server)[0]["status"] == "@ben@anderswo.example Und noch etwas"


@pytest.mark.parametrize("acct", ["anna @welt", "anna\n@welt", "@", "a" * 400, "x@y@z", "<b>"])
def test_a_name_that_would_name_others_is_not_written(server, mastodon, acct):
    number = server.say(ANNA, "@baeckerei Hallo")
    server.statuses[number]["account"] |= {"acct": acct}
    server.statuses[number]["mentions"] = [{"id": "9", "acct": acct}]
    mastodon.send(reply(mastodon, number))
    assert posts(server)[0]["status"] == "Gern"


def test_a_warning_is_kept_and_is_no_part_of_the_text(server, mastodon):
    number = server.say(ANNA, "@baeckerei Lecker", spoiler_text="Essen")
    sent = mastodon.send(reply(mastodon, number))
    assert server.statuses[sent.remote_id]["spoiler_text"] == "Essen"
    found = mastodon.find_sent(reply(mastodon, number, first_attempt_at=datetime.now(UTC)))
    assert found == sent


def test_the_key_goes_along_so_that_a_second_time_changes_nothing(server, mastodon):
    number = server.say(ANNA, "@baeckerei Hallo")
    asked = reply(mastodon, number)
    assert mastodon.send(asked) == mastodon.send(asked)
    keys = [one.headers["Idempotency-Key"] for one in server.loopback.asked if one.body]
    assert keys == [KEY, KEY]
    assert mastodon.policy.repeat_is_safe


def test_only_mastodon_itself_is_trusted_to_know_a_key(server, mastodon):
    server.version = "2.8.0 (compatible; Friendica 2024.12)"
    mastodon.identify()
    assert not mastodon.policy.repeat_is_safe
    assert mastodon.policy.can_read_back


def test_the_limit_counts_names_without_host_and_links_as_the_server_does(server, mastodon):
    number = server.say(BEN, "@baeckerei Hallo")
    room = 500 - len("@ben ")
    link = "https://example.com/" + "a" * 300
    fits = "x" * (room - 24) + " " + link
    assert mastodon.send(reply(mastodon, number, fits))
    with pytest.raises(RejectedError) as error:
        mastodon.send(reply(mastodon, number, "x" + fits))
    assert error.value.reason == "too_long"
    assert len(posts(server)) == 1


def test_where_names_make_it_too_long_the_author_stays(server, mastodon):
    number = server.say(BEN, "@baeckerei @anna Hallo")
    text = "x" * (500 - len("@ben "))
    mastodon.send(reply(mastodon, number, text))
    assert posts(server)[0]["status"] == f"@ben@anderswo.example {text}"


def test_other_servers_are_asked_whether_what_is_answered_is_still_there(server, mastodon):
    server.minimal = True
    number = server.say(ANNA, "@baeckerei Hallo")
    asked = reply(mastodon, number)
    server.delete(number)
    with pytest.raises(GoneError):
        mastodon.send(asked)
    assert posts(server) == []


def test_a_reply_to_what_is_gone_is_not_sent(server, mastodon):
    number = server.say(ANNA, "@baeckerei Hallo")
    asked = reply(mastodon, number)
    server.delete(number)
    before = set(server.statuses)
    with pytest.raises(GoneError):
        mastodon.send(asked)
    assert set(server.statuses) == before


def test_a_lost_reply_is_found_although_what_it_answers_is_gone(server, mastodon):
    number = server.say(ANNA, "@baeckerei Hallo")
    asked = reply(mastodon, number, first_attempt_at=datetime.now(UTC))
    sent = mastodon.send(asked)
    server.delete(number)
    assert mastodon.find_sent(asked) == sent


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**Ja** :-)", "<b>Ja</b> &#128578;"),
        (
            "siehe https://a.example/x",
            'siehe <a href="https://a.example/x">https://a.example/x</a>',
        ),
    ],
)
def test_a_server_that_changes_texts_still_shows_ours(server, mastodon, text, shown):
    server.minimal = True
    number = server.say(ANNA, "@baeckerei Hallo")
    asked = reply(mastodon, number, text, first_attempt_at=datetime.now(UTC))
    sent = mastodon.send(asked)
    server.statuses[sent.remote_id]["content"] = f"<p>@anna {shown}</p>"
    assert mastodon.find_sent(asked).remote_id == sent.remote_id


def test_another_answer_to_the_same_is_not_taken_for_this_one(server, mastodon):
    number = server.say(ANNA, "@baeckerei Hallo")
    mastodon.send(reply(mastodon, number, "Ja!"))
    later = Reply(
        client_key="another",
        text="Nein!",
        target=target_of(heard(mastodon, number)),
        first_attempt_at=datetime.now(UTC),
    )
    assert mastodon.find_sent(later) is None


def test_a_reply_of_many_answers_ago_is_found_on_a_later_page(server, mastodon):
    number = server.say(ANNA, "@baeckerei Hallo")
    asked = reply(mastodon, number, first_attempt_at=datetime.now(UTC) - timedelta(hours=2))
    sent = mastodon.send(asked)
    for count in range(60):
        server.say(US, f"Beitrag {count}")
    server.delete(number)
    assert mastodon.find_sent(asked).remote_id == sent.remote_id


@pytest.mark.parametrize(
    ("kind", "word"),
    [(OutboxKind.MUTE, "mute"), (OutboxKind.BLOCK, "block"), (OutboxKind.UNBLOCK, "unblock")],
)
def test_what_is_done_to_a_person_reaches_that_person(server, mastodon, kind, word):
    act(mastodon, kind, server.say(BEN, "@baeckerei Hallo"))
    assert server.acts == {BEN: word}


def test_a_favourite_is_given_and_taken_back(server, mastodon):
    number = server.say(ANNA, "@baeckerei Hallo")
    act(mastodon, OutboxKind.LIKE, number)
    assert server.statuses[number]["favourited"]
    act(mastodon, OutboxKind.UNLIKE, number)
    assert not server.statuses[number]["favourited"]


def test_a_report_names_person_status_and_reason(server, mastodon):
    number = server.say(BEN, "@baeckerei Kauft hier")
    act(mastodon, OutboxKind.REPORT, number, "Werbung " + "x" * 2_000)
    [form] = server.reports
    assert (form["account_id"], form["status_ids[]"]) == ([BEN], [number])
    assert form["comment"][0].startswith("Werbung")
    assert len(form["comment"][0]) == 1_000


def test_ours_is_deleted_and_only_ours(server, mastodon):
    number = server.say(ANNA, "@baeckerei Hallo")
    ours = server.say(US, "@anna Guten Tag", reply_to=number)
    target = target_of(heard(mastodon, ours))
    mastodon.act(Action(kind=OutboxKind.DELETE, target=target))
    assert ours not in server.statuses
    mastodon.act(Action(kind=OutboxKind.DELETE, target=target))
    with pytest.raises(NotAllowedError):
        act(mastodon, OutboxKind.DELETE, number)
    assert number in server.statuses


def test_a_server_that_cannot_delete_is_not_taken_for_one_that_did(server, mastodon):
    number = server.say(ANNA, "@baeckerei Hallo")
    ours = server.say(US, "@anna Guten Tag", reply_to=number)
    target = target_of(heard(mastodon, ours))
    server.loopback.routes[f"/api/v1/statuses/{ours}"] = lambda exchange: (
        exchange.answer({}, status=404)
        if exchange.command == "DELETE"
        else exchange.answer(server.statuses[ours])
    )
    with pytest.raises(NotAllowedError):
        mastodon.act(Action(kind=OutboxKind.DELETE, target=target))


def test_our_text_is_changed_and_nothing_else(server, mastodon):
    number = server.say(ANNA, "@baeckerei Hallo")
    media = [{"id": "7", "type": "image", "url": "https://a.example/a.png"}]
    ours = server.say(
        US, "@anna Bis 11", reply_to=number, spoiler_text="Essen", sensitive=True,
        media_attachments=media,
    )  # fmt: skip
    act(mastodon, OutboxKind.EDIT, ours, "⚠ Essen\n\nBis 12")
    [form] = [form for command, _p, _q, form in server.asked if command == "PUT"]
    assert form == {
        "status": ["@anna Bis 12"],
        "spoiler_text": ["Essen"],
        "sensitive": ["true"],
        "media_ids[]": ["7"],
    }
    with pytest.raises(NotAllowedError):
        act(mastodon, OutboxKind.EDIT, number, "untergeschoben")


def test_an_edit_that_changes_nothing_asks_for_nothing(server, mastodon):
    number = server.say(ANNA, "@baeckerei Hallo")
    ours = server.say(US, "@anna Bis 11", reply_to=number)
    act(mastodon, OutboxKind.EDIT, ours, "Bis 11")
    assert writes(server) == []


def test_a_poll_of_ours_does_not_lose_its_votes_by_an_edit(server, mastodon):
    number = server.say(ANNA, "@baeckerei Hallo")
    poll = {"options": [{"title": "Roggen", "votes_count": 3}]}
    ours = server.say(US, "@anna Welches?", reply_to=number, poll=poll)
    with pytest.raises(RejectedError) as error:
        act(mastodon, OutboxKind.EDIT, ours, "Welches denn?")
    assert error.value.reason == "has_poll"
    assert writes(server) == []


@pytest.mark.parametrize("odd", ["", ".", ".."])
def test_an_id_that_leads_elsewhere_is_never_put_into_an_address(server, mastodon, odd):
    mastodon.identify()
    server.asked.clear()
    target = Target(remote_id=odd, conversation_remote_id="x", author_remote_id="1")
    for kind in (OutboxKind.LIKE, OutboxKind.DELETE, OutboxKind.EDIT):
        with pytest.raises(GoneError):
            mastodon.act(Action(kind=kind, target=target, text="x"))
    assert server.asked == []


def test_an_id_with_anything_in_it_stays_one_part_of_an_address(server, mastodon):
    target = Target(remote_id="../1?x=#y", conversation_remote_id="x")
    with pytest.raises(GoneError):
        mastodon.act(Action(kind=OutboxKind.LIKE, target=target))
    assert server.loopback.asked[-1].path == "/api/v1/statuses/..%2F1%3Fx%3D%23y/favourite"


def test_what_no_mastodon_server_can_do_is_refused(server, mastodon):
    with pytest.raises(NotAllowedError):
        act(mastodon, OutboxKind.HIDE, server.say(ANNA, "@baeckerei Hallo"))
    assert writes(server) == []


def test_a_connection_that_was_kept_and_cut_loses_no_reply(server, mastodon):
    """snac cuts kept connections; a POST on such a one would be lost without an answer."""
    server.minimal = True
    number = server.say(ANNA, "@baeckerei Hallo")
    asked = reply(mastodon, number)
    mastodon.send(asked)
    assert len(posts(server)) == 1
    assert {one.headers["Connection"] for one in server.loopback.asked} == {"close"}


def test_a_reply_cut_off_is_tried_once_and_leaves_its_outcome_open(server, mastodon):
    number = server.say(ANNA, "@baeckerei Hallo")
    asked = reply(mastodon, number)
    server.loopback.routes["/api/v1/statuses"] = lambda exchange: exchange.reset()
    before = len(server.loopback.asked)
    with pytest.raises(SlowError):
        mastodon.send(asked)
    assert len(server.loopback.asked) == before + 1


def test_an_answer_without_an_id_leaves_the_outcome_open(server, mastodon):
    number = server.say(ANNA, "@baeckerei Hallo")
    asked = reply_to(heard(mastodon, number), "Gern")
    answer = server.statuses[number] | {"id": ""}
    server.loopback.routes["/api/v1/statuses"] = lambda exchange: exchange.answer(answer)
    with pytest.raises(ServerTroubleError):
        mastodon.send(asked)
