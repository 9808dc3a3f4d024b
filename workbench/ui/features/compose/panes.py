"""The panes of Compose for F6."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from workbench.ui.shell.tab_order import first_stop

if TYPE_CHECKING:
    from workbench.ui.draft_page.view import ComposeView


def compose_panes(view: ComposeView, *, is_past: bool) -> list[tuple[QWidget, Callable[[], None]]]:
    """Return the visible panes in reading order, each with a callable that focuses it; hidden and empty ones are
    skipped.

    With `is_past` the editor is that of the past iteration.
    """
    past = is_past and view.past_editor is not None
    editor = view.past_editor if past else view.editor
    values = view.past_values_panel if past else view.values
    found: list[tuple[QWidget, Callable[[], None]]] = []
    for part in (editor, values):
        if part is not None and part.isVisible() and (entry := first_stop(part)) is not None:
            found.append((part, entry.setFocus))
    slots = view.lanes.slots() if view.isVisible() else ()
    if (slot := view.lanes.focused_slot()) in slots:
        found.append((view.lanes, lambda: view.lanes.focus_lane(slots.index(slot))))
    elif (entry := first_stop(view.lanes)) is not None:
        found.append((view.lanes, entry.setFocus))
    if (entry := first_stop(view.runbar)) is not None:
        found.append((view.runbar, entry.setFocus))
    return found
