"""How the grid is arranged: what is a row, how columns are grouped, and what it is split by.

Invariant: an arrangement changes which cells stand where, never what they say: statistics, filters and counts are those
of the whole run. Columns keep their positions of the run; `order` says which are shown, from left to right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workbench.core.testing.grid import SuiteColumn

RowKind = Literal["case", "sample"]
"""sample: a row for each sample of a case."""
ColumnGroups = Literal["order", "version", "model"]
"""order: as they were set up."""
SplitKind = Literal["", "version", "model", "sample"]
ROW_TITLES: dict[RowKind, str] = {"case": "cases", "sample": "cases × samples"}
COLUMN_TITLES: dict[ColumnGroups, str] = {
    "order": "version × model",
    "version": "models by version",
    "model": "versions by model",
}
SPLIT_TITLES: dict[SplitKind, str] = {"": "none", "version": "version", "model": "model", "sample": "sample"}


@dataclass(frozen=True, slots=True)
class Arrangement:
    """`part` is the shown part of a split, such as "#14" or "2"; one that is not there stands for the first."""

    rows: RowKind = "case"
    columns: ColumnGroups = "order"
    split: SplitKind = ""
    part: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is the one that the grid begins with."""
        return self == Arrangement()

    def parts(self, columns: Sequence[SuiteColumn], samples: int) -> tuple[str, ...]:
        """Return the parts of the split in order, () without one."""
        if self.split == "sample":
            return tuple(str(number) for number in range(1, samples + 1))
        if not self.split:
            return ()
        return tuple(dict.fromkeys(_group(self.split, column) for column in columns))

    def shown_part(self, columns: Sequence[SuiteColumn], samples: int) -> str:
        """Return the shown part, "" without a split."""
        parts = self.parts(columns, samples)
        return self.part if self.part in parts else parts[0] if parts else ""

    def stepped(self, columns: Sequence[SuiteColumn], samples: int, step: int) -> Arrangement:
        """Return the arrangement with the next part of the split, or the previous one for a `step` of -1."""
        parts = self.parts(columns, samples)
        if not parts:
            return self
        at = parts.index(self.shown_part(columns, samples))
        return replace(self, part=parts[(at + step) % len(parts)])

    def sample(self, columns: Sequence[SuiteColumn], samples: int) -> int | None:
        """Return the only sample that is shown, from 0; None for all."""
        return int(self.shown_part(columns, samples)) - 1 if self.split == "sample" else None

    def order(self, columns: Sequence[SuiteColumn], samples: int = 1) -> tuple[int, ...]:
        """Return the positions of the shown columns from left to right."""
        places = list(range(len(columns)))
        if self.split in ("version", "model"):
            part = self.shown_part(columns, samples)
            places = [place for place in places if _group(self.split, columns[place]) == part]
        if self.columns != "order":
            groups = list(dict.fromkeys(_group(self.columns, column) for column in columns))
            places.sort(key=lambda place: groups.index(_group(self.columns, columns[place])))
        return tuple(places)

    def shown(self, columns: Sequence[SuiteColumn]) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Return `order` and `groups`."""
        return self.order(columns), self.groups(columns)

    def groups(self, columns: Sequence[SuiteColumn]) -> tuple[str, ...]:
        """Return the heading of the group of each column by position, () without groups."""
        if self.columns == "order":
            return ()
        return tuple(_group(self.columns, column) for column in columns)


def _group(kind: str, column: SuiteColumn) -> str:
    return (column.version_name if kind == "version" else column.lane.title) or "–"


def title_within(title: str, group: str) -> str:
    """Return what is left of the title of a column below the heading of its group."""
    rest = [part for part in title.split(" · ") if part != group]
    return " · ".join(rest) or title
