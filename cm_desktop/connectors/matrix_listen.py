"""Listens to a Matrix server until somebody says something."""

from __future__ import annotations

import threading
from time import monotonic

from cm_desktop.connectors import matrix_shapes as shapes
from cm_desktop.connectors.http_json import convert
from cm_desktop.connectors.matrix_home import Home
from cm_desktop.domain.errors import ServerTroubleError

_STRETCH = 5.0  # seconds for one question; whoever wants us to stop waits no longer than this
_NOBODY: dict[str, object] = {"types": []}


class Ear:
    """Waits for news by long polling, with a place of its own: the cursor never moves.

    Never renews a token: the connector that fetches and sends does, and both would get in
    each other's way. When the token has ended, this raises SignInNeededError.
    """

    def __init__(self, me: str, types: tuple[str, ...]) -> None:
        """Listen for events of these types, of others than ourselves."""
        self._since = ""
        timeline = {"types": types, "not_senders": [me], "limit": 1}
        self._filter: dict[str, object] = {
            "presence": _NOBODY,
            "account_data": _NOBODY,
            "room": {
                "timeline": timeline,
                "state": _NOBODY,
                "ephemeral": _NOBODY,
                "account_data": _NOBODY,
            },
        }

    def wait(self, home: Home, seconds: float, cancelled: threading.Event) -> bool:
        """Return whether there is news, at the latest after some seconds."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0 and not cancelled.is_set():
            began, stretch = monotonic(), min(left, _STRETCH)
            if not self._since:
                # Rooms are left out: only the place is wanted.
                nothing = {**self._filter, "room": {"rooms": []}}
                self._since = home.sync(nothing, "", renew=False).next_batch
                continue
            sync = home.sync(self._filter, self._since, stretch, renew=False)
            self._since = sync.next_batch
            if _has_news(sync):
                return True
            # A server that does not wait must not be asked without a pause.
            cancelled.wait(min(stretch - (monotonic() - began), end - monotonic()))
        return False


def _has_news(sync: shapes.Sync) -> bool:
    if sync.rooms.invite:
        return True
    for value in sync.rooms.join.values():
        try:
            if convert(value, shapes.JoinedRoom).timeline.events:
                return True
        except ServerTroubleError:
            continue
    return False
