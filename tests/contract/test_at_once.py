"""Several programs at once, and programs that are killed: nothing is lost or done twice."""

import contextlib
import signal
import subprocess
from datetime import UTC, datetime, timedelta

import pytest


def test_programs_at_the_same_time_neither_lose_nor_double_a_reply(shop, conversations, incoming):
    account = incoming["account"]
    found = [one["id"] for one in conversations if one["account"] == account][:3]
    commands = []
    for number, chosen in enumerate(found):
        commands += [["reply", chosen, f"Gleichzeitig {number}"], ["sync"]]
    for ran in shop.together(commands):
        assert ran.code == 0, ran
    _report, left, *threads = shop.each(
        ["sync"], ["outbox", "list"], *(["show", one] for one in found)
    )
    assert left == []
    said = [message["text"] for thread in threads for message in thread["messages"]
            if message["text"].startswith("Gleichzeitig")]  # fmt: skip
    assert sorted(said) == [f"Gleichzeitig {number}" for number in range(3)]


@pytest.fixture
def unread(empty):
    """A vault whose accounts were never read."""
    empty.each(*(["account", "add", "demo", *more] for more in ([], ["--set", "as=mail"])))
    return empty


def test_a_sync_that_is_killed_at_any_point_costs_nothing(unread, filled, conversations):
    for moment in range(4):
        process = unread.start("--json", "sync")
        process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.15 + 0.08 * moment)
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        process.stdout.close()
        process.stderr.close()
    _report, found, examined = unread.each(
        ["sync"], ["inbox", "--view", "all", "--limit", "1000"], ["doctor"]
    )
    # What lies back longer than an hour is the same on every computer.
    accounts = [one["id"] for one in filled.done("account", "list")[:2]]
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    expected = {one["id"]: one["messages"] for one in conversations
                if one["account"] in accounts and one["last_at"] < an_hour_ago}  # fmt: skip
    got = {one["id"]: one["messages"] for one in found if one["last_at"] < an_hour_ago}
    assert got == expected
    assert len(got) > 30
    assert len({one["id"] for one in found}) == len(found)
    assert examined["ok"]


def test_two_programs_make_one_vault_of_a_name(computer):
    ran = computer.together([["vault", "create", "shop"]] * 3)
    assert sorted(one.code for one in ran) == [0, 2, 2]
    assert {one.error["code"] for one in ran if one.code} == {"vault_exists"}
    assert computer.done("inbox") == []
    assert [place.name for place in (computer.data / "vaults").iterdir()] == ["shop"]
