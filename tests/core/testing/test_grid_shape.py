"""Every layout of the grid maps places to cells one to one, and the default one changes nothing."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.testing.grid_layout import DIMENSIONS, ColumnOrder, Dimension, DimensionPlace, GridLayout
from workbench.core.testing.grid_shape import CellPlace, ColumnKey, GridShape, ShownParts, grid_shape, unique_keys


def every_layout() -> list[GridLayout]:
    """Return all layouts that are allowed."""
    found = []
    apart: tuple[DimensionPlace, ...] = ("rows", "columns", "split")
    for case, version, model in product(apart, repeat=3):
        for sample in get_args(DimensionPlace):
            if {"rows", "columns"} <= {case, version, model, sample}:
                found.append(GridLayout(case, version, model, sample))
    return found


LAYOUTS = every_layout()
keys = st.lists(
    st.builds(ColumnKey, st.sampled_from(["#1", "#2", "#3"]), st.sampled_from(["mini", "large", "nano"])),
    min_size=1,
    max_size=7,
).map(unique_keys)
orders = st.sampled_from(get_args(ColumnOrder))


def filled(layout: GridLayout, order: ColumnOrder) -> GridLayout:
    return GridLayout(layout.case, layout.version, layout.model, layout.sample, order)


def shown_cells(shape: GridShape, cases: int) -> dict[tuple[int, int], CellPlace]:
    """Return the cell of every place that has one."""
    places = product(range(shape.row_count(cases)), range(shape.column_count(cases)))
    return {place: cell for place in places if (cell := shape.cell(*place)) is not None}


def expected(shape: GridShape, cases: int) -> set[CellPlace]:
    """Return the cells that the split leaves, from what a split means."""
    layout, shown = shape.layout, shape.shown
    columns = [
        place
        for place, key in enumerate(shape.columns_of_run)
        if layout.version != "split" or key.version == shown.version
        if layout.model != "split" or key.model == shown.model
    ]
    of_cases = [shown.case] if layout.case == "split" else list(range(cases))
    return {CellPlace(*one) for one in product(of_cases, columns, samples_of(shape))}


def samples_of(shape: GridShape) -> list[int | None]:
    """Return the samples that have cells."""
    if shape.layout.sample == "cell":
        return [None]
    return [shape.shown.sample] if shape.layout.sample == "split" else list(range(shape.samples))


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@given(
    columns=keys,
    samples=st.integers(1, 3),
    cases=st.integers(1, 4),
    order=orders,
    shown=st.builds(
        ShownParts, st.integers(0, 3), st.sampled_from(["#1", "#2", "gone"]), st.just("nano"), st.integers(0, 2)
    ),
)
def test_every_cell_has_one_place_and_every_place_its_cell(
    layout: GridLayout, columns: tuple[ColumnKey, ...], samples: int, cases: int, order: ColumnOrder, shown: ShownParts
) -> None:
    shape = grid_shape(filled(layout, order), columns, samples, shown)
    cells = shown_cells(shape, cases)
    assert len(set(cells.values())) == len(cells)
    assert set(cells.values()) == expected(shape, cases) != set()
    for place, cell in cells.items():
        assert shape.place(cell) == place
        key = columns[cell.column]
        # What stands beside and above the cell says the truth about it.
        for line in (shape.row_key(place[0]), shape.column_key(place[1])):
            assert line.version in (None, key.version)
            assert line.model in (None, key.model)
            assert line.sample in (None, cell.sample)
        for only in (shape.only_column_of_row(place[0]), shape.only_column_of(place[1])):
            assert only in (None, cell.column)
        assert shape.of_block(*shape.in_block(*place)) == place
        assert shape.in_block(*place)[0] == cell.case
        assert shape.in_block(*place)[1] < shape.block_size
    assert set(shape.shown_columns) == {cell.column for cell in cells.values()}
    # No row and no column is empty.
    assert {row for row, _ in cells} == set(range(shape.row_count(cases)))
    assert {column for _, column in cells} == set(range(shape.column_count(cases)))


@given(columns=keys, samples=st.integers(1, 4), cases=st.integers(0, 20))
def test_default_layout_is_cases_by_the_columns_of_the_run(
    columns: tuple[ColumnKey, ...], samples: int, cases: int
) -> None:
    shape = grid_shape(GridLayout(), columns, samples)
    assert (shape.row_count(cases), shape.column_count(cases)) == (cases, len(columns))
    assert (shape.rows_per_case, shape.only_sample) == (1, None)
    for row, column in product(range(cases), range(len(columns))):
        assert shape.cell(row, column) == CellPlace(row, column, None)
        assert shape.only_column_of(column) == column
    assert all(shape.only_column_of_row(row) is None for row in range(cases)) or len(columns) == 1


@given(
    layout=st.sampled_from(LAYOUTS), columns=keys, samples=st.integers(1, 3), cell=st.tuples(*[st.integers(0, 6)] * 3)
)
def test_a_cell_can_be_kept_in_every_layout(
    layout: GridLayout, columns: tuple[ColumnKey, ...], samples: int, cell: tuple[int, int, int]
) -> None:
    kept = CellPlace(cell[0], cell[1] % len(columns), cell[2] % samples)
    shape = grid_shape(layout, columns, samples).showing_cell(kept)
    place = shape.place(kept)
    assert place is not None
    found = shape.cell(*place)
    assert found is not None
    assert found[:2] == kept[:2]
    assert found.sample in (None, kept.sample)


@given(layout=st.sampled_from(LAYOUTS), columns=keys, samples=st.integers(1, 3))
def test_parts_of_splits_together_show_every_cell_once(
    layout: GridLayout, columns: tuple[ColumnKey, ...], samples: int
) -> None:
    cases = 2
    found: list[CellPlace] = []
    first = grid_shape(layout, columns, samples)
    for case in range(cases if layout.case == "split" else 1):
        for sample in range(samples if layout.sample == "split" else 1):
            for version in range(len(first.parts("version")) or 1):
                by_version = first.showing("version", version) if layout.version == "split" else first
                for model in range(len(by_version.parts("model")) or 1):
                    shape = by_version.showing("model", model) if layout.model == "split" else by_version
                    shape = shape.showing("case", case).showing("sample", sample)
                    assert layout.version != "split" or shape.part("version") == version
                    assert layout.model != "split" or shape.part("model") == model
                    found += shown_cells(shape, cases).values()
    of_samples: list[int | None] = [None] if layout.sample == "cell" else list(range(samples))
    assert sorted(found, key=repr) == sorted(
        (CellPlace(*one) for one in product(range(cases), range(len(columns)), of_samples)), key=repr
    )


def test_a_grid_without_columns_or_cases_is_empty() -> None:
    shape = grid_shape(GridLayout(), (), 1)
    assert (shape.row_count(5), shape.column_count(5)) == (0, 0)
    transposed = grid_shape(GridLayout("columns", "rows", "rows"), (ColumnKey("#1", "a"),), 1)
    assert (transposed.row_count(0), transposed.column_count(0)) == (0, 0)


def test_ten_thousand_cases_cost_no_more_than_one() -> None:
    shape = grid_shape(GridLayout("columns", "rows", "rows", "rows"), [ColumnKey("#1", "a"), ColumnKey("#2", "b")], 3)
    assert (shape.row_count(10_000), shape.column_count(10_000)) == (6, 10_000)
    assert shape.cell(5, 9_999) == CellPlace(9_999, 1, 2)
    assert shape.place(CellPlace(9_999, 1, 2)) == (5, 9_999)


def test_versions_that_were_not_run_with_a_model_leave_a_gap() -> None:
    columns = [ColumnKey("#1", "mini"), ColumnKey("#2", "mini"), ColumnKey("#2", "large")]
    shape = grid_shape(GridLayout("split", "rows", "columns"), columns, 1, ShownParts(case=7))
    assert [[shape.cell(row, column) for column in range(2)] for row in range(2)] == [
        [CellPlace(7, 0, None), None],
        [CellPlace(7, 1, None), CellPlace(7, 2, None)],
    ]
    # "mini" stands for two columns of the run, whose figures are not those of the model.
    assert [shape.only_column_of(column) for column in range(2)] == [None, 2]
    assert [shape.only_column_of_row(row) for row in range(2)] == [0, None]


def test_columns_are_grouped_in_the_order_of_their_first_one() -> None:
    columns = [ColumnKey("#1", "mini"), ColumnKey("#2", "mini"), ColumnKey("#1", "large"), ColumnKey("#2", "large")]

    def order(by: ColumnOrder) -> list[int]:
        shape = grid_shape(GridLayout(order=by), columns, 1)
        return [cell.column for column in range(4) if (cell := shape.cell(0, column)) is not None]

    assert order("given") == order("model") == [0, 1, 2, 3]
    assert order("version") == [0, 2, 1, 3]


def test_columns_that_differ_in_parameters_alone_are_told_apart() -> None:
    one = ColumnKey("#1", "mini")
    assert unique_keys([one, one, ColumnKey("#2", "mini"), one]) == (
        one,
        ColumnKey("#1", "mini (2)"),
        ColumnKey("#2", "mini"),
        ColumnKey("#1", "mini (3)"),
    )


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("place", get_args(DimensionPlace))
def test_moving_a_dimension_never_leaves_a_side_empty(dimension: Dimension, place: DimensionPlace) -> None:
    for layout in LAYOUTS:
        if place == "cell" and dimension != "sample":
            with pytest.raises(ValueError, match="Only samples"):
                layout.moved(dimension, place)
            continue
        moved = layout.moved(dimension, place)
        assert moved.place(dimension) == place
        assert moved in LAYOUTS
        assert layout.moved(dimension, layout.place(dimension)) == layout
        assert moved.swapped().swapped() == moved


def test_moving_changes_sides_or_takes_what_can_be_spared() -> None:
    assert GridLayout().moved("case", "columns") == GridLayout("columns", "rows", "rows")
    assert GridLayout().moved("case", "split") == GridLayout("split", "rows", "columns")
    assert GridLayout().moved("model", "rows") == GridLayout("rows", "columns", "rows")
    lone = GridLayout("split", "rows", "columns")
    assert lone.moved("version", "split") == GridLayout("rows", "split", "columns")


def test_swapping_transposes_the_grid() -> None:
    layout = GridLayout("rows", "split", "columns", "rows")
    assert layout.swapped() == GridLayout("columns", "split", "rows", "columns")
    assert GridLayout().swapped() == GridLayout("columns", "rows", "rows")


@given(keys, st.sampled_from(LAYOUTS), st.integers(1, 3), st.integers(1, 4))
def test_stepping_shows_every_cell_once_and_ends_where_it_began(
    columns: tuple[ColumnKey, ...], layout: GridLayout, samples: int, cases: int
) -> None:
    first = shape = grid_shape(layout, columns, samples)
    seen: list[CellPlace] = []
    for _ in range(cases * len(columns) * samples):
        seen += shown_cells(shape, cases).values()
        after = shape.stepped(1, cases)
        assert after.stepped(-1, cases) == shape
        shape = after
        if shape == first:
            break
    every = product(range(cases), range(len(columns)), [None] if layout.sample == "cell" else range(samples))
    assert shape == first
    assert sorted(seen, key=str) == sorted((CellPlace(*one) for one in every), key=str)


def test_layouts_without_rows_or_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="Rows and columns"):
        GridLayout("rows", "rows", "rows", "rows")
    with pytest.raises(ValueError, match="Only samples"):
        GridLayout("cell", "rows", "columns")
