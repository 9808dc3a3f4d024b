"""The panes of the window for F6, and the Tab order.

Invariant: Tab goes through header, prompts, editor from top to bottom, then the lanes from left to right or the other
view, then the rest. F6 focuses the working area of each pane, and skips hidden and empty panes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from workbench.ui.shell.views import ViewPage

if TYPE_CHECKING:
    from workbench.ui.shell.compose_room import ComposePart
    from workbench.ui.shell.frame import WindowFrame
    from workbench.ui.shell.side_bar import SideBar
    from workbench.ui.shell.views import Views


class WindowPanes:
    """The panes of one window."""

    def __init__(self, frame: WindowFrame, side: SideBar, views: Views, compose: ComposePart, notice: QWidget) -> None:
        self._frame, self._side, self._views, self._compose, self._notice = frame, side, views, compose, notice

    def in_tab_order(self) -> list[QWidget]:
        """Return the parts in reading order."""
        side, views, frame = self._side, self._views, self._frame
        return [
            # The header makes its own buttons before it is given the tabs, which are to the left of them.
            views.tabs,
            self._notice,
            frame.header,
            side,
            side.prompt_filter,
            side.prompt_list,
            side.filter_button,
            side.iteration_filter,
            side.iteration_list,
            side.foot,
            *self._compose.stops(),
            views.here(),
            *views.stops(),
            frame.status,
        ]

    def step(self, step: int) -> None:
        """Focus the next pane (1) or the previous one (-1)."""
        parts = self._visible()
        focused = QApplication.focusWidget()
        inside = [focused is not None and (part is focused or part.isAncestorOf(focused)) for part, _ in parts]
        here = inside.index(True) if True in inside else None
        at = (0 if step > 0 else -1) if here is None else here + step
        parts[at % len(parts)][1]()
        if self._frame.focus_origin is not None:
            self._frame.focus_origin.place()

    def _visible(self) -> list[tuple[QWidget, Callable[[], None]]]:
        """Return the visible panes in reading order, each with a callable that focuses it."""
        side, views = self._side, self._views
        lists: list[tuple[QWidget, Callable[[], None]]] = [
            (part, part.setFocus) for part in (side.prompt_list, side.iteration_list) if part.isVisible()
        ]
        # The tab of the shown view: pressing it by mistake changes nothing.
        header = (self._frame.header, views.tabs.tab(views.shown).setFocus)
        if views.shown == "compose":
            return [*lists, *self._compose.panes(), header]
        page = views.here()
        return [*lists, *(page.panes() if isinstance(page, ViewPage) else ()), header]


def open_context_menu() -> None:
    """Open the context menu of the focus widget, as a right click does."""
    focused = QApplication.focusWidget()
    if focused is not None:
        # A widget with rows or text knows the position of the current one itself.
        place = focused.rect().center()
        asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, focused.mapToGlobal(place))
        QApplication.sendEvent(focused.viewport() if isinstance(focused, QAbstractItemView) else focused, asked)
