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

    @property
    def wraps(self) -> bool:
        """Whether long lines of messages wrap."""
        return self._window.frame.wrapping.wraps

    @property
    def is_side_folded(self) -> bool:
        """Whether the side bar is folded away."""
        return self._window.frame.divider.is_folded

    @property
    def is_editor_folded(self) -> bool:
        """Whether the editor is folded away."""
        return self._window.frame.view.is_folded

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
        if self._window.frame.divider.is_folded:
            self.toggle_side()
        self._window.sidebar.iteration_filter.open()

    def toggle_side(self) -> None:
        """Fold the side bar away, or show it again."""
        divider = self._window.frame.divider
        divider.fold(is_folded=not divider.is_folded)
        self._say_folded("Side bar", "fold_side", is_folded=divider.is_folded)

    def toggle_editor(self) -> None:
        """Fold the editor of Compose away, or show it again with the focus in it."""
        view = self._window.frame.view
        view.fold(is_folded=not view.is_folded)
        if not view.is_folded:
            view.editor.focus_first()
        self._say_folded("Editor", "fold_editor", is_folded=view.is_folded)

    def _say_folded(self, part: str, command_id: str, *, is_folded: bool) -> None:
        notices, key = self._window.notices, f"folded {command_id}"
        if is_folded:
            notices.brief(key, f"{part} hidden.", "Show", self._window.actions_[command_id].trigger)
        else:
            notices.withdraw(key)

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
