"""Restores the keyboard focus when the focused widget disappears.

Invariant: when a focused widget is hidden, disabled or deleted, the focus returns to the last widget the user worked
in, never to the next in the chain, which the space bar would press. The header is skipped, because its buttons are only
pressed in passing. A button that was hidden while another window was active counts as gone even if it is shown again:
it may be there for something else then.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QMainWindow, QWidget
from shiboken6 import isValid

_KEPT = 12
"""Number of remembered widgets; many may disappear at once, as those in a lane do."""


def can_have_keyboard(widget: QWidget) -> bool:
    """Whether a widget exists, is visible and is enabled."""
    return isValid(widget) and widget.isVisible() and widget.isEnabled()


def way_back() -> Callable[[], None]:
    """Return a callable that restores the focus to the currently focused widget, if that can have it then."""
    before = QApplication.focusWidget()

    def back() -> None:
        if before is not None and can_have_keyboard(before):
            before.setFocus(Qt.FocusReason.OtherFocusReason)

    return back


class FocusRestore(QObject):
    """Remembers the focused widgets in `window`, except those in `header`.

    They are tracked by signals, because in PySide a window queried for its focus widget keeps that widget alive.
    """

    def __init__(self, window: QMainWindow, header: QWidget) -> None:
        super().__init__(window)
        self._window, self._header = window, header
        self._trail: list[weakref.ref[QWidget]] = []
        self._here: weakref.ref[QWidget] | None = None
        self._was_hidden = False
        """Whether the focused button of the window was hidden while another window was active."""
        # A timer instead of a deferred call: a pending call would keep the window alive that it refers to.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._look)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow)
        self._follow(None, app.focusWidget())

    @property
    def is_lost(self) -> bool:
        """Whether the focused widget of the window is disappearing or gone."""
        here = self._here() if self._here is not None else None
        return self._here is not None and (self._was_hidden or here is None or not can_have_keyboard(here))

    def back(self) -> bool:
        """Focus the last remembered widget that can have the focus; return False if there is none."""
        for kept in reversed(self._trail):
            place = kept()
            if place is not None and can_have_keyboard(place):
                place.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        if new is None or not isValid(new):
            # Also between two widgets, and while another window becomes active.
            self._soon.start()
        elif self._window.isAncestorOf(new):
            self._watch(is_watched=False)
            self._here, self._was_hidden = weakref.ref(new), False
            if not self._header.isAncestorOf(new):
                others = [kept for kept in self._trail if kept() not in (None, new)]
                self._trail = [*others[1 - _KEPT :], self._here]
        else:
            self._watch(is_watched=True)

    def _watch(self, *, is_watched: bool) -> None:
        here = self._here() if self._here is not None else None
        if isinstance(here, QAbstractButton) and isValid(here):
            here.removeEventFilter(self)
            if is_watched:
                here.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide and not event.spontaneous():
            self._was_hidden = True
            self._trail = [kept for kept in self._trail if kept() is not watched]
        return False

    def _look(self) -> None:
        """A deleted widget leaves no focus widget."""
        if self._window.isActiveWindow() and QApplication.focusWidget() is None:
            self.back()
