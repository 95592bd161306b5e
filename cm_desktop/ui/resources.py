"""Where the files lie that come with the program: beside the package, or inside it."""

from __future__ import annotations

from pathlib import Path


def resource(name: str) -> Path:
    """Return the path of a file of resources/, in a checkout and in an installed package."""
    package = Path(__file__).parent.parent
    inside = package / "resources"
    return (inside if inside.is_dir() else package.parent / "resources") / name
