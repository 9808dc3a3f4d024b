"""The base class of dialogs, and the window that a dialog belongs to.

Invariant: a dialog that closes gives the keyboard back to the window that it belongs to, also where no window manager
does; and a dialog that is opened from another one belongs to that one.
"""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QDialog, QWidget


class Dialog(QDialog):
    """A dialog that activates its parent's window when it closes."""

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
