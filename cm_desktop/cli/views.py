"""The objects of the command line's JSON that only the command line has; keys are a contract."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cm_desktop.cli.errors import error_json
from cm_desktop.domain.errors import CmError, RateLimitedError
from cm_desktop.domain.events import GapFound
from cm_desktop.domain.log import LoggedEvent
from cm_desktop.domain.members import Member
from cm_desktop.domain.model import Account, Handoff, Message, Template
from cm_desktop.services.contract_json import (
    Json,
    conversation_json,
    message_json,
    note_json,
    outbox_json,
    stamp,
)
from cm_desktop.services.sentences import explain

if TYPE_CHECKING:  # only names of types: each costs time to import
    from cm_desktop.services.account_forms import Finding
    from cm_desktop.services.account_health import AccountHealth
    from cm_desktop.services.reading import Thread
    from cm_desktop.services.syncing import AccountReport, SyncReport
    from cm_desktop.services.vault import VaultInfo


def vault_json(info: VaultInfo) -> Json:
    """Return a vault."""
    return {
        "name": info.name,
        "title": info.title,
        "key_kind": info.key_kind or None,
        "size": info.size,
        "folder": str(info.folder),
    }


def account_json(account: Account) -> Json:
    """Return an account; secrets are no part of it."""
    return {
        "id": account.id,
        "channel": account.channel,
        "remote_id": account.remote_id,
        "title": account.title,
        "handle": account.handle or None,
        "url": account.url or None,
        "health": account.health,
        "trouble": account.trouble or None,
        "last_ok_at": stamp(account.last_ok_at),
        "next_fetch_at": stamp(account.next_fetch_at),
        "paused": account.paused,
        "unread": account.unread,
    }


def finding_json(channel: str, found: Finding) -> Json:
    """Return what stands behind an address."""
    return {
        "channel": channel,
        "software": found.software,
        "title": found.title or None,
        "text_limit": found.text_limit,
        "text_unit": found.text_unit,
        "url": found.url or None,
    }


def health_json(health: AccountHealth) -> Json:
    """Return how an account is doing."""
    account, allowed = health.account, health.standing.allowance
    return {
        "id": account.id,
        "channel": account.channel,
        "health": account.health,
        "last_ok_at": stamp(account.last_ok_at),
        "next_fetch_at": stamp(account.next_fetch_at),
        "paused": account.paused,
        "signed_in_until": stamp(health.standing.signed_in_until),
        "allowance": allowed
        and {
            "left": allowed.left,
            "most": allowed.most,
            "renewed_at": stamp(allowed.renewed_at),
        },
        "gaps": gaps_json(health.gaps),
        "error": _trouble_json(account.trouble, health.detail),
    }


def gaps_json(gaps: Iterable[GapFound]) -> list[Json]:
    """Return spans of time of which not everything was told."""
    return [{"begin": stamp(gap.begin), "end": stamp(gap.end), "lost": gap.lost} for gap in gaps]


def _trouble_json(code: str, detail: str) -> Json | None:
    if not code:
        return None
    sentence = explain(code, detail)
    return {
        "code": code,
        "message": sentence.what,
        "what_to_do": sentence.what_to_do,
        "detail": detail or None,
    }


def sync_json(report: SyncReport) -> Json:
    """Return what a pass did, account by account."""
    return {"accounts": [_account_report(one) for one in report.accounts], "woken": report.woken}


def thread_json(
    thread: Thread, messages: Iterable[Message], history: Iterable[LoggedEvent]
) -> Json:
    """Return a conversation with everything that belongs to it, oldest first."""
    return conversation_json(thread.conversation) | {
        "messages": [message_json(message) for message in messages],
        "notes": [note_json(note) for note in thread.notes],
        "handoffs": [handoff_json(handoff) for handoff in thread.handoffs],
        "events": [event_json(event) for event in history],
        "outbox": [outbox_json(row) for row in thread.outbox],
        "drafts": [
            {"mode": draft.mode, "text": draft.text, "changed_at": stamp(draft.changed_at)}
            for draft in thread.drafts
        ],
    }


def event_json(event: LoggedEvent) -> Json:
    """Return an entry of the event log."""
    return {
        "seq": event.seq,
        "event": event.kind,
        "at": stamp(event.at),
        "member": event.member or None,
        "conversation": event.conversation,
        "body": dict(event.body),
        "hash": event.hash,
    }


def handoff_json(handoff: Handoff) -> Json:
    """Return a handoff."""
    return {
        "id": handoff.id,
        "conversation": handoff.conversation,
        "sender": handoff.sender,
        "receiver": handoff.receiver,
        "asked": handoff.asked,
        "created_at": stamp(handoff.created_at),
        "until": stamp(handoff.until),
        "state": handoff.state,
        "answered_at": stamp(handoff.answered_at),
        "answer": handoff.answer or None,
    }


def template_json(template: Template) -> Json:
    """Return a template."""
    return {
        "id": template.id,
        "name": template.name,
        "text": template.text,
        "shortcut": template.shortcut or None,
        "language": template.language or None,
        "channel": template.channel or None,
        "version": template.version,
        "used": template.used,
    }


def member_json(member: Member) -> Json:
    """Return a member of the team."""
    return {"name": member.name, "role": member.role, "me": member.me}


def _account_report(report: AccountReport) -> Json:
    return {
        "id": report.id,
        "channel": report.channel,
        "new": report.new,
        "updated": report.updated,
        "gone": report.gone,
        "sent": report.sent,
        "errors": [_report_error(error) for error in report.errors],
        "skipped": report.skipped,
    }


def _report_error(error: CmError) -> Json:
    wait = error.wait_seconds if isinstance(error, RateLimitedError) else None
    told = error_json(error)
    return {"code": told["code"], "message": told["message"], "retry_after": wait} | {
        "what_to_do": told["what_to_do"],
        "detail": told["detail"],
    }
