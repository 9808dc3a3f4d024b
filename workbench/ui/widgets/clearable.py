"""Text fields of one line.

Invariant: the cross that empties a field tells what it is, which Qt leaves out, and comes and goes at once: Qt fades
it, whatever was chosen about motion.
"""

from __future__ import annotations

from PySide6.QtCore import QAbstractAnimation
from PySide6.QtWidgets import QLineEdit, QToolButton


def clearable(field: QLineEdit) -> QLineEdit:
    """Give `field` a cross that empties it, and return it."""
    field.setClearButtonEnabled(True)
    for button in field.findChildren(QToolButton):
        button.setAccessibleName("Clear")
    field.textChanged.connect(lambda _: _end_fading(field))
    return field


def _end_fading(field: QLineEdit) -> None:
    for fading in field.findChildren(QAbstractAnimation):
        fading.setCurrentTime(fading.duration())
