"""Cases made of what ran elsewhere: of a run in the History, and of a test whose case is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from tests.store.making import done, run, text
from tests.ui.desk import Desk
from tests.ui.history_support import chosen, entered, searched, shown
from tests.ui.pasts import ORDER
from workbench.core.cases import Case, Check
from workbench.host.clock import utc_now
from workbench.ui.features.testing.view import TestView

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
LATE = Case("late", "Late order", (("question", "Where is A1?"), ("record", "none")), (Check("contains", value='"x"'),))
LOST = Case("lost", "Lost", (("question", "Lost?"), ("record", "none")))


def press_notice(desk: Desk) -> None:
    desk.window.notice.focus_action()
    desk.press(Qt.Key.Key_Space)


def test_imported_run_in_the_history_becomes_a_case_and_is_undone(desk: Desk) -> None:
    view = entered(desk)
    window, store = desk.window, desk.window.store
    values = (("question", "Is it here yet?"),)
    start = run("brought", text("Brought in {{question}}"), prompt=ORDER, kind="import", values=values, at=utc_now())
    store.begin_run(start)
    store.finish_output("brought.0.0", done("It is here."), utc_now()).result(10)
    desk.until(lambda: not window.workbench.searcher.behind())
    assert searched(desk, view, "kind:import") == ["brought"]
    shown(desk, view, "brought")
    chosen(desk, view, "brought")
    window.actions["keep_run_cases"].trigger()
    desk.until(lambda: desk.notice() == "1 case was made of this run.")
    (case,) = store.packs.cases(ORDER)
    assert (case.values, case.expectation) == (values, "It is here.")
    window.actions["keep_run_cases"].trigger()
    desk.until(lambda: desk.notice() == "The values of this run are cases of its prompt already.")
    store.packs.change_case(ORDER, replace(case, expectation="?")).result(10)
    window.actions["keep_run_cases"].trigger()
    desk.until(lambda: desk.notice() == "1 case has the answer as its expectation.")
    press_notice(desk)
    desk.until(lambda: [one.expectation for one in store.packs.cases(ORDER)] == ["?"])


def test_case_that_was_deleted_or_changed_after_a_test_is_brought_back(desk: Desk) -> None:
    window = desk.open()
    store, prompt = window.store, window.prompt_uid
    store.packs.save_cases(prompt, (LATE, LOST)).result(10)
    window.editor.focus_first()
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    view = window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.suites.model.rowCount() == 2 and not view.suites.is_running)
    desk.until(lambda: view.suites.figures.report is not None)
    view.grid.select(0, 0)
    window.actions["restore_case"].trigger()
    desk.until(lambda: desk.notice() == "This case is as it was tested, so there is nothing to bring back.")
    store.packs.save_cases(prompt, (replace(LOST, name="Lost?"),)).result(10)
    window.actions["restore_case"].trigger()
    desk.until(lambda: desk.notice() == "“Late order” is a case of this prompt again.")
    assert [case.name for case in store.packs.cases(prompt)] == ["Lost?", "Late order"]
    assert store.packs.cases(prompt)[1] == LATE
    view.grid.select(1, 0)
    window.actions["restore_case"].trigger()
    desk.until(lambda: desk.notice() == "“Lost” is again as it was tested.")
    assert set(store.packs.cases(prompt)) == {LATE, LOST}
    press_notice(desk)
    desk.until(lambda: [case.name for case in store.packs.cases(prompt)] == ["Lost?", "Late order"])
