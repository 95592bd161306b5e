"""Who sits at this computer: the name under which everything is written."""

from __future__ import annotations

from cm_desktop.domain.members import Member
from cm_desktop.services.clock import Now, utc_now
from cm_desktop.services.vault import Vault
from cm_desktop.store import events, members


def use_name(vault: Vault, name: str, *, now: Now = utc_now) -> Member:
    """Work under another name from now on; the member is added if new.

    What was written before keeps the name it was written under. Raises UsageError("no_name").
    """
    with vault.db.writing() as connection:
        member = members.set_me(connection, name)
        events.append(
            connection, "name_chosen", member=member.name, body={"before": vault.me}, at=now()
        )
        events.seal(connection)
    vault.me = member.name
    return member
