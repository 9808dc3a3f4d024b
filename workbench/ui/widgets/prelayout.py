"""Polishes and lays out a hidden page in steps, before it is first shown.

Invariant: nothing is shown, and the page looks and works the same with and without it.

When a widget is first shown, Qt polishes it, and then delivers the resize events held back while it was hidden; a page
has a hundred widgets. Work done in advance is not repeated.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

_SLICE = 8
_ROUNDS = 3
"""A scroll bar found necessary takes room from what was laid out, which can make another one necessary."""
_KEPT_BACK = Qt.WidgetAttribute.WA_PendingResizeEvent


def rehearse(page: QWidget, size: QSize) -> Iterator[None]:
    """Prepare a hidden page for being shown at a size. Each step takes a few ms; ends early if the page is shown."""
    # Outermost first, because children get their sizes from their parents.
    widgets = [page, *page.findChildren(QWidget)]
    for number, widget in enumerate(widgets, 1):
        # Widgets may have been deleted between the steps.
        if isValid(widget):
            widget.ensurePolished()
        if number % _SLICE == 0:
            yield
    if not page.isVisible():
        page.resize(size)
    for number, widget in enumerate(widgets * _ROUNDS, 1):
        if page.isVisible():
            return
        if isValid(widget):
            _lay_out(widget)
        if number % _SLICE == 0:
            yield


def _lay_out(widget: QWidget) -> None:
    if widget.testAttribute(_KEPT_BACK):
        QCoreApplication.sendEvent(widget, QResizeEvent(widget.size(), QSize()))
        widget.setAttribute(_KEPT_BACK, False)
    if (layout := widget.layout()) is not None:
        layout.activate()
