"""From a failing cell into the editor and back, with the real history and the scripted engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from tests.ui.suite_support import order_cases
from workbench.app.lanes.lane_state import LaneStatus
from workbench.ui.features.testing.view import TestView

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
HELLO = {"default": [{"text": "Hello there."}, {"finish": "stop"}]}


def prepared(desk: Desk, cases: int, script: dict[str, object]) -> TestView:
    """Open Test with cases and the lanes of Compose as columns."""
    window = desk.open(script)  # type: ignore[arg-type] # a script
    window.store.packs.save_cases(window.prompt_uid, order_cases(cases)).result(10)
    desk.press(Qt.Key.Key_2, ALT)
    view = window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.empty.heading.text() == "No columns yet")
    view.empty.buttons[0].click()
    desk.until(lambda: view.empty.heading.text() == "Nothing has run yet")
    return view


def ran(desk: Desk, cases: int = 4) -> TestView:
    """Run the tests to their end."""
    view = prepared(desk, cases, HELLO)
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    desk.until(lambda: view.suites.figures.counts.rows.get("failed") == cases // 4 and not view.suites.is_running)
    desk.until(lambda: view.suites.model.rowCount() == cases)
    return view


def status(desk: Desk, slot: str) -> LaneStatus:
    column = desk.window.lanes.column(slot)
    assert column is not None
    return column.status


def test_case_in_compose_shows_the_tested_answer_until_its_lane_is_run(desk: Desk) -> None:
    view = ran(desk)
    window = desk.window
    desk.press(Qt.Key.Key_1, ALT)
    window.editor.focus_first()
    desk.type("Changed. ")
    desk.press(Qt.Key.Key_2, ALT)
    desk.until(lambda: window.views.shown == "test")
    before = [lane.slot for lane in window.lane_list.lanes]
    desk.press(Qt.Key.Key_N)
    desk.press(Qt.Key.Key_E)
    desk.until(lambda: window.views.shown == "compose")
    (lane,) = window.lane_list.lanes
    desk.until(lambda: status(desk, lane.slot).state == "finished")
    assert desk.text(0) == "Hello there."
    assert (status(desk, lane.slot).kept, status(desk, lane.slot).tested) == ("test 1", True)
    assert dict(window.draft().values)["question"] == "Where is A0?"
    # It can be read, and neither judged nor repeated.
    desk.press(Qt.Key.Key_1, CTRL)
    desk.until(lambda: desk.notice() == "This answer is from test 1. Run the lane, then judge its new answer.")
    assert window.run_controller.to_retry([lane.slot]) == {}
    # Undo brings the lanes back, Redo the answer.
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_Z)
    desk.until(lambda: [one.slot for one in window.lane_list.lanes] == before)
    desk.press(Qt.Key.Key_Z, CTRL, SHIFT)
    desk.until(lambda: [one.slot for one in window.lane_list.lanes] == [lane.slot])
    assert desk.text(0) == "Hello there."
    desk.run()
    assert (status(desk, lane.slot).kept, status(desk, lane.slot).tested) == ("", False)
    assert desk.rows("SELECT count(*) FROM run_beside") == [(0,)]
    assert view.suites.run is not None


def test_run_is_paused_stopped_and_resumed_and_results_arrive_live(desk: Desk) -> None:
    go_on = desk.directory / "go-on"
    steps = [{"until": str(go_on)}, {"text": "Hello there."}, {"finish": "stop"}]
    view = prepared(desk, 40, {"default": steps})
    suites = view.suites
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    desk.until(lambda: suites.progress is not None and suites.progress.running > 0)
    assert view.head.run.text().startswith("Pause")
    view.head.run.click()
    desk.until(lambda: suites.progress is not None and suites.progress.state == "paused")
    desk.until(lambda: view.suites.model.rowCount() == 40 and view.suites.figures.counts.rows.get("all") == 40)
    QApplication.processEvents()
    top = view.grid.mapTo(view, view.grid.rect().topLeft()).y()
    go_on.touch()
    # Calls that run when a test is paused end, and their results are shown although the run was opened before.
    desk.until(lambda: suites.figures.counts.rows.get("failed", 0) > 0)
    desk.until(lambda: bool(suites.heads()[0].rate_words))
    QApplication.processEvents()
    assert view.grid.mapTo(view, view.grid.rect().topLeft()).y() == top
    assert view.card.words().startswith("So far:")
    desk.until(lambda: suites.progress is not None and suites.progress.running == 0)
    view.head.others[0].click()
    desk.until(lambda: not suites.is_running and view.head.run.text().startswith("Resume"))
    (answered,) = desk.rows("SELECT count(*) FROM run_cells")[0]
    cells = suites.estimate.cells
    assert view.head.run.text().startswith(f"Resume {cells - answered} open")
    view.head.run.click()
    desk.until(lambda: not suites.is_running and suites.estimate.new == 0)
    desk.until_rows([(cells, cells)], "SELECT count(*), count(DISTINCT output_id) FROM run_cells")
    assert desk.rows("SELECT count(*) FROM runs WHERE kind = 'test'") == [(1,)]


def test_failed_calls_are_retried(desk: Desk) -> None:
    fail = {"fail": ["auth", "The key was refused.", ""]}
    view = prepared(desk, 4, {"models": {}, "default": [fail]})
    suites = view.suites
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    desk.until(lambda: not suites.is_running and suites.figures.counts.failed_calls > 0)
    failed = suites.figures.counts.failed_calls
    desk.until(lambda: view.head.run.text().startswith(f"Retry {failed} failed calls"))
    desk.close()
    desk.open(HELLO)
    desk.press(Qt.Key.Key_2, ALT)
    view = desk.window.views.page("test")
    assert isinstance(view, TestView)
    again = view
    desk.until(lambda: again.head.run.text().startswith(f"Retry {failed} failed calls"))
    again.head.run.click()
    desk.until(lambda: again.suites.figures.counts.failed_calls == 0 and not again.suites.is_running)
    desk.until_rows([("finished", failed)], "SELECT state, count(*) FROM run_cells GROUP BY state")


def test_killed_window_offers_to_resume_the_open_cells(desk: Desk) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.ui.driven_tests", str(desk.directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert child.stdout is not None
    assert child.stderr is not None
    try:
        line = child.stdout.readline()
        assert line, child.stderr.read()
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        child.stderr.close()
    window = desk.open(HELLO)
    desk.press(Qt.Key.Key_2, ALT)
    view = window.views.page("test")
    assert isinstance(view, TestView)
    suites = view.suites
    desk.until(lambda: suites.run is not None and suites.estimate.new > 0)
    (answered,) = desk.rows("SELECT count(*) FROM run_cells")[0]
    cells = suites.estimate.cells
    assert 0 < answered < cells
    desk.until(lambda: view.head.run.text().startswith(f"Resume {cells - answered} open"))
    view.head.run.click()
    desk.until(lambda: not suites.is_running and suites.estimate.new == 0)
    desk.until_rows([("finished", cells)], "SELECT state, count(*) FROM run_cells GROUP BY state")
    assert desk.rows("SELECT count(*) FROM runs WHERE kind = 'test'") == [(1,)]
