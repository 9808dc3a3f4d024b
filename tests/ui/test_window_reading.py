"""Reading modes in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QMenu

from tests.ui.desk import Desk
from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.reader.markdown import MarkdownView
from workbench.ui.widgets.reader.raw import RawPage

pytestmark = pytest.mark.window

MARKS = {"default": [{"text": "Some **bold** words"}, {"usage": {"input": 12, "output": 4}}, {"finish": "stop"}]}


def test_reading_mode_is_switched_and_stored_and_answers_are_copied(desk: Desk) -> None:
    window = desk.open(MARKS)
    window.editor.focus_first()
    desk.run()
    lanes = window.lanes
    slot = window.slots()[0]
    lanes.focus_lane(0)
    column = lanes.column(slot)
    assert column is not None
    assert column.reading.mode == "markdown"
    window.actions.press("read_next")
    assert column.reading.mode != "markdown"
    window.command("read_raw")
    if column.reading.subject.status.has_wire:
        page = column.reading.page
        assert isinstance(page, RawPage)
        assert "Request" in page.view.exact_text
    window.command("copy_text")
    assert QApplication.clipboard().text() == "Some bold words"
    window.command("copy_answer")
    assert QApplication.clipboard().text() == "Some **bold** words"
    window.command("copy_json")
    assert "no valid JSON" in desk.notice()
    desk.until(lambda: desk.rows("SELECT text FROM outputs")[0] == ("Some **bold** words",))
    assert dict(window.frame.settings.reading) == {slot: "raw"}


@pytest.mark.parametrize("mode", ["text", "markdown", "json"])
def test_ctrl_and_wheel_over_an_answer_is_passed_to_the_window(desk: Desk, mode: str) -> None:
    window = desk.open({"default": [{"text": '# T\n```json\n{"a": 1}\n```'}, {"finish": "stop"}]})
    window.editor.focus_first()
    desk.run()
    window.focus_lane(0)
    window.command(f"read_{mode}")
    column = window.lanes.column(window.slots()[0])
    assert column is not None
    assert column.reading.mode == mode
    area = column.reading.page.findChild(QAbstractScrollArea) or column.reading.page
    size = area.font().pointSizeF()
    place = QPointF(10, 10)
    turn = QWheelEvent(
        place,
        area.mapToGlobal(place),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(area.viewport() if isinstance(area, QAbstractScrollArea) else area, turn)
    assert not turn.isAccepted()
    assert area.font().pointSizeF() == size


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("mode", ["text", "markdown", "diff"])
def test_menu_key_over_an_answer_opens_the_lane_menu_without_a_selection(desk: Desk, mode: str) -> None:
    window = desk.open(MARKS)
    window.editor.focus_first()
    desk.run()
    desk.run()
    window.focus_lane(0)
    window.command("diff" if mode == "diff" else f"read_{mode}")
    column = window.lanes.column(window.slots()[0])
    assert column is not None
    assert column.reading.mode == mode
    view = column.reading.page.findChild(QAbstractScrollArea)
    assert isinstance(view, AnswerView | MarkdownView)
    desk.until(lambda: "bold" in view.toPlainText())
    column.reading.take_focus()
    desk.press(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert "Parameters" in _menu_words()
    view.selectAll()
    desk.press(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert "Parameters" not in _menu_words()


def _menu_words() -> str:
    """Close the open menu, and return its entries."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    words = "".join(action.text().replace("&", "") for action in menu.actions())
    menu.close()
    return words
