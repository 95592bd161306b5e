"""The whole way of a message and its answer, by the command line alone."""


def answer_story(done):
    """Go the way with `done(*arguments, text=...)`, which returns the document of each step."""
    made = done("vault", "create", "Bäckerei Morgenrot", "--title", "Morgenrot GmbH")
    assert made["key_kind"] == "passphrase"
    account = done("account", "add", "demo", text="{}")
    (report,) = done("sync")["accounts"]
    assert (report["id"], report["errors"]) == (account["id"], [])
    assert report["new"] > 0

    inbox = done("inbox")
    times = [conversation["last_at"] for conversation in inbox]
    assert times == sorted(times, reverse=True)
    able = [one for one in inbox if one["kind"] in ("comments", "direct", "mail")]
    conversation = able[0]["id"]
    before = done("show", conversation)
    assert before["id"] == conversation
    assert before["messages"]

    row = done("reply", conversation, "--hold", "0", text="Vielen Dank, das freut uns sehr!\n")
    assert (row["state"], row["conversation"]) == ("queued", conversation)
    assert row["text"] == "Vielen Dank, das freut uns sehr!"
    assert [one["id"] for one in done("outbox", "list")] == [row["id"]]
    assert [one["id"] for one in done("show", conversation)["outbox"]] == [row["id"]]

    (report,) = done("sync")["accounts"]
    assert report["sent"] == 1
    assert done("outbox", "list") == []
    after = done("show", conversation)
    answers = [one for one in after["messages"] if one["text"] == row["text"]]
    assert [(one["direction"], one["remote_id"] != "") for one in answers] == [("out", True)]
    (report,) = done("sync")["accounts"]
    assert report["sent"] == 0
    assert len(done("show", conversation)["messages"]) >= len(after["messages"])


def test_a_message_is_fetched_answered_and_shown(cm):
    answer_story(cm.done)


def test_the_same_by_a_program_for_each_step(program):
    def done(*arguments, text=""):
        ran = program("--json", *arguments, text=text)
        assert ran.code == 0, ran.out + ran.err
        return ran.document

    answer_story(done)
