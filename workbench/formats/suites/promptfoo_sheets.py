"""Tests in a sheet of a workbook with promptfoo's columns.

Invariant: the columns mean what they mean in CSV. Texts are those that the sheet shows; where promptfoo takes another
text of a cell, the loss says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.core.checks.js_text import trim
from workbench.core.text import counted
from workbench.formats.suites.loading import ConfigLoader
from workbench.formats.suites.promptfoo_csv import read_row
from workbench.formats.suites.suite_format import SuiteFileError, SuiteSheet

SHEETS = (".xlsx", ".xls", ".ods")
_KINDS = {
    "date": "Dates of the sheet are texts such as 2026-01-31; promptfoo sends “Sat Jan 31 2026 00:00:00 GMT…”.",
    "truth": "Truth values of the sheet are TRUE and FALSE, as it shows them; promptfoo sends true and false.",
    "formatted": "Percentages and leading zeros of the sheet are as it shows them; promptfoo sends the bare numbers.",
    "rounded": "Numbers of the sheet have at most 15 digits, as it shows them; promptfoo sends all of them.",
}


def tests_of_sheet(path: str, name: str, where: str, loader: ConfigLoader) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the tests of a sheet, each with its place; `name` is that of the sheet or its number, "" for the first.

    Raises SuiteFileError.
    """
    sheet = loader.sheet(path, name, where)
    if sheet is None:
        lose_sheet(path, where, loader)
        return
    if path.lower().endswith(".ods"):
        loader.lose("differs", where, "promptfoo does not read .ods files. Save it as .xlsx for both.")
    for kind, sentence in _KINDS.items():
        if kind in sheet.kinds:
            loader.lose("differs", path, sentence)
    for number, row in _rows(sheet, path, where, loader):
        test = read_row(row, f"Row {number}", lambda sentence: loader.lose("differs", path, sentence))
        # promptfoo counts the rows below the names of the columns.
        yield f"{path}, row {number}", {"description": f"Row #{number - 1}", **test}


def lose_sheet(path: str, where: str, loader: ConfigLoader) -> None:
    """Note that a sheet is not read."""
    loader.lose("refused", where, f"The tests of {path[:80]} are left out. Save the sheet as CSV.")


def _rows(sheet: SuiteSheet, path: str, where: str, loader: ConfigLoader) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the rows below the header with their numbers in the sheet. Raises SuiteFileError."""
    what = f"{where}: the sheet “{sheet.name[:60]}” of {path[:200]}"
    header = [trim(cell) for cell in sheet.rows[0]] if sheet.rows else []
    if not any(header):
        raise SuiteFileError(f"{what} has no names of columns in its first row. Write them there.")
    empty = found = 0
    for number, cells in enumerate(sheet.rows[1:], start=2):
        texts = [trim(cell) for cell in cells]
        row = {column: texts[place] if place < len(texts) else "" for place, column in enumerate(header) if column}
        if any(row.values()):
            found += 1
            yield number, row
        else:
            empty += 1
    if not found:
        raise SuiteFileError(f"{what} has no rows below the names of its columns. Add one.")
    if empty:
        are = "is" if empty == 1 else "are"
        loader.lose("differs", path, f"{counted(empty, 'empty row')} {are} left out; promptfoo tests empty values.")
