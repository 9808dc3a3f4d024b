"""Commands of the window itself."""

from __future__ import annotations

from typing import Protocol

from workbench.app.commands import EVERYWHERE, Command, View, any_of, needs


class ShellActions(Protocol):
    """The actions of the window's commands."""

    def show(self, view: View) -> None:
        """Show a view."""

    def open_menu(self) -> None:
        """Open the menu of all commands."""

    def open_context_menu(self) -> None:
        """Open the context menu of the focus widget."""

    def step_pane(self, step: int) -> None:
        """Move the keyboard focus to the next pane of the window (1) or the previous one (-1)."""

    def toggle_wrap(self) -> None:
        """Toggle the wrapping of long lines in messages."""

    def escape(self) -> None:
        """Close the innermost open element; if none is open, stop what runs."""

    def undo(self) -> None:
        """Undo the last action in the shown view."""

    def redo(self) -> None:
        """Redo the action undone last in the shown view."""

    def quit(self) -> None:
        """Close the window, after asking about anything that would be lost."""


COMMANDS: tuple[Command, ...] = (
    Command(
        "escape",
        "Close, or stop the run",
        "Run",
        ("Esc",),
        any_of("viewing", "running", "detail_open", "find_open", "marked", "is_elsewhere"),
        fixed=True,
        views=EVERYWHERE,
        run=lambda shell: shell.escape(),
        after="stop",
    ),
    Command(
        "undo",
        "Undo",
        "Edit",
        ("Ctrl+Z",),
        needs("can_undo"),
        fixed=True,
        views=EVERYWHERE,
        run=lambda shell: shell.undo(),
        repeats=True,
    ),
    Command(
        "redo",
        "Redo",
        "Edit",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        needs("can_redo"),
        True,
        views=EVERYWHERE,
        run=lambda shell: shell.redo(),
        repeats=True,
    ),
    Command(
        "view_compose",
        "Compose: editor and lanes",
        "View",
        ("Alt+1",),
        views=EVERYWHERE,
        run=lambda shell: shell.show("compose"),
    ),
    Command("menu", "Open the menu", "View", ("F10",), views=EVERYWHERE, run=lambda shell: shell.open_menu()),
    Command(
        "context_menu",
        "Context menu",
        "View",
        ("Shift+F10",),
        views=EVERYWHERE,
        run=lambda shell: shell.open_context_menu(),
    ),
    Command(
        "next_pane",
        "Go to the next pane",
        "View",
        ("F6",),
        views=EVERYWHERE,
        run=lambda shell: shell.step_pane(1),
        repeats=True,
    ),
    Command(
        "previous_pane",
        "Go to the previous pane",
        "View",
        ("Shift+F6",),
        views=EVERYWHERE,
        run=lambda shell: shell.step_pane(-1),
        repeats=True,
    ),
    Command(
        "wrap",
        "Wrap long lines in messages",
        "View",
        ("Alt+Z",),
        views=EVERYWHERE,
        run=lambda shell: shell.toggle_wrap(),
    ),
    Command("quit", "Quit", "View", ("Ctrl+Q",), views=EVERYWHERE, run=lambda shell: shell.quit()),
)
