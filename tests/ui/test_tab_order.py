"""Tab goes through the window in reading order and back, including widgets that were added later."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.desk import Desk
from tests.ui.editor_support import content
from tests.ui.looks import change_mode
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets.reader.markdown_page import MarkdownPage

pytestmark = pytest.mark.window
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def around(desk: Desk, *, forward: bool = True) -> list[QWidget]:
    """Press Tab from the list of prompts until it repeats, and return the stops in order."""
    desk.window.sidebar.prompt_list.setFocus()
    seen: list[QWidget] = []
    while (stop := QApplication.focusWidget()) is not None and stop not in seen:
        seen.append(stop)
        held = [CTRL] if isinstance(stop, ExactField) and forward else []
        desk.press(Qt.Key.Key_Tab if forward else Qt.Key.Key_Backtab, *held, *([] if forward else [SHIFT]))
    return seen


def test_tab_visits_the_window_in_reading_order(desk: Desk) -> None:
    window = desk.open()
    desk.run()
    window.editor.set_content(content(("system", "a {{late}}"), ("user", "b")))
    window.editor.edited.emit()
    window.lane_list.duplicate(window.slots()[0])
    desk.until(lambda: len(window.lanes.slots()) == 3)
    window.lane_list.move(window.slots()[2], -1)
    view, lanes = window.compose_view, window.lanes
    columns = [column for slot in lanes.slots() if (column := lanes.column(slot)) is not None]
    parts = [window.sidebar.iteration_list, view.editor, view.values, view.runbar, *columns, window.header]
    seen = around(desk)
    assert all(stop.isVisible() for stop in seen)
    order = [next((i for i, part in enumerate(parts) if part is s or part.isAncestorOf(s)), -1) for s in seen]
    reached = [number for number in dict.fromkeys(order) if number >= 0]
    assert reached == list(range(len(parts)))
    assert seen[-1].accessibleName() == "New prompt"
    assert around(desk, forward=False) == [seen[0], *reversed(seen[1:])]


def test_tab_visits_the_header_from_left_to_right(desk: Desk) -> None:
    window = desk.open()
    window.notices.offer("It is gone.", "Undo", lambda: None)
    QApplication.processEvents()
    stops = [stop for stop in around(desk) if window.header.isAncestorOf(stop)]
    places = [stop.mapTo(window.header, stop.rect().center()).x() for stop in stops]
    assert len(stops) > 6
    assert places == sorted(places)


def test_f6_enters_the_header_at_the_tab_of_the_current_view(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    for _ in range(9):
        desk.press(Qt.Key.Key_F6)
        if window.header.isAncestorOf(QApplication.focusWidget() or window.frame):
            break
    assert QApplication.focusWidget() is window.views.tabs.tab("compose")
    desk.press(Qt.Key.Key_Space)
    assert window.views.shown == "compose"
    assert not window.session.blind


def test_hiding_a_lane_leaves_the_other_lanes_intact(desk: Desk) -> None:
    window = desk.open({"default": [{"text": "# Status\n\nIt is **on its way**.\n"}]})
    lanes = window.lane_list
    lanes.duplicate(window.slots()[0])
    desk.until(lambda: len(window.slots()) == 3)
    desk.run()
    around(desk)
    built = [window.lanes.column(slot) for slot in window.slots()]
    columns = [column for column in built if column is not None]
    desk.until(lambda: all(column.reading.mode == "markdown" for column in columns))
    lanes.set_hidden(window.slots()[1], hidden=True)
    desk.until(lambda: not shiboken6.isValid(columns[1]))
    change_mode(window.theme, "dark")
    for column in (columns[0], columns[2]):
        page = column.reading.page
        assert isinstance(page, MarkdownPage)
        view = page.view
        desk.until(lambda: view.is_whole)  # noqa: B023 - asked for before the next round
        assert view.toPlainText() == "Status\nIt is on its way."
    desk.run()
    assert [desk.text(lane) for lane in range(2)] == ["# Status\n\nIt is **on its way**.\n"] * 2
