"""Every control tells screen readers its name, role and state through Qt's accessibility tree.

All open windows are traversed, so that a new view or dialog is covered as soon as one of the ways in `DRAFT` and
`ANSWERED` opens it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from tests.ui.desk import Desk
from workbench.app.commands import Command, View
from workbench.ui.composition import FEATURES
from workbench.ui.features.history.view import HistoryView

Role = QAccessible.Role
ACTIVE = {
    Role.Button,
    Role.ButtonMenu,
    Role.ButtonDropDown,
    Role.CheckBox,
    Role.RadioButton,
    Role.ComboBox,
    Role.EditableText,
    Role.SpinBox,
    Role.Slider,
    Role.List,
    Role.Tree,
    Role.Table,
    Role.PageTabList,
    Role.PageTab,
    Role.Link,
}
NO_ROLE = {Role.NoRole, Role.Client, Role.Pane, Role.Window, Role.Grouping, Role.Whitespace}
INSIDE = {Role.ListItem, Role.TreeItem, Role.Cell, Role.MenuItem, Role.ScrollBar, Role.Splitter}


def below(found: QAccessibleInterface | None) -> Iterator[QAccessibleInterface]:
    """Yield the visible parts of a window, outermost first; rows of lists are left to their delegates."""
    if found is None or not found.isValid() or found.state().invisible:
        return
    yield found
    if found.role() in (Role.List, Role.Tree, Role.Table, Role.ComboBox, Role.SpinBox):
        return
    for at in range(found.childCount()):
        child = found.child(at)
        if child is not None and child.role() not in INSIDE:
            yield from below(child)


def complaints() -> list[str]:
    """Return the defects of the controls of all open windows."""
    wrong = []
    for window in QApplication.topLevelWidgets():
        if not window.isVisible() or window.inherits("QMenu") or window.inherits("QTipLabel"):
            continue
        for found in below(QAccessible.queryAccessibleInterface(window)):
            widget = found.object()
            kind = type(widget).__name__
            focusable = isinstance(widget, QWidget) and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
            named = found.text(QAccessible.Text.Name).strip()
            if (found.role() in ACTIVE or focusable) and not named:
                wrong.append(f"{kind} in {window.windowTitle()} has no name")
            if focusable and found.role() in NO_ROLE:
                wrong.append(f"{kind} “{named}” in {window.windowTitle()} takes the keyboard and has no role")
            if isinstance(widget, QWidget) and widget.inherits("QPlainTextEdit") and found.textInterface() is None:
                wrong.append(f"{kind} “{named}” does not tell its text")
    focused = QApplication.focusWidget()
    # The editor of a list row is not part of the tree.
    if (
        isinstance(focused, QLineEdit)
        and not focused.accessibleName()
        and not isinstance(focused.window(), QFileDialog)
    ):
        wrong.append(f"the field with the keyboard in {focused.window().windowTitle()} has no name")
    return wrong


def _past(desk: Desk) -> None:
    desk.run()
    window = desk.window
    window.view_row(window.timeline.row(0).uid)  # type: ignore[union-attr] # it has just run
    desk.until(lambda: window.viewing is not None)


LEFT_OUT = {
    "delete_run",
    "archive_run",
    "quit",
    "run",
    "context_menu",
    "retry_lane",
    "retry_all",
    "menu",
    "samples",
    "archive_prompt",
    "new_prompt",
    "duplicate_prompt",
}
"""Commands that end the window, start calls, delete the selection, switch prompts, or open a menu of Qt's own."""

# Whatever a command opens is covered by the test below.
DRAFT: dict[str, Callable[[Desk], object]] = {
    "draft": lambda desk: None,
    "problem": lambda desk: desk.window.notices.problem("It went wrong.", "The detail."),
    "endpoints": lambda desk: desk.window.dialogs.show_settings("endpoints"),
    "appearance": lambda desk: desk.window.dialogs.show_settings("appearance"),
    "limits": lambda desk: desk.window.dialogs.show_settings("limits"),
    "care": lambda desk: desk.window.dialogs.show_settings("history"),
    "import": lambda desk: desk.window.dialogs.exchange_actions.preview(desk.directory / "gone.db"),
    "pack": lambda desk: desk.window.dialogs.pack_imports.look(desk.directory / "gone.promptpack"),
    "parameters": lambda desk: desk.window.lanes.edit_params(desk.window.slots()[0]),
    "renaming": lambda desk: desk.window.lanes.rename(desk.window.slots()[0]),
}
ANSWERED: dict[str, Callable[[Desk], object]] = {
    "answered": lambda desk: desk.run(),
    "judging": lambda desk: desk.window.actions["judge"].trigger(),
    "past": _past,
}
"""States to bring one window into, one after the other."""


@pytest.mark.parametrize("states", [DRAFT, ANSWERED], ids=["draft", "answered"])
def test_every_control_has_a_name_and_a_role(desk: Desk, states: dict[str, Callable[[Desk], object]]) -> None:
    desk.open()
    wrong: dict[str, list[str]] = {}
    for state, lead in states.items():
        lead(desk)
        QApplication.processEvents()
        if found := complaints():
            wrong[state] = found
        close_others(desk)
    assert wrong == {}


def close_others(desk: Desk) -> None:
    """Close everything beside the window."""
    for other in QApplication.topLevelWidgets():
        if other is not desk.window.frame and other.isVisible():
            other.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    desk.window.frame.activateWindow()


def to_view(desk: Desk, view: View) -> None:
    """Show a view and select something in it, from any state."""
    window = desk.window
    if window.views.shown != view:
        window.views.show(view)
    page = window.views.here()
    if isinstance(page, HistoryView):
        desk.until(lambda: page.model.rowCount() > 0)
        page.table.select(0)
    else:
        window.focus_lane(0)
    window.update_commands()


def commands_of(view: View) -> list[Command]:
    """Return the commands to try in a view; those available in Compose are tried there."""
    return [
        command
        for command in FEATURES.commands()
        if command.id not in LEFT_OUT and command.is_in(view) and (view == "compose" or not command.is_in("compose"))
    ]


@pytest.mark.deep(only=True)
@pytest.mark.parametrize("view", FEATURES.views())
def test_everything_a_command_opens_has_a_name_and_a_role(desk: Desk, view: View) -> None:
    """A command that is added is covered by being in the table; `test_scaling` sees the same in its own windows."""
    window = desk.open()
    desk.run()
    wrong: dict[str, list[str]] = {}
    for command in commands_of(view):
        to_view(desk, view)
        action = window.actions[command.id]
        if not action.isEnabled():
            continue
        action.trigger()
        QApplication.processEvents()
        if found := complaints():
            wrong[command.id] = found
        close_others(desk)
    assert wrong == {}


def test_editor_exposes_its_text_to_accessibility_tools(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    field = QApplication.focusWidget()
    told = QAccessible.queryAccessibleInterface(field).textInterface()
    assert told is not None
    desk.type("Greetings ")
    assert "Greetings" in told.text(0, told.characterCount())
