"""Test runs in the real History: one row, a report in short, and the way into the Test view."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from tests.store.making import LATER, done, lane
from tests.store.testing.suites import answered, begun, case, key, scored
from tests.ui.desk import Desk
from tests.ui.history_support import entered, searched
from tests.ui.pasts import ORDER
from workbench.core.cases import Case, Check
from workbench.core.history_columns import whole
from workbench.core.statistics.results import CellState
from workbench.core.testing.probes import Probe
from workbench.host.clock import utc_now
from workbench.store import Store
from workbench.ui.features.history.view import HistoryView
from workbench.ui.features.testing.view import TestView

pytestmark = pytest.mark.window
CASES = tuple(case(number, name=f"Parcel {number}") for number in range(12))


def a_test(store: Store, uid: str, failing: int, *, cases: tuple[Case, ...] = CASES, **fields: object) -> None:
    """Run twelve cases in two columns; in the first `failing` fail, in the second all pass."""
    columns = (lane("A", "small"), lane("B", "large"))
    begun(store, uid, prompt_uid=ORDER, cases=cases, columns=columns, started_at=utc_now(), **fields)
    cells = [key(number, column) for column in (0, 1) for number in range(len(cases))]
    outputs = answered(store, uid, cells, done("Your parcel is a xylophone."))
    store.tests.begin_scoring(uid, f"{uid}.s", (Check("is-json"),), LATER).result(60)
    scores = []
    for cell, output in zip(cells, outputs, strict=True):
        state: CellState = "fail" if cell.column == 0 and cell.case < failing else "pass"
        scores.append(scored(cell, output, state))
    store.tests.save_scores(f"{uid}.s", scores).result(60)


def looked(desk: Desk, view: HistoryView, query: str = "kind:test") -> list[str]:
    """Search, select the first run, and return the texts of the report's first line once it is there."""
    desk.until(lambda: not desk.window.workbench.searcher.behind())
    searched(desk, view, query)
    desk.until(lambda: bool(view.detail.report.texts()) and view.detail.suite is not None)
    return view.detail.report.texts()[0]


def test_a_test_run_is_one_row_with_a_report_in_short(desk: Desk) -> None:
    view = entered(desk)
    a_test(desk.window.store, "t1", 9)
    assert looked(desk, view)[1:3] == ["25 % (9 to 53)", "baseline"]
    assert view.model.rowCount() == 1
    assert searched(desk, view, "kind:test check:failed check:is-json case:parcel") == ["t1"]
    assert searched(desk, view, 'check:unscored case:"parcel 3"') == []
    looked(desk, view, "-kind:iteration case:parcel")
    assert [view.model.shown(0, column)[1] for column in (2, 5)] == ["test 1", "12/12 · 2 columns"]
    detail = view.detail
    assert "12 cases in 2 columns" in detail.about.text()
    assert "is better than the baseline" in detail.report.sentences.text()
    assert detail.open.text() == "Open in Test"
    shown = {button.text() for button in detail.findChildren(QPushButton) if button.isVisibleTo(detail)}
    assert shown.isdisjoint({"Restore", "Branch"})
    actions = desk.window.actions
    actions["copy_run_markdown"].trigger()
    desk.until(lambda: QApplication.clipboard().text().startswith("## Test of"))
    assert "xylophone" not in QApplication.clipboard().text()
    actions["copy_run_prompt"].trigger()
    desk.until(lambda: QApplication.clipboard().text() == "Where is {{order}}?")
    actions["copy_run_answers"].trigger()
    desk.until(lambda: "Export it" in desk.window.notice.text())


def test_what_judges_say_of_rates_does_not_widen_the_page(desk: Desk) -> None:
    view = entered(desk)
    a_test(desk.window.store, "t1", 9)
    looked(desk, view)
    desk.until(lambda: view.detail.suite is not None and bool(view.detail.suite.columns))
    suite, report = view.detail.suite, view.detail.report
    assert suite is not None
    said = "93 % (79 to 98) · judged 93 %, corrected 80 % (63 to 90), judged 70 %, corrected 60 % (43 to 72)"
    lines = tuple(replace(line, rate=said, verdict="no difference shown, corrected") for line in suite.columns)
    report.show_suite(replace(suite, columns=lines))
    desk.window.frame.resize(1440, 900)
    desk.rest()
    assert report.texts()[0][1] == said
    assert report.minimumSizeHint().width() <= view.detail.area.viewport().width()


def test_a_probe_is_called_so_and_compares_no_columns(desk: Desk) -> None:
    view = entered(desk)
    store = desk.window.store
    a_test(store, "t1", 9)
    a_test(store, "t2", 9, probe=Probe("again", "t1", "t1", "failed").to_text())
    looked(desk, view)
    assert [view.model.shown(row, 2)[1] for row in (0, 1)] == ["probe 2", "test 1"]
    row = view.model.row(0)
    assert row is not None
    assert "Probe 2, " in whole(row)
    detail = view.detail
    assert detail.title.text().endswith("probe 2")
    assert detail.report.sentences.text().startswith("This run is a probe of chosen cases, not a test: ")
    assert "better than" not in detail.report.sentences.text()
    assert [line[2] for line in detail.report.texts()] == ["asked again", "asked again"]
    desk.window.actions["copy_run_markdown"].trigger()
    desk.until(lambda: QApplication.clipboard().text().startswith("## Probe of"))


def test_enter_opens_the_run_in_test_and_the_newest_is_one_click_away(desk: Desk) -> None:
    view = entered(desk)
    a_test(desk.window.store, "t1", 9)
    a_test(desk.window.store, "t2", 0, round=2)
    looked(desk, view)
    view.table.select(1)
    desk.until(lambda: view.detail.suite is not None and view.detail.suite.row.row.run_uid == "t1")
    view.table.setFocus()
    desk.press(Qt.Key.Key_Return)
    assert desk.window.views.shown == "test"
    tests = desk.window.views.page("test")
    assert isinstance(tests, TestView)
    desk.until(lambda: tests.suites.run is not None and tests.suites.run.uid == "t1")
    # The cases are those of the run, although the prompt has none now.
    desk.until(lambda: tests.suites.model.rowCount() == 12)
    assert tests.grid.isVisible()
    assert "Test 1 is shown. Test 2 is newer." in desk.window.notice.text()
    next(one for one in desk.window.notice.findChildren(QPushButton) if one.text() == "Show the newest").click()
    desk.until(lambda: tests.suites.run is not None and tests.suites.run.uid == "t2")
    desk.until(desk.window.notice.isHidden)


def test_two_selected_test_runs_refer_to_the_test_view(desk: Desk) -> None:
    view = entered(desk)
    a_test(desk.window.store, "t1", 9)
    a_test(desk.window.store, "t2", 0, round=2)
    looked(desk, view)
    view.table.select(0, 1)
    desk.until(lambda: view.detail.nothing.text() == "Test runs are compared in Test. Select one run to read it.")


def test_answers_of_held_out_cases_are_neither_found_nor_shown(desk: Desk) -> None:
    view = entered(desk)
    cases = tuple(case(number, values=(("order", "zebra"),), held_out=True) for number in range(12))
    a_test(desk.window.store, "t1", 9, cases=cases, set_name="holdout")
    looked(desk, view)
    assert "12 hold-out cases" in view.detail.about.text()
    for word in ("xylophone", "zebra"):
        assert searched(desk, view, word) == []
