"""The demo: a throw-away vault in which a bakery's channels are already connected and read.

And worked on: what the bakery and its agency have tagged, noted, handed over, drafted and
queued stands in the scripts of the demo (`connectors/demo_script.py`) and is done here at
the desk, each deed under the name of who did it and a little after the last message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cm_desktop.connectors.demo import demo_accounts
from cm_desktop.connectors.demo_script import Talk, script, scripts_folder, span_of
from cm_desktop.connectors.demo_stage import look_of, scripted
from cm_desktop.domain.events import MessageSeen
from cm_desktop.domain.ids import ConversationId, fact_id
from cm_desktop.domain.model import Account, Status
from cm_desktop.services import connecting, my_name, reading, syncing, template_files
from cm_desktop.services.clock import utc_now
from cm_desktop.services.desk import Desk
from cm_desktop.services.vault import Vault, open_demo

ME = "Lena (Agentur)"
_OTHERS = ("Jonas", "Frau Morgenrot")
_THINKING = timedelta(minutes=1)
_HELD_SECONDS = 600.0  # the queued reply is still to be seen while one looks around


def open_filled_demo(folder: Path, now: datetime | None = None) -> Vault:
    """Make a demo vault below an empty folder, fetch what its channels have, and fill the desk.

    Nothing leaves this computer. With `now` the channels' clock stands still there.
    """
    vault = open_demo(folder)
    try:
        for config in demo_accounts(now):
            connecting.keep_account(vault, connecting.probe(config))
        syncing.sync_once(vault, send=False)
        fill_desk(vault, now or utc_now())
    except BaseException:
        vault.close()
        raise
    return vault


def fill_desk(vault: Vault, now: datetime) -> None:
    """Do at the desk what the scripts say, for the demo's accounts of a vault.

    Afterwards the agency's Lena sits at this computer.
    """
    my_name.use_name(vault, ME)
    desk = Desk(vault)
    for name in _OTHERS:
        desk.add_member(name)
    template_files.read(vault, scripts_folder() / "templates.json")
    for deed in sorted(_deeds(vault, now), key=lambda deed: deed.at):
        _do(vault, deed, now)
    vault.me = ME


@dataclass(frozen=True, slots=True)
class _Deed:
    at: datetime
    what: str
    value: str
    conversation: ConversationId


def _deeds(vault: Vault, now: datetime) -> Iterator[_Deed]:
    for account in reading.accounts(vault):
        look = look_of(account.settings.get("as", ""))
        ends = _ends(account)
        for talk in script(look.channel).talks:
            if talk.key not in ends:
                continue  # still to come
            at = min(ends[talk.key] + _THINKING, now)
            conversation = ConversationId(
                fact_id(account.channel, account.remote_id, "conversation", talk.key)
            )
            for what, value in _with_usual_end(talk):
                yield _Deed(at, what, value, conversation)


def _ends(account: Account) -> dict[str, datetime]:
    """Return when the last message of each conversation came, up to now."""
    start = datetime.fromisoformat(account.settings["start"])
    ends: dict[str, datetime] = {}
    for moment in scripted(look_of(account.settings.get("as", "")), start):
        if isinstance(moment.what, MessageSeen) and moment.at <= start:
            ends[moment.what.conversation.remote_id] = moment.at
    return ends


def _with_usual_end(talk: Talk) -> list[tuple[str, str]]:
    """Return what was done with a conversation; done is also what we had the last word in."""
    words = {what for what, _value in talk.deeds}
    if talk.lines[-1].ours and not words & {"status", "snooze", "draft", "queued", "handoff"}:
        return [*talk.deeds, ("status", Status.DONE.value)]
    return talk.deeds


def _do(vault: Vault, deed: _Deed, now: datetime) -> None:
    who, at, value = ME, deed.at, deed.value
    if deed.what == "note":
        who, _, value = value.partition(": ")
    if deed.what == "handoff":
        who, _, value = value.partition(" > ")
    if deed.what in ("queued", "draft"):
        at = now
    vault.me = who
    _DO[deed.what](Desk(vault, now=lambda: at), deed.conversation, value, now)


def _tag(desk: Desk, conversation: ConversationId, value: str, _now: datetime) -> None:
    for name in value.split(", "):
        desk.tag(conversation, name)


def _hand_over(desk: Desk, conversation: ConversationId, value: str, now: datetime) -> None:
    receiver, _, asked = value.partition(": ")
    desk.hand_over(conversation, receiver, asked, until=now + timedelta(hours=3))


def _queue(desk: Desk, conversation: ConversationId, value: str, _now: datetime) -> None:
    desk.reply(conversation, value, hold_seconds=_HELD_SECONDS)


def _snooze(desk: Desk, conversation: ConversationId, value: str, now: datetime) -> None:
    desk.snooze(conversation, now + span_of(value))


_DO: dict[str, Callable[[Desk, ConversationId, str, datetime], object]] = {
    "assign": lambda desk, conversation, value, _now: desk.assign(conversation, value),
    "draft": lambda desk, conversation, value, _now: desk.save_draft(conversation, value),
    "handoff": _hand_over,
    "note": lambda desk, conversation, value, _now: desk.note(conversation, value),
    "queued": _queue,
    "snooze": _snooze,
    "status": lambda desk, conversation, value, _now: desk.set_status(conversation, Status(value)),
    "tag": _tag,
}
