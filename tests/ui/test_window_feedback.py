"""What the window says about copying, removing and cancelling, and about a stream that stalls."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.desk import ECHO, Desk
from tests.ui.editor_support import content
from workbench.core.blocks import OutputFormat
from workbench.core.drafts import Draft
from workbench.core.lanes import ECHO as ECHO_ENDPOINT
from workbench.core.lanes import Lane

pytestmark = pytest.mark.window
LANES = tuple(Lane(f"s{i}", ECHO_ENDPOINT, f"model-{i}") for i in range(2))


def write(desk: Desk, text: str) -> None:
    desk.window.session.put_back(Draft(content(("user", text)), (), LANES))
    desk.window.editor.focus_first()


def test_removed_lane_comes_back_with_its_answer(desk: Desk) -> None:
    window = desk.open(ECHO)
    write(desk, "Hello.")
    desk.run()
    window.focus_lane(0)
    window.actions["remove_lane"].trigger()
    assert window.slots() == ["s1"]
    assert desk.notice() == "model-0 was removed. Its answers stay in the history."
    window.shown_notice.press()
    assert window.slots() == ["s0", "s1"]
    desk.until(lambda: desk.text(0) == "Hello.")


def test_removed_lane_of_a_blind_run_is_not_named(desk: Desk) -> None:
    window = desk.open(ECHO)
    write(desk, "Hello.")
    window.actions["blind"].trigger()
    desk.run()
    window.lanes.remove_requested.emit(window.slots()[0])
    assert "model" not in desk.notice()


def test_copy_says_so(desk: Desk) -> None:
    window = desk.open(ECHO)
    write(desk, '{"a": 1}')
    desk.run()
    window.lanes.copy_requested.emit("s1")
    assert desk.notice() == "model-1: answer copied."
    assert QApplication.clipboard().text() == '{"a": 1}'
    window.focus_lane(0)
    window.actions["copy_json"].trigger()
    assert desk.notice() == "model-0: JSON copied."


def test_escape_in_add_a_lane_leaves_no_lane(desk: Desk) -> None:
    window = desk.open(ECHO)
    write(desk, "Hello.")
    desk.ctrl(Qt.Key.Key_L)
    desk.until(lambda: window.dialogs.picker is not None)
    assert len(window.slots()) == 3
    picker = window.dialogs.picker
    assert picker is not None
    picker.reject()
    desk.until(lambda: window.slots() == ["s0", "s1"])
    desk.until(lambda: (draft := desk.stored_draft()) is not None and len(draft.lanes) == 2)


def test_escape_in_the_picker_keeps_a_lane_that_was_run_meanwhile(desk: Desk) -> None:
    window = desk.open(ECHO)
    write(desk, "Hello.")
    desk.ctrl(Qt.Key.Key_L)
    desk.until(lambda: window.dialogs.picker is not None)
    desk.run()
    picker = window.dialogs.picker
    assert picker is not None
    picker.reject()
    desk.until(lambda: window.dialogs.picker is None)
    assert len(window.slots()) == 3


def test_answer_opens_as_json_when_an_output_format_is_set(desk: Desk) -> None:
    window = desk.open(ECHO)
    write(desk, '{"a": 1}')
    desk.run()
    column = window.lanes.column("s0")
    assert column is not None
    assert column.reading.mode == "text"
    text = replace(content(("user", '{"a": 1}')), output=OutputFormat("json"))
    window.session.put_back(Draft(text, (), LANES))
    desk.run()
    desk.until(lambda: column.reading.mode == "json")
