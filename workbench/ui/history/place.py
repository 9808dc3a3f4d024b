"""Where the History view stands in the window, before and after it is made.

Invariant: the view is made, and its widgets imported, when somebody first goes there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.ui.history.view import HistoryView
    from workbench.ui.window import MainWindow


class HistoryPlace:
    """`view` is the widget, None before somebody went there."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.view: HistoryView | None = None

    def make(self) -> HistoryView:
        """Make the view; its first page is on the way when it is shown."""
        from workbench.ui.history.opening import history_view

        self.view = history_view(self._window)
        return self.view

    def enter(self) -> None:
        """Give the keyboard to the search."""
        if self.view is not None:
            self.view.bar.field.setFocus()
