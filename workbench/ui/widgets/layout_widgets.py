"""The widgets in a layout, found without its items.

Invariant: no item of a layout becomes a Python object. PySide keeps such an object as long as its layout, also after Qt
has deleted the item, and may then return it in place of another object at the same address.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget


def widgets_in(layout: QLayout) -> list[QWidget]:
    """Return the widgets that were added to a layout, in its order; without those in layouts inside it."""
    parent = layout.parentWidget()
    if parent is None:
        return []
    children = parent.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return sorted((one for one in children if layout.indexOf(one) >= 0), key=layout.indexOf)


def delete_widgets(layout: QLayout) -> None:
    """Remove the widgets of a layout, and delete them soon: one of them may have sent the signal that led here."""
    for widget in widgets_in(layout):
        layout.removeWidget(widget)
        widget.hide()
        widget.setParent(None)
        widget.deleteLater()
