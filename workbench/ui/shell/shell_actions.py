"""Implements the commands of the window itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.shell.panes import open_context_menu

if TYPE_CHECKING:
    from workbench.app.commands import View
    from workbench.ui.shell.window import MainWindow


class WindowActions:
    """What the rows of `shell.commands` call; the parts of the window must exist."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def show(self, view: View) -> None:
        """Show a view."""
        self._window.views.show(view)

    def open_menu(self) -> None:
        """Open the menu of all commands."""
        self._window.header.open_menu()

    def open_context_menu(self) -> None:
        """Open the context menu of the focus widget."""
        open_context_menu()

    def step_pane(self, step: int) -> None:
        """Move the keyboard focus to the next pane of the window (1) or the previous one (-1)."""
        self._window.panes.step(step)

    def toggle_wrap(self) -> None:
        """Toggle the wrapping of long lines in messages."""
        self._window.frame.wrapping.toggle()

    def filter_iterations(self) -> None:
        """Open the filter of the iterations; a view without the side bar is left for Compose."""
        if self._window.sidebar.isHidden():
            self._window.views.show("compose")
        self._window.sidebar.iteration_filter.open()

    def escape(self) -> None:
        """Close the innermost open element; if none is open, stop what runs."""
        window = self._window
        if window.notice.close_detail() or window.compose_part.close_open() or window.views.leave():
            return
        window.compose_part.escape()

    def undo(self) -> None:
        """Undo the last action in the shown view."""
        self._window.undo.undo()

    def redo(self) -> None:
        """Redo the action undone last in the shown view."""
        self._window.undo.redo()

    def quit(self) -> None:
        """Close the window, after asking about anything that would be lost."""
        self._window.frame.close()
