"""Split text into rows of cells: CSV (RFC 4180) and tab-separated rows as spreadsheets copy them.

Invariant: the time is linear in the length of the text. A cell is quoted only if its closing quote ends it; any other
cell is taken as written, because spreadsheets copy a cell that begins with a quote without quoting it again.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from itertools import islice

from workbench.core.testing.case_table import Notes, TableError

_SAMPLE_ROWS = 20
_SAMPLE_CHARACTERS = 100_000
_QUOTED = re.compile(r'"((?:[^"]++|"")*+)"')
_NOT_QUOTED = "a quoted cell is followed by text; it was read as written."
_NEVER_CLOSED = "Row {:,} has a quote that is never closed. Close it, or double quotes inside of cells."


def separated_rows(text: str, delimiter: str, notes: Notes) -> Iterator[tuple[int, list[str]]]:
    """Yield numbered rows, from 1. Raises TableError for a quote that is never closed, except in tab-separated text."""
    plain = _plain(delimiter)
    place, number, end = 0, 1, len(text)
    row: list[str] = []
    is_strict = delimiter != "\t"
    while place < end:
        if not row:
            # Most lines have no quotes, and are split ten times faster.
            line_end = text.find("\n", place)
            line = text[place:] if line_end < 0 else text[place:line_end].removesuffix("\r")
            if '"' not in line:
                yield number, line.split(delimiter)
                place, number = end if line_end < 0 else line_end + 1, number + 1
                continue
        cell = None
        if text[place] == '"' and (quoted := _QUOTED.match(text, place)) is not None:
            after = text[quoted.end() : quoted.end() + 1]
            if after in ("", delimiter, "\n") or text.startswith("\r\n", quoted.end()):
                cell, place = quoted[1].replace('""', '"'), quoted.end()
            elif is_strict:
                notes.add(_NOT_QUOTED, number)
        elif text[place] == '"' and is_strict:
            raise TableError(_NEVER_CLOSED.format(number))
        if cell is None:
            # The pattern matches the empty text, too.
            found = plain.match(text, place)
            cell = found[0] if found else ""
            place += len(cell)
        row.append(cell)
        if text.startswith(delimiter, place):
            place += 1
            if place < end:
                continue
            row.append("")
        elif text.startswith("\r\n", place):
            place += 2
        else:
            place += 1
        yield number, row
        row, number = [], number + 1


def delimiter_of(text: str) -> str:
    """Return the delimiter of a table: a tab, a comma or a semicolon.

    It is the one that splits the first rows into the most columns, of which every row has the same number.
    """
    sample = text[:_SAMPLE_CHARACTERS]
    return max(("\t", ",", ";"), key=lambda delimiter: _fit(sample, delimiter))


def _fit(sample: str, delimiter: str) -> tuple[bool, float, int]:
    rows: list[int] = []
    try:
        for _, row in islice(separated_rows(sample, delimiter, Notes("row")), _SAMPLE_ROWS):
            if any(cell.strip() for cell in row):
                rows.append(len(row))
    except TableError:
        # The sample may end within a cell.
        if not rows:
            return False, 0.0, 0
    if not rows:
        return False, 0.0, 0
    alike = sum(count == rows[0] for count in rows) / len(rows)
    return rows[0] > 1, alike, rows[0]


@functools.cache
def _plain(delimiter: str) -> re.Pattern[str]:
    """Return the pattern of a cell without quotes; a lone CR is part of it."""
    return re.compile(rf"(?:[^{delimiter}\r\n]++|\r(?!\n))*+")
