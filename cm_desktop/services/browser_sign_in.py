"""Signing in on the channel's own page, in the person's own browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cm_desktop.connectors import oauth
from cm_desktop.connectors.base import AccountConfig, BrowserSignIn, SignInPage
from cm_desktop.domain.errors import UsageError
from cm_desktop.services import connecting
from cm_desktop.services.account_forms import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCode:
    """A page that is open and will show a code to the person; see `use_code`."""

    config: AccountConfig
    page: SignInPage

    @property
    def url(self) -> str:
        """The page to open."""
        return self.page.url


def in_browser(
    trial: Trial, open_page: Callable[[str], object], cancelled: threading.Event
) -> Mapping[str, str]:
    """Open the channel's page, wait until the person has allowed us in, return the secret.

    Raises UsageError("no_browser_sign_in"), NotAllowedError where it was refused, SlowError
    when nothing happened for five minutes or `cancelled`, and what the channel's own pages
    cause.
    """
    way, config = _way(trial)
    with oauth.loopback() as here:
        page = way.begin(config, here.address)
        open_page(page.url)
        brought = here.answer(page.state, cancelled)
    return way.finish(config, page, brought)


def page_with_code(trial: Trial) -> ShownCode:
    """Begin signing in on a page that shows a code, where the browser cannot lead back to us.

    Raises UsageError("no_shown_code") where the channel has no such page.
    """
    way, config = _way(trial)
    if not way.shown_code:
        raise UsageError("no_shown_code", trial.channel)
    return ShownCode(config=config, page=way.begin(config, way.shown_code))


def use_code(shown: ShownCode, code: str) -> Mapping[str, str]:
    """Return the secret for a code that a person copied from the page."""
    way = connecting.info(shown.config.channel).browser
    if way is None:
        raise UsageError("no_browser_sign_in", shown.config.channel)
    return way.finish(shown.config, shown.page, {"code": code.strip()})


def _way(trial: Trial) -> tuple[BrowserSignIn, AccountConfig]:
    about = connecting.info(trial.channel)
    if about.browser is None:
        raise UsageError("no_browser_sign_in", trial.channel)
    config = AccountConfig(
        channel=trial.channel, url=trial.url, handle=trial.handle, settings=trial.settings
    )
    return about.browser, config
