"""The loop in the real window: run, read, judge, change, run again, look back."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit

from tests.ui.desk import Desk
from workbench.app.compose.draft_saver import LIMIT_MS, PAUSE_MS
from workbench.core.content import Content, Message

pytestmark = pytest.mark.window
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def _editor(desk: Desk) -> QPlainTextEdit:
    field = desk.window.editor.first_viewport().parentWidget()
    assert isinstance(field, QPlainTextEdit)
    field.setFocus()
    desk.until(field.hasFocus)
    return field


def test_run_key_runs_the_sample_and_records_the_run(desk: Desk) -> None:
    window = desk.open()
    assert [head.pinned for head in window.lane_heads] == [1, None]
    _editor(desk)
    desk.run()
    assert [desk.text(0), desk.text(1)] == ["Hello there.", "Hello there."]
    stored = desk.rows("SELECT state, text, input_tokens, output_tokens, cost_usd FROM outputs ORDER BY lane")
    assert stored == [("finished", "Hello there.", 12, 4, 0.0)] * 2
    assert [row.number for row in desk.timeline()] == [1]
    assert window.sidebar.iteration_list.currentIndex().row() == 0
    assert "1 iteration" in window.header.session()
    shown = window.lane_presenter.shown(window.slots()[1])
    assert shown is not None
    assert isinstance(shown.wire, dict)
    assert json.dumps(shown.wire).count("123ABCDEFG") >= 1, "the request is shown"
    assert window.draft().content != Content((Message("user", ""),))


def test_changed_text_creates_a_version_with_word_counts(desk: Desk) -> None:
    window = desk.open()
    field = _editor(desk)
    desk.run()
    field.moveCursor(field.textCursor().MoveOperation.End)
    desk.type(" Answer in French.")
    desk.run()
    newest, first = desk.timeline()
    assert (newest.number, first.number) == (2, 1)
    assert newest.version == first.version + 1
    assert (newest.added, newest.removed) == (3, 0)
    assert "French" in newest.summary
    versions = desk.rows("SELECT count(*) FROM versions")
    desk.run()
    # The same text gives the same version.
    desk.until(lambda: desk.rows("SELECT count(*) FROM versions") == versions)
    assert desk.timeline()[0].version == newest.version
    assert window.based_on == newest.version


def test_ctrl_digits_give_verdicts_anywhere_and_plain_digits_only_in_lanes(desk: Desk) -> None:
    window = desk.open()
    field = _editor(desk)
    desk.run()

    def verdict() -> tuple[str, int]:
        kinds = desk.rows("SELECT kind FROM verdicts ORDER BY id")
        return (kinds[-1][0] if kinds else "", len(kinds))

    desk.ctrl(Qt.Key.Key_2)
    desk.until(lambda: verdict() == ("winner", 1))
    desk.until(lambda: desk.timeline()[0].winner == window.lane_heads[1].title)
    desk.ctrl(Qt.Key.Key_2)
    desk.until(lambda: verdict() == ("none", 2))
    before = field.toPlainText()
    desk.press(Qt.Key.Key_1)
    assert field.toPlainText() == "1" + before or "1" in field.toPlainText(), "a digit in a text field is text"
    assert verdict()[1] == 2
    window.sidebar.iteration_list.setFocus()
    desk.press(Qt.Key.Key_1)
    assert verdict()[1] == 2, "a digit outside of the lanes gives no verdict"
    window.focus_lane(0)
    desk.press(Qt.Key.Key_1)
    desk.until(lambda: verdict() == ("winner", 3))
    desk.press(Qt.Key.Key_0)
    desk.until(lambda: verdict() == ("tie", 4))
    desk.press(Qt.Key.Key_Minus)
    desk.until(lambda: verdict() == ("all_bad", 5))
    desk.press(Qt.Key.Key_Minus)
    desk.until(lambda: verdict() == ("none", 6))
    desk.until(lambda: desk.timeline()[0].verdict == "none")


def test_verdict_is_refused_while_the_answer_streams(desk: Desk) -> None:
    gate = desk.directory / "gate"
    desk.open({"default": [{"text": "Half"}, {"until": str(gate)}, {"text": " and half"}, {"finish": "stop"}]})
    _editor(desk)
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.text(0) == "Half")
    desk.ctrl(Qt.Key.Key_1)
    gate.touch()
    desk.settle()
    assert desk.text(0) == "Half and half"
    desk.until_rows([(0,)], "SELECT count(*) FROM verdicts")
    desk.ctrl(Qt.Key.Key_1)
    desk.until(lambda: desk.rows("SELECT count(*) FROM verdicts") == [(1,)])


def test_past_iteration_is_read_only_and_restored_exactly(desk: Desk) -> None:
    window = desk.open()
    field = _editor(desk)
    desk.run()
    first = window.draft()
    field.selectAll()
    desk.type("Only this.")
    window.lane_list.remove(window.slots()[0])
    desk.run()
    second = window.draft()
    desk.press(Qt.Key.Key_Left, ALT)
    desk.until(lambda: window.viewing is not None)
    assert window.past_editor is not None
    assert window.past_editor.content() == first.content
    assert len(window.slots()) == 2, "the lanes are those of that iteration"
    assert not window.editor.isVisible()
    window.past_editor.focus_first()
    desk.press(Qt.Key.Key_Down)
    assert window.past_editor.content() == first.content
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: window.viewing is None)
    assert window.draft() == second

    desk.press(Qt.Key.Key_Left, ALT)
    desk.until(lambda: window.viewing is not None)
    desk.press(Qt.Key.Key_O, CTRL, SHIFT)
    desk.until(lambda: window.viewing is None)
    restored = window.draft()
    assert (restored.content, restored.values, restored.lanes) == (first.content, first.values, first.lanes)
    assert restored.based_on == second.based_on
    desk.ctrl(Qt.Key.Key_Z)
    assert window.draft().content == second.content, "restoring can be undone"
    assert window.draft().lanes == second.lanes


def test_branch_makes_the_old_version_the_parent(desk: Desk) -> None:
    window = desk.open()
    field = _editor(desk)
    desk.run()
    old = desk.timeline()[0].version
    field.selectAll()
    desk.type("Something else.")
    desk.run()
    desk.press(Qt.Key.Key_Left, ALT)
    desk.until(lambda: window.viewing is not None)
    desk.press(Qt.Key.Key_B, CTRL, SHIFT)
    desk.until(lambda: window.viewing is None)
    _editor(desk)
    desk.type("Well: ")
    desk.run()
    newest = desk.timeline()[0]
    assert newest.branched
    parents = dict(desk.rows("SELECT v.number, p.number FROM versions v LEFT JOIN versions p ON p.id = v.parent_id"))
    assert parents[newest.version] == old


def test_retry_keeps_the_earlier_attempt(desk: Desk) -> None:
    window = desk.open({"default": [{"text": "Part"}, {"fail": ["server_error", "The server failed. Retry.", "500"]}]})
    _editor(desk)
    desk.run()
    assert desk.text(0) == "Part"
    slot = window.slots()[0]
    window.lanes.retry_requested.emit(slot)
    desk.until(lambda: desk.rows("SELECT count(*) FROM outputs WHERE attempt = 2") == [(1,)])
    desk.settle()
    states = desk.rows("SELECT attempt, state, error_code, text FROM outputs WHERE lane = 0 ORDER BY attempt")
    assert states == [(1, "failed", "server_error", "Part"), (2, "failed", "server_error", "Part")]
    window.lanes.attempt_requested.emit(slot, 1)
    shown = window.lane_presenter.shown(slot)
    assert shown is not None
    assert shown.attempt == 1


def test_escape_stops_the_run_and_keeps_the_text(desk: Desk) -> None:
    desk.open({"default": [{"text": "So far"}, {"until": str(desk.directory / "never")}]})
    _editor(desk)
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.text(0) == "So far" and desk.text(1) == "So far")
    desk.press(Qt.Key.Key_Escape)
    desk.settle()
    desk.until_rows([("stopped", "So far")], "SELECT DISTINCT state, text FROM outputs")


def test_ctrl_dot_stops_the_focused_lane_only(desk: Desk) -> None:
    gate = desk.directory / "gate"
    window = desk.open({"default": [{"text": "So far"}, {"until": str(gate)}, {"finish": "stop"}]})
    _editor(desk)
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.text(0) == "So far" and desk.text(1) == "So far")
    window.focus_lane(1)
    desk.ctrl(Qt.Key.Key_Period)
    desk.until(lambda: window.lane_presenter.state(window.slots()[1]) == "stopped")
    assert window.lane_presenter.is_running(window.slots()[0])
    gate.touch()
    desk.settle()
    desk.until_rows([("finished",), ("stopped",)], "SELECT state FROM outputs ORDER BY lane")


def test_note_is_stored_with_the_iteration(desk: Desk) -> None:
    window = desk.open()
    _editor(desk)
    desk.run()
    desk.press(Qt.Key.Key_N, CTRL, SHIFT)
    dialog = window.dialogs.note
    assert dialog is not None
    dialog.field.setText("the first try")
    desk.press(Qt.Key.Key_Return, on=dialog.field)
    desk.until(lambda: desk.timeline()[0].note == "the first try")
    desk.until_rows([("the first try",)], "SELECT note FROM runs")


def test_missing_value_is_reported_and_nothing_is_recorded(desk: Desk) -> None:
    window = desk.open()
    _editor(desk)
    desk.type("{{language}} ")
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: "{{language}}" in desk.notice())
    desk.until_rows([(0,)], "SELECT count(*) FROM runs")
    assert not window.is_running()


def test_draft_is_saved_within_a_second(desk: Desk) -> None:
    window = desk.open()
    _editor(desk)
    desk.type("Kept? ")
    wanted = window.editor.content()
    assert window.draft_saver.pending
    assert PAUSE_MS <= LIMIT_MS < 1000, "a save starts within a second of continuous typing"

    def stored() -> bool:
        draft = desk.stored_draft()
        return draft is not None and draft.content == wanted

    desk.until(stored)


def test_next_start_shows_draft_and_answers(desk: Desk) -> None:
    window = desk.open()
    _editor(desk)
    desk.run()
    desk.type("More. ")
    wanted = window.editor.content()
    desk.close()
    window = desk.open()
    assert window.editor.content() == wanted
    desk.until(lambda: desk.text(1) == "Hello there.")
    desk.until(lambda: [row.number for row in desk.timeline()] == [1])
