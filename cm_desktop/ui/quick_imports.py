"""Imports modules more quickly after Qt: without reading their source for a feature nobody uses."""

from __future__ import annotations

import sys
from types import ModuleType


def leave_sources_alone() -> None:
    """Keep PySide from reading the source of every module that is imported from now on.

    It looks there for its own name, to know where `from __feature__ import …` may switch its
    spelling; we never do. A tenth of the time until the first picture went there. Where a
    later PySide works differently nothing changes.
    """
    import PySide6.QtCore  # noqa: F401 - brings the hook along

    feature = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, "_mod_uses_pyside"):
        setattr(feature, "_mod_uses_pyside", _no)  # noqa: B010 - there is no other way


def _no(_module: ModuleType) -> bool:
    return False
