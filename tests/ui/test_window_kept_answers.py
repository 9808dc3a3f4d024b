"""Cases made of what ran elsewhere: of a run in the History, and of a test whose case is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from tests.store.making import done, run, text
from tests.ui.desk import Desk
from tests.ui.history_support import chosen, entered, searched, shown
from tests.ui.pasts import ORDER
from tests.ui.test_window_test_loop import ran
from workbench.app.testing.words import column_title
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
    store.finish_output("brought.0.0", done("It is here."), utc_now()).result(60)
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
    store.packs.change_case(ORDER, replace(case, expectation="?")).result(60)
    window.actions["keep_run_cases"].trigger()
    desk.until(lambda: desk.notice() == "1 case has the answer as its expectation.")
    press_notice(desk)
    desk.until(lambda: [one.expectation for one in store.packs.cases(ORDER)] == ["?"])


def test_case_that_was_deleted_or_changed_after_a_test_is_brought_back(desk: Desk) -> None:
    window = desk.open()
    store, prompt = window.store, window.prompt_uid
    store.packs.save_cases(prompt, (LATE, LOST)).result(60)
    window.editor.focus_first()
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    view = window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.suites.model.rowCount() == 2 and not view.suites.is_running)
    desk.until(lambda: view.suites.figures.report is not None)
    view.grid.select(0, 0)
    window.actions["restore_case"].trigger()
    desk.until(lambda: desk.notice() == "This case is as it was tested, so there is nothing to bring back.")
    store.packs.save_cases(prompt, (replace(LOST, name="Lost?"),)).result(60)
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


def test_failing_cases_are_tagged_by_one_step_that_is_undone(desk: Desk) -> None:
    view = ran(desk, 8)
    window, store = desk.window, desk.window.store
    before = store.packs.cases(window.prompt_uid)
    window.actions["keep_failures"].trigger()
    desk.until(lambda: desk.notice() == "2 failing cases have the tag “failed in test 1” now.")
    assert [case.name for case in store.packs.cases(window.prompt_uid) if case.tags] == ["case 0", "case 4"]
    press_notice(desk)
    desk.until(lambda: store.packs.cases(window.prompt_uid) == before)
    # One of them is gone: it is a case again. Only the selected rows count if there are several.
    store.packs.save_cases(window.prompt_uid, before[:4]).result(60)
    view.grid.select(3, 0)
    for _ in range(2):
        desk.press(Qt.Key.Key_Down, SHIFT)
    assert len(view.grid.selected()) == 3
    window.actions["keep_failures"].trigger()
    desk.until(lambda: desk.notice() == "1 case was added with the tag “failed in test 1”.")
    assert desk.rows("SELECT name, tags FROM cases WHERE tags <> '[]'") == [("case 4", '["failed in test 1"]')]
    assert store.packs.cases(window.prompt_uid)[-1] == replace(before[4], tags=("failed in test 1",))


def test_failing_case_is_copied_with_its_answer_as_a_counter_example(desk: Desk) -> None:
    view = ran(desk)
    window, store = desk.window, desk.window.store
    (before, *others) = store.packs.cases(window.prompt_uid)
    view.grid.select(0, 0)
    window.actions["copy_case"].trigger()
    desk.until(lambda: window.dialogs.cases is not None)
    dialog = window.dialogs.cases
    assert dialog is not None
    desk.until(lambda: dialog.detail.name.text() == "case 0 (copy)")
    original, *kept, copy = store.packs.cases(window.prompt_uid)
    assert (original, kept) == (replace(before, cluster="case 0"), others)
    assert (copy.values, copy.checks, copy.cluster) == (before.values, before.checks, "case 0")
    title = column_title(view.suites.columns()[0])
    assert copy.notes == f"Counter-example, {title} in test 1:\nHello there."
    dialog.undo.click()
    desk.until(lambda: store.packs.cases(window.prompt_uid) == (before, *others))
