"""Where the keyboard goes when what has it goes away.

Invariant: a widget that is hidden, disabled or deleted while it has the keyboard gives it back to where the person
worked before, never to whatever comes next: the space bar would press that. The header is passed by, because nobody
works there: its buttons are pressed on the way.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from shiboken6 import isValid

_KEPT = 12
"""How many places are remembered; most of them may go at once, as those in a lane do."""


def can_have_keyboard(widget: QWidget) -> bool:
    """Whether a widget is there, seen and enabled."""
    return isValid(widget) and widget.isVisible() and widget.isEnabled()


def way_back() -> Callable[[], None]:
    """Return what gives the keyboard back to what has it now, if that can have it then."""
    before = QApplication.focusWidget()

    def back() -> None:
        if before is not None and can_have_keyboard(before):
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    return back


class FocusRestore(QObject):
    """Remembers the places in `window` where the keyboard was, but for those in `header`.

    They are followed from outside: a window that is asked for its focus widget keeps that alive, in PySide.
    """

    def __init__(self, window: QMainWindow, header: QWidget) -> None:
        super().__init__(window)
        self._window, self._header = window, header
        self._trail: list[weakref.ref[QWidget]] = []
        self._here: weakref.ref[QWidget] | None = None
        # Not a call that is put off: one that is not done yet would keep the window alive that it is about.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._look)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)
        self._follow(None, app.focusWidget())

    @property
    def is_lost(self) -> bool:
        """Whether what has the keyboard in the window is going away, or went."""
        here = self._here() if self._here is not None else None
        return self._here is not None and (here is None or not can_have_keyboard(here))

    def back(self) -> bool:
        """Give the keyboard to the last place that is still there; False when there is none."""
        for kept in reversed(self._trail):
            place = kept()
            if place is not None and can_have_keyboard(place):
                place.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is None:
            # Also between two places, and while another window becomes the active one.
            self._soon.start()
        elif self._window.isAncestorOf(new):
            self._here = weakref.ref(new)
            if not self._header.isAncestorOf(new):
                others = [kept for kept in self._trail if kept() not in (None, new)]
                self._trail = [*others[1 - _KEPT :], self._here]

    def _look(self) -> None:
        """A widget that was deleted leaves the keyboard with nobody."""
        if self._window.isActiveWindow() and QApplication.focusWidget() is None:
            self.back()
