"""One-line text fields with a clear button.

Invariant: the clear button has an accessible name, which Qt omits, and appears and disappears at once; Qt would fade
it, whatever the motion setting.
"""

from __future__ import annotations

from PySide6.QtCore import QAbstractAnimation
from PySide6.QtWidgets import QLineEdit, QToolButton


def clearable(field: QLineEdit) -> QLineEdit:
    """Add a clear button to `field`, and return it."""
    field.setClearButtonEnabled(True)
    for button in field.findChildren(QToolButton):
        button.setAccessibleName("Clear")
    field.textChanged.connect(lambda _: _end_fading(field))
    return field


def _end_fading(field: QLineEdit) -> None:
    for fading in field.findChildren(QAbstractAnimation):
        fading.setCurrentTime(fading.duration())
