"""Cases, versions, models and samples of a test stand where a person wants them, in the real window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from tests.ui.desk import Desk
from tests.ui.suite_support import HELLO, prepared
from workbench.ui.features.testing.view import TestView

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def two_versions(desk: Desk) -> TestView:
    """Run 4 cases with 2 samples in two versions on two models each."""
    view = prepared(desk, 4, HELLO)
    suites, window = view.suites, desk.window
    (first, *_) = suites.columns()
    assert first.lane.pinned is not None
    desk.press(Qt.Key.Key_1, ALT)
    window.editor.focus_first()
    desk.type("Changed. ")
    desk.press(Qt.Key.Key_2, ALT)
    lanes = tuple(
        replace(
            first.lane, slot=f"s{place}", model=f"m{place % 2}", label="", pinned=None if place > 1 else first.version
        )
        for place in range(4)
    )
    suites.change_settings(lambda settings: replace(settings, columns=lanes, samples=2))
    desk.until(lambda: [one.version for one in suites.columns()] == [first.version, first.version, 0, 0])
    desk.press(Qt.Key.Key_Return, CTRL, SHIFT)
    desk.until(lambda: suites.run is not None and suites.run.samples == 2 and not suites.is_running)
    desk.until(lambda: suites.model.rowCount() == 4 and len(suites.model.heads) == 4)
    desk.until(lambda: (report := suites.figures.report) is not None and report.scored == 32)
    return view


def chosen_layout(desk: Desk, view: TestView, dimension: str, place: str) -> None:
    """Choose a place for a dimension in the menu of the layout."""
    menu = view.filters.layouts
    menu.aboutToShow.emit()
    (inner,) = (one.menu() for one in menu.actions() if one.text().startswith(f"{dimension}: "))
    assert isinstance(inner, QMenu)
    next(one for one in inner.actions() if one.text() == place).trigger()
    desk.rest()


def test_columns_are_grouped_and_split_by_keys(desk: Desk) -> None:
    view = two_versions(desk)
    suites, window, pivot = view.suites, desk.window, view.suites.pivot
    chosen_layout(desk, view, "Order", "Models together")
    assert pivot.shape.shown_columns == (0, 2, 1, 3)
    assert [pivot.words.group(at) for at in range(4)] == ["m0", "m0", "m1", "m1"]
    assert [pivot.head(at).title for at in range(4)] == [*[one.version_name for one in suites.columns()[::2]] * 2]
    assert all(pivot.head(at).rate_words for at in range(4))
    view.grid.select(0, 0)
    view.grid.setFocus()
    desk.press(Qt.Key.Key_Right)
    assert view.grid.current_cell() == (0, 2, None)
    chosen_layout(desk, view, "Samples", "Rows")
    desk.until(lambda: pivot.rowCount() == 8)
    assert [pivot.label(row) for row in (0, 1)] == ["1 · case 0", "2 · case 0"]
    view.grid.select(1, 0)
    view.open_pane()
    desk.until(lambda: view.pane.shown is not None and view.pane.shown.detail.key == (0, 0, 1))
    chosen_layout(desk, view, "Samples", "Together in a cell")
    chosen_layout(desk, view, "Models", "One at a time")
    desk.until(lambda: pivot.rowCount() == 4 and pivot.shape.shown_columns == (0, 2))
    assert view.splits.isVisible()
    view.grid.setFocus()
    desk.press(Qt.Key.Key_T)
    desk.until(lambda: pivot.shape.shown_columns == (1, 3))
    cell = view.grid.current_cell()
    assert cell is not None
    assert cell.column in (1, 3)
    window.command("copy_table_csv")
    desk.until(lambda: "m1" in QGuiApplication.clipboard().text())
    assert "m0" not in QGuiApplication.clipboard().text().splitlines()[0]
    QGuiApplication.clipboard().clear()


def test_cases_versions_models_and_samples_stand_wherever_they_are_wanted(desk: Desk) -> None:
    view = two_versions(desk)
    suites, window, pivot = view.suites, desk.window, view.suites.pivot
    old, new = suites.columns()[0].version_name, suites.columns()[2].version_name

    def labels() -> list[str]:
        return [pivot.label(row) for row in range(pivot.rowCount())]

    def heads() -> list[str]:
        return [pivot.head(column).title for column in range(pivot.columnCount() - 2)]

    # Cases as columns: each row stands for a column of the run, and has its pass rate.
    view.grid.select(1, 3)
    chosen_layout(desk, view, "Cases", "Columns")
    every = [f"{version} · {model}" for version in (old, new) for model in ("m0", "m1")]
    assert (labels(), heads()) == (every, [f"case {number}" for number in range(4)])
    assert view.grid.current() == (3, 1), "the same cell is current"
    assert [pivot.note(row) for row in range(4)] == ["3 of 4"] * 4
    view.grid.setFocus()
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: view.pane.shown is not None and view.pane.shown.detail.key[:2] == (1, 3))
    desk.press(Qt.Key.Key_N, SHIFT)
    desk.until(lambda: view.pane.shown is not None and view.pane.shown.detail.key[:2] == (0, 3))
    window.command("copy_table_csv")
    desk.until(lambda: "case 3" in QGuiApplication.clipboard().text())
    assert [line.partition(",")[0] for line in QGuiApplication.clipboard().text().splitlines()[1:]] == every
    QGuiApplication.clipboard().clear()
    # Models as rows beside the cases.
    chosen_layout(desk, view, "Cases", "Rows")
    chosen_layout(desk, view, "Models", "Rows")
    chosen_layout(desk, view, "Versions", "Columns")
    assert labels()[:4] == ["m0 · case 0", "m1 · case 0", "m0 · case 1", "m1 · case 1"]
    assert heads() == [old, new]
    # Samples as columns.
    chosen_layout(desk, view, "Samples", "Columns")
    desk.until(lambda: heads() == [f"{number} · {version}" for version in (old, new) for number in (1, 2)])
    chosen_layout(desk, view, "Samples", "One at a time")
    desk.until(lambda: heads() == [old, new] and view.splits.lines["sample"].isVisible())
    # One case at a time, stepped through by keys.
    chosen_layout(desk, view, "Samples", "Together in a cell")
    chosen_layout(desk, view, "Cases", "One at a time")
    desk.until(lambda: labels() == ["m0", "m1"])
    shown = pivot.shape.shown.case
    view.grid.setFocus()
    desk.press(Qt.Key.Key_T)
    desk.until(lambda: pivot.shape.shown.case == (shown + 1) % 4)
    desk.until(
        lambda: view.splits.cases.name.text() == f"{pivot.shape.shown.case + 1} of 4 · case {pivot.shape.shown.case}"
    )
    menu = view.filters.layouts
    menu.aboutToShow.emit()
    next(one for one in menu.actions() if one.text() == "Swap rows and columns").trigger()
    assert (labels(), heads()) == ([old, new], ["m0", "m1"])
    menu.aboutToShow.emit()
    next(one for one in menu.actions() if one.text() == "Cases × columns").trigger()
    desk.until(lambda: labels() == [f"case {number}" for number in range(4)])
    assert heads() == [head.title for head in suites.heads()]
    assert view.splits.isHidden()
    window.command("arrange_grid")
    desk.until(view.filters.layouts.isVisible)
    view.filters.layouts.close()
