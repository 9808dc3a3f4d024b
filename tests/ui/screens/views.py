"""The views beside Compose, in their main states, with their menus."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu

from tests.app.decide.standin_decisions import StandInDecisions
from tests.app.testing.standin_source import StandInSuites
from tests.core.decide import scenarios
from tests.ui import desk as desks
from tests.ui.decide_support import over as decisions
from tests.ui.decide_support import shown as decided
from tests.ui.desk import Desk
from tests.ui.history_support import chosen, entered, searched
from tests.ui.rank_support import fill, judging, view
from tests.ui.screens.approval import Screens
from tests.ui.screens.sitting import SIZE, Sitting
from tests.ui.test_window_rank_checks import a_test
from tests.usecases.judged_history import runs
from workbench.store import Store
from workbench.ui.composition import FEATURES
from workbench.ui.features.history.run_actions import RunCuration
from workbench.ui.features.testing import feature
from workbench.ui.features.testing.view import TestView
from workbench.ui.shell.feature import FeatureSet

Key = Qt.Key


def history(desk: Desk, screens: Screens) -> None:
    """Nothing run, the table, searches, one run, two runs, and the menus."""
    at = Sitting(desk, screens)
    page = entered(desk, filled=False, size=SIZE)
    at.take("nothing-run", page)
    desk.close()
    page = entered(desk, size=SIZE)
    window = desk.window
    at.take("all", window.frame)
    for name, uid in (("run", "order-3"), ("run-failed", "triage-1"), ("run-blind", "order-4"), ("run-bad", "sql-1")):
        chosen(desk, page, uid)
        at.take(name, page.detail)
    (curation,) = page.findChildren(RunCuration)
    at.take("menu", curation.menu())
    chosen(desk, page, "order-3", "order-2")
    desk.until(lambda: page.detail.pair is not None)
    at.take("two-runs", page.detail)
    at.take("menu-two-runs", curation.menu())
    for name, text in (
        ("hits", "track* winner:yes"),
        ("no-match", "nothing has these words"),
        ("mistakes", "tracking cost:abc winner:maybe"),
    ):
        searched(desk, page, text)
        page.bar.field.choices.hide()
        at.take(f"search-{name}", page)
    page.bar.field.clear()
    desk.type("tracking model:")
    desk.until(page.bar.field.choices.isVisible)
    at.take("suggestions", page.bar.field.choices)
    page.bar.field.choices.hide()
    window.workbench.bookmarks.save("Cheap winners", "winner:yes cost:<0.01").result()
    searched(desk, page, "winner:yes")
    at.dialog("save-search", lambda: window.command("save_search"))
    at.dialog("saved-searches", lambda: window.command("saved_searches"))
    searched(desk, page, "")
    chosen(desk, page, "order-3")
    window.command("star_run")
    window.command("delete_run")
    at.take("deleted", window.header, page)
    searched(desk, page, "is:deleted")
    at.take("deleted-runs", page)
    at.take("menu-deleted", curation.menu())
    window.command("purge_run")
    desk.until(lambda: window.history.erasing.question is not None)
    at.take("purge", page)


def rank(desk: Desk, screens: Screens) -> None:
    """No verdict, a ranking with its explanation, groups, checks, and the queue of pairs."""
    at = Sitting(desk, screens)
    desk.open(size=SIZE)
    desk.press(Key.Key_4, Qt.KeyboardModifier.AltModifier)
    page = desk.window.rank_view
    assert page is not None
    instead = page.instead
    desk.until(lambda: instead.text().startswith("No verdict"))
    at.take("no-verdict", page)
    desk.close()
    desk.db.unlink()
    fill(desk.db, _judged_and_tested)
    window = desk.open(size=SIZE)
    page = view(desk)
    desk.until(page.table.isVisible)
    at.take("ranked", page)
    page.fold.setChecked(True)
    at.take("how", page)
    page.fold.setChecked(False)
    at.take("menu-group", page.group.menu())
    for group in ("model", "version", "technique"):
        window.command(f"group_{group}")
        desk.until(lambda: not page.instead.text().startswith("Counting"))
        at.take(f"by-{group}", page)
    window.command("group_both")
    page.switch.buttons["checks"].click()
    desk.until(page.by_checks.table.isVisible)
    at.take("by-checks", page)
    page.switch.buttons["verdicts"].click()
    judging(desk)
    desk.press(Key.Key_P)
    # Which pair comes first depends on ids.
    at.take("judging", *page.judging.stops())
    desk.press(Key.Key_Escape)
    page.switch.buttons["judge"].click()
    at.take("by-judge", page)
    at.dialog("judge", window.actions["let_judge_compare"].trigger)


def decide(desk: Desk, screens: Screens) -> None:
    """No prompt's decision yet, a decision with all of its parts, one that has too little, the form and the rules."""
    at = Sitting(desk, screens)
    source = StandInDecisions()
    with decisions(source):
        page = decided(desk, SIZE)
        at.take("whole", desk.window.frame)
        for row in page.rows:
            row.head.setChecked(True)
        for fold in (page.step_fold, page.lever_fold, page.change_fold):
            fold.setChecked(True)
        at.take("opened", page)
        page.escape()
        at.take("menu-report", page.head.report.menu())
        at.dialog("figures", lambda: desk.window.command("decide_figures"))
        at.dialog("rules", lambda: desk.window.command("decide_rules"))
        for name in ("almost_empty", "tuned_forgets", "too_dear"):
            # The focus returns from a dialog once that is closed.
            page.enter()
            desk.until(lambda: page.isAncestorOf(QApplication.focusWidget()))
            desk.rest()
            before = page.head.headline.text()
            source.made = getattr(scenarios, name)
            desk.window.decide.refresh()
            desk.until(lambda before=before: page.head.headline.text() != before)
            at.take(name.replace("_", "-"), page)
        source.is_broken = True
        desk.window.decide.refresh()
        desk.until(page.instead.isVisible)
        at.take("broken", desk.window.header, page)


def testing(desk: Desk, screens: Screens) -> None:
    """No case, no column, nothing run, a run that goes on, its results, a cell, the chart, and the menus."""
    at = Sitting(desk, screens)
    for name, suites in (
        ("no-case", StandInSuites(0, has_run=False, held_out=0)),
        ("no-column", StandInSuites(12, columns=0, has_run=False)),
        ("not-run", StandInSuites(12, has_run=False)),
    ):
        with over(suites):
            at.take(name, shown(desk))
            desk.close()
    with over(StandInSuites(12, answered=20)):
        page = shown(desk)
        at.take("partly", page)
        page.head.run.click()
        desk.until(lambda: page.suites.is_running)
        at.take("running", page.head, rests=False)
        desk.close()
    suites = StandInSuites(12)
    suites.failed_calls.add((3, 1))
    with over(suites):
        page, window = shown(desk), desk.window
        desk.until(lambda: page.suites.figures.report is not None)
        at.take("whole", window.frame)
        desk.press(Key.Key_N)
        desk.press(Key.Key_Return)
        desk.until(lambda: page.pane.shown is not None)
        for chip in (page.pane.output, page.pane.against, page.pane.request):
            chip.click()
            at.take(f"cell-{chip.text().split()[0].lower()}", page.pane)
        columns = window.testing.columns
        at.menu("menu-column", lambda: columns.open_head_menu(1, QPoint(10, 10)))
        at.menu("menu-columns", lambda: columns.open_menu(QPoint(10, 10)))
        at.menu("menu-cell", lambda: page.grid.answers.menu_wanted.emit(QPoint(10, 10)))
        at.menu("menu-overrule", lambda: window.command("overrule"))
        for button in (page.filters.tag, page.filters.sort, page.filters.layout_chip, page.filters.probe):
            at.take(f"menu-{button.text().split()[0].lower()}", button.menu())
        page.filters.results.click()
        page.filters.filters["failed"].click()
        at.take("failed", page.grid, page.filters)
        page.filters.chart.click()
        at.take("chart", page)
        page.filters.answers.click()
        at.dialog("settings", page.head.settings.click)
        at.dialog("try", window.testing.compare.open_try)
        at.dialog("facts", page.filters.facts.trigger)
        columns.open_head_menu(2, QPoint(10, 10))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        next(one for one in menu.actions() if one.text() == "Remove the column").trigger()
        menu.close()
        at.take("column-removed", window.header, page.grid)
        desk.close()
    with over(StandInSuites(12, broken="page")):
        at.take("broken", shown(desk))


def _judged_and_tested(store: Store, prompt: str) -> None:
    runs(store, prompt, 60)
    a_test(store, prompt)


@contextmanager
def over(suites: StandInSuites) -> Iterator[None]:
    """Open windows over a stand-in's tests."""
    rest = [one for one in FEATURES if one.id != "testing"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desks, "FEATURES", FeatureSet((*rest, feature(lambda _: suites))))
        yield


def shown(desk: Desk) -> TestView:
    """Open the window at Test."""
    desk.open(size=SIZE)
    desk.press(Key.Key_2, Qt.KeyboardModifier.AltModifier)
    page = desk.window.views.page("test")
    assert isinstance(page, TestView)
    desk.until(lambda: page.suites.overview is not None)
    desk.rest()
    return page
