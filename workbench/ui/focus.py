"""The keyboard stays where it is while the window takes another look.

Invariant: what Enter would do is the same before and after. A row of buttons that takes other styles in is laid out
anew by Qt, which hides each of them for a moment: the keyboard would be at the first one then, whatever that does.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication


def keeping_focus(act: Callable[[], None]) -> None:
    """Do `act`, and give the keyboard back to what had it."""
    before = QApplication.focusWidget()
    act()
    if before is not None and QApplication.focusWidget() is not before and before.isVisible():
        before.setFocus(Qt.FocusReason.OtherFocusReason)
