"""Samples, baselines, and running a part of the lanes in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import ECHO, Desk
from workbench.core.lanes import ECHO as ECHO_ENDPOINT
from workbench.core.lanes import Lane, Params

pytestmark = pytest.mark.window
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


def _lanes(desk: Desk, count: int = 3, **first: object) -> None:
    lanes = [Lane(f"s{i}", ECHO_ENDPOINT, f"model-{i}") for i in range(count)]
    desk.window.compose.lanes.replace_all([Lane("s0", ECHO_ENDPOINT, "model-0", **first), *lanes[1:]])  # type: ignore[arg-type] # fields of a lane


def test_samples_are_asked_for_browsed_and_judged(desk: Desk) -> None:
    window = desk.open(ECHO)
    _lanes(desk, 2, samples=3, params=Params(seed=5))
    desk.run()
    assert desk.rows("SELECT lane, sample FROM outputs ORDER BY lane, sample") == [(0, 0), (0, 1), (0, 2), (1, 0)]
    seeds = desk.rows(
        "SELECT json_extract(body, '$.seed') FROM outputs JOIN bodies ON bodies.id = request_id"
        " WHERE lane = 0 ORDER BY sample"
    )
    assert [seed for (seed,) in seeds] in ([5, 6, 7], [None] * 3)
    window.view.lanes.focus_lane(0)
    desk.press(Qt.Key.Key_PageDown, ALT, SHIFT)
    assert window.compose.board.sample("s0") == 1
    strip = window.view.lanes.column("s0").strip()  # type: ignore[union-attr] # there is such a lane
    assert strip is not None
    row = strip.samples_row()
    assert row is not None
    assert row.line.candidates()[0] == "sample 2 of 3"
    row.newer.click()
    desk.ctrl(Qt.Key.Key_1)
    desk.until(lambda: desk.rows("SELECT 1 FROM verdicts"))
    judged = "SELECT lane, sample FROM verdict_outputs JOIN outputs ON outputs.id = output_id WHERE place = 1"
    assert desk.rows(judged) == [(0, 2)]
    window.actions_["spread"].trigger()
    assert "3 samples, all alike" in desk.notice()


def test_a_baseline_keeps_its_answer_and_is_not_run(desk: Desk) -> None:
    window = desk.open(ECHO)
    _lanes(desk)
    desk.run()
    kept = window.compose.shown_run()
    window.view.lanes.focus_lane(1)
    window.actions_["baseline"].trigger()
    window.view.editor.set_content(window.view.editor.content())
    desk.run()
    assert desk.rows("SELECT count(*) FROM outputs GROUP BY run_id") == [(3,), (2,)]
    status = window.view.lanes.column("s1").status  # type: ignore[union-attr] # there is such a lane
    assert status.kept == "iteration 1"
    assert desk.text(1)
    assert not window.compose.board.can_mark("s1")
    draft = window.compose.draft()
    assert [lane.baseline for lane in draft.lanes] == ["", kept, ""]
    desk.until(lambda: (d := desk.stored_draft()) is not None and d.lanes[1].baseline == kept)
    desk.close()
    window = desk.open(ECHO)
    desk.until(lambda: window.compose.board.output("s1"))
    assert window.view.lanes.column("s1").status.kept == "iteration 1"  # type: ignore[union-attr] # as above


def test_one_lane_or_what_changed_is_run_beside_the_others(desk: Desk) -> None:
    window = desk.open(ECHO)
    _lanes(desk)
    desk.run()
    window.view.lanes.focus_lane(2)
    desk.press(Qt.Key.Key_Return, ALT)
    desk.until(lambda: desk.rows("SELECT count(*) FROM outputs") == [(4,)])
    desk.settle()
    assert all(desk.text(i) for i in range(3))
    desk.press(Qt.Key.Key_Return, ALT, SHIFT)
    assert "Nothing changed" in desk.notice()
    window.compose.lanes.set_params("s0", Params(temperature=0.3))
    desk.press(Qt.Key.Key_Return, ALT, SHIFT)
    desk.until(lambda: desk.rows("SELECT count(*) FROM outputs") == [(5,)])
    desk.settle()
    newest = "SELECT slot FROM lanes WHERE run_id = (SELECT max(id) FROM runs)"
    assert desk.rows(newest) == [("s0",)]


def test_lanes_are_hidden_and_one_has_the_whole_width(desk: Desk) -> None:
    window = desk.open(ECHO)
    _lanes(desk)
    window.view.lanes.focus_lane(1)
    desk.press(Qt.Key.Key_F)
    shown = [slot for slot in window.shown_slots() if window.view.lanes.column(slot).isVisible()]  # type: ignore[union-attr] # shown
    assert shown == ["s1"]
    desk.press(Qt.Key.Key_F)
    window.actions_["hide_lane"].trigger()
    assert window.shown_slots() == ["s0", "s2"]
    desk.run()
    assert desk.rows("SELECT slot FROM lanes ORDER BY position") == [("s0",), ("s2",)]
    window.actions_["show_lanes"].trigger()
    assert window.shown_slots() == ["s0", "s1", "s2"]
