"""The grid of a run of any size: pages, memory, results that arrive, and the search for the next failure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from tests.app.testing.standin_source import StandInSuites, standin_columns
from workbench.app.tasks import Tasks
from workbench.app.testing.cell_search import CellSearch, differs_from, fails
from workbench.app.testing.column_heads import column_keys, grid_heads
from workbench.app.testing.grid_model import CASE, CELL, FIRST, PAGE, ROW, SuiteGridModel
from workbench.app.testing.pivot_model import GridPivotModel
from workbench.core.testing.grid import GridQuery
from workbench.core.testing.grid_shape import CellPlace


@pytest.fixture
def tasks(qapp: object) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.close()


def shown(qtbot: QtBot, tasks: Tasks, source: StandInSuites, query: GridQuery | None = None) -> SuiteGridModel:
    model = SuiteGridModel(tasks, source, tasks)
    with qtbot.waitSignal(model.loaded):
        model.show("t0", "s1", query or GridQuery(), grid_heads(standin_columns(source.columns), None, None))
    return model


def displayed(model: SuiteGridModel) -> GridPivotModel:
    pivot = GridPivotModel(model)
    pivot.begin(column_keys(standin_columns(len(model.heads))))
    return pivot


def to_the_end(qtbot: QtBot, model: SuiteGridModel) -> None:
    while model.canFetchMore(QModelIndex()):
        with qtbot.waitSignal(model.rowsInserted):
            model.fetchMore(QModelIndex())


def test_pages_follow_each_other_without_gaps(qtbot: QtBot, tasks: Tasks) -> None:
    model = shown(qtbot, tasks, StandInSuites(2 * PAGE + 30))
    assert (model.rowCount(), model.columnCount()) == (PAGE, FIRST + 3)
    to_the_end(qtbot, model)
    assert [model.index(at, 0).data(ROW).position for at in range(model.rowCount())] == list(range(2 * PAGE + 30))
    assert model.is_complete


def test_ten_thousand_cases_keep_only_near_pages_in_memory(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(10_000, 30)
    model = shown(qtbot, tasks, source)
    to_the_end(qtbot, model)
    assert model.rowCount() == 10_000
    assert len(list(model._rows.in_memory())) * 30 <= 50_000
    far = model.index(150, CASE)
    with qtbot.waitSignal(model.dataChanged) as told:
        assert far.data() == "…"
        assert far.data(ROW) is None
    assert (told.args[0].row(), told.args[1].row()) == (150, 150 + model.page_size - 1)
    assert far.data(ROW).position == 150


def test_results_change_cells_in_place(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(PAGE + 20, answered=0)
    model = shown(qtbot, tasks, source)
    assert model.index(0, FIRST).data(CELL).status == "open"
    source.advance(4)
    resets, changes = QSignalSpy(model.modelReset), QSignalSpy(model.dataChanged)
    model.refresh()
    assert model.index(0, FIRST).data(CELL).status == "open"  # it is asked for now
    qtbot.waitUntil(lambda: model.index(0, FIRST).data(CELL).status != "open")
    assert resets.count() == 0
    ranges = [(one[0].row(), one[0].column(), one[1].column()) for one in map(changes.at, range(1, changes.count()))]
    assert ranges == [(0, FIRST, FIRST + 2), (1, FIRST, FIRST)]


def test_rows_that_left_the_query_stay_until_it_is_asked_again(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(20, answered=30)
    model = shown(qtbot, tasks, source, GridQuery("open"))
    before = model.rowCount()
    assert before == 10
    source.advance(15)
    model.refresh()
    assert model.rowCount() == before
    with qtbot.waitSignal(model.loaded):
        model.show("t0", "s1", GridQuery("open"), model.heads)
    assert model.rowCount() == 5


def test_next_failure_is_found_beyond_the_loaded_rows(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(400, 1)
    search = CellSearch(displayed(shown(qtbot, tasks, source)))
    expected = [at for at in range(400) if source._cell(at, 0).status == "fail"]
    found: list[CellPlace] = []
    for _ in expected:
        with qtbot.waitSignal(search.found) as told:
            search.seek(found[-1] if found else None, 1, fails)
        found += told.args
    assert found == [(at, 0, None) for at in expected]
    with qtbot.waitSignal(search.not_found):
        search.seek(found[-1], 1, fails)
    with qtbot.waitSignal(search.found) as told:
        search.seek(found[-1], -1, fails)
    assert told.args == [found[-2]]
    with qtbot.waitSignal(search.not_found):
        search.seek(found[0], -1, fails)


def test_next_difference_skips_the_baseline_and_equal_answers(qtbot: QtBot, tasks: Tasks) -> None:
    search = CellSearch(displayed(shown(qtbot, tasks, StandInSuites(12))))
    found = [CellPlace(7, 2, None)]
    for _ in range(2):
        with qtbot.waitSignal(search.found) as told:
            search.seek(found[-1], 1, differs_from(0))
        found += told.args
    # In row 8 the first two columns answer the same.
    assert found[1:] == [(8, 2, None), (9, 1, None)]


def test_search_ends_when_other_rows_are_shown(qtbot: QtBot, tasks: Tasks) -> None:
    model = shown(qtbot, tasks, StandInSuites(400, 1))
    search = CellSearch(displayed(model))
    told = QSignalSpy(search.found)
    search.seek(CellPlace(PAGE - 1, 0, None), 1, lambda row, _: row.position > PAGE + 5)
    with qtbot.waitSignal(model.loaded):
        model.show("t0", "s1", GridQuery(tag="safety"), model.heads)
    to_the_end(qtbot, model)
    assert told.count() == 0


def test_failed_read_is_reported_and_can_be_repeated(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(150)
    model = shown(qtbot, tasks, source)
    source.broken = "page"
    with qtbot.waitSignal(model.refused) as told:
        model.fetchMore(QModelIndex())
    assert "page" in str(told.args[0])
    source.broken = ""
    to_the_end(qtbot, model)
    assert model.rowCount() == 150


def test_late_page_of_an_earlier_query_is_dropped(qtbot: QtBot, tasks: Tasks) -> None:
    model = shown(qtbot, tasks, StandInSuites(300))
    model.fetchMore(QModelIndex())
    with qtbot.waitSignal(model.loaded):
        model.show("t0", "s1", GridQuery(tag="safety"), model.heads)
    assert {model.index(at, 0).data(ROW).tags for at in range(model.rowCount())} == {("safety",)}


def test_cells_say_in_words_what_their_colour_shows(qtbot: QtBot, tasks: Tasks) -> None:
    model = shown(qtbot, tasks, StandInSuites(12))
    spoken = model.index(6, FIRST + 2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "unscored: I can help with orders."
    model.set_results(True)
    assert model.index(6, FIRST + 2).data() == "unscored · The judge could not be read."


def test_names_and_answers_cannot_steer_the_grid(qtbot: QtBot, tasks: Tasks, monkeypatch: pytest.MonkeyPatch) -> None:
    source = StandInSuites(1)
    hostile = "a\u202eb <b>c</b>\nd"
    row = source._row(0)
    cell = replace(row.cells[0], text=hostile, status="fail", reason=hostile)
    monkeypatch.setattr(source, "_row", lambda _: replace(row, name=hostile, tags=(hostile,), cells=(cell,) * 3))
    model = shown(qtbot, tasks, source)
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)
    for column in range(model.columnCount()):
        for role in roles:
            text = model.index(0, column).data(role)
            assert "\u202e" not in text
            assert "\n" not in text
        # Qt would take a tooltip with tags for HTML.
        assert "<b>" not in model.index(0, column).data(Qt.ItemDataRole.ToolTipRole)
