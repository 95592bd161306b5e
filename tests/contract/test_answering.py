"""Replies, acts, the outbox, snoozing and undoing by hand, as a script sees them."""


def _message(computer, known):
    shown = computer.done("show", known["conversation"])["messages"]
    return next(one for one in shown if one["id"] == known["id"])


def test_a_reply_goes_out_once_with_the_next_sync(shop, incoming):
    chosen = incoming["conversation"]
    row, _fetched, waiting = shop.each(
        ["reply", chosen, "Ja, jeden Dienstag."], ["sync", "--no-send"], ["outbox", "list"]
    )
    assert (row["state"], row["attempts"], row["sent_at"]) == ("queued", 0, None)
    assert waiting == [row]
    report, again, left, shown = shop.each(["sync"], ["sync"], ["outbox", "list"], ["show", chosen])
    assert sum(one["sent"] for one in report["accounts"]) == 1
    assert sum(one["sent"] for one in again["accounts"]) == 0
    assert left == []
    said = [one for one in shown["messages"] if one["text"] == "Ja, jeden Dienstag."]
    assert [one["direction"] for one in said] == ["out"]


def test_what_is_held_waits_and_can_be_taken_back_as_a_draft(shop, incoming):
    chosen = incoming["conversation"]
    row, report = shop.each(["reply", chosen, "Moment!", "--hold", "3600"], ["sync"])
    assert row["hold_until"] > row["created_at"]
    assert sum(one["sent"] for one in report["accounts"]) == 0
    cancelled = shop.done("outbox", "cancel", row["id"])
    assert (cancelled["id"], cancelled["state"]) == (row["id"], "cancelled")
    shop.each_refused(2, *(
        ["outbox", *action, row["id"]]
        for action in (["cancel"], ["retry"], ["resolve", "--sent"], ["resolve", "--again"])
    ))  # fmt: skip
    shown, waiting = shop.each(["show", chosen], ["outbox", "list"])
    assert [one["text"] for one in shown["drafts"]] == ["Moment!"]
    assert waiting == []


def test_a_held_reply_can_be_sent_at_once(shop, incoming):
    row = shop.done("reply", incoming["conversation"], "Doch gleich.", "--hold", "3600")
    again, report = shop.each(["outbox", "retry", row["id"]], ["sync"])
    assert again["state"] == "queued"
    assert sum(one["sent"] for one in report["accounts"]) == 1


def test_a_reply_to_a_message_of_another_conversation_is_wrong_use(shop, conversations, incoming):
    other = next(one["id"] for one in conversations if one["id"] != incoming["conversation"])
    shop.refused(2, "reply", other, "Hallo", "--to", incoming["id"])
    assert shop.done("outbox", "list") == []


ACTS = [
    ("hide", "hidden", True), ("unhide", "hidden", False), ("like", "liked", True),
    ("unlike", "liked", False), ("hold", "hidden", True), ("approve", "hidden", False),
    ("spam", "visibility", "spam"), ("approve", "visibility", "shown"),
]  # fmt: skip


def test_each_act_is_done_once_and_seen(shop, incoming):
    steps = []
    for act, _key, _value in ACTS:
        steps += [["act", act, incoming["id"], "--rule", "3"], ["sync"],
                  ["show", incoming["conversation"]]]  # fmt: skip
    done = shop.each(*steps)
    for (act, key, value), row, report, shown in zip(
        ACTS, done[::3], done[1::3], done[2::3], strict=True
    ):
        assert (row["kind"], row["state"]) == (act, "queued")
        assert sum(one["sent"] for one in report["accounts"]) == 1, act
        message = next(one for one in shown["messages"] if one["id"] == incoming["id"])
        assert message[key] == value, act
    rest = ("block", "unblock", "mute", "report", "delete")
    shop.each(*(["act", act, incoming["id"]] for act in rest), ["sync"])
    assert _message(shop, incoming)["deleted_at"]
    shop.refused(5, "act", "hide", incoming["id"])


def test_an_act_that_makes_no_sense_is_refused_before_it_is_queued(shop, incoming):
    chosen = incoming["conversation"]
    *_sent, shown = shop.each(["reply", chosen, "Erste Fassung"], ["sync"], ["show", chosen])
    ours = next(one for one in shown["messages"] if one["text"] == "Erste Fassung")
    shop.each_refused(2, *(["act", act, ours["id"]] for act in ("block", "mute", "report")),
                      ["act", "edit", incoming["id"], "--text", "Gefälscht"])  # fmt: skip
    shop.refused(5, "act", "edit", ours["id"], "--text", " ")
    shop.each(["act", "edit", ours["id"], "--text", "Zweite Fassung"], ["sync"])
    assert _message(shop, ours)["text"] == "Zweite Fassung"


def test_what_a_channel_does_not_have_is_refused_with_code_5(shop):
    accounts, found = shop.each(["account", "list"], ["inbox", "--limit", "200"])
    chosen = [next(c["id"] for c in found if c["account"] == one["id"]) for one in accounts]
    policies = shop.each(*(["account", "policy", one["id"]] for one in accounts))
    threads = shop.each(*(["show", one] for one in chosen))
    refused = []
    for policy, thread in zip(policies, threads, strict=True):
        message = next(m["id"] for m in thread["messages"] if m["direction"] == "in")
        missing = {"hide", "like", "block", "approve", "mute"} - set(policy["abilities"])
        refused += [["act", act, message] for act in sorted(missing)]
        if "private" not in policy["abilities"]:
            refused.append(["reply", thread["id"], "Psst", "--private"])
    assert len(refused) > 8
    assert {one["code"] for one in shop.each_refused(5, *refused)} == {"not_allowed"}
    assert shop.done("outbox", "list") == []


def test_snoozing_and_the_words_for_a_status(shop, incoming):
    chosen = incoming["conversation"]
    words = ("waiting", "done", "open")
    done = shop.each(*(["status", chosen, word] for word in words))
    assert [one["status"] for one in done] == list(words)
    away, snoozed, inbox, back = shop.each(
        ["snooze", chosen, "2h"], ["inbox", "--view", "snoozed"], ["inbox", "--limit", "200"],
        ["status", chosen, "open"],
    )  # fmt: skip
    assert (away["status"], bool(away["snoozed_until"])) == ("snoozed", True)
    assert [one["id"] for one in snoozed] == [chosen]
    assert chosen not in [one["id"] for one in inbox]
    assert back["snoozed_until"] is None
    shop.refused(2, "snooze", chosen, "2020-01-01")
    given, taken, tagged, untagged = shop.each(
        ["assign", chosen, "Jonas"], ["assign", chosen, "-"],
        ["tag", "add", chosen, "Torte", "Torte"], ["tag", "remove", chosen, "Torte"],
    )  # fmt: skip
    assert (given["assignee"], taken["assignee"]) == ("Jonas", None)
    assert (tagged["tags"], untagged["tags"]) == (["Torte"], [])


def test_a_template_is_filled_and_one_with_gaps_is_not_sent(shop, incoming):
    chosen = incoming["conversation"]
    *_added, row = shop.each(
        ["template", "add", "Danke", "Danke, {name}! {me}", "--shortcut", "dk"],
        ["template", "add", "Lücke", "Am {wochentag} um {uhrzeit}."],
        ["reply", chosen, "--template", "dk"],
    )
    assert "{" not in row["text"]
    assert incoming["author"]["name"] in row["text"]
    shop.refused(5, "reply", chosen, "--template", "Lücke")
    shop.refused(2, "reply", chosen, "--template", "nirgends")


def test_a_removed_account_sends_nothing_more(shop, incoming):
    chosen, account = incoming["conversation"], incoming["account"]
    *_gone, waiting, shown = shop.each(
        ["reply", chosen, "Noch nicht fort."], ["account", "remove", account, "--yes"],
        ["outbox", "list"], ["show", chosen],
    )  # fmt: skip
    assert waiting == []
    assert [one["text"] for one in shown["drafts"]] == ["Noch nicht fort."]
    assert incoming["id"] in [one["id"] for one in shown["messages"]]
    told = shop.each_refused(
        2, ["reply", chosen, "Hallo?"], ["act", "hide", incoming["id"]],
        ["sync", "--account", account], ["account", "test", account],
    )  # fmt: skip
    assert told[0]["detail"].startswith("account_removed")
    # It comes back with its past, and nothing goes out by itself.
    report, back, later = shop.each(["sync"], ["account", "add", "demo"], ["sync"])
    assert account not in [one["id"] for one in report["accounts"]]
    assert back["id"] == account
    assert sum(one["sent"] for one in later["accounts"]) == 0
    shop.done("account", "remove", account, "--erase", "--yes")
    shop.refused(2, "show", chosen)
