"""The timeline of the real window: its rows, clicks and menus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.desk import Desk
from tests.ui.driver import WindowDriver
from workbench.core.timeline import name


def names(desk: Desk) -> list[str]:
    return [name(row) for row in desk.shown_rows()]


def selected(window: WindowDriver) -> int:
    return window.sidebar.iteration_list.currentIndex().row()


def click(desk: Desk, position: int, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> QPoint:
    """Click a row of the timeline and return its position."""
    view = desk.window.sidebar.iteration_list
    view.scrollTo(view.model().index(position, 0))
    place = view.visualRect(view.model().index(position, 0)).center()
    QTest.mouseClick(view.viewport(), button, Qt.KeyboardModifier.NoModifier, place)
    return place


def right_click(desk: Desk, position: int) -> QMenu:
    """Right-click a row of the timeline and return the menu that opens."""
    place = click(desk, position, Qt.MouseButton.RightButton)
    viewport = desk.window.sidebar.iteration_list.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(desk: Desk, menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()
    desk.until(lambda: QApplication.activePopupWidget() is None)


def look_at(desk: Desk, position: int) -> None:
    click(desk, position)
    row = desk.shown_rows()[position]
    desk.until(lambda: (viewing := desk.window.viewing) is not None and viewing.row.uid == row.uid)


@pytest.fixture
def sample(desk: Desk) -> WindowDriver:
    window = desk.open()
    desk.until(lambda: len(desk.shown_rows()) == 2)
    window.editor.focus_first()
    return window
