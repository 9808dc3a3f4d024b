"""The order in which Tab goes through a window or a dialog.

Invariant: what is read first comes first, whenever its widgets were made. Within a part the widgets keep the order
that the part gave them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget


def step(window: QWidget, parts: Sequence[QWidget], *, forward: bool) -> bool:
    """Give the keyboard to the next stop in `window`, or the previous one; False when there is no other.

    `parts` are in reading order. A stop belongs to the innermost of them that holds it, so a part can lie in another.
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
    """Whether another widget has the keyboard in place of this one: the field of a box, or what a chart is painted on.

    Not asked of Qt: PySide would take the answer for the parent, also none, and keep the widget beyond its window.
    """
    around = widget.parentWidget()
    is_field = isinstance(widget, QLineEdit) and isinstance(around, QAbstractSpinBox | QComboBox)
    return is_field or (around is not None and around.inherits("QGraphicsView"))


def first_stop(part: QWidget) -> QWidget | None:
    """Return the first widget in `part` that Tab would stop at, text before buttons."""
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
    """Yield what Tab stops at, in the order that Qt keeps."""
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
    """Return the next widget of the chain.

    PySide takes it for a child of `widget` from then on: with that one it would give up the document of a text view
    that lives on. Setting the parent that it has is nothing to Qt, and puts that right.
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
