"""The parts of the window that F6 goes through, and the order in which Tab does.

Invariant: Tab goes through header, prompts, editor from top to bottom, lanes from left to right or what another view
has, the rest. F6 enters every part at the place where a person works in it, and passes by one that is hidden or empty.
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
    """The parts of one window."""

    def __init__(self, frame: WindowFrame, side: SideBar, views: Views, compose: ComposePart, notice: QWidget) -> None:
        self._frame, self._side, self._views, self._compose, self._notice = frame, side, views, compose, notice

    def in_tab_order(self) -> list[QWidget]:
        """Return the parts in reading order."""
        side, views, frame = self._side, self._views, self._frame
        return [
            # The header makes its own buttons before it is given these, which stand left of them.
            views.tabs,
            self._notice,
            frame.header,
            side,
            side.prompt_list,
            side.iteration_list,
            *self._compose.stops(),
            views.here(),
            *views.stops(),
            frame.status,
        ]

    def step(self, step: int) -> None:
        """Give the keyboard to the next part (1) or the previous one (-1)."""
        parts = self._visible()
        focused = QApplication.focusWidget()
        inside = [focused is not None and (part is focused or part.isAncestorOf(focused)) for part, _ in parts]
        here = inside.index(True) if True in inside else None
        at = (0 if step > 0 else -1) if here is None else here + step
        parts[at % len(parts)][1]()
        if self._frame.focus_origin is not None:
            self._frame.focus_origin.place()

    def _visible(self) -> list[tuple[QWidget, Callable[[], None]]]:
        """Return the visible parts in reading order, and what gives each the keyboard."""
        side, views = self._side, self._views
        lists: list[tuple[QWidget, Callable[[], None]]] = [
            (part, part.setFocus) for part in (side.prompt_list, side.iteration_list) if part.isVisible()
        ]
        # At the view that is shown: its key changes nothing when it is pressed by mistake.
        header = (self._frame.header, views.tabs.tab(views.shown).setFocus)
        if views.shown == "compose":
            return [*lists, *self._compose.panes(), header]
        page = views.here()
        return [*lists, *(page.panes() if isinstance(page, ViewPage) else ()), header]


def open_context_menu() -> None:
    """Open the menu of what has the keyboard, as a right click does."""
    focused = QApplication.focusWidget()
    if focused is not None:
        # Where there are rows or text, the widget itself knows the place of the current one.
        place = focused.rect().center()
        asked = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, focused.mapToGlobal(place))
        QApplication.sendEvent(focused.viewport() if isinstance(focused, QAbstractItemView) else focused, asked)
