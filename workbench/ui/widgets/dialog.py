"""The base class of dialogs, and the window that a dialog belongs to.

Invariant: a dialog has the keyboard when it opens, and gives it back to the window that it belongs to when it closes,
also where no window manager does that; and a dialog that is opened from another one belongs to that one.
"""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget


class Dialog(QDialog):
    """A dialog that activates itself when it opens, and its parent's window when it closes."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.activateWindow()

    def done(self, result: int) -> None:
        # Another window may have taken the keyboard already.
        if (parent := self.parentWidget()) is not None and self.isActiveWindow():
            parent.window().activateWindow()
        super().done(result)


def dialog_parent(window: QWidget) -> QWidget:
    """Return the parent for a dialog of `window` that opens now: the open dialog that has the keyboard, or `window`."""
    active = QApplication.activeModalWidget() or QApplication.activeWindow()
    if not isinstance(active, QDialog) or not active.isVisible():
        return window
    above: QWidget | None = active
    while above is not None and above is not window:
        above = above.parentWidget()
    return window if above is None else active
