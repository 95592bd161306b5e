"""Takes a picture of each screen on the demo vault: `screenshots.py FOLDER`.

Each picture is made by a program of its own, as a user would start it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCREENS = ("inbox", "thread", "templates", "insight", "settings")
LANGUAGES = ("en", "de")


def take(screen: str, language: str, file: Path) -> bool:
    """Write one picture; tell whether the program said it went well."""
    command = [sys.executable, "-m", "cm_desktop", "--lang", language, "--demo"]
    command += ["--screenshot", str(file), "--screen", screen]
    done = subprocess.run(command, check=False, timeout=120)
    return done.returncode == 0 and file.exists()


def main(folder: Path) -> int:
    """Take every picture; end with 1 when one of them failed."""
    folder.mkdir(parents=True, exist_ok=True)
    failed = 0
    for language in LANGUAGES:
        for screen in SCREENS:
            file = folder / f"{screen}-{language}.png"
            file.unlink(missing_ok=True)
            well = take(screen, language, file)
            failed += not well
            print(f"{file}{'' if well else ': no picture'}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots")))
