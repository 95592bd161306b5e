"""Accounts: sign-in, cursor, health, policy, and how we stand with the channel."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.ids import AccountId
from cm_desktop.domain.model import Account, Health, Kind
from cm_desktop.domain.policy import Ability, ChannelPolicy, TextUnit
from cm_desktop.domain.standing import Allowance, Standing
from cm_desktop.store.connection import Connection
from cm_desktop.store.rows import canonical, map_of, map_text, stamp, stamp_or_none, time_or_none

_HEAD = """
    SELECT a.uid, a.channel, a.remote_id, a.title, a.handle, a.url, a.settings, a.health,
           a.trouble, a.last_ok_ms, a.next_fetch_ms, a.paused,
           (SELECT coalesce(sum(unread), 0) FROM account_stat WHERE account_id = a.id)
      FROM account AS a
"""
_ALL = _HEAD + " WHERE a.removed_ms IS NULL OR ? ORDER BY a.id"
_ONE = _HEAD + " WHERE a.uid = ?"
_ROW = "SELECT id FROM account WHERE uid = ?"
_SAME = "SELECT uid, removed_ms FROM account WHERE channel = ? AND remote_id = ?"
_ADD = """
    INSERT INTO account (uid, channel, remote_id, handle, title, url, settings, secret, policy,
                         health, paused, created_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'new', ?, ?)
"""
_BACK = """
    UPDATE account
       SET handle = ?, title = ?, url = ?, settings = ?, secret = ?, policy = ?, health = 'new',
           trouble = '', trouble_detail = '', failures = 0, next_fetch_ms = NULL, paused = ?,
           removed_ms = NULL
     WHERE uid = ?
"""


def add(
    connection: Connection,
    account: Account,
    *,
    secret: Mapping[str, str],
    policy: ChannelPolicy,
    now: datetime,
) -> Account:
    """Add an account and return it as it lies in the vault.

    One that was removed without erasing comes back with its id, its past and its cursor.
    Raises UsageError("account_exists") if it is signed in already.
    """
    same = connection.execute(_SAME, (account.channel, account.remote_id)).fetchone()
    described = (account.handle, account.title, account.url, map_text(account.settings))
    signed = (map_text(secret), policy_text(policy))
    if same is None:
        named = (account.id, account.channel, account.remote_id)
        connection.execute(_ADD, (*named, *described, *signed, account.paused, stamp(now)))
        return by_id(connection, account.id)
    if same[1] is None:
        raise UsageError("account_exists", account.handle or account.remote_id)
    connection.execute(_BACK, (*described, *signed, account.paused, same[0]))
    return by_id(connection, AccountId(same[0]))


def list_all(connection: Connection, *, with_removed: bool = False) -> list[Account]:
    """Return the accounts in the order they were added."""
    return [_account(row) for row in connection.execute(_ALL, (with_removed,))]


def by_id(connection: Connection, account: AccountId) -> Account:
    """Return an account, also a removed one. Raises UsageError("no_account")."""
    row = connection.execute(_ONE, (account,)).fetchone()
    if row is None:
        raise UsageError("no_account", account)
    return _account(row)


_HERE = "SELECT 1 FROM account WHERE uid = ? AND removed_ms IS NULL"


def is_here(connection: Connection, account: AccountId) -> bool:
    """Return whether an account is there and was not removed: only then it may be asked or sent."""
    return connection.execute(_HERE, (account,)).fetchone() is not None


def row_of(connection: Connection, account: AccountId) -> int:
    """Return an account's row in this vault. Raises UsageError("no_account")."""
    row = connection.execute(_ROW, (account,)).fetchone()
    if row is None:
        raise UsageError("no_account", account)
    return int(row[0])


_DESCRIBE = "UPDATE account SET title = ?, handle = ?, url = ?, settings = ? WHERE uid = ?"


def describe(connection: Connection, account: Account) -> None:
    """Write title, handle, address and settings of an account as they are now."""
    values = (account.title, account.handle, account.url, map_text(account.settings), account.id)
    _change(connection, account.id, _DESCRIBE, values)


_SECRET = "SELECT secret FROM account WHERE uid = ?"  # noqa: S105  # a statement, no secret
_SET_SECRET = "UPDATE account SET secret = ? WHERE uid = ?"  # noqa: S105


def secret(connection: Connection, account: AccountId) -> dict[str, str]:
    """Return what signs an account in. Never log it. Raises UsageError("no_account")."""
    return map_of(_value(connection, account, _SECRET))


def set_secret(connection: Connection, account: AccountId, values: Mapping[str, str]) -> None:
    """Replace what signs an account in. Raises UsageError("no_account")."""
    _change(connection, account, _SET_SECRET, (map_text(values), account))


_STANDING = "SELECT standing FROM account WHERE uid = ?"
_SET_STANDING = "UPDATE account SET standing = ? WHERE uid = ?"


def standing(connection: Connection, account: AccountId) -> Standing:
    """Return how an account stands, as its channel said last. Raises UsageError("no_account")."""
    kept: dict[str, Any] = json.loads(_value(connection, account, _STANDING))
    allowed = kept.get("allowance")
    return Standing(
        signed_in_until=time_or_none(kept.get("signed_in_until")),
        allowance=allowed
        and Allowance(
            left=allowed["left"],
            most=allowed["most"],
            renewed_at=time_or_none(allowed["renewed_at"]),
        ),
    )


def set_standing(connection: Connection, account: AccountId, stands: Standing) -> None:
    """Keep how an account stands. Raises UsageError("no_account")."""
    allowed = stands.allowance
    kept = {
        "signed_in_until": stamp_or_none(stands.signed_in_until),
        "allowance": allowed
        and {
            "left": allowed.left,
            "most": allowed.most,
            "renewed_at": stamp_or_none(allowed.renewed_at),
        },
    }
    _change(connection, account, _SET_STANDING, (canonical(kept), account))


_CURSOR = "SELECT cursor FROM account WHERE uid = ?"
_SAVE_CURSOR = "UPDATE account SET cursor = ? WHERE uid = ?"


def cursor(connection: Connection, account: AccountId) -> str | None:
    """Return where fetching goes on; None: at the beginning. Raises UsageError("no_account")."""
    value: str | None = _value(connection, account, _CURSOR)
    return value


def save_cursor(connection: Connection, account: AccountId, value: str | None) -> None:
    """Keep where fetching goes on, in the transaction of what it covers."""
    _change(connection, account, _SAVE_CURSOR, (value, account))


_POLICY = "SELECT policy FROM account WHERE uid = ?"
_SET_POLICY = "UPDATE account SET policy = ? WHERE uid = ?"


def policy(connection: Connection, account: AccountId) -> ChannelPolicy:
    """Return what the channel allows this account. Raises UsageError("no_account")."""
    return policy_of(_value(connection, account, _POLICY))


def set_policy(connection: Connection, account: AccountId, value: ChannelPolicy) -> None:
    """Replace what the channel allows this account. Raises UsageError("no_account")."""
    _change(connection, account, _SET_POLICY, (policy_text(value), account))


_HEALTH = """
    UPDATE account
       SET health = ?1, trouble = ?2, trouble_detail = ?3, next_fetch_ms = ?4,
           failures = iif(?1 = 'ok', 0, failures + 1),
           last_ok_ms = iif(?1 = 'ok', ?5, last_ok_ms)
     WHERE uid = ?6
"""
_FAILURES = "SELECT failures FROM account WHERE uid = ?"
_DETAIL = "SELECT trouble_detail FROM account WHERE uid = ?"


def set_health(  # noqa: PLR0913  # one contact, told at once
    connection: Connection,
    account: AccountId,
    health: Health,
    *,
    now: datetime,
    trouble: str = "",
    detail: str = "",
    next_fetch_at: datetime | None = None,
) -> int:
    """Keep how a contact with the channel went and return how many failed in a row.

    `trouble` is the code of an error, `detail` technical and without texts, names or tokens.
    """
    values = (health.value, trouble, detail, stamp_or_none(next_fetch_at), stamp(now), account)
    _change(connection, account, _HEALTH, values)
    return failures(connection, account)


def failures(connection: Connection, account: AccountId) -> int:
    """Return how many contacts in a row went wrong. Raises UsageError("no_account")."""
    return int(_value(connection, account, _FAILURES))


def trouble_detail(connection: Connection, account: AccountId) -> str:
    """Return the technical detail of the last trouble. Raises UsageError("no_account")."""
    return str(_value(connection, account, _DETAIL))


_PAUSE = "UPDATE account SET paused = ? WHERE uid = ?"
_NEXT_FETCH = "UPDATE account SET next_fetch_ms = ? WHERE uid = ?"


def pause(connection: Connection, account: AccountId) -> None:
    """Neither fetch nor send for an account until `resume`."""
    _change(connection, account, _PAUSE, (1, account))


def resume(connection: Connection, account: AccountId) -> None:
    """Fetch and send for an account again."""
    _change(connection, account, _PAUSE, (0, account))


def set_next_fetch(connection: Connection, account: AccountId, at: datetime | None) -> None:
    """Say when to fetch next; None: as soon as possible."""
    _change(connection, account, _NEXT_FETCH, (stamp_or_none(at), account))


_SIGN_OUT = """
    UPDATE account SET removed_ms = ?, paused = 1, secret = '{}', next_fetch_ms = NULL
     WHERE uid = ?
"""
_ERASE = "DELETE FROM account WHERE uid = ?"
_ERASE_COUNTS = "DELETE FROM account_stat WHERE account_id = ?"


def remove(connection: Connection, account: AccountId, *, now: datetime) -> None:
    """Sign an account out and forget its secret; what it brought stays readable."""
    _change(connection, account, _SIGN_OUT, (stamp(now), account))


def erase(connection: Connection, account: AccountId) -> None:
    """Delete an account with all it brought. `search.forget_erased` clears the index of it.

    Raises UsageError("no_account").
    """
    row = row_of(connection, account)
    connection.execute(_ERASE, (account,))
    connection.execute(_ERASE_COUNTS, (row,))


def policy_text(policy: ChannelPolicy) -> str:
    """Return a policy as its column holds it; spans of time are seconds."""
    return canonical(
        {
            "abilities": sorted(policy.abilities),
            "own_only": sorted(policy.own_only),
            "answered_there": policy.answered_there,
            "text_limit": policy.text_limit,
            "text_unit": policy.text_unit,
            "byte_limit": policy.byte_limit,
            "reply_windows": {
                kind.value: window.total_seconds() for kind, window in policy.reply_windows.items()
            },
            "retention": _seconds(policy.retention),
            "bulk_allowed": policy.bulk_allowed,
            "poll_seconds": policy.poll_seconds,
            "can_read_back": policy.can_read_back,
            "repeat_is_safe": policy.repeat_is_safe,
            "simulated": policy.simulated,
        }
    )


def policy_of(text: str) -> ChannelPolicy:
    """Return the policy that a column holds; what only a newer program knows is left out."""
    values: dict[str, Any] = json.loads(text)
    known = set(Ability)
    for name in ("abilities", "own_only"):
        values[name] = frozenset(Ability(one) for one in values.get(name, ()) if one in known)
    values["text_unit"] = TextUnit(values.get("text_unit", TextUnit.CHARACTERS))
    kinds = set(Kind)
    values["reply_windows"] = {
        Kind(name): timedelta(seconds=seconds)
        for name, seconds in values.get("reply_windows", {}).items()
        if name in kinds
    }
    seconds = values.get("retention")
    values["retention"] = None if seconds is None else timedelta(seconds=seconds)
    return ChannelPolicy(**values)


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def _value(connection: Connection, account: AccountId, sql: str) -> Any:
    row = connection.execute(sql, (account,)).fetchone()
    if row is None:
        raise UsageError("no_account", account)
    return row[0]


def _change(connection: Connection, account: AccountId, sql: str, values: Sequence[Any]) -> None:
    if connection.execute(sql, values).rowcount != 1:
        raise UsageError("no_account", account)


def _account(row: Sequence[Any]) -> Account:
    (
        uid, channel, remote_id, title, handle, url, settings, health, trouble, last_ok,
        next_fetch, paused, unread,
    ) = row  # fmt: skip
    return Account(
        id=AccountId(uid),
        channel=channel,
        remote_id=remote_id,
        title=title,
        handle=handle,
        url=url,
        settings=map_of(settings),
        health=Health(health),
        trouble=trouble,
        last_ok_at=time_or_none(last_ok),
        next_fetch_at=time_or_none(next_fetch),
        paused=bool(paused),
        unread=unread,
    )
