"""Where the keyboard goes when what has it goes away.

Invariant: a widget that is hidden, disabled or deleted while it has the keyboard gives it back to where the person
worked before, never to whatever comes next: the space bar would press that. The header is passed by, because nobody
works there: its buttons are pressed on the way.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from shiboken6 import isValid

_KEPT = 12
"""How many places are remembered; most of them may go at once, as those in a lane do."""


def can_have_keyboard(widget: QWidget) -> bool:
    """Whether a widget is there, seen and enabled."""
    return isValid(widget) and widget.isVisible() and widget.isEnabled()


class Homing(QObject):
    """Remembers the places in `window` where the keyboard was, but for those in `header`."""

    def __init__(self, window: QMainWindow, header: QWidget) -> None:
        super().__init__(window)
        self._window, self._header = window, header
        self._trail: list[QWidget] = []
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)
        self._follow(None, app.focusWidget())

    @property
    def is_lost(self) -> bool:
        """Whether what has the keyboard in the window is going away, or went."""
        focused = self._window.focusWidget()
        return focused is not None and not can_have_keyboard(focused)

    def back(self) -> bool:
        """Give the keyboard to the last place that is still there; False when there is none."""
        for place in reversed(self._trail):
            if can_have_keyboard(place):
                place.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is None:
            # Also between two places, and while another window becomes the active one.
            QTimer.singleShot(0, self, self._look)
        elif new.window() is self._window and new is not self._window and not self._header.isAncestorOf(new):
            self._trail = [place for place in self._trail if isValid(place) and place is not new]
            self._trail = [*self._trail[1 - _KEPT :], new]

    def _look(self) -> None:
        """A widget that was deleted leaves the keyboard with nobody."""
        if self._window.isActiveWindow() and QApplication.focusWidget() is None:
            self.back()
