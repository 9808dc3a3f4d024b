"""Commands of the window itself."""

from __future__ import annotations

from workbench.app.commands import EVERYWHERE, Command

COMMANDS: tuple[Command, ...] = (
    Command(
        "escape",
        "Close, or stop the run",
        "Run",
        ("Esc",),
        lambda s: s.viewing or s.running or s.detail_open or s.find_open or s.marked or s.view != "compose",
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
        lambda s: s.can_undo,
        fixed=True,
        views=EVERYWHERE,
        run=lambda shell: shell.undo(),
    ),
    Command(
        "redo",
        "Redo",
        "Edit",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        lambda s: s.can_redo,
        True,
        views=EVERYWHERE,
        run=lambda shell: shell.redo(),
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
    ),
    Command(
        "previous_pane",
        "Go to the previous pane",
        "View",
        ("Shift+F6",),
        views=EVERYWHERE,
        run=lambda shell: shell.step_pane(-1),
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
