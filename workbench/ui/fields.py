"""Text fields of one line.

Invariant: the cross that empties a field tells what it is, which Qt leaves out.
"""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QToolButton


def clearable(field: QLineEdit) -> QLineEdit:
    """Give `field` a cross that empties it, and return it."""
    field.setClearButtonEnabled(True)
    for button in field.findChildren(QToolButton):
        button.setAccessibleName("Clear")
    return field
