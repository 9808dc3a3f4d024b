"""Carries out the commands about the window itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.panes import open_context_menu, step_pane

if TYPE_CHECKING:
    from workbench.app.commands import View
    from workbench.ui.window import MainWindow


class WindowShell:
    """The `ShellActions` of a window whose parts are made."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def show(self, view: View) -> None:
        """Show a view."""
        self._window.views.show(view)

    def open_menu(self) -> None:
        """Open the menu of all commands."""
        self._window.header.open_menu()

    def open_context_menu(self) -> None:
        """Open the menu of what has the keyboard."""
        open_context_menu()

    def step_pane(self, step: int) -> None:
        """Give the keyboard to the next part of the window (1) or the previous one (-1)."""
        step_pane(self._window, step)

    def toggle_wrap(self) -> None:
        """Wrap long lines in messages, or stop doing so."""
        self._window.frame.wrapping.toggle()

    def quit(self) -> None:
        """Close the window, after asking about what would be lost."""
        self._window.frame.close()
