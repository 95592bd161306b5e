"""`cm-desktop` on a screen, with hands on the keyboard and eyes that read it aloud."""

from __future__ import annotations

import re
import sys
from typing import Any

from tests.desktop.screen import Screen, ScreenError


def variables(look: str = "light", language: str = "en", **more: str) -> dict[str, str]:
    """Return the environment for a look and a language."""
    locale = {"de": "de_DE.UTF-8"}.get(language, "C.UTF-8")
    return {"CM_DESKTOP_THEME": look, "LC_ALL": locale, "LANG": locale, **more}


class Shown:
    """The running program."""

    def __init__(self, screen: Screen, *arguments: str, **environment: str) -> None:
        self.screen = screen
        self.program = screen.start(sys.executable, "-m", "cm_desktop", *arguments, **environment)
        self.window = screen.until(self._find, "a window").split()[0]
        self._tell("windowactivate", "--sync", self.window)

    def resize(self, width: int, height: int) -> None:
        """Give the window a size in pixels, as a user's mouse would."""
        self._tell("windowsize", self.window, str(width), str(height))

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as xdotool calls them."""
        for key in keys:
            self._tell("key", "--delay", "40", key)

    def type(self, text: str) -> None:
        """Type a text."""
        self._tell("type", "--delay", "25", text)

    def click(self, x: int, y: int) -> None:
        """Click on a place of the screen."""
        self._tell("mousemove", "--sync", str(x), str(y), "click", "1")

    def tree(self) -> list[dict[str, Any]]:
        """Return what assistive technology finds."""
        return self.screen.accessible("cm-desktop")

    def sees(self, words: str, role: str = "") -> bool:
        """Tell whether words are on the screen, for those who have them read aloud."""
        return any(
            words in _plain(f"{one['name']}\n{one['text']}") and (not role or one["role"] == role)
            for one in self.tree()
            if one["showing"]
        )

    def wait_for(self, words: str, role: str = "") -> None:
        """Wait until words are on the screen."""
        self.screen.until(lambda: self.sees(words, role), f"“{words}”")

    def wait_without(self, words: str) -> None:
        """Wait until words are gone from the screen."""
        self.screen.until(lambda: not self.sees(words), f"an end of “{words}”")

    def focus(self) -> dict[str, Any]:
        """Return what has the keyboard."""
        return next((one for one in self.tree() if one["focused"]), {})

    def quit(self) -> int:
        """Leave by key, and return the exit code."""
        self.press("ctrl+q")
        return self.program.wait(20)

    def _tell(self, *command: str) -> str:
        return self.screen.tell("xdotool", *command)

    def _find(self) -> str:
        try:
            return self._tell("search", "--onlyvisible", "--name", "^CM Desktop")
        except ScreenError:
            if self.program.poll() is not None:
                raise ScreenError(f"it ended\n{self.screen.said()}") from None
            return ""


def _plain(words: str) -> str:
    """Return words without the signs that keep names of others apart."""
    return re.sub("[\u2066-\u2069]", "", words)
