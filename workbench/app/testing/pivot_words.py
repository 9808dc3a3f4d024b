"""Texts of the displayed grid: labels of rows, heads and groups of columns.

Invariant: figures of a column of the run stand only where a row or a displayed column has all of its cells and no
others; everywhere else a label says what its cells have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.app.testing.grid_model import case_title, tag_words
from workbench.app.testing.words import ColumnHead
from workbench.core.testing.grid import GridRow
from workbench.core.testing.grid_layout import Dimension
from workbench.core.testing.grid_shape import GridShape, LineKey
from workbench.core.visible_text import visible_name

DIMENSION_TITLES: dict[Dimension, str] = {"case": "Case", "version": "Version", "model": "Model", "sample": "Sample"}
WAITING = "…"
"""What stands in place of a case that is being read."""


class PivotWords:
    """The texts of one shape; `heads` are those of the columns of the run."""

    def __init__(self, shape: GridShape, heads: Sequence[ColumnHead]) -> None:
        self.shape, self._heads = shape, heads
        self._is_one_version = len({key.version for key in shape.columns_of_run}) < 2
        self.has_figures = any(shape.only_column_of(column) is not None for column in range(shape.columns.lines))
        """Whether a displayed column stands for a column of the run."""
        self.has_rates = any(shape.only_column_of_row(row) is not None for row in range(shape.rows.lines))
        """Whether a row stands for a column of the run, so that its rate stands beside its label."""

    @property
    def plain_lines(self) -> int | None:
        """The lines of text of each head, None if heads have figures: the case, and which of its cells they are."""
        if self.has_figures or not self.shape.columns_of_run:
            return None
        return 2 if self.shape.layout.case == "columns" and self.shape.columns.lines > 1 else 1

    # Rows.

    @property
    def corner(self) -> str:
        """Return what rows are: "Case", "Sample · case" or "Version · model"."""
        on_rows = self.shape.layout.on("rows")
        order: tuple[Dimension, ...] = ("sample", "version", "model", "case")
        words = " · ".join(DIMENSION_TITLES[one] for one in order if one in on_rows)
        return words.capitalize()

    @property
    def corner_note(self) -> str:
        """Return the heading of `note`."""
        return "Tag" if self.shape.layout.case == "rows" else "Pass rate" if self.has_rates else ""

    def label(self, row: int, of_case: GridRow | None) -> str:
        """Return the label of a row; `of_case` is the stored row of its case, None while it is read."""
        return self._label(self.shape.row_key(row), of_case, has_case=self.shape.layout.case == "rows")

    def note(self, row: int, of_case: GridRow | None) -> str:
        """Return what stands behind a label: the tags of a case, or the pass rate of a row."""
        if self.shape.layout.case == "rows":
            return "" if of_case is None else tag_words(of_case)
        head = self._head_of(self.shape.only_column_of_row(row))
        return "" if head is None else head.rate_words.partition(" (")[0]

    def row_tip(self, row: int) -> str:
        """Return everything about a row that stands for a column of the run, "" for others."""
        head = self._head_of(self.shape.only_column_of_row(row))
        return "" if head is None else head.words

    # Columns.

    def head(self, column: int, of_case: GridRow | None = None, *, whole: bool = False) -> ColumnHead:
        """Return the head of a displayed column; `of_case` is the stored row of its case if it has one.

        Its title leaves out what the heading of its group says, unless it is wanted `whole`.
        """
        group = "" if whole else self.group(column)
        if (head := self._head_of(self.shape.only_column_of(column))) is not None:
            return replace(head, title=title_within(head.title, group))
        key = self.shape.column_key(column)
        if self.shape.layout.case == "columns":
            return ColumnHead(WAITING if of_case is None else case_title(of_case), self._label(key, None))
        title = self._label(key, None) or "Answer"
        return ColumnHead(title_within(title, group))

    def group(self, column: int) -> str:
        """Return the heading of the group of a displayed column, "" without groups."""
        layout = self.shape.layout
        if not layout.has_groups or layout.version != "columns" or layout.order == "given":
            return ""
        key = self.shape.column_key(column)
        return visible_name((key.version if layout.order == "version" else key.model) or "")

    def _head_of(self, column: int | None) -> ColumnHead | None:
        return self._heads[column] if column is not None and column < len(self._heads) else None

    def _label(self, key: LineKey, of_case: GridRow | None, *, has_case: bool = False) -> str:
        version = None if self._is_one_version and key.model is not None else key.version
        parts = [visible_name(part) for part in (version, key.model) if part is not None]
        if key.sample is not None:
            # First, so that it is seen in a narrow column.
            parts.insert(0, f"{key.sample + 1}" if has_case or parts else f"Sample {key.sample + 1}")
        if has_case:
            parts.append(WAITING if of_case is None else case_title(of_case))
        return " · ".join(parts)


def title_within(title: str, group: str) -> str:
    """Return the title of a column without the part that is the heading of its group."""
    rest = [part for part in title.split(" · ") if part != group]
    return " · ".join(rest) or title
