"""Helpers of the lane tests: a theme, a view on the screen, and heads."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from workbench.app.lanes.lane_state import LaneHead, LaneStatus
from workbench.core.timeline import VersionLabel
from workbench.ui.features.lanes.column import LaneColumn
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.widgets.theme import Theme

PROSE = "The quick brown fox jumps over thirteen lazy dogs. " * 4 + "\n\n"


def heads(*slots: str, **changes: object) -> list[LaneHead]:
    """Return one head per slot, with titles that name the slot."""
    return [
        LaneHead(slot, number, f"model-{slot}", f"provider/model-{slot}", **changes)  # type: ignore[arg-type]
        for number, slot in enumerate(slots, start=1)
    ]


def column(view: LanesView, slot: str) -> LaneColumn:
    """Return the column of a slot, which must exist."""
    found = view.column(slot)
    assert found is not None
    return found


def settle() -> None:
    """Process pending events: layouts, paints, deletions."""
    for _ in range(3):
        QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, "light")
    yield made
    made.deleteLater()
    settle()


@pytest.fixture
def screen(theme: Theme) -> Iterator[Callable[[QWidget], QWidget]]:
    """Show a widget in a window with focus, and delete it after the test."""
    widgets: list[QWidget] = []

    def show(widget: QWidget) -> QWidget:
        widgets.append(widget)
        widget.show()
        widget.activateWindow()
        settle()
        return widget

    yield show
    for widget in widgets:
        widget.close()
        widget.deleteLater()
    settle()


@pytest.fixture
def view(theme: Theme, screen: Callable[[QWidget], QWidget]) -> LanesView:
    made = LanesView(theme)
    made.resize(1200, 600)
    screen(made)
    return made


LEFT = Qt.MouseButton.LeftButton
DONE = LaneStatus("finished", attempt=1, attempts=1, has_wire=True)


@pytest.fixture
def lane(view: LanesView) -> LaneColumn:
    labels = tuple(VersionLabel(n, f"R&D attempt {n}", f"Text {n}", f"#{n}") for n in range(100, 0, -1))
    view.set_heads(heads("l", "m", "r", versions=labels))
    view.set_text("m", "An answer")
    view.set_status("m", DONE)
    settle()
    return column(view, "m")


def calls_of(spy: QSignalSpy) -> list[list[object]]:
    return [spy.at(index) for index in range(spy.count())]


def open_menu(lane: LaneColumn) -> QMenu:
    QTest.mouseClick(lane.header.row.menu, LEFT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def menu_entry(menu: QMenu, text: str) -> QAction:
    """Return the first entry with this beginning, in the menu or in the menus below it."""
    return next(a for a in entries(menu) if a.text().replace("&", "").startswith(text))


def entries(menu: QMenu) -> Iterator[QAction]:
    for action in menu.actions():
        yield action
        below = action.menu()
        if isinstance(below, QMenu):
            yield from entries(below)


def close_menu(menu: QMenu) -> None:
    menu.close()
    settle()
