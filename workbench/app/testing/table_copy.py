"""Rows of the grid as text for the clipboard: Markdown, CSV and HTML.

Invariant: texts of cases and answers are data: they cannot end a cell, add markup, or become a formula in a
spreadsheet. Cells have the shortened texts of the grid.
"""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence
from typing import Literal

from workbench.app.testing.cell_words import STATUS_SIGNS, cell_words
from workbench.app.testing.grid_model import case_title, tag_words
from workbench.app.testing.words import ColumnHead
from workbench.core.testing.grid import GridRow

TableFormat = Literal["markdown", "csv", "html"]
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\|`*_<>[]#"})


def table_text(kind: TableFormat, heads: Sequence[ColumnHead], rows: Sequence[GridRow], *, results: bool) -> str:
    """Return the rows as a table with a line of titles; `results` as in the grid."""
    titles = ["Case", "Tag", *(_title(head) for head in heads)]
    lines = [_cells(row, len(heads), results=results) for row in rows]
    if kind == "csv":
        return _csv([titles, *lines])
    return _html(titles, lines) if kind == "html" else _markdown(titles, lines)


def _title(head: ColumnHead) -> str:
    return " · ".join(filter(None, (head.title, head.verdict, head.rate_words, head.judged)))


def _cells(row: GridRow, columns: int, *, results: bool) -> list[str]:
    texts = [case_title(row), tag_words(row)]
    for number in range(columns):
        cell = row.cells[number] if number < len(row.cells) else None
        words = "" if cell is None else cell_words(cell, results=results)
        texts.append("" if cell is None else f"{STATUS_SIGNS[cell.status]} {words}".strip())
    return texts


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
