"""Keeps the keyboard focus during restyling, and declares what the focus means in a widget.

Invariant: Enter would do the same before and after. When buttons in a row are restyled, Qt lays the row out again and
hides each of them for a moment, which would move the focus to the first one.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication

JUDGED_AREA = "judged_area"
"""Property of a widget in which bare keys give verdicts: a lane, or the page of a judged pair."""
OPENS_MENU = "opens_menu"


def opens_menu(button: QAbstractButton) -> None:
    """Declare that `button` opens a menu: a click does not move the focus, and a typed space does not press it."""
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setProperty(OPENS_MENU, True)


def keeping_focus(act: Callable[[], None]) -> None:
    """Call `act`, and restore the keyboard focus."""
    before = QApplication.focusWidget()
    act()
    if before is not None and QApplication.focusWidget() is not before and before.isVisible():
        before.setFocus(Qt.FocusReason.OtherFocusReason)
