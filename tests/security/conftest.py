"""A computer on which everything that a program does is noted down."""

import pytest

from tests.contract.outsider import GUARD, Outsider


class Watched(Outsider):
    """An outsider who notes sockets, files written, libraries and all logs; see watch/."""

    def __init__(self, root):
        super().__init__(root)
        self.notes = self.root / "watch"
        self.temporary = self.root / "tmp"
        self.temporary.mkdir()
        self.streams = []  # what was printed, by each command
        self.environment |= {
            "CM_DESKTOP_TEST_WATCH": str(self.notes),
            "PYTHONPATH": str(GUARD.parent / "security" / "watch"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(self.temporary),
        }

    def people(self, *arguments, text="", environment=None):
        ran = super().people(*arguments, text=text, environment=environment)
        self.streams.append((ran.out, ran.err))
        return ran

    def noted(self, kind):
        """Return the different lines noted of a kind."""
        place = self.notes / kind
        return sorted(set(place.read_text().splitlines())) if place.exists() else []


@pytest.fixture
def watched(tmp_path):
    return Watched(tmp_path / "computer")
