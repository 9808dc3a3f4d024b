"""The parts of the window that F6 goes through, and the order in which Tab does.

Invariant: Tab goes through header, prompts, editor from top to bottom, lanes from left to right or what
another view has, the rest. F6 enters every part at the place where a person works in it, and passes by one that is
hidden or empty.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from workbench.ui.shell.views import Page
from workbench.ui.taborder import has_proxy

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


def parts_of(window: MainWindow) -> list[QWidget]:
    """Return the parts of the main window in reading order."""
    side, lanes = window.sidebar, window.view.lanes
    columns = [column for slot in lanes.slots() if (column := lanes.column(slot)) is not None]
    lists = (side.prompt_list, side.iteration_list)
    return [
        # The header makes its own buttons before it is given these, which stand left of them.
        window.views.tabs,
        window.notice,
        window.header,
        side,
        *lists,
        *window.view.parts(),
        *columns,
        lanes,
        window.views.here(),
        *window.views.stops(),
        window.status,
    ]


def panes(window: MainWindow) -> list[tuple[QWidget, Callable[[], None]]]:
    """Return the visible parts in reading order: the part, and what gives it the keyboard."""
    side, view = window.sidebar, window.view
    lists: list[tuple[QWidget, Callable[[], None]]] = [
        (part, part.setFocus) for part in (side.prompt_list, side.iteration_list) if part.isVisible()
    ]
    # At the view that is shown: its key changes nothing when it is pressed by mistake.
    header = (window.header, window.views.tabs.tab(window.views.shown).setFocus)
    if window.views.shown != "compose":
        page = window.views.here()
        return [*lists, *(page.panes() if isinstance(page, Page) else ()), header]
    viewing = window.compose.viewing is not None and view.past_editor is not None
    editor = view.past_editor if viewing else view.editor
    values = view.past_values_panel if viewing else view.values
    found = lists
    for part in (editor, values):
        if part is not None and part.isVisible() and (entry := _first_stop(part)) is not None:
            found.append((part, entry.setFocus))
    slots = view.lanes.slots() if view.isVisible() else []
    if (slot := view.lanes.focused_slot()) in slots:
        found.append((view.lanes, lambda: view.lanes.focus_lane(slots.index(slot))))
    elif (entry := _first_stop(view.lanes)) is not None:
        found.append((view.lanes, entry.setFocus))
    if (entry := _first_stop(view.runbar)) is not None:
        found.append((view.runbar, entry.setFocus))
    return [*found, header]


def step_pane(window: MainWindow, step: int) -> None:
    """Give the keyboard to the next part (1) or the previous one (-1)."""
    parts = panes(window)
    focused = QApplication.focusWidget()
    inside = [focused is not None and (part is focused or part.isAncestorOf(focused)) for part, _ in parts]
    here = inside.index(True) if True in inside else None
    at = (0 if step > 0 else -1) if here is None else here + step
    parts[at % len(parts)][1]()
    if window.frame.focus_origin is not None:
        window.frame.focus_origin.place()


def _first_stop(part: QWidget) -> QWidget | None:
    """Return the first widget in `part` that Tab would stop at, text before buttons."""
    stops = [
        child
        for child in part.findChildren(QWidget)
        if child.isVisible()
        and child.isEnabled()
        and child.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not has_proxy(child)
    ]
    return next((stop for stop in stops if stop.inherits("QPlainTextEdit")), stops[0] if stops else None)


def open_context_menu() -> None:
    """Open the menu of what has the keyboard, as a right click does."""
    focused = QApplication.focusWidget()
    if focused is not None:
        # Where there are rows or text, the widget itself knows the place of the current one.
        place = focused.rect().center()
        asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, focused.mapToGlobal(place))
        QApplication.sendEvent(focused.viewport() if isinstance(focused, QAbstractItemView) else focused, asked)
