"""Takes the pictures of the documentation on the demo vault: `screenshots.py FOLDER`.

Each picture is made by a program of its own, as a user would start it: every screen light in
English and dark in German, and the main ones with larger text and on small and large screens.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SCREENS = (
    "inbox", "thread", "search", "outbox", "templates", "connect", "connect-steps",
    "connect-found", "connect-browser", "connect-preview", "note-down", "answer-there", "accounts",
    "health", "settings", "handoff", "tags", "snooze", "shortcuts", "export", "empty", "offline",
    "first-run", "vault-trouble",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its file's name and what the program is told."""

    name: str
    screen: str
    language: str
    theme: str = "light"
    size: str = "1440x900"
    scale: str = "1"


def pictures() -> list[Picture]:
    """Return all pictures of the documentation."""
    made = [Picture(f"{screen}-en", screen, "en") for screen in SCREENS]
    made += [Picture(f"{screen}-de-dark", screen, "de", "dark") for screen in SCREENS]
    made += [
        Picture("thread-de", "thread", "de"),
        Picture("outbox-de", "outbox", "de"),
        Picture("templates-de", "templates", "de"),
        Picture("thread-de-125", "thread", "de", scale="1.25"),
        Picture("connect-de-125", "connect", "de", size="1280x720", scale="1.25"),
        Picture("health-de-125", "health", "de", size="1280x720", scale="1.25"),
        Picture("inbox-de-small", "inbox", "de", size="1280x720"),
        Picture("thread-de-narrow", "thread", "de", size="900x700"),
        Picture("thread-en-large", "thread", "en", size="2560x1440"),
        Picture("connect-en-large", "connect", "en", size="2560x1440"),
    ]
    return made


def take(picture: Picture, file: Path) -> bool:
    """Write one picture; tell whether the program said it went well."""
    command = [sys.executable, "-m", "cm_desktop", "--lang", picture.language, "--demo"]
    command += ["--screenshot", str(file), "--screen", picture.screen]
    environment = os.environ | {
        "CM_DESKTOP_THEME": picture.theme,
        "CM_DESKTOP_SIZE": picture.size,
        "QT_SCALE_FACTOR": picture.scale,
    }
    done = subprocess.run(command, check=False, timeout=120, env=environment)
    return done.returncode == 0 and file.exists()


def main(folder: Path) -> int:
    """Take every picture; end with 1 when one of them failed."""
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for picture in pictures():
        file = folder / f"{picture.name}.png"
        file.unlink(missing_ok=True)
        well = take(picture, file)
        failed += not well
        print(f"{file}{'' if well else ': no picture'}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/screenshots")))
