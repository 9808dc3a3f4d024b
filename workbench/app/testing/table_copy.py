"""Rows of the grid as text for the clipboard: Markdown, CSV and HTML.

Invariant: texts of cases and answers are data: they cannot end a cell, add markup, or become a formula in a
spreadsheet. Cells have the shortened texts of the grid.
"""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Callable, Iterable
from typing import Literal

from workbench.app.testing.cell_words import STATUS_SIGNS, cell_words
from workbench.app.testing.pivot_words import PivotWords
from workbench.app.testing.words import ColumnHead
from workbench.core.testing.grid import GridRow
from workbench.core.testing.grid_shape import CellPlace, GridShape

TableFormat = Literal["markdown", "csv", "html"]
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\|`*_<>[]#"})


def table_text(
    kind: TableFormat,
    words: PivotWords,
    stored: Callable[[int], GridRow | None],
    rows: Iterable[int],
    cases: int,
    *,
    results: bool,
) -> str:
    """Return displayed rows of the grid with their titles as a table; `results` as in the grid.

    `words` are those of the shape, `cases` is the number of cases, and `stored` returns a stored row by its number.
    """
    shape, columns = words.shape, range(words.shape.column_count(cases))
    titles = [words.corner, words.corner_note]
    for column in columns:
        has_case = shape.layout.case == "columns"
        of_case = stored(shape.stored_row(shape.case_at(0, column), None)) if has_case else None
        titles.append(_title(words.head(column, of_case, whole=True)))
    lines = []
    for row in rows:
        has_case = shape.layout.case == "rows"
        of_case = stored(shape.stored_row(shape.case_at(row, 0), None)) if has_case else None
        cells = [_cell(shape.cell(row, column), shape, stored, results=results) for column in columns]
        lines.append([words.label(row, of_case), words.note(row, of_case), *cells])
    if not words.corner_note:
        titles, lines = titles[:1] + titles[2:], [line[:1] + line[2:] for line in lines]
    if kind == "csv":
        return _csv([titles, *lines])
    return _html(titles, lines) if kind == "html" else _markdown(titles, lines)


def _title(head: ColumnHead) -> str:
    return " · ".join(filter(None, (head.title, head.verdict, head.rate_words, head.judged)))


def _cell(place: CellPlace | None, shape: GridShape, stored: Callable[[int], GridRow | None], *, results: bool) -> str:
    row = None if place is None else stored(shape.stored_row(place.case, place.sample))
    if place is None or row is None or place.column >= len(row.cells):
        return ""
    cell = row.cells[place.column]
    return f"{STATUS_SIGNS[cell.status]} {cell_words(cell, results=results)}".strip()


def _markdown(titles: list[str], lines: list[list[str]]) -> str:
    def line(cells: list[str]) -> str:
        return f"| {' | '.join(' '.join(cell.split()).translate(_SPECIAL) for cell in cells)} |"

    return "\n".join([line(titles), f"|{' --- |' * len(titles)}", *map(line, lines)]) + "\n"


def _csv(lines: list[list[str]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in line] for line in lines)
    return buffer.getvalue()


def _html(titles: list[str], lines: list[list[str]]) -> str:
    def line(tag: str, cells: list[str]) -> str:
        return f"<tr>{''.join(f'<{tag}>{html.escape(cell)}</{tag}>' for cell in cells)}</tr>"

    body = "\n".join(line("td", cells) for cells in lines)
    return f"<table>\n{line('th', titles)}\n{body}\n</table>\n"
