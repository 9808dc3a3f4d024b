"""The mapping between places of the displayed grid and the cells of a test run.

Invariant: the mapping is linear arithmetic over the cases in the order of the query, whatever the layout: nothing here
depends on how many cases there are, or which of them are in memory. Every cell that the split leaves has exactly one
place; a place without a cell stands for a version that was not run with a model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from workbench.core.testing.grid_layout import Dimension, DimensionPlace, GridLayout


class ColumnKey(NamedTuple):
    """The version and the model of a column of the run, by the names that people see; unique within the run."""

    version: str
    model: str


class CellPlace(NamedTuple):
    """A cell: the case by its position in the order of the query, the column of the run, and the sample.

    `sample` is None where all samples share the cell.
    """

    case: int
    column: int
    sample: int | None


class LineKey(NamedTuple):
    """What a line of an axis stands for apart from the case; None for what it does not say."""

    version: str | None
    model: str | None
    sample: int | None


@dataclass(frozen=True, slots=True)
class ShownParts:
    """The shown value of each split; one that is not there stands for the first. `case` counts from 0."""

    case: int = 0
    version: str = ""
    model: str = ""
    sample: int = 0


@dataclass(frozen=True, slots=True)
class GridAxis:
    """The rows or the columns: a block of `lines` for each case, or a single block if cases are elsewhere."""

    has_cases: bool
    keys: tuple[tuple[str | None, str | None], ...]
    """Version and model of each key, None for one that is not on this axis."""
    samples: int | None
    """Samples of a key, None if samples are not on this axis."""

    @property
    def lines(self) -> int:
        """The number of lines of a block."""
        return len(self.keys) * (self.samples or 1)

    def length(self, cases: int) -> int:
        """Return the number of lines for so many cases."""
        return self.lines * (cases if self.has_cases else 1)

    def split(self, position: int) -> tuple[int, int, int]:
        """Return the case, the key and the sample of a line; 0 for what is not on this axis."""
        case, line = divmod(position, self.lines)
        key, sample = divmod(line, self.samples or 1)
        return case, key, sample

    def position(self, case: int, key: int, sample: int) -> int:
        """Return the line of a case, a key and a sample."""
        line = key * (self.samples or 1) + (sample if self.samples is not None else 0)
        return line + (self.lines * case if self.has_cases else 0)


@dataclass(frozen=True, slots=True)
class GridShape:
    """A layout applied to the columns and samples of a run. Made by `grid_shape`."""

    layout: GridLayout
    columns_of_run: tuple[ColumnKey, ...]
    samples: int
    shown: ShownParts
    rows: GridAxis
    columns: GridAxis
    table: tuple[tuple[int | None, ...], ...]
    """The column of the run by the key of the row and the key of the column, None where it does not exist."""
    places: tuple[tuple[int, int] | None, ...] = field(repr=False)
    """The keys of row and column by the column of the run, None for one that the split hides."""

    @property
    def by_sample(self) -> bool:
        """Whether every sample has a cell of its own, so that the rows of the store must be those of samples."""
        return self.layout.sample in ("rows", "columns")

    @property
    def only_sample(self) -> int | None:
        """The only sample that is shown, None for all."""
        return self.shown.sample if self.layout.sample == "split" else None

    @property
    def rows_per_case(self) -> int:
        """The number of rows that the store gives for a case."""
        return self.samples if self.by_sample else 1

    def stored_row(self, case: int, sample: int | None) -> int:
        """Return the row of the store that has the cells of a case, or of one of its samples."""
        return case * self.rows_per_case + (sample or 0 if self.by_sample else 0)

    def row_count(self, cases: int) -> int:
        """Return the number of displayed rows for so many cases."""
        return self.rows.length(cases) if cases and self.columns_of_run else 0

    def column_count(self, cases: int) -> int:
        """Return the number of displayed columns for so many cases."""
        return self.columns.length(cases) if self.columns_of_run else 0

    def case_at(self, row: int, column: int) -> int:
        """Return the case of a place, by its position in the order of the query."""
        if self.layout.case == "rows":
            return row // self.rows.lines
        return column // self.columns.lines if self.layout.case == "columns" else self.shown.case

    def cell(self, row: int, column: int) -> CellPlace | None:
        """Return the cell of a place; None for a version that was not run with a model."""
        _, row_key, row_sample = self.rows.split(row)
        _, column_key, column_sample = self.columns.split(column)
        found = self.table[row_key][column_key]
        if found is None:
            return None
        sample = {"rows": row_sample, "columns": column_sample, "split": self.shown.sample, "cell": None}
        return CellPlace(self.case_at(row, column), found, sample[self.layout.sample])

    def place(self, cell: CellPlace) -> tuple[int, int] | None:
        """Return row and column of a cell; None for one that the split hides.

        Without a sample it is the place of the first one.
        """
        keys = self.places[cell.column] if 0 <= cell.column < len(self.places) else None
        if keys is None or (self.layout.case == "split" and cell.case != self.shown.case):
            return None
        if self.layout.sample == "split" and cell.sample not in (None, self.shown.sample):
            return None
        sample = cell.sample or 0
        return self.rows.position(cell.case, keys[0], sample), self.columns.position(cell.case, keys[1], sample)

    @property
    def shown_columns(self) -> tuple[int, ...]:
        """The columns of the run that the split leaves, in the order in which they are displayed."""
        found = dict.fromkeys(one for line in self.table for one in line if one is not None)
        return tuple(found)

    # A block: all displayed cells of one case, row by row.

    @property
    def block_size(self) -> int:
        """The number of places of a case."""
        return self.rows.lines * self.columns.lines

    def in_block(self, row: int, column: int) -> tuple[int, int]:
        """Return the case of a place, and the number of the place among those of the case."""
        line = row % self.rows.lines * self.columns.lines + column % self.columns.lines
        return self.case_at(row, column), line

    def of_block(self, case: int, number: int) -> tuple[int, int]:
        """Return the place of a case that `in_block` numbers."""
        row, column = divmod(number, self.columns.lines)
        return (
            row + (case * self.rows.lines if self.rows.has_cases else 0),
            column + (case * self.columns.lines if self.columns.has_cases else 0),
        )

    # What lines stand for.

    def row_key(self, row: int) -> LineKey:
        """Return what a row stands for apart from its case."""
        return _key(self.rows, row)

    def column_key(self, column: int) -> LineKey:
        """Return what a displayed column stands for apart from its case."""
        return _key(self.columns, column)

    def only_column_of_row(self, row: int) -> int | None:
        """Return the column of the run that a row stands for with all cases and samples, None if there is no such."""
        return self._only(self.rows, [self.table[self.rows.split(row)[1]]])

    def only_column_of(self, column: int) -> int | None:
        """Return the column of the run that a displayed column stands for, None if there is no such."""
        key = self.columns.split(column)[1]
        return self._only(self.columns, [(line[key],) for line in self.table])

    def _only(self, axis: GridAxis, lines: Sequence[Sequence[int | None]]) -> int | None:
        if axis.has_cases or axis.samples is not None:
            return None
        found = {one for line in lines for one in line if one is not None}
        return found.pop() if len(found) == 1 else None

    # Splits.

    def parts(self, dimension: Dimension) -> tuple[str, ...]:
        """Return the values of a split by version, model or sample, () if it is none of these."""
        if self.layout.place(dimension) != "split" or dimension == "case":
            return ()
        if dimension == "sample":
            return tuple(str(number + 1) for number in range(self.samples))
        return tuple(dict.fromkeys(getattr(one, dimension) for one in _offered(self, dimension)))

    def part(self, dimension: Dimension) -> int:
        """Return the position of the shown value of a split among its values; that of a case by the query."""
        if dimension == "case":
            return self.shown.case
        if dimension == "sample":
            return self.shown.sample
        return self.parts(dimension).index(getattr(self.shown, dimension))

    def showing(self, dimension: Dimension, part: int) -> GridShape:
        """Return the shape with another value of a split."""
        if dimension == "version":
            shown = replace(self.shown, version=self.parts("version")[part])
        elif dimension == "model":
            shown = replace(self.shown, model=self.parts("model")[part])
        elif dimension == "sample":
            shown = replace(self.shown, sample=part)
        else:
            shown = replace(self.shown, case=part)
        return grid_shape(self.layout, self.columns_of_run, self.samples, shown)

    def stepped(self, step: int, cases: int) -> GridShape:
        """Return the shape with the next value of the splits (`step` 1) or the previous one (-1), of so many cases.

        Of several splits the last one changes first, and behind the last value comes the first one again.
        """
        shape, begun_again = self, list[Dimension]()
        for dimension in reversed(self.layout.on("split")):
            part = shape.part(dimension) + step
            if 0 <= part < shape._count(dimension, cases):
                shape = shape.showing(dimension, part)
                break
            begun_again.insert(0, dimension)
        for dimension in begun_again:
            shape = shape.showing(dimension, 0 if step > 0 else shape._count(dimension, cases) - 1)
        return shape

    def _count(self, dimension: Dimension, cases: int) -> int:
        return max(1, cases) if dimension == "case" else len(self.parts(dimension))

    def showing_cell(self, cell: CellPlace) -> GridShape:
        """Return the shape with the values of the splits that a cell has, so that it is shown."""
        if not 0 <= cell.column < len(self.columns_of_run):
            return self
        key, sample = self.columns_of_run[cell.column], self.shown.sample if cell.sample is None else cell.sample
        shown = ShownParts(cell.case, key.version, key.model, sample)
        return grid_shape(self.layout, self.columns_of_run, self.samples, shown)


def grid_shape(
    layout: GridLayout, columns: Sequence[ColumnKey], samples: int, shown: ShownParts | None = None
) -> GridShape:
    """Apply a layout to the columns of a run. `shown` says which values of splits are shown."""
    shown = _there(layout, columns, samples, shown or ShownParts())
    left = [
        place
        for place, one in enumerate(columns)
        if (layout.version != "split" or one.version == shown.version)
        and (layout.model != "split" or one.model == shown.model)
    ]
    if layout.has_groups and layout.order != "given":
        groups = list(dict.fromkeys(getattr(one, layout.order) for one in columns))
        left.sort(key=lambda place: groups.index(getattr(columns[place], layout.order)))
    rows, columns_ = (_axis(layout, place, [columns[one] for one in left], samples) for place in _SIDES)
    numbers = [{key: number for number, key in enumerate(axis.keys)} for axis in (rows, columns_)]
    table: list[list[int | None]] = [[None] * len(columns_.keys) for _ in rows.keys]
    places: list[tuple[int, int] | None] = [None] * len(columns)
    for place in left:
        row, column = (
            known[_projected(layout, side, columns[place])] for known, side in zip(numbers, _SIDES, strict=True)
        )
        table[row][column], places[place] = place, (row, column)
    return GridShape(layout, tuple(columns), samples, shown, rows, columns_, tuple(map(tuple, table)), tuple(places))


def unique_keys(keys: Sequence[ColumnKey]) -> tuple[ColumnKey, ...]:
    """Return keys of which no two are alike: columns that differ in parameters alone get numbered models."""
    found: dict[ColumnKey, None] = {}
    for key in keys:
        one, number = key, 1
        while one in found:
            number += 1
            one = key._replace(model=f"{key.model} ({number})")
        found[one] = None
    return tuple(found)


_SIDES: tuple[DimensionPlace, DimensionPlace] = ("rows", "columns")


def _axis(layout: GridLayout, side: DimensionPlace, columns: Sequence[ColumnKey], samples: int) -> GridAxis:
    # A side with samples or cases alone has one key, even before there are columns.
    keys = dict.fromkeys(_projected(layout, side, one) for one in columns) or {(None, None): None}
    return GridAxis(layout.case == side, tuple(keys), samples if layout.sample == side else None)


def _projected(layout: GridLayout, side: DimensionPlace, key: ColumnKey) -> tuple[str | None, str | None]:
    return key.version if layout.version == side else None, key.model if layout.model == side else None


def _there(layout: GridLayout, columns: Sequence[ColumnKey], samples: int, shown: ShownParts) -> ShownParts:
    """Return values of the splits that exist, so that at least one column is shown."""
    version, model = shown.version, shown.model
    if layout.version == "split" and columns:
        version = version if any(one.version == version for one in columns) else columns[0].version
    offered = [one.model for one in columns if layout.version != "split" or one.version == version]
    if layout.model == "split" and offered:
        model = model if model in offered else offered[0]
    return ShownParts(max(0, shown.case), version, model, shown.sample if 0 <= shown.sample < samples else 0)


def _offered(shape: GridShape, dimension: Dimension) -> Iterator[ColumnKey]:
    """Yield the columns among which a split chooses: models are those of the shown version, if that is split, too."""
    for one in shape.columns_of_run:
        if dimension == "version" or shape.layout.version != "split" or one.version == shape.shown.version:
            yield one


def _key(axis: GridAxis, position: int) -> LineKey:
    _, key, sample = axis.split(position)
    return LineKey(*axis.keys[key], None if axis.samples is None else sample)
