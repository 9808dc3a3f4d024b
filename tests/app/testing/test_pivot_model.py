"""The displayed grid says the same as the stored rows, in every layout and while rows arrive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from pytestqt.qtbot import QtBot

from tests.app.testing.standin_source import StandInSuites, standin_columns
from tests.core.testing.test_grid_shape import LAYOUTS
from workbench.app.tasks import Tasks
from workbench.app.testing.cell_search import CellSearch, fails
from workbench.app.testing.column_heads import column_keys, grid_heads
from workbench.app.testing.grid_model import CELL, FIRST, SuiteGridModel
from workbench.app.testing.pivot_model import GridPivotModel
from workbench.core.lanes import Lane, Params
from workbench.core.testing.grid import GridQuery, SuiteColumn
from workbench.core.testing.grid_layout import GridLayout
from workbench.core.testing.grid_shape import CellPlace, GridShape, grid_shape


@pytest.fixture
def tasks(qapp: object) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.close()


def shape_of(layout: GridLayout, columns: int, samples: int = 1) -> GridShape:
    return grid_shape(layout, column_keys(standin_columns(columns)), samples)


def displayed(qtbot: QtBot, tasks: Tasks, source: StandInSuites, layout: GridLayout) -> GridPivotModel:
    """Return the rows of a run in a layout; its first page is there."""
    rows = SuiteGridModel(tasks, source, tasks)
    pivot = GridPivotModel(rows)
    tester = QAbstractItemModelTester(pivot, QAbstractItemModelTester.FailureReportingMode.Fatal, pivot)
    assert tester.model() is pivot
    shape = shape_of(layout, source.columns, source.samples)
    pivot.want(shape)
    query = GridQuery(by_sample=shape.by_sample, sample=shape.only_sample)
    with qtbot.waitSignal(rows.loaded):
        rows.show("t0", "s1", query, grid_heads(standin_columns(source.columns), None, None))
    pivot.want(shape)
    return pivot


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: f"{one.case}-{one.version}-{one.model}-{one.sample}")
def test_every_place_shows_its_cell(qtbot: QtBot, tasks: Tasks, layout: GridLayout) -> None:
    pivot = displayed(qtbot, tasks, StandInSuites(3, 3, samples=2), layout)
    assert pivot.shape.layout == layout
    seen = 0
    for row in range(pivot.rowCount()):
        for column in range(pivot.columnCount() - FIRST):
            place, shown = pivot.at(row, column), pivot.index(row, FIRST + column).data(CELL)
            if place is None:
                assert shown is None
                continue
            stored = pivot.row_at(place)
            assert stored is not None
            assert shown == stored.cells[place.column]
            assert stored.sample in (None, place.sample)
            assert pivot.place(place) == (row, column)
            assert pivot.find(stored.position, place.column, place.sample) == place or place.sample is not None
            seen += 1
    assert seen
    assert all(pivot.label(row) for row in range(pivot.rowCount()))
    assert all(pivot.head(column).title for column in range(pivot.columnCount() - FIRST))


def test_cases_that_arrive_become_columns(qtbot: QtBot, tasks: Tasks) -> None:
    pivot = displayed(qtbot, tasks, StandInSuites(250, 2), GridLayout("columns", "rows", "rows"))
    reached = pivot.columnCount() - FIRST
    assert (pivot.rowCount(), reached) == (2, pivot.rows.page_size)
    while pivot.columnCount() - FIRST < 250:
        # The tester of the model may have asked for more, too.
        with qtbot.waitSignal(pivot.columnsInserted):
            pivot.fetchMore(QModelIndex())
    assert pivot.at(1, 249) == CellPlace(249, 1, None)


def test_the_shown_case_stays_when_other_rows_are_listed(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(12, 2)
    pivot = displayed(qtbot, tasks, source, GridLayout("split", "columns", "rows"))
    pivot.want(pivot.wanted.showing("case", 7))
    assert pivot.case_name(7) in str(pivot.rows.index(7, 0).data())
    failing = [at for at in range(12) if "fail" in [source._cell(at, column).status for column in range(2)]]
    kept = failing[-1]
    pivot.want(pivot.wanted.showing("case", kept))
    with qtbot.waitSignal(pivot.rows.loaded):
        pivot.rows.show("t0", "s1", GridQuery("failed"), pivot.rows.heads)
    assert pivot.shape.shown.case == len(failing) - 1
    with qtbot.waitSignal(pivot.rows.loaded):
        pivot.rows.show("t0", "s1", GridQuery(), pivot.rows.heads)
    assert pivot.shape.shown.case == kept


def test_samples_become_rows_together_with_their_rows(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(4, 2, samples=3)
    pivot = displayed(qtbot, tasks, source, GridLayout())
    pivot.want(shape_of(GridLayout(sample="rows"), 2, 3))
    # Their cells have not been read yet.
    assert (pivot.rowCount(), pivot.shape.by_sample) == (4, False)
    with qtbot.waitSignal(pivot.rows.loaded):
        pivot.rows.show("t0", "s1", GridQuery(by_sample=True), pivot.rows.heads)
    assert (pivot.rowCount(), pivot.shape.by_sample) == (12, True)
    assert [pivot.label(row).partition(" · ")[0] for row in range(3)] == ["1", "2", "3"]


def test_results_that_arrive_change_cells_wherever_they_stand(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(12, 2, answered=0)
    pivot = displayed(qtbot, tasks, source, GridLayout("columns", "rows", "rows"))
    changes, resets = QSignalSpy(pivot.dataChanged), QSignalSpy(pivot.modelReset)
    source.advance(4)
    pivot.rows.refresh()
    qtbot.waitUntil(lambda: pivot.index(0, FIRST).data(CELL).status != "open")
    assert resets.count() == 0
    told = [changes.at(at)[:2] for at in range(changes.count())]
    # The first change asks for everything; the others are of the first two cases.
    assert {(first.column(), last.column()) for first, last in told[1:]} == {(FIRST, FIRST), (FIRST + 1, FIRST + 1)}


def test_search_goes_through_cases_that_are_not_shown(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(60, 1)
    pivot = displayed(qtbot, tasks, source, GridLayout("split", "columns", "rows"))
    search = CellSearch(pivot)
    found: list[CellPlace] = []
    for expected in [at for at in range(60) if source._cell(at, 0).status == "fail"][:3]:
        with qtbot.waitSignal(search.found) as told:
            search.seek(found[-1] if found else None, 1, fails)
        found += told.args
        assert found[-1] == (expected, 0, None)
        assert pivot.place(found[-1]) is None or pivot.shape.shown.case == expected
        pivot.want(pivot.wanted.showing_cell(found[-1]))


def test_heads_and_labels_have_figures_where_they_stand_for_a_column(qtbot: QtBot, tasks: Tasks) -> None:
    pivot = displayed(qtbot, tasks, StandInSuites(3, 3), GridLayout("columns", "rows", "rows"))
    heads = tuple(replace(head, rate_words=f"{place} of 3 (0 to 1)") for place, head in enumerate(pivot.rows.heads))
    told = QSignalSpy(pivot.headerDataChanged)
    pivot.rows.set_heads(heads)
    assert told.count() == 1
    assert [pivot.note(row) for row in range(3)] == ["0 of 3", "1 of 3", "2 of 3"]
    assert pivot.words.corner_note == "Pass rate"
    assert pivot.words.plain_lines == 1
    pivot.want(shape_of(GridLayout(), 3))
    assert [pivot.headerData(FIRST + at, Qt.Orientation.Horizontal) for at in range(3)] == [one.title for one in heads]
    assert [pivot.head(at) for at in range(3)] == list(heads)
    assert pivot.words.corner_note == "Tag"


def test_keys_of_columns_that_differ_in_parameters_say_them() -> None:
    warm, cold = (Lane(slot, "e", "mini", Params(temperature=value)) for slot, value in (("a", 0.9), ("b", 0.1)))
    columns = [SuiteColumn(place, lane, 1, "#1") for place, lane in enumerate((warm, cold))]
    models = [key.model for key in column_keys(columns)]
    assert models == ["mini · temp 0.9", "mini · temp 0.1"]
