"""Read value sets from the rows of a spreadsheet.

Invariant: the first row names the variables. Cells are unchanged, except that CRLF becomes LF, and skipped cells are
reported with their row.

Rows are tab-separated, as spreadsheets copy them, or CSV (RFC 4180, also with semicolons). A first column called "name"
gives the sets their names.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.core.testing.case_table import Notes, TableError
from workbench.core.text import plural, unify_newlines
from workbench.formats.separated_rows import delimiter_of, separated_rows

Values = tuple[tuple[str, str], ...]
MOST = 500
"""Most rows read from one paste; longer tables are imported as cases."""
_NAME = "name"
_MOST_LISTED = 4


@dataclass(frozen=True, slots=True)
class ValueRows:
    """Sets in order, each with its name ("" for none) and values; the variables' names; what was left out."""

    sets: tuple[tuple[str, Values], ...]
    names: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def read_value_rows(text: str, variables: Iterable[str] = ()) -> ValueRows:
    """Return the sets in `text`. If there are none, `left_out` says why.

    If the prompt has a variable called "name", a first column "name" holds its values, not the names of the sets.
    """
    if not text.strip():
        return ValueRows((), (), ("There is no text. Copy rows with the names of the variables in the first one.",))
    rows, left_out = _rows(text)
    if not rows:
        return ValueRows((), (), (*left_out, "There are no rows."))
    header = [cell.strip() for cell in rows[0][1]]
    named = header[0].lower() == _NAME and header[0] not in set(variables) and len(header) > 1
    columns = [(at, name) for at, name in enumerate(header) if name and not (named and at == 0)]
    names = tuple(name for _, name in columns)
    if len(set(names)) < len(names):
        return ValueRows((), names, ("Two columns have the same name. Rename one of them, then paste again.",))
    if not columns:
        return ValueRows((), (), ("The first row names no variable. Write the names of the variables into it.",))
    sets = []
    for number, row in rows[1:]:
        values = tuple((name, unify_newlines(row[at])) for at, name in columns if at < len(row))
        if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
            left_out.append(f"Row {number} has more cells than the first row; they were left out.")
        sets.append((" ".join(row[0].split()) if named else "", values))
    if not sets:
        left_out.append("There are no rows below the names of the variables.")
    if len(sets) > MOST:
        left_out.append(f"{len(sets) - MOST:,} more rows were left out; the limit is {MOST} at a time.")
    return ValueRows(tuple(sets[:MOST]), names, tuple(left_out))


def taken(rows: ValueRows, variables: Iterable[str]) -> str:
    """Return sentences about what was read: "4 cases with values for question and language. …"."""
    known, used = set(variables), list(rows.names)
    count = len(rows.sets)
    parts = [f"{count} {plural(count, 'case')} with values for {listed(used)}."]
    if unknown := [name for name in used if name not in known]:
        verb = "is" if len(unknown) == 1 else "are"
        parts.append(f"{listed(unknown)} {verb} not used by the messages.")
    if lacking := [name for name in variables if name not in used]:
        parts.append(f"There is no column for {listed(lacking)}; every case keeps the current value.")
    return " ".join((*parts, *rows.left_out))


def listed(names: Sequence[str]) -> str:
    """Return names as a phrase: "a", "a and b", "a, b and 3 more"."""
    shown = list(names[:_MOST_LISTED])
    if len(names) > _MOST_LISTED:
        shown.append(f"{len(names) - _MOST_LISTED:,} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _rows(text: str) -> tuple[list[tuple[int, list[str]]], list[str]]:
    found: list[tuple[int, list[str]]] = []
    notes = Notes("row")
    try:
        for number, row in separated_rows(text, delimiter_of(text), notes):
            if any(cell.strip() for cell in row):
                found.append((number, row))
    except TableError as error:
        return found, [*notes.sentences(), str(error)]
    return found, list(notes.sentences())
