"""Signing in on the channel's own page from a terminal or a script."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

import click

from cm_desktop.cli.program import has_terminal, piped_text, say
from cm_desktop.cli.words import option
from cm_desktop.i18n import _
from cm_desktop.services import browser_sign_in
from cm_desktop.services.account_forms import Trial

_LONGEST_CODE = 8_192  # bytes


def by_browser(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options to sign in on the channel's own page."""
    browser = option(
        "--browser",
        is_flag=True,
        about=lambda: _("Sign in in the browser on this computer; waits for it."),
    )
    show_code = option(
        "--show-code",
        is_flag=True,
        about=lambda: _("Sign in on a page that shows a code; the code comes on stdin."),
    )
    made: Callable[..., Any] = browser(show_code(function))
    return made


def secret_by_browser(trial: Trial, *, show_code: bool) -> Mapping[str, str]:
    """Tell the page's address on standard error and return what the person allowed there.

    Raises UsageError and what `browser_sign_in` raises.
    """
    if not show_code:
        return browser_sign_in.in_browser(trial, _tell_page, threading.Event())
    shown = browser_sign_in.page_with_code(trial)
    _tell_page(shown.url)
    return browser_sign_in.use_code(shown, _code())


def _tell_page(url: str) -> None:
    say(_("Please open this page and allow CM Desktop there:"))
    say(url)
    if has_terminal() and _has_desktop():
        click.launch(url)


def _has_desktop() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _code() -> str:
    if sys.stdin.isatty():
        say(_("Code from the page:"))
        return sys.stdin.readline().strip()
    return piped_text(_LONGEST_CODE).strip()
