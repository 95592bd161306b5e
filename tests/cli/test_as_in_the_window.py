"""What the window does to data can be done by scripts, too."""

from tests.connectors.wordpress.fake_site import PASSWORD, FakeSite


def _chosen(shop):
    return next(one for one in shop.conversations() if one["unread"])


def test_an_account_can_be_paused_and_go_on(busy_shop):
    paused = busy_shop.done("account", "pause", busy_shop.account)
    assert paused["paused"] is True
    assert busy_shop.done("sync")["accounts"] == []
    assert busy_shop.done("account", "resume", busy_shop.account)["paused"] is False
    assert len(busy_shop.done("sync")["accounts"]) == 1
    busy_shop.refused(2, "account", "pause", "nobody")
    assert "paused" in busy_shop.people("account", "pause", busy_shop.account).out


def test_a_new_password_is_tried_before_it_is_kept(shop, monkeypatch):
    from tests.connectors.loopback import serve

    with serve() as loopback:
        FakeSite(loopback)
        added = shop.done(
            "account", "add", "wordpress", "--url", loopback.url, "--handle", "admin",
            text=f'{{"password": "{PASSWORD}"}}',
        )  # fmt: skip
        wrong = shop.refused(3, "account", "sign-in", added["id"], text='{"password": "wrong"}')
        assert wrong["code"] == "sign_in_needed"
        assert shop.done("account", "test", added["id"])["ok"]
        again = shop.done("account", "sign-in", added["id"], text=f'{{"password": "{PASSWORD}"}}')
        assert again["id"] == added["id"]
    shop.refused(2, "account", "sign-in", "nobody", text="{}")


def test_a_conversation_can_be_marked_as_read_and_unread(busy_shop):
    chosen = _chosen(busy_shop)["id"]
    assert busy_shop.done("read", chosen)["unread"] == 0
    assert busy_shop.done("unread", chosen)["unread"] == 1
    busy_shop.refused(2, "read", "nothing")


def test_a_note_can_be_removed(busy_shop):
    chosen = _chosen(busy_shop)["id"]
    note = busy_shop.done("note", chosen, "Only cash.")
    assert busy_shop.done("note", "remove", note["id"]) == {"removed": note["id"]}
    assert busy_shop.done("show", chosen)["notes"] == []
    busy_shop.refused(2, "note", "remove", "nothing")


def test_a_text_that_waits_can_be_changed(busy_shop):
    chosen = _chosen(busy_shop)["id"]
    row = busy_shop.done("reply", chosen, "Yes.", "--hold", "600")
    assert busy_shop.done("outbox", "edit", row["id"], "No.")["text"] == "No."
    assert busy_shop.done("outbox", "edit", row["id"], text="Perhaps.\n")["text"] == "Perhaps."
    assert [one["text"] for one in busy_shop.done("outbox", "list")] == ["Perhaps."]
    busy_shop.refused(5, "outbox", "edit", row["id"], " ")
    busy_shop.refused(2, "outbox", "edit", "nothing", "Yes.")


def test_a_member_can_choose_a_name(busy_shop):
    assert busy_shop.done("member", "me", "Lena") == {"name": "Lena", "role": "member", "me": True}
    chosen = _chosen(busy_shop)["id"]
    assert busy_shop.done("note", chosen, "Noted.")["member"] == "Lena"
    busy_shop.refused(2, "member", "me", " ")
