"""What connectors over HTTP have in common: one way to the channel, opened when it is needed."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping

from cm_desktop.connectors.base import AccountConfig
from cm_desktop.connectors.http import Http
from cm_desktop.domain.standing import Standing


class HttpConnector(ABC):
    """An account on a channel that is asked by HTTP and cannot push."""

    def __init__(self, config: AccountConfig) -> None:
        """Prepare; nothing is asked and nothing can fail yet."""
        self._config = config
        self._settings: Mapping[str, str] = config.settings  # `identify` may add to them
        self._way: Http | None = None

    def wait(self, seconds: float, cancelled: threading.Event) -> bool:  # noqa: ARG002  (contract)
        """Return at once: this channel does not push."""
        return False

    def standing(self) -> Standing:
        """What the channel's answers said of our allowance so far."""
        return self._way.standing if self._way else Standing()

    def close(self) -> None:
        """Give back connections."""
        if self._way:
            self._way.close()
            self._way = None

    @property
    def _http(self) -> Http:
        if self._way is None:
            self._way = self._opened()
        return self._way

    @abstractmethod
    def _opened(self) -> Http:
        """Return the way to the channel. Raises AddressError, SignInNeededError."""
