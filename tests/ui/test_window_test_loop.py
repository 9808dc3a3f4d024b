"""From a failing cell into the editor and back, with the real history and the scripted engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import Future
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.desk import Desk
from tests.ui.suite_support import HELLO, order_cases, prepared
from tests.usecases.test_check_trial import InThisProcess
from workbench.app.lanes.lane_state import LaneStatus
from workbench.app.testing.cell_reader import EARLIER
from workbench.core.lanes import LITELLM, Lane
from workbench.core.testing.grid import CellDetail
from workbench.ui.features.testing.view import TestView
from workbench.ui.shell.events import Changed, DataChanged
from workbench.usecases.check_trial import CheckTrial
from workbench.usecases.problems import RefusedError

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def ran(desk: Desk, cases: int = 4) -> TestView:
    """Run the tests to their end."""
    view = prepared(desk, cases, HELLO)
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    desk.until(lambda: view.suites.figures.counts.rows.get("failed") == cases // 4 and not view.suites.is_running)
    desk.until(lambda: view.suites.model.rowCount() == cases)
    scored = cases * len(view.suites.columns())
    desk.until(lambda: (report := view.suites.figures.report) is not None and report.scored == scored)
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
    window.retry([lane.slot])
    desk.until(lambda: desk.notice() == "This answer is from test 1. Run the lane to get a new one.")
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


def checks_words(desk: Desk, lane: int = 0) -> str:
    """Return the words of the checks below a lane's answer, "" for none."""
    column = desk.window.lanes.column(desk.window.slots()[lane])
    assert column is not None
    return column.footer.checks.text() if column.footer.checks.isVisible() else ""


def test_tested_answer_in_compose_has_the_results_of_its_checks_and_its_lane_counts_as_changed(desk: Desk) -> None:
    view = ran(desk)
    window = desk.window
    window.dialogs.check_actions.make_trial = lambda: CheckTrial({}, InThisProcess)
    desk.press(Qt.Key.Key_N)
    desk.until(lambda: view.current_key() is not None)
    case = detail_of(view).case
    desk.press(Qt.Key.Key_E)
    desk.until(lambda: window.views.shown == "compose")
    desk.until(lambda: checks_words(desk) == "✗ 1/2 checks")
    # It was not asked in this iteration, so it has to be run, and its new answer is checked like any other.
    desk.press(Qt.Key.Key_Return, ALT, SHIFT)
    (lane,) = window.lane_list.lanes
    desk.until(lambda: not status(desk, lane.slot).tested and status(desk, lane.slot).state == "finished")
    desk.until_rows([(1,)], "SELECT count(*) FROM runs WHERE kind = 'iteration'")
    desk.until(lambda: checks_words(desk) == "✗ 1/2 checks")
    desk.press(Qt.Key.Key_Return, ALT, SHIFT)
    desk.until(lambda: "Nothing changed since these answers." in desk.notice())
    # What a person decided about a check counts here, too.
    desk.press(Qt.Key.Key_2, ALT)
    desk.until(lambda: window.views.shown == "test")
    view.grid.answers.setFocus()
    desk.press(Qt.Key.Key_V)
    desk.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    desk.press(Qt.Key.Key_Return, on=QApplication.activePopupWidget())
    desk.until(lambda: "overruled as a pass" in desk.notice())
    assert detail_of(view).overruled[1] is not None
    # Only a real window system activates the window again when a menu closes.
    window.frame.activateWindow()
    desk.until(window.frame.isActiveWindow)
    view.grid.answers.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_E):
        desk.press(key)
    desk.until(lambda: window.views.shown == "compose")
    desk.until(lambda: checks_words(desk) == "✓ 2/2 checks")
    # Other checks are evaluated on the answer of the test.
    window.store.packs.save_cases(window.prompt_uid, [replace(case, checks=case.checks[:1])]).result(60)
    window.dialogs.check_actions._data_changed(DataChanged(Changed.CASES))
    desk.until(lambda: checks_words(desk) == "✓ 1/1 check")


def detail_of(view: TestView) -> CellDetail:
    """Return the current cell as it is stored."""
    key, run = view.current_key(), view.suites.run
    assert key is not None
    assert run is not None
    return view.suites.source.cell(run.uid, run.scoring_uid, key)


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


def test_why_a_test_cannot_start_is_said_in_test_alone(desk: Desk) -> None:
    window = desk.open(HELLO)  # type: ignore[arg-type] # a script
    window.lane_list.replace_all([Lane("a", LITELLM, "openai/gpt-5-mini")])
    window.store.packs.save_cases(window.prompt_uid, order_cases(2)).result(60)
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    desk.until(lambda: "needs an API key" in desk.notice())
    desk.until(lambda: not window.notice.is_new)
    desk.press(Qt.Key.Key_1, ALT)
    desk.until(window.editor.isVisible)
    assert "needs an API key" not in desk.notice()


def test_why_a_test_cannot_start_waits_for_its_view(desk: Desk) -> None:
    window = desk.open(HELLO)  # type: ignore[arg-type] # a script
    desk.press(Qt.Key.Key_2, ALT)
    view = window.views.page("test")
    assert isinstance(view, TestView)
    start, work, refused = view.suites, Future[None](), list[Exception]()
    start.refused.connect(refused.append)
    window.tasks.watch(work, None, start.refused.emit)
    desk.press(Qt.Key.Key_1, ALT)
    desk.until(window.editor.isVisible)
    work.set_exception(RefusedError("openai needs an API key. Add it in the settings, then run again."))
    desk.until(lambda: bool(refused))
    assert "needs an API key" not in desk.notice()
    desk.press(Qt.Key.Key_2, ALT)
    assert "needs an API key" in desk.notice()


def test_failed_calls_are_retried(desk: Desk) -> None:
    fail = {"fail": ["auth", "The key was refused.", ""]}
    view = prepared(desk, 4, {"models": {}, "default": [fail]})
    suites = view.suites
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    failed = 4 * len(suites.columns())
    desk.until(lambda: not suites.is_running and suites.figures.counts.failed_calls == failed)
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


def probed(desk: Desk) -> TestView:
    """Return the view of a test of which two of eight cases fail, with the focus on a cell that a person chose."""
    view = ran(desk, 8)
    desk.press(Qt.Key.Key_N)
    desk.until(lambda: view.grid.current() is not None)
    desk.press(Qt.Key.Key_Down)
    desk.until(lambda: view.suites.figures.report is not None)
    return view


def test_listed_cases_are_run_again_as_a_probe_of_their_own(desk: Desk) -> None:
    view = probed(desk)
    suites = view.suites
    before = view.card.words()
    columns = len(suites.columns())
    suites.choose_rows("failed")
    desk.until(lambda: suites.model.rowCount() == 2)
    desk.press(Qt.Key.Key_O)
    desk.until(view.confirm.isVisible)
    question = view.confirm._question.text()
    assert question.startswith(f"Probe: ask 2 cases again (failed) in {columns} column")
    assert f"{2 * columns} call" in question
    # Esc asks nothing.
    desk.press(Qt.Key.Key_Escape)
    assert not view.confirm.isVisible()
    desk.press(Qt.Key.Key_Up)
    desk.press(Qt.Key.Key_Down)
    desk.press(Qt.Key.Key_O)
    desk.until(view.confirm.isVisible)
    view.confirm._yes.click()
    desk.until(lambda: bool(suites.probe_uid) and suites.run is not None and bool(suites.run.probe))
    desk.until(lambda: not suites.is_running and suites.model.rowCount() == 2)
    desk.until(lambda: view.card.words().startswith(f"Asked again: of {2 * columns} cell"))
    chips = [made.text() for made in view.head._sets.values() if not made.isHidden()]
    assert chips == ["Tuning 8", "Probe: 2 cases again (failed)"]
    assert "was ✗" in str(suites.model.index(0, 2).data())
    # The test is as it was, and a probe is not probed.
    view.head._sets["tuning"].click()
    desk.until(lambda: suites.model.rowCount() == 8 and view.card.words() == before)
    assert desk.rows("SELECT count(*) FROM test_runs WHERE probe = ''") == [(1,)]
    assert desk.rows("SELECT count(*) FROM run_cells WHERE identity = ''") == [(2 * columns,)]


def test_facts_are_pasted_and_tried_in_pairs(desk: Desk) -> None:
    view = probed(desk)
    suites, window = view.suites, desk.window
    window.command("facts_probe")
    actions = window.testing.probes
    assert actions is not None
    desk.until(lambda: actions.dialog is not None and actions.dialog.isVisible())
    dialog = actions.dialog
    assert dialog is not None
    assert dialog.about.text().startswith("2 cases fail in every version and model.")
    assert not dialog.run.isEnabled()
    dialog.field.set_exact("It is in the box.")
    desk.until(lambda: dialog.price.text().startswith("2 cases with the facts and the same without them: 4 calls"))
    assert dialog.place.text().startswith("The facts follow the last user message.")
    dialog.run.click()
    desk.until(lambda: bool(suites.probe_uid) and suites.run is not None and bool(suites.run.probe))
    desk.until(lambda: not suites.is_running and suites.model.rowCount() == 2)
    desk.until(lambda: view.card.words().startswith("With the facts 0 of 2 pass, without them 0 of 2 by themselves"))
    kinds = "SELECT json_extract(probe, '$.kind') FROM test_runs WHERE probe <> '' ORDER BY run_id"
    assert desk.rows(kinds) == [("facts-control",), ("facts",)]
    asked = desk.rows("SELECT text FROM outputs JOIN test_runs USING (run_id) WHERE probe LIKE '%\"facts\"%'")
    assert len(asked) == 2
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: view.pane.shown is not None and view.pane.against.text() == "Against answer without facts")


def test_listed_rows_are_sorted_and_copied_in_three_formats(desk: Desk) -> None:
    view = ran(desk, 8)
    suites, window = view.suites, desk.window
    names = [f"case {number}" for number in range(8)]

    def listed() -> list[str]:
        return [str(suites.model.index(row, 0).data()) for row in range(suites.model.rowCount())]

    def chosen(menu: QMenu | None, title: str) -> None:
        assert menu is not None
        next(one for one in menu.actions() if one.text() == title).trigger()

    assert listed() == names
    for by in ("Highest score first", "Lowest score first"):
        chosen(view.filters.sort.menu(), by)
        failing = ["case 0", "case 4"]
        passing = [name for name in names if name not in failing]
        expected = [*failing, *passing] if by.startswith("Low") else [*passing, *failing]
        desk.until(lambda expected=expected: listed() == expected)
    for by, title in (("Fastest first", "latency"), ("Cheapest first", "cost")):
        chosen(view.filters.sort.menu(), by)
        desk.until(lambda title=title: suites.query.sort == title and sorted(listed()) == names)
    chosen(view.filters.sort.menu(), "In the order of the cases")
    view.filters.filters["failed"].click()
    desk.until(lambda: listed() == ["case 0", "case 4"])
    clipboard = QGuiApplication.clipboard()
    window.command("copy_table_markdown")
    desk.until(lambda: clipboard.text().startswith("| Case | Tag |"))
    rows = clipboard.text().splitlines()[2:]
    assert [row.split("|")[1].strip() for row in rows] == ["case 0", "case 4"]
    assert "Hello there." in rows[0]
    window.command("copy_table_html")
    desk.until(lambda: clipboard.text().startswith("<table>"))
    assert clipboard.text().count("<tr>") == 3
    view.grid.select(1, 0)
    view.grid.setFocus()
    desk.ctrl(Qt.Key.Key_C)
    desk.until(lambda: clipboard.text().startswith("| Case | Tag |") and clipboard.text().count("case ") == 1)
    assert "case 4" in clipboard.text()
    assert "<table>" in clipboard.mimeData().html()
    clipboard.clear()


def test_cell_is_compared_with_the_expectation_of_its_case(desk: Desk) -> None:
    view = prepared(desk, 1, HELLO)
    window = desk.window
    (case,) = window.store.packs.cases(window.prompt_uid)
    window.store.packs.save_cases(window.prompt_uid, [replace(case, expectation="Hello here.")]).result(60)
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    desk.until(lambda: view.suites.figures.counts.rows.get("failed") == 1 and not view.suites.is_running)
    view.grid.select(0, 0)
    view.open_pane()
    desk.until(lambda: view.pane.shown is not None)
    entries = view.pane.other.menu().actions()
    next(one for one in entries if one.text() == "The expectation of the case").trigger()
    desk.until(lambda: view.pane.against.text() == "Against expectation")
    assert view.pane.kind == "against"
    desk.until(lambda: "here." in (shown := view.pane.changes.toPlainText()) and "there." in shown)


def test_cell_is_compared_with_the_last_round(desk: Desk) -> None:
    view = ran(desk)
    suites = view.suites
    view.grid.select(0, 0)
    view.set_against(EARLIER)
    view.open_pane()
    desk.until(lambda: view.pane.shown is not None and view.pane.against.text() == "Against last round")
    # There is no earlier round yet.
    desk.until(lambda: (shown := view.pane.shown) is not None and shown.difference is None)
    suites.act("fresh")
    desk.until(lambda: suites.run is not None and suites.run.round == 2 and not suites.is_running)
    desk.until(lambda: suites.figures.counts.rows.get("failed") == 1)
    desk.until(lambda: (shown := view.pane.shown) is not None and shown.difference is not None)
    assert view.pane.shown is not None
    assert view.pane.shown.detail.answered_at
