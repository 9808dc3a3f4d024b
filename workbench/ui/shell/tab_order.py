"""Tab order of a window or a dialog.

Invariant: the parts follow reading order, whenever their widgets were made. Within a part the widgets keep the order
that the part gave them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget


def step(window: QWidget, parts: Sequence[QWidget], *, forward: bool) -> bool:
    """Focus the next tab stop in `window`, or the previous one; return False if there is no other.

    `parts` are in reading order. A stop belongs to the innermost part that contains it, so parts can be nested.
    """
    stops = sorted(_stops(window), key=lambda stop: _rank(stop, parts))
    focused = QApplication.focusWidget()
    if not stops or stops == [focused]:
        return False
    at = next((i for i, stop in enumerate(stops) if stop is focused), None)
    if at is None:
        at = -1 if forward else 0
    target = stops[(at + (1 if forward else -1)) % len(stops)]
    target.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    return True


def has_proxy(widget: QWidget) -> bool:
    """Whether another widget has the focus in place of this one: the field of a box, or what a chart is painted on.

    Does not call `focusProxy`: PySide would take its result for the parent, even None, and keep the widget alive beyond
    its window.
    """
    around = widget.parentWidget()
    is_field = isinstance(widget, QLineEdit) and isinstance(around, QAbstractSpinBox | QComboBox)
    return is_field or (around is not None and around.inherits("QGraphicsView"))


def first_stop(part: QWidget) -> QWidget | None:
    """Return the first tab stop in `part`, text before buttons."""
    stops = [
        child
        for child in part.findChildren(QWidget)
        if child.isVisible()
        and child.isEnabled()
        and child.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not has_proxy(child)
    ]
    return next((stop for stop in stops if stop.inherits("QPlainTextEdit")), stops[0] if stops else None)


def _stops(window: QWidget) -> Iterator[QWidget]:
    """Yield the tab stops, in Qt's focus chain order."""
    widget = _after(window)
    while widget is not None and widget is not window:
        if (
            widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isEnabled()
            and widget.isVisible()
            and not has_proxy(widget)
            and widget.window() is window
        ):
            yield widget
        widget = _after(widget)


def _after(widget: QWidget) -> QWidget | None:
    """Return the next widget of the focus chain.

    PySide then takes it for a child of `widget`, and deleting `widget` would release the document of a text view that
    is still alive. Setting its actual parent again is a no-op for Qt, and corrects that.
    """
    after = widget.nextInFocusChain()
    if after is not None:
        after.setParent(after.parentWidget())
    return after


def _rank(stop: QWidget, parts: Sequence[QWidget]) -> int:
    found = len(parts)
    for number, part in enumerate(parts):
        if part is stop:
            return number
        if part.isAncestorOf(stop) and (found == len(parts) or parts[found].isAncestorOf(part)):
            found = number
    return found
