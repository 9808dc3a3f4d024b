"""Rows of the grid as Markdown, CSV and HTML, to be pasted elsewhere.

Invariant: as in the reports, no text of a model or a person becomes markup or a formula.
"""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.core.testing.grid import CellStatus, GridCell, GridRow
from workbench.core.visible_text import visible
from workbench.formats.exports.csv_rows import cell_text
from workbench.formats.test_reports.markdown import code, text

_MOST_TEXT = 300
_WORDS: dict[CellStatus, str] = {
    "open": "not asked",
    "running": "running",
    "pass": "pass",
    "fail": "fail",
    "unscored": "unscored",
    "no_answer": "no answer",
    "unchecked": "not checked",
}


@dataclass(frozen=True, slots=True)
class GridCopy:
    """A table of texts. `head` and every row have the same length; the first column is the name of the case."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """Return a table of GitHub's Markdown."""
        first, *titles = self.head
        lines = [
            "| " + " | ".join((text(first), *(code(title, 80, in_table=True) for title in titles))),
            "| " + " | ".join("---" for _ in self.head),
        ]
        for row in self.rows:
            cells = (code(one, _MOST_TEXT, in_table=True) if one else "" for one in row)
            lines.append("| " + " | ".join(cells))
        return "".join(f"{line} |\n" for line in lines)

    def csv(self) -> str:
        """Return CSV with CRLF line ends."""
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerows([cell_text(one) for one in row] for row in (self.head, *self.rows))
        return buffer.getvalue()

    def html(self) -> str:
        """Return a table for the clipboard."""
        head = "".join(f"<th>{_escaped(one)}</th>" for one in self.head)
        rows = ("".join(f"<td>{_escaped(one)}</td>" for one in row) for row in self.rows)
        return f"<table><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def grid_copy(columns: Sequence[str], rows: Iterable[GridRow], *, with_answers: bool = True) -> GridCopy:
    """Return rows of the grid with the titles of its columns: results, and the beginnings of the answers if wanted."""
    made = tuple(
        (row.name or f"Case {row.position + 1}", *(_cell(cell, with_answers) for cell in row.cells)) for row in rows
    )
    return GridCopy(("Case", *columns), made)


def _cell(cell: GridCell, with_answers: bool) -> str:
    result = _WORDS[cell.status]
    if cell.scored > 1:
        result = f"{result} ({cell.passed} of {cell.scored})"
    return f"{result}: {cell.text}" if with_answers and cell.text else result


def _escaped(value: str) -> str:
    return html.escape(visible(value)).replace("\n", "<br>")
