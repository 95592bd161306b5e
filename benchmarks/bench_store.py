"""Measure lists, search and fetching on a vault with a million messages.

`python -m benchmarks.bench_store [MESSAGES] [--json]` prints one line for each measurement:
time of this thread's processor in milliseconds, warm, since waiting for a busy machine says
nothing about the program. Exits with 1 if a goal is missed.
"""

import argparse
import itertools
import json
import os
import random
import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from benchmarks import generate
from cm_desktop.domain.search_query import parse
from cm_desktop.domain.views import View
from cm_desktop.store import conversations, keeping, messages, search
from cm_desktop.store.connection import Database, connect

ROUNDS = 300


class Report:
    """Gathers measurements, prints them, and knows whether a goal was missed."""

    def __init__(self):
        self.rows = {}
        self.missed = []

    def latency(self, name, calls, goal=None):
        """Measure each call once after a round to warm up; `goal` is for the 99th percentile."""
        calls = list(calls)
        for call in calls[:20]:
            call()
        spent = sorted(_milliseconds(call) for call in calls)
        row = {"p50": _share(spent, 0.5), "p95": _share(spent, 0.95), "p99": _share(spent, 0.99)}
        self._add(name, row | {"max": spent[-1]}, None if goal is None else row["p99"] <= goal)

    def rate(self, name, per_second, goal=None):
        """Note how many messages a second were dealt with; `goal` is the least."""
        self._add(name, {"per_second": per_second}, None if goal is None else per_second >= goal)

    def ratio(self, name, value, goal):
        """Note how one rate compares with another of the same run; `goal` is the least."""
        self._add(name, {"ratio": value}, value >= goal)

    def _add(self, name, row, reached):
        self.rows[name] = row
        if reached is False:
            self.missed.append(name)
        mark = {True: "reached", False: "MISSED", None: ""}[reached]
        shown = "  ".join(f"{key} {value:10,.3f}" for key, value in row.items())
        print(f"{name:44} {shown}  {mark}", file=sys.stderr)


def _milliseconds(call):
    begun = time.thread_time()
    call()
    return (time.thread_time() - begun) * 1000


def _share(spent, share):
    return spent[min(int(len(spent) * share), len(spent) - 1)]


def lists(report, reader, chance):
    """Measure pages of lists at random depths."""
    keys = [row[0] for row in reader.execute("SELECT last_id FROM conversation")]
    accounts = [row[0] for row in reader.execute("SELECT uid FROM account")]
    convs = [
        row.id
        for _ in range(10)
        for row in conversations.page(reader, View("all"), chance.choice(keys), 30)
    ]

    def pages(view, accounts=(None,)):
        for _ in range(ROUNDS):
            shown = View(view, chance.choice(accounts))
            after = chance.choice(keys)
            yield lambda shown=shown, after=after: conversations.page(reader, shown, after)

    report.latency("all, 50 rows, any depth", pages("all"), goal=1.0)
    report.latency("inbox, 50 rows", pages("inbox"), goal=1.0)
    report.latency("done, 50 rows", pages("done"), goal=1.0)
    report.latency("one account, unread, 50 rows", pages("unread", accounts), goal=1.0)
    report.latency("counts", [lambda: conversations.counts(reader)] * ROUNDS, goal=1.0)
    report.latency(
        "open a conversation",
        [lambda conv=conv: messages.page(reader, conv) for conv in convs[:ROUNDS]],
        goal=1.0,
    )


def searches(report, reader, chance):
    """Measure what is typed into the search field, letter by letter."""

    def finds(texts, view="all"):
        for text in texts:
            query = parse(text, generate.NOW, "Eva")
            yield lambda query=query: search.find(reader, query, View(view))

    terms = [row[0] for row in reader.execute("SELECT term FROM term ORDER BY random() LIMIT 200")]
    common = [row for row in generate.vocabulary(random.Random(42))[:120] if len(row) > 3]
    typed = [word[:n] for word in (*common[:60], *terms[:60]) for n in range(1, len(word) + 1)]
    chance.shuffle(typed)
    typed = typed[: ROUNDS * 2]
    report.latency("search as you type", finds(typed), goal=5.0)
    report.latency("search as you type, in the inbox", finds(typed[:ROUNDS], "inbox"))
    threes = sorted({word[:3] for word in (*common, *terms) if len(word) > 2})
    report.latency("three letters", finds(threes[:ROUNDS]), goal=5.0)
    report.latency("whole words", finds([f"{word} " for word in (*common, *terms)]), goal=5.0)
    report.latency("tag", finds([f"tag:{tag} " for tag in generate.TAGS] * 5), goal=1.0)
    tagged = [f"tag:{tag} ist:ungelesen kanal:facebook" for tag in generate.TAGS]
    report.latency("tag + unread + channel", finds(tagged * 5))
    on = [f"kanal:{name} ist:ungelesen" for name in generate.CHANNELS]
    report.latency("channel + unread, as a query", finds(on * 10), goal=1.0)
    on = [f"{word[:4]} kanal:{name}" for word in common for name in generate.CHANNELS]
    report.latency("word + channel", finds(on[:ROUNDS]))
    pairs = [" ".join(chance.sample(common, 2)) for _ in range(ROUNDS)]
    report.latency("two common words", finds(pairs))
    mixed = [f"{chance.choice(common)} {chance.choice(terms)}" for _ in range(100)]
    report.latency("a common and a rare word", finds(mixed))
    phrases = [f'"{" ".join(chance.sample(common[:40], 3))}"' for _ in range(50)]
    report.latency("a phrase of three common words", finds(phrases))
    excluded = [f"{chance.choice(common)} -{chance.choice(common)}" for _ in range(100)]
    report.latency("one word and not another", finds(excluded))


def fetching(report, file):
    """Measure from a page of messages to their being found; and the same without the index."""
    fresh = list(itertools.islice(generate.messages(60_000, seed=7), 60_000))
    page = [message for account, message in fresh if account == 0]
    with tempfile.TemporaryDirectory(prefix="cm-desktop-") as folder:
        small, made = generate.new_vault(Path(folder) / "small.db")
        with_index = _kept_a_second(small, made[0], page[:20_000])
        report.rate("fetch to searchable, small vault", with_index, goal=8_000)
        small.close()
        small, made = generate.new_vault(Path(folder) / "plain.db")
        without = _kept_a_second(small, made[0], page[:20_000], index=False)
        report.rate("the same without the index", without)
        report.ratio("with the index / without", with_index / without, goal=0.5)
        small.close()
        big = Path(folder) / "big.db"
        shutil.copy(file, big)
        db = Database(big, generate.KEY)
        account = next(one for one in generate.accounts.list_all(db.reader))
        later = [_later(message, n) for n, message in enumerate(page[:5_000])]
        report.rate("fetch to searchable, this vault", _kept_a_second(db, account, later))
        db.close()


def _later(message, n):
    from dataclasses import replace

    new = f"new-{message.remote_id}"
    return replace(message, remote_id=new, created_at=generate.NOW + timedelta(seconds=n))


def _kept_a_second(db, account, page, *, index=True):
    if not index:
        with db.writing() as writer:
            writer.execute("DROP TRIGGER message_indexed")
    begun = time.thread_time()
    for first in range(0, len(page), 1_000):
        with db.writing() as writer:
            keeping.keep(writer, account, page[first : first + 1_000], generate.NOW)
    return len(page) / (time.thread_time() - begun)


def main():
    """Measure everything and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("messages", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--json", action="store_true", help="print the numbers on standard output")
    wanted = parser.parse_args()
    file = generate.vault(wanted.messages)
    print(f"{file.stat().st_size / 2**20:,.0f} MiB, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    report = Report()
    chance = random.Random(1)
    reader = connect(file, generate.KEY, readonly=True)
    lists(report, reader, chance)
    searches(report, reader, chance)
    reader.close()
    fetching(report, file)
    if wanted.json:
        print(json.dumps(report.rows, indent=1))
    sys.exit(1 if report.missed else 0)


if __name__ == "__main__":
    main()
