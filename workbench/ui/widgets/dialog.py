"""Base class of dialogs, and the choice of a dialog's parent.

Invariant: a dialog is active when it opens, and activates its parent window when it closes, also without a window
manager that does so. A dialog opened from another dialog has that one as parent.
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
        # Another window may have become active already.
        if (parent := self.parentWidget()) is not None and self.isActiveWindow():
            parent.window().activateWindow()
        super().done(result)


def dialog_parent(window: QWidget) -> QWidget:
    """Return the parent for a dialog of `window` that opens now: the active dialog, or `window`."""
    active = QApplication.activeModalWidget() or QApplication.activeWindow()
    if not isinstance(active, QDialog) or not active.isVisible():
        return window
    above: QWidget | None = active
    while above is not None and above is not window:
        above = above.parentWidget()
    return window if above is None else active
