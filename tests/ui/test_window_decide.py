"""Decide in the real window: its keys, what its buttons prepare, and decisions of a stored history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.app.decide.standin_decisions import StandInDecisions
from tests.core.decide import scenarios as made
from tests.core.decide.branches import BRANCHES
from tests.ui.decide_support import ALT, entered, fill, over, shown
from tests.ui.desk import Desk
from tests.ui.looks import change_scale
from tests.ui.test_accessibility import complaints
from tests.usecases.decide import scenarios as stored
from tests.usecases.decide.histories import PROMPT
from workbench.core.content import Content, Message
from workbench.core.decide.decision import Action
from workbench.core.decide.evidence import DecideEvidence
from workbench.core.lanes import LITELLM, Lane
from workbench.core.text import unbroken
from workbench.engine.catalogue import ModelCatalogue, ModelInfo
from workbench.ui.features.cases.dialog import CasesDialog
from workbench.ui.features.decide import reports
from workbench.ui.features.decide.goals_dialog import GoalsDialog
from workbench.ui.features.decide.rules_dialog import RulesDialog
from workbench.ui.features.decide.view import NO_PROMPT, DecideView
from workbench.ui.features.models.retiring_dialog import RetiringDialog
from workbench.ui.features.testing.comparison_dialog import SuccessorDialog
from workbench.ui.features.training.handover_dialog import HandOverDialog

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]
Key = Qt.Key
SOON = date(2027, 1, 14)


@pytest.fixture
def source() -> Iterator[StandInDecisions]:
    found = StandInDecisions()
    with over(found):
        yield found


def press(view: DecideView, action: Action) -> None:
    """Press a button that prepares an action."""
    view.action_wanted.emit(action)


def test_the_view_reads_as_one_page_and_escape_leaves_it(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    assert view.head.headline.text().startswith("Prompting has levelled off below your target")
    assert [button.text()[:2] for button in view.head.steps] == ["1 ", "2 ", "3 "]
    assert QApplication.focusWidget() is view.head.steps[0]
    assert [row.word.text() for row in view.rows][:2] == ["limit reached", "cannot tell"]
    assert len(view.rows) == 11
    assert complaints() == []
    head = view.rows[0].head
    head.setFocus()
    desk.press(Key.Key_Space)
    assert "Are the usual changes tried?" in view.rows[0].words()
    desk.press(Key.Key_Escape)
    assert not head.isChecked()
    assert desk.window.views.shown == "decide"
    desk.press(Key.Key_Escape)
    assert desk.window.views.shown == "compose"


def test_a_row_is_one_strip_for_the_pointer(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    row, hover = view.rows[1], desk.theme.color("hover")
    beside = row.word.mapTo(row, row.word.rect().center())
    # Left of the column of the link, which this row does not have.
    gap = QPoint(row.head.geometry().right() + 3, beside.y())
    for place in (QPoint(row.head.width() // 2, beside.y()), gap, beside):
        QTest.mouseMove(row.window(), row.mapTo(row.window(), place))
        desk.until(lambda: row.grab().toImage().pixelColor(gap) == hover)
    QTest.mouseMove(view.window(), view.head.mapTo(view.window(), QPoint(5, 5)))
    desk.until(lambda: row.grab().toImage().pixelColor(gap) != hover)
    QTest.mouseClick(row.word, Qt.MouseButton.LeftButton)
    assert row.head.isChecked()
    QTest.mouseClick(row, Qt.MouseButton.LeftButton, pos=gap)
    assert not row.head.isChecked()


def test_tab_goes_through_all_parts_in_reading_order(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    view.rows[5].head.setChecked(True)
    view.step_fold.setChecked(True)
    stops = [stop for stop in view.stops() if stop.isVisible() and stop.isEnabled()]
    assert len(stops) > len(view.rows)
    stops[0].setFocus(Qt.FocusReason.TabFocusReason)
    for stop in stops:
        assert QApplication.focusWidget() is stop
        desk.press(Key.Key_Tab)


def test_no_sentence_is_cut_in_a_small_window_with_large_text(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk, (1024, 700))
    change_scale(desk.theme, 2.0)
    desk.rest()
    for row in view.rows:
        assert row.head.height() >= row.head.heightForWidth(row.head.width())
        assert row.word.width() >= row.word.sizeHint().width()
    assert view._page.width() <= view.area.viewport().width()
    for button in view.head.steps:
        assert button.x() + button.width() <= view.head.width()


def test_the_page_ends_below_its_last_button(desk: Desk) -> None:
    fill(desk, stored.tuned_without_gain)
    view = shown(desk, (1024, 700))
    page = view.area.widget()
    assert view.area.verticalScrollBar().maximum() > 0
    assert page.height() - view.how.geometry().bottom() < 2 * view.how.height()


def test_opened_rows_stay_open_when_the_decision_is_read_again(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    view.rows[3].head.setChecked(True)
    source.made = made.straddling
    desk.window.decide.refresh()
    desk.until(lambda: "33 of 40" in view.rows[3].head.sentence())
    assert view.rows[3].head.isChecked()
    assert "33 of 40" not in view.rows[3].words(), "the sentence stands in the row"
    assert "of 40 (" in view.rows[3].words()


def test_the_focus_stays_among_the_steps_when_they_change(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    view.head.steps[2].setFocus()
    source.made = made.almost_empty
    desk.window.decide.refresh()
    desk.until(lambda: len(view.head.steps) == 2)
    assert QApplication.focusWidget() is view.head.steps[1]
    source.made = made.good_enough
    desk.window.decide.refresh()
    desk.until(lambda: not view.head.steps)
    assert QApplication.focusWidget() is view.head.report


def test_caching_sets_a_breakpoint_that_undo_takes_away(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    window = desk.window
    content = Content((Message("system", "Be brief."), Message("user", "{{order}}")))
    window.session.put_back(replace(window.draft(), content=content))
    view.head.steps[0].click()
    assert window.views.shown == "compose"
    assert [one.cache for one in window.draft().content.messages] == [True, False]
    desk.ctrl(Key.Key_Z)
    assert [one.cache for one in window.draft().content.messages] == [False, False]


def test_reasoning_adds_a_lane_that_the_notice_takes_away(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    window = desk.window
    before = window.draft().lanes
    press(view, Action("reasoning", "Add a lane with reasoning"))
    assert [lane.params.get("reasoning_effort") for lane in window.draft().lanes] == [None] * len(before) + ["medium"]
    window.shown_notice.press()
    assert window.draft().lanes == before


def test_more_cases_open_the_cases_over_the_tests(desk: Desk, source: StandInDecisions) -> None:
    source.made = made.almost_empty
    view = shown(desk)
    view.head.steps[0].click()
    assert desk.window.views.shown == "test"
    desk.until(lambda: desk.window.dialogs.find(CasesDialog) is not None)
    desk.press(Key.Key_Escape)


def test_another_model_is_chosen_for_a_column_of_the_tests(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    press(view, Action("models", "Add two models"))
    assert desk.window.views.shown == "test"
    desk.until(lambda: desk.window.dialogs.picker is not None)
    desk.press(Key.Key_Escape)
    desk.until(lambda: desk.window.dialogs.picker is None)


def test_samples_are_set_in_the_tests_with_undo(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    window, prompt = desk.window, desk.window.prompt_uid
    press(view, Action("samples", "Ask 3 times", count=3))
    assert window.views.shown == "test"
    desk.until(lambda: window.store.tests.settings(prompt).samples == 3)
    desk.rest()
    assert window.shown_notice.lines()[0] == "3 samples per case from the next run on."
    window.shown_notice.press()
    desk.until(lambda: window.store.tests.settings(prompt).samples == 1)


def test_a_vote_becomes_a_column_beside_the_first_one(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    window, prompt = desk.window, desk.window.prompt_uid
    press(view, Action("vote", "Vote over 3 samples", count=3))
    desk.until(lambda: window.store.tests.settings(prompt).vote)
    found = window.store.tests.settings(prompt)
    first, voting = found.columns[0], found.columns[-1]
    assert replace(voting, slot=first.slot) == first
    assert (found.vote, found.samples) == ((voting.slot,), 3)
    desk.rest()
    window.shown_notice.press()
    desk.until(lambda: not window.store.tests.settings(prompt).vote)
    assert window.store.tests.settings(prompt).samples == 1


def retiring() -> DecideEvidence:
    """Return evidence about a model that retires soon and has a successor."""
    return BRANCHES["met by a model with a successor"][0]


def test_a_retiring_model_leads_to_a_test_of_its_successor(
    desk: Desk, source: StandInDecisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon, new = ModelInfo("acme-large", "a", retires=SOON, successor="acme-next"), ModelInfo("acme-next", "a")
    monkeypatch.setattr(ModelCatalogue, "load", classmethod(lambda _cls, _path=None: ModelCatalogue.of((soon, new))))
    view = shown(desk)
    assert not view.head.retiring.isVisible()
    source.made = retiring
    desk.window.decide.refresh()
    desk.until(view.head.retiring.isVisible)
    line = view.head.retiring
    assert "retires on 14 Jan 2027" in line.words.text()
    assert [part.text() for part in (line.test, line.all)] == ["Test the successor", "All retiring models…"]
    line.test.click()
    window = desk.window
    desk.until(lambda: "does not use acme-large any more" in " ".join(window.shown_notice.lines()))
    window.session.put_back(replace(window.draft(), lanes=(Lane("a", LITELLM, "acme-large"),)))
    line.test.click()
    desk.until(lambda: isinstance(window.testing.compare.dialog, SuccessorDialog))
    assert window.views.shown == "test"
    dialog = window.testing.compare.dialog
    assert dialog is not None
    assert dialog.windowTitle() == "A successor of acme-large"
    dialog.reject()


def test_all_retiring_models_are_listed_from_the_page(desk: Desk, source: StandInDecisions) -> None:
    source.made = retiring
    view = shown(desk)
    view.head.retiring.all.click()
    desk.until(lambda: desk.window.dialogs.find(RetiringDialog) is not None)
    desk.press(Key.Key_Escape)


def test_the_form_changes_the_decision_and_is_stored(desk: Desk) -> None:
    fill(desk, stored.straddling)
    view = shown(desk)
    window = desk.window
    assert view.head.headline.text().startswith("Too close to call")
    window.command("decide_figures")
    dialog = window.dialogs.find(GoalsDialog)
    assert dialog is not None
    assert dialog.fields["target"].text() == "90"
    desk.until(dialog.fields["target"].hasFocus)
    dialog.fields["target"].setText("50")
    dialog.people["can_train"].setCurrentText("No")
    desk.press(Key.Key_Return, on=dialog.fields["target"])
    desk.until(lambda: "50\u00a0%" in view.figures.text())
    assert view.head.headline.text().startswith("Stop here and ship it")
    (goals,) = desk.rows("SELECT body FROM decide_goals")
    assert json.loads(goals[0]) == {"target": 0.5, "can_train": False}


def test_a_stored_history_gives_the_decision_of_the_terminal(desk: Desk) -> None:
    fill(desk, stored.straddling)
    view = shown(desk)
    decision = desk.window.workbench.decider.decision(PROMPT)
    assert view.head.headline.text() == decision.headline
    assert [row.head.sentence() for row in view.rows] == [unbroken(row.lead.sentence) for row in decision.rows]
    runs = view.rows[3].runs
    assert runs.isVisible()
    runs.click()
    desk.until(lambda: desk.window.views.shown == "test")
    desk.until(lambda: desk.window.testing.suites.run is not None)


def test_several_runs_are_listed(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    view.runs_wanted.emit(("run-1", "run-2"), view.rows[0].runs)
    desk.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["Test 1", "Test 2"]
    menu.close()


def test_every_run_behind_a_row_can_be_opened(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    uids = tuple(f"run-{number}" for number in range(40, 0, -1))
    view.runs_wanted.emit(uids, view.rows[0].runs)
    desk.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entries = [action for action in menu.actions() if not action.isSeparator()]
    assert [action.text() for action in entries[:12]] == [f"Test {number}" for number in range(40, 28, -1)]
    older = [action.menu() for action in entries[12:]]
    assert [action.text() for action in entries[12:]] == ["24 older runs, from test 28", "4 older runs, from test 4"]
    assert [action.text() for part in older for action in part.actions()] == [
        f"Test {number}" for number in range(28, 0, -1)
    ]
    menu.close()


def test_the_decision_follows_the_history_only_while_it_is_shown(desk: Desk, source: StandInDecisions) -> None:
    shown(desk)
    before = len(source.reads)
    desk.press(Key.Key_1, ALT)
    desk.run()
    desk.rest()
    assert len(source.reads) == before
    entered(desk)
    desk.until(lambda: len(source.reads) > before)


def test_reports_are_saved_and_copied(
    desk: Desk, source: StandInDecisions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "free_download", lambda title, suffix: tmp_path / f"{title}{suffix}")
    view = shown(desk)
    window = desk.window
    menu = view.head.report.menu()
    assert [action.text() for action in menu.actions()] == [
        "Save as a page",
        "Save as Markdown",
        "Save as JSON",
        "Copy as Markdown",
    ]
    menu.actions()[0].trigger()
    page = tmp_path / "p1 decision.html"
    desk.until(page.exists)
    desk.rest()
    assert "".join(window.shown_notice.lines()) == f"Saved as {page}"
    assert view.head.headline.text() in page.read_text("utf-8")
    QGuiApplication.clipboard().setText("")
    window.command("decision_copy")
    desk.until(lambda: "## Next steps" in QGuiApplication.clipboard().text())


def test_rules_are_shown_with_the_row_that_decided(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    QTest.mouseClick(view.how, Qt.MouseButton.LeftButton)
    desk.until(lambda: desk.window.dialogs.find(RulesDialog) is not None)
    dialog = desk.window.dialogs.find(RulesDialog)
    assert dialog is not None
    assert "16 TUNE_LORA:" in dialog.text.toPlainText()
    desk.press(Key.Key_Escape)
    desk.until(lambda: desk.window.dialogs.find(RulesDialog) is None)


def test_training_opens_the_hand_over(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    press(view, Action("training", "Export training files"))
    desk.until(lambda: desk.window.dialogs.find(HandOverDialog) is not None)
    desk.press(Key.Key_Escape)


def test_another_prompt_is_read_and_an_empty_history_says_why(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    first = desk.window.prompt_uid
    desk.window.new_prompt()
    desk.press(Key.Key_5, ALT)
    desk.until(lambda: source.reads[-1] not in ("", first))
    desk.until(lambda: view.currentWidget() is view.area)
    assert view.instead.text() in (NO_PROMPT, "Reading what your results say…")


def test_a_broken_history_says_so_and_the_next_reading_works(desk: Desk, source: StandInDecisions) -> None:
    view = shown(desk)
    source.is_broken = True
    desk.window.decide.refresh()
    desk.until(lambda: view.instead.isVisible())
    assert view.instead.text() == "The results could not be read."
    source.is_broken = False
    desk.window.decide.refresh()
    desk.until(lambda: view.area.isVisible())
