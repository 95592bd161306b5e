"""The screens of connecting and of an account's health, filled for a picture without a network."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cm_desktop.domain.events import GapFound
from cm_desktop.domain.model import Health
from cm_desktop.domain.standing import Allowance, Standing
from cm_desktop.services import noting_down, reading
from cm_desktop.services.account_forms import Finding
from cm_desktop.services.account_health import AccountHealth, account_health
from cm_desktop.ui.dialogs.browser_way import Stage
from cm_desktop.ui.dialogs.connect_page import ConnectDialog
from cm_desktop.ui.dialogs.health import HealthDialog
from cm_desktop.ui.taken import Taken

if TYPE_CHECKING:
    from cm_desktop.ui.main_window import MainWindow

_SITE, _SERVER = "https://www.example.com", "mastodon.social"
_COPIED = """Greta Sandmann
Die Mohnschnecken sind himmlisch, aber am Samstag war um neun schon alles weg.
https://www.facebook.com/baeckerei.morgenrot/posts/4711"""

_ANSWER = "Danke für das Lob. Ab Samstag backen wir doppelt so viele."


def connect_steps(window: MainWindow) -> None:
    """Show the steps and fields of a website."""
    dialog = ConnectDialog(window.context, window, "wordpress")
    dialog.open()
    if dialog.form is not None:
        dialog.form.lines["url"].setText(_SITE)


def connect_found(window: MainWindow) -> ConnectDialog:
    """Show what was found behind an address that was typed."""
    dialog = ConnectDialog(window.context, window, "mastodon")
    dialog.open()
    if dialog.form is not None and dialog.form.check is not None:
        dialog.form.lines["url"].setText(_SERVER)
        dialog.form.check.stop()
        finding = Finding(software="Mastodon", title=_SERVER, text_limit=500)
        dialog.form.check.show_finding(finding)
    return dialog


def connect_browser(window: MainWindow) -> None:
    """Show how the window waits for the browser."""
    dialog = connect_found(window)
    way = dialog.form.secrets.way if dialog.form is not None else None
    if way is not None:
        way.show_stage(Stage.WAIT)


def connect_preview(window: MainWindow) -> None:
    """Show the newest messages before an account is kept."""
    dialog = ConnectDialog(window.context, window, "demo")
    dialog.open()
    dialog.check.click()


def health(window: MainWindow) -> None:
    """Show an account whose sign-in ends soon, and of which something is missing."""
    context = window.context
    accounts = reading.accounts(context.vault)
    account = next((one for one in accounts if context.channel_of(one) == "mastodon"), accounts[0])
    now = context.now()

    def read() -> AccountHealth:
        return _with_history(account_health(context.vault, account.id), now)

    HealthDialog(context, account, window, read=read).open()


def note_down(window: MainWindow) -> None:
    """Show a comment that was copied from a page that no channel leads to."""
    window.doors.note_down(Taken(text=_COPIED))


def answer_there(window: MainWindow) -> None:
    """Show an answer that a person sends on the page where the message stands."""
    context = window.context
    noted = noting_down.guess(_COPIED)
    conversation = noting_down.note_down(context.vault, noted, now=context.clock)
    context.desk.reply(conversation, _ANSWER)
    context.changes.accounts.emit()
    context.changes.conversations.emit(frozenset())
    window.show_conversation(conversation)


def _with_history(found: AccountHealth, now: datetime) -> AccountHealth:
    def ago(**span: float) -> datetime:
        return now - timedelta(**span)

    return replace(
        found,
        account=replace(
            found.account,
            health=Health.OK,
            trouble="",
            last_ok_at=ago(minutes=1),
            next_fetch_at=now + timedelta(minutes=1.5),
        ),
        standing=Standing(
            signed_in_until=now + timedelta(days=5, hours=2),
            allowance=Allowance(left=280, most=300, renewed_at=now + timedelta(minutes=4)),
        ),
        gaps=(
            GapFound(begin=ago(days=11, hours=5), end=ago(days=10), lost=True),
            GapFound(begin=ago(days=9, hours=5), end=ago(days=9), lost=True),
            GapFound(begin=ago(hours=3), end=ago(hours=2.5)),
        ),
    )
