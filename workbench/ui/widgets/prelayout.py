"""What the first showing of a page would do at once, done before it in steps.

Invariant: nothing is shown, and the page looks and works the same with it and without it.

When a widget is first shown, Qt gives it its look, and then the sizes that were kept back while it was hidden; a page
has a hundred widgets. What is done already is not done again.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

_SLICE = 8
_ROUNDS = 3
"""A scroll bar that turns out to be needed takes room from what was laid out, and that can take away another."""
_KEPT_BACK = Qt.WidgetAttribute.WA_PendingResizeEvent


def rehearse(page: QWidget, size: QSize) -> Iterator[None]:
    """Prepare a hidden page for being shown in a size. Each step takes a few ms; it ends when the page is shown."""
    # From the outside in: what a widget gives its children room for they learn after it.
    widgets = [page, *page.findChildren(QWidget)]
    for number, widget in enumerate(widgets, 1):
        # What was read meanwhile may have taken the place of some.
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
