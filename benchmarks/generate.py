"""Make a vault with a million messages: the same one for the same number and program.

`python -m benchmarks.generate [MESSAGES]` prints the file. It is kept in a folder below the
system's temporary one and made anew when what makes it changes.
"""

import hashlib
import itertools
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cm_desktop.domain.events import MessageSeen, SeenAuthor, SeenConversation, SeenPost
from cm_desktop.domain.ids import AccountId
from cm_desktop.domain.model import Account, Direction, Kind
from cm_desktop.domain.policy import Ability, ChannelPolicy
from cm_desktop.store import accounts, connection, keeping, members
from cm_desktop.store.connection import Database
from cm_desktop.store.migrations import migrate

KEY = bytes(range(32))
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CHANNELS = (
    "facebook", "instagram", "mastodon", "wordpress", "mail", "telegram",
    "youtube", "bluesky", "discourse", "matrix", "x", "linkedin",
)  # fmt: skip
TAGS = [f"tag{n}" for n in range(20)]
WORDS = 36_000
_IN_A_TRANSACTION = 5_000
# What decides what the file holds.
_MAKERS = ("connection.py", "m0001_first.sql", "folding.py", "indexing.py")
_YEARS = timedelta(days=3 * 365)

_COMMON = """
ich die und der ist das nicht sie es ein in zu mit auf haben wir auch für von den dem eine bei
wie noch nur kann was mir wenn am schon oder sehr mehr hallo danke bitte gern morgen heute uhr
i the and you to a of is in for it on are we have not my this can your with be at do will thank
please hello order bread open question answer lieferung bestellung rechnung rückgabe öffnungszeit
brötchen kuchen filiale gutschein größe straße müller termin reklamation passwort passt passiert
""".split()
_SYLLABLES = (
    "be ge ver an aus ein zu lie fer ung keit lich heit schaft ten ster sam mer bro kra fel gar "
    "pre con tion ment able over under sta tra mi no re ka lo fi du ri so pa te ma li ner sen tag "
    "über öl mär küh groß weiß stück tür"
).split()
_EMOJI = "😀😂👍🙏❤️🎉😡🤔🥐🍞"


def vocabulary(chance):
    """Return words by rank: the common ones first, then made up ones of two to four syllables."""
    words = dict.fromkeys(_COMMON)
    while len(words) < WORDS:
        words["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))] = None
    return list(words)


def texts(chance):
    """Yield texts of 200 characters on average, their words as frequent as in real ones."""
    words = vocabulary(chance)
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
    while True:
        for word_count in chance.choices((3, 8, 15, 30, 60, 100), (8, 18, 24, 28, 16, 6), k=5_000):
            chosen = chance.choices(words, cum_weights=weights, k=word_count)
            chosen[0] = chosen[0].capitalize()
            if chance.random() < 0.2:
                chosen.append(chance.choice(_EMOJI))
            yield " ".join(chosen) + "."


def messages(count, seed=42):
    """Yield (number of the account, message), oldest first; a third of them are replies."""
    chance = random.Random(seed)
    said = texts(chance)
    us = SeenAuthor(remote_id="us", name="Bakery", handle="bakery")
    people = list(_people(chance, count // 8))
    places = _places(chance, count // 8)
    step = _YEARS / count
    for n in range(count):
        # Talk is about what is new: conversations come and go in the order of time.
        centre = n * len(places) // count
        number = min(max(int(chance.gauss(centre, 30)), 0), len(places) - 1)
        account, conversation = places[number]
        ours = chance.random() < 0.3
        yield (
            account,
            MessageSeen(
                remote_id=f"m{n}",
                conversation=conversation,
                direction=Direction.OUT if ours else Direction.IN,
                author=us if ours else people[number],
                text=next(said),
                created_at=NOW - _YEARS + step * n,
                seen_by_us=chance.random() > 0.08,
                language=chance.choice((None, "de", "en")),
            ),
        )


def _people(chance, count):
    """Yield who began each conversation: mostly somebody new, else one of before."""
    names = vocabulary(chance)
    seen = []
    for n in range(max(count, 1)):
        if seen and chance.random() < 0.4:
            yield chance.choice(seen[-5_000:])
            continue
        name, family = chance.choice(names[100:3_000]), chance.choice(names[100:9_000])
        full = f"{name.title()} {family.title()}"
        seen.append(SeenAuthor(remote_id=f"p{n}", name=full, handle=f"{name}{n}"))
        yield seen[-1]


def _places(chance, count):
    places = []
    for n in range(max(count, 1)):
        post = SeenPost(remote_id=f"post{n // 9}", title=f"post {n // 9}") if n % 3 else None
        kind = Kind.COMMENTS if post else Kind.DIRECT
        account = min(int(chance.expovariate(0.4)), len(CHANNELS) - 1)
        place = SeenConversation(remote_id=f"c{n}", kind=kind, title="", post=post)
        places.append((account, place))
    return places


def new_vault(file):
    """Return a new vault's database and its accounts, one on each channel."""
    connection.create(file, KEY).close()
    db = Database(file, KEY)
    migrate(db)
    policy = ChannelPolicy(abilities=frozenset(Ability))
    made = []
    with db.writing() as writer:
        members.set_me(writer, "Eva")
        for channel in CHANNELS:
            uid = AccountId(hashlib.md5(channel.encode(), usedforsecurity=False).hexdigest())
            account = Account(id=uid, channel=channel, remote_id="us", title=f"Bakery {channel}")
            made.append(accounts.add(writer, account, secret={}, policy=policy, now=NOW))
    return db, made


def fill(db, made, count):
    """Keep messages as a fetch does; page by page of one account after the other."""
    waiting = [[] for _ in made]
    for account, message in messages(count):
        waiting[account].append(message)
        if len(waiting[account]) >= _IN_A_TRANSACTION:
            _keep(db, made[account], waiting[account])
            waiting[account] = []
    for account, rest in zip(made, waiting, strict=True):
        _keep(db, account, rest)


def _keep(db, account, some):
    with db.writing() as writer:
        keeping.keep(writer, account, some, NOW)


_WORK = (
    # Nine of ten are done, and what is older than a month nearly always.
    """UPDATE conversation SET status = 'done'
        WHERE id * 2654435761 % 1000 < iif(last_id < :month, 998, 700)""",
    "UPDATE conversation SET status = 'waiting' WHERE status = 'open' AND id % 5 = 0",
    "UPDATE conversation SET assignee = iif(id % 2, 'Eva', 'Tom') WHERE id % 4 = 0",
    """INSERT INTO tag (name, folded, colour)
       SELECT value, value, key % 8 FROM json_each(:tags)""",
    """INSERT OR IGNORE INTO conv_tag (tag_id, last_id, conv_id)
       SELECT t.id, c.last_id, c.id FROM tag AS t CROSS JOIN conversation AS c
        WHERE (c.id * 2654435761 + t.id * 40503) % (t.id * t.id * 5) = 0""",
)


def work(db):
    """Do what a team does in years: close, assign and tag conversations."""
    import json

    month = int((NOW - timedelta(days=30)).timestamp() * 1000) << 20
    with db.writing() as writer:
        for statement in _WORK:
            writer.execute(statement, {"month": month, "tags": json.dumps(TAGS)})


def vault(count):
    """Return the file of a vault with that many messages; made where there is none."""
    root = Path(__file__).parent.parent
    store = root / "cm_desktop" / "store"
    makers = [Path(__file__), *(store / name for name in _MAKERS)]
    state = hashlib.sha256(b"".join(one.read_bytes() for one in makers))
    folder = Path(tempfile.gettempdir()) / "cm-desktop-bench"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{count}-{state.hexdigest()[:12]}.db"
    if not file.exists():
        for old in folder.glob(f"{count}-*"):
            old.unlink()
        part = file.with_suffix(".part")
        begun = time.thread_time()
        db, made = new_vault(part)
        fill(db, made, count)
        print(
            f"kept {count / (time.thread_time() - begun):,.0f} messages a second", file=sys.stderr
        )
        work(db)
        db.close()
        part.rename(file)
    return file


if __name__ == "__main__":
    print(vault(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
