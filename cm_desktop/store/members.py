"""Members of the team; one of them is who sits at this device."""

from __future__ import annotations

from cm_desktop.domain.errors import UsageError
from cm_desktop.domain.members import Member
from cm_desktop.store.cleaning import clean_name
from cm_desktop.store.connection import Connection

_ALL = "SELECT name, role, me FROM member ORDER BY name COLLATE NOCASE"
_ME = "SELECT name FROM member WHERE me = 1"
_ADD = """
    INSERT INTO member (name, role) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET role = excluded.role
"""
_REMOVE = "DELETE FROM member WHERE name = ? AND me = 0"
_SET_ME = "UPDATE member SET me = (name = ?)"


def list_all(connection: Connection) -> list[Member]:
    """Return the members by name."""
    rows = connection.execute(_ALL)
    return [Member(name=name, role=role, me=bool(me)) for name, role, me in rows]


def me(connection: Connection) -> str:
    """Return the name of who sits at this device, or an empty text while nobody said."""
    row = connection.execute(_ME).fetchone()
    return row[0] if row else ""


def add(connection: Connection, name: str, role: str = "member") -> Member:
    """Add a member, or give one another role. Raises UsageError("no_name") for an empty name."""
    name = " ".join(clean_name(name).split())
    if not name:
        raise UsageError("no_name")
    connection.execute(_ADD, (name, role))
    return next(member for member in list_all(connection) if member.name == name)


def set_me(connection: Connection, name: str) -> Member:
    """Say who sits at this device; added where needed. Raises UsageError("no_name")."""
    member = add(connection, name)
    connection.execute(_SET_ME, (member.name,))
    return Member(name=member.name, role=member.role, me=True)


def remove(connection: Connection, name: str) -> bool:
    """Remove a member other than oneself and return whether there was one."""
    return bool(connection.execute(_REMOVE, (name,)).rowcount)
