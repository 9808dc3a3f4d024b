"""Keeps the keyboard focus while the window is restyled, and declares what the focus means in a widget.

Invariant: what Enter would do is the same before and after. A row of buttons that takes other styles in is laid out
anew by Qt, which hides each of them for a moment: the keyboard would be at the first one then, whatever that does.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication

JUDGED_AREA = "judged_area"
"""The property of a widget in which bare keys give verdicts: a lane, or the page that a pair is judged on."""
OPENS_MENU = "opens_menu"


def opens_menu(button: QAbstractButton) -> None:
    """Declare that `button` opens a menu: a click leaves the focus where it is, and typed spaces do not press it."""
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setProperty(OPENS_MENU, True)


def keeping_focus(act: Callable[[], None]) -> None:
    """Do `act`, and give the keyboard back to what had it."""
    before = QApplication.focusWidget()
    act()
    if before is not None and QApplication.focusWidget() is not before and before.isVisible():
        before.setFocus(Qt.FocusReason.OtherFocusReason)
