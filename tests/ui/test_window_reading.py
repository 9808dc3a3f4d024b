"""Ways of reading in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from workbench.ui.lanes.reading.raw import RawPage

pytestmark = pytest.mark.window

MARKS = {"default": [{"text": "Some **bold** words"}, {"usage": {"input": 12, "output": 4}}, {"finish": "stop"}]}


def test_a_lane_is_read_in_turn_copied_and_the_choice_kept(desk: Desk) -> None:
    window = desk.open(MARKS)
    window.view.editor.focus_first()
    desk.run()
    lanes = window.view.lanes
    slot = window.shown_slots()[0]
    lanes.focus_lane(0)
    column = lanes.column(slot)
    assert column is not None
    assert column.reading.mode == "markdown"
    window.actions_.press("read_next")
    assert column.reading.mode != "markdown"
    handlers = window.handlers.table()
    handlers["read_raw"]()
    if column.reading.subject.status.has_wire:
        page = column.reading.page
        assert isinstance(page, RawPage)
        assert "Request" in page.view.exact_text
    handlers["copy_text"]()
    assert QApplication.clipboard().text() == "Some bold words"
    handlers["copy_answer"]()
    assert QApplication.clipboard().text() == "Some **bold** words"
    handlers["copy_json"]()
    assert "no valid JSON" in desk.notice()
    assert desk.rows("SELECT text FROM outputs")[0] == ("Some **bold** words",)
    assert dict(window.frame.reading) == {slot: "raw"}
