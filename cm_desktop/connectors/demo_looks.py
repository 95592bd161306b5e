"""The twelve channels that the demo can look like: who the bakery is there, and what is possible.

The rules are those of the true channels in November 2026; `simulated` says that nobody is
reached. Only the polling is quicker, so that something happens while one looks on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cm_desktop.domain.model import Kind
from cm_desktop.domain.policy import Ability, ChannelPolicy, TextUnit

_POLL_SECONDS = 15
_ALL = frozenset(Ability)
_OWN = frozenset({Ability.REPLY, Ability.EDIT, Ability.DELETE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The bakery on one channel. `host` is where its pages would lie; none of them exists."""

    channel: str
    title: str
    handle: str
    host: str
    policy: ChannelPolicy


def _policy(  # noqa: PLR0913  (the columns of the table below)
    *abilities: Ability,
    limit: int | None = None,
    unit: TextUnit = TextUnit.CHARACTERS,
    bytes_: int | None = None,
    window: timedelta | None = None,  # of direct messages
    retention: timedelta | None = None,
    bulk: bool = True,
    read_back: bool = True,
    repeat: bool = False,
) -> ChannelPolicy:
    return ChannelPolicy(
        abilities=frozenset(abilities),
        text_limit=limit,
        text_unit=unit,
        byte_limit=bytes_,
        reply_windows={} if window is None else {Kind.DIRECT: window},
        retention=retention,
        bulk_allowed=bulk,
        can_read_back=read_back,
        repeat_is_safe=repeat,
        poll_seconds=_POLL_SECONDS,
        simulated=True,
    )


LOOKS = {
    look.channel: look
    for look in (
        Look(
            channel="instagram",
            title="morgenrot.brot",
            handle="morgenrot.brot",
            host="instagram.example",
            # Seven days is what a person may take for a direct message; comments have no end.
            policy=_policy(
                *(Ability.REPLY, Ability.PRIVATE, Ability.HIDE, Ability.DELETE, Ability.LIKE),
                Ability.BLOCK,
                limit=2200,
                window=timedelta(days=7),
            ),
        ),
        Look(
            channel="facebook",
            title="Bäckerei Morgenrot",
            handle="baeckereimorgenrot",
            host="facebook.example",
            policy=_policy(
                *(Ability.REPLY, Ability.PRIVATE, Ability.EDIT, Ability.HIDE, Ability.DELETE),
                *(Ability.LIKE, Ability.BLOCK),
                limit=8000,
                window=timedelta(days=7),
            ),
        ),
        Look(
            channel="google-business",
            title="Marktgasse 7",
            handle="",
            host="maps.example",
            policy=_policy(*_OWN, limit=4096, unit=TextUnit.BYTES),
        ),
        Look(
            channel="mail",
            title="moin@morgenrot.example",
            handle="moin@morgenrot.example",
            host="morgenrot.example",
            policy=_policy(Ability.REPLY, Ability.SPAM, Ability.DELETE),
        ),
        Look(
            channel="wordpress",
            title="Backstubenblog",
            handle="morgenrot",
            host="blog.morgenrot.example",
            policy=_policy(
                *(*_OWN, Ability.HIDE, Ability.APPROVE, Ability.HOLD, Ability.SPAM), bytes_=65_525
            ),
        ),
        Look(
            channel="x",
            title="Bäckerei Morgenrot",
            handle="@morgenrot_brot",
            host="x.example",
            policy=_policy(
                *(Ability.REPLY, Ability.HIDE, Ability.DELETE, Ability.MUTE),
                limit=280,
                unit=TextUnit.WEIGHTED,
                bulk=False,
            ),
        ),
        Look(
            channel="mastodon",
            title="Morgenrot 🥨",
            handle="@morgenrot@brot.example",
            host="brot.example",
            policy=_policy(
                *(*_OWN, Ability.PRIVATE, Ability.LIKE, Ability.BLOCK, Ability.MUTE),
                Ability.REPORT,
                limit=500,
                unit=TextUnit.MASTODON,
                repeat=True,
            ),
        ),
        Look(
            channel="bluesky",
            title="Bäckerei Morgenrot",
            handle="@morgenrot.example",
            host="bluesky.example",
            policy=_policy(
                *(Ability.REPLY, Ability.PRIVATE, Ability.HIDE, Ability.DELETE, Ability.LIKE),
                *(Ability.BLOCK, Ability.MUTE, Ability.REPORT),
                limit=300,
                unit=TextUnit.GRAPHEMES,
                bytes_=3000,
                repeat=True,
            ),
        ),
        Look(
            channel="youtube",
            title="Morgenrot backt",
            handle="@morgenrotbackt",
            host="youtube.example",
            policy=_policy(
                *(*_OWN, Ability.HOLD, Ability.APPROVE, Ability.HIDE, Ability.BLOCK),
                limit=10_000,
                retention=timedelta(days=30),
                bulk=False,
            ),
        ),
        Look(
            channel="linkedin",
            title="Morgenrot GmbH",
            handle="baeckerei-morgenrot",
            host="linkedin.example",
            policy=_policy(
                *(*_OWN, Ability.LIKE),
                limit=1250,
                retention=timedelta(hours=48),
                bulk=False,
            ),
        ),
        Look(
            channel="telegram",
            title="Vorbestellung",
            handle="@morgenrot_bot",
            host="telegram.example",
            policy=_policy(
                *(*_OWN, Ability.BLOCK, Ability.MUTE),
                limit=4096,
                unit=TextUnit.UTF16,
                read_back=False,
            ),
        ),
        Look(
            channel="discourse",
            title="Sauerteigfreunde",
            handle="morgenrot",
            host="forum.sauerteig.example",
            policy=_policy(
                *(*_OWN, Ability.PRIVATE, Ability.LIKE, Ability.MUTE, Ability.REPORT),
                limit=32_000,
            ),
        ),
    )
}

# An account without a look of its own shows a handful of everything and may do everything.
MIXED = Look(
    channel="demo",
    title="Bäckerei Morgenrot",
    handle="morgenrot",
    host="morgenrot.example",
    policy=ChannelPolicy(abilities=_ALL, poll_seconds=_POLL_SECONDS, simulated=True),
)
