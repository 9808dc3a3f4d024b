"""Comparisons, settings and the chart of the Test view in the real window. The tests it shows are a stand-in's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.app.testing.standin_comparisons import CHART
from tests.app.testing.standin_source import StandInSuites
from tests.ui.desk import Desk
from tests.ui.looks import change_scale
from tests.ui.test_window_testing import opened, source
from workbench.app.testing.source import ShownEstimate
from workbench.core.testing.goals import RunGoals
from workbench.core.testing.version_chart import VersionChart
from workbench.ui.features.testing.comparison_dialog import SuccessorDialog, TryDialog
from workbench.ui.features.testing.settings_dialog import SuiteSettingsDialog
from workbench.ui.features.testing.view import TestView

__all__ = ["source"]
pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]


def head_menu(desk: Desk, view: TestView, column: int) -> dict[str, QAction]:
    """Open the menu of a column's head and return its entries by their beginning."""
    desk.window.testing.columns.open_head_menu(column, QPoint(10, 10))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return {action.text(): action for action in menu.actions() if not action.isSeparator()}


def entry(entries: dict[str, QAction], start: str) -> QAction:
    return next(action for title, action in entries.items() if title.startswith(start))


# The chart.


def test_chart_replaces_the_grid_and_is_read_by_keyboard_and_pointer(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    view.filters.chart.click()
    desk.until(lambda: view.suites.chart.of(view.suites.prompt_uid, "tuning") is CHART)
    assert view.chart.isVisible()
    assert not view.grid.isVisible()
    assert view.chart.about.text() == CHART.about[0]
    canvas = view.chart.canvas
    desk.until(lambda: canvas.hasFocus() and canvas.point() is not None)
    assert view.chart.words.text() == "#6 · large passes 85 %."
    desk.press(Qt.Key.Key_Left)
    assert view.chart.words.text() == "#3 · large passes 80 %."
    desk.press(Qt.Key.Key_Down)
    assert view.chart.words.text() == "#3 · mini passes 68 %."
    desk.press(Qt.Key.Key_Right)
    assert view.chart.words.text() == "#4 · mini passes 74 %."
    assert "#3 · mini passes 68 %" in canvas.accessibleDescription()
    first = next(one for one in canvas._places() if (one.series, one.position) == (1, 0))
    QTest.mouseMove(canvas, first.at.toPoint())
    desk.until(lambda: view.chart.words.text() == "#1 · mini passes 56 %.")
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: view.grid.isVisible())
    assert QApplication.focusWidget() is view.grid.answers
    assert view.filters.answers.isChecked()
    assert view.filters.filters["all"].isEnabled()


def test_chart_can_be_left_with_the_pointer_at_large_text(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    change_scale(desk.theme, 2.0)
    view.filters.chart.click()
    desk.until(view.chart.isVisible)
    desk.rest()
    assert not view.filters.filters["all"].isEnabled()
    QTest.mouseClick(view.filters.answers, Qt.MouseButton.LeftButton)
    desk.until(view.grid.isVisible)


def test_chart_without_a_scored_test_says_so(source: StandInSuites, desk: Desk) -> None:
    source.comparisons.shown = VersionChart()
    view = opened(desk)
    desk.window.testing.toggle_chart()
    desk.until(lambda: view.chart.words.text().startswith("No scored test yet."))
    assert view.chart.canvas.focusPolicy() == Qt.FocusPolicy.NoFocus
    desk.window.testing.toggle_chart()
    desk.until(lambda: view.grid.isVisible())


# Settings.


def test_settings_are_shown_in_a_line_and_changed_in_a_dialog(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    words = "Samples 1 · Budget $1.00 · Difference 10 points · Margin 5 points"
    assert view.head.settings.accessibleName() == f"Settings of the tests: {words}"
    view.head.settings.click()
    dialog = desk.window.testing.compare.dialog
    assert isinstance(dialog, SuiteSettingsDialog)
    assert "chosen after the run" in dialog.late.text()
    dialog.fields["margin"].setText("0")
    dialog.save.click()
    assert dialog.told.text().startswith("The margin of “no worse” is a number of points")
    assert dialog.focusWidget() is dialog.fields["margin"]
    dialog.fields["margin"].setText("3")
    dialog.fields["samples"].setText("2")
    dialog.fields["usd"].setText("")
    dialog.save.click()
    desk.until(lambda: source.settings.margin == 0.03)
    assert (source.settings.samples, source.settings.budget.usd) == (2, None)
    desk.until(lambda: view.head.settings.accessibleName().endswith("Samples 2 · No budget · Difference 10 points · "
                                                                    "Margin 3 points"))  # fmt: skip
    assert desk.window.testing.compare.dialog is None


# Columns.


def test_another_baseline_computes_again_and_no_worse_is_a_switch(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    entries = head_menu(desk, view, 2)
    no_worse = entry(entries, "Is it no worse?")
    assert (no_worse.text(), no_worse.isChecked()) == ("Is it no worse? (margin 5 points)", False)
    no_worse.trigger()
    slot = view.suites.columns()[2].lane.slot
    desk.until(lambda: source.settings.no_worse == (slot,))
    desk.press(Qt.Key.Key_Escape, on=QApplication.activePopupWidget())
    desk.until(lambda: view.suites.overview is not None and view.suites.overview.settings.no_worse == (slot,))
    entries = head_menu(desk, view, 2)
    assert entry(entries, "Is it no worse?").isChecked()
    entry(entries, "Make it the baseline").trigger()
    desk.until(lambda: source.settings.baseline == slot)
    run = view.suites.run
    assert run is not None
    desk.until(lambda: ("baseline", run.uid, 2) in source.comparisons.told)


def test_columns_vote_over_three_samples_by_their_menu_or_all_at_once(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    vote = entry(head_menu(desk, view, 2), "Vote over samples")
    assert (vote.text(), vote.isChecked()) == ("Vote over samples (3 per case)", False)
    vote.trigger()
    slots = tuple(column.lane.slot for column in view.suites.columns())
    desk.until(lambda: (source.settings.vote, source.settings.samples) == ((slots[2],), 3))
    desk.press(Qt.Key.Key_Escape, on=QApplication.activePopupWidget())
    desk.until(lambda: "Samples 3, 1 column voted" in view.head.settings.accessibleName())
    assert entry(head_menu(desk, view, 2), "Vote over samples").isChecked()
    desk.press(Qt.Key.Key_Escape, on=QApplication.activePopupWidget())
    # Too few samples for the vote are refused with the way out.
    view.head.settings.click()
    dialog = desk.window.testing.compare.dialog
    assert isinstance(dialog, SuiteSettingsDialog)
    dialog.fields["samples"].setText("2")
    dialog.save.click()
    assert dialog.told.text() == (
        "1 column votes over its samples: 3 or more are needed. Switch the vote off in the column's menu."
    )
    dialog.reject()
    desk.window.actions["vote_samples"].trigger()
    desk.until(lambda: set(source.settings.vote) == set(slots))
    desk.until(lambda: "Samples 3, voted" in view.head.settings.accessibleName())
    desk.window.actions["vote_samples"].trigger()
    desk.until(lambda: source.settings.vote == ())
    assert source.settings.samples == 3


def test_the_champion_of_a_comparison_stays_the_baseline(source: StandInSuites, desk: Desk) -> None:
    view = opened(desk)
    overview = view.suites.overview
    assert overview is not None
    tested = overview.sets[0]
    assert tested.run is not None
    tried = replace(tested, run=replace(tested.run, goals=RunGoals(0.1, 0.05, "try")))
    view.suites.overview = replace(overview, sets=(tried, *overview.sets[1:]))
    assert not entry(head_menu(desk, view, 1), "Make it the baseline (the champion stays it)").isEnabled()
    desk.press(Qt.Key.Key_Escape, on=QApplication.activePopupWidget())
    stored = replace(tested, run=replace(tested.run, goals=RunGoals(0.1, 0.05, "", "other", 1)))
    view.suites.overview = replace(overview, sets=(stored, *overview.sets[1:]))
    entries = head_menu(desk, view, tested.run.baseline)
    assert not entry(entries, "Make it the baseline (stored answers stay it)").isEnabled()
    assert entry(entries, "Is it no worse?").isEnabled()


# Champion and challenger.


def test_champion_and_challenger_are_estimated_and_run(source: StandInSuites, desk: Desk) -> None:
    opened(desk)
    desk.window.testing.compare.open_try()
    desk.until(lambda: desk.window.testing.compare.dialog is not None)
    dialog = desk.window.testing.compare.dialog
    assert isinstance(dialog, TryDialog)
    assert dialog.champion.currentText() == "#12 · mini  84 % (72 to 92)"
    assert dialog.challenger.currentText() == "Current text · mini"
    assert dialog.hint.text().startswith("48 cases are too few for a verdict: the rule needs 50.")
    desk.until(lambda: dialog.run.isEnabled())
    assert dialog.takes.text() == "96 calls: $0.04 to $0.06, 2 min."
    assert dialog.run.text() == "Run 96 calls"
    dialog.challenger.setCurrentIndex(0)
    assert (dialog.takes.text(), dialog.run.isEnabled()) == ("Choose two different columns.", False)
    source.comparisons.estimate = ShownEstimate(refusal="Column 2 has no known price.")
    dialog.challenger.setCurrentIndex(1)
    desk.until(lambda: dialog.takes.text() == "Column 2 has no known price.")
    assert not dialog.run.isEnabled()
    source.comparisons.estimate = ShownEstimate(96, 96)
    dialog.challenger.setCurrentIndex(2)
    desk.until(lambda: dialog.run.isEnabled())
    desk.press(Qt.Key.Key_Return, on=dialog)
    desk.until(lambda: ("try", "a", "c") in source.comparisons.told)
    assert desk.window.testing.compare.dialog is None


# Successors.


def test_a_retired_model_leads_to_a_test_of_its_successor(source: StandInSuites, desk: Desk) -> None:
    window = desk.open()
    old = window.draft_lanes[0]
    window.lanes.successor_requested.emit(old.slot)
    desk.until(lambda: desk.window.testing.compare.dialog is not None)
    assert desk.window.views.shown == "test"
    dialog = desk.window.testing.compare.dialog
    assert isinstance(dialog, SuccessorDialog)
    assert dialog.focusWidget() is dialog.margin
    desk.until(lambda: dialog.hint.text() == f"{old.title} answers until 2027-01-05: both models are asked.")
    assert dialog.takes.text() == "Choose a successor."
    dialog.take(replace(old, model="new"))
    desk.until(lambda: dialog.run.isEnabled())
    dialog.margin.setText("x")
    dialog.ask()
    assert dialog.takes.text().startswith("The margin of “no worse”")
    assert not dialog.run.isEnabled()
    dialog.margin.setText("8")
    dialog.ask()
    desk.until(lambda: dialog.run.isEnabled())
    dialog.run.click()
    desk.until(lambda: ("successor", old.model, "new", 0.08) in source.comparisons.told)


def test_old_answers_of_a_model_are_asked_again_beside_its_successor(source: StandInSuites, desk: Desk) -> None:
    source.comparisons.estimate = ShownEstimate(96, 48, 0.1, 0.2, old=20, oldest_days=45)
    window = desk.open()
    old = window.draft_lanes[0]
    window.lanes.successor_requested.emit(old.slot)
    desk.until(lambda: desk.window.testing.compare.dialog is not None)
    dialog = desk.window.testing.compare.dialog
    assert isinstance(dialog, SuccessorDialog)
    assert not dialog.renew.isVisible()
    dialog.take(replace(old, model="new"))
    desk.until(lambda: dialog.run.isEnabled())
    assert dialog.takes.text().endswith("48 answers used again, the oldest from 45 days ago.")
    assert dialog.renew.isVisible()
    assert dialog.renew.text() == "Ask 20 answers older than 30 days again"
    dialog.renew.click()
    assert dialog.run.text() == "Run 68 calls"
    dialog.run.click()
    desk.until(lambda: any(told[-1] == "renew" for told in source.comparisons.told))
