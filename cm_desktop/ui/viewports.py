"""Gives lists a ground of their own to paint on."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QWidget


def own_viewport(view: QAbstractScrollArea) -> QWidget:
    """Return a view's new viewport, which behaves as Qt's own; to be set before anything else.

    Asked for the one Qt makes, PySide first loads every kind of widget there is, to find out
    of which kind it is: 10 ms that the first picture of the window would wait for.
    """
    ground = QWidget()
    ground.setBackgroundRole(QPalette.ColorRole.Base)
    ground.setAutoFillBackground(True)
    view.setViewport(ground)
    return ground
