"""Turn a list of objects into a table.

Invariant: nothing of an object is lost. An object with `vars` or `values` is a test of promptfoo or a case of ours,
whose keys have known roles; what has none is kept as JSON in the column "other keys". Any other object is a flat row,
whose keys are columns.

Lists of texts under `vars` make several cases, as in promptfoo: one for each combination.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from workbench.core.testing.case_table import (
    MOST_COLUMNS,
    MOST_NAME,
    CaseTable,
    Cell,
    ColumnRole,
    Notes,
    TableError,
    TableLimits,
    Watch,
)
from workbench.core.text import counted
from workbench.formats.cases.spelled_values import json_of, spelled

Column = tuple[ColumnRole | None, str]
_SURROGATE = re.compile("[\ud800-\udfff]")
_ROLES: Mapping[str, ColumnRole] = {
    "description": "name",
    "name": "name",
    "assert": "checks",
    "checks": "checks",
    "expectation": "expectation",
    "tags": "tags",
    "cluster": "cluster",
    "notes": "notes",
    "threshold": "threshold",
    "metadata": "metadata",
    "held_out": "held_out",
}
_JSON_ROLES = ("checks", "metadata")
_VALUES = ("vars", "values")


def table_of_objects(
    items: Iterable[tuple[int, Any]], unit: Literal["line", "item"], notes: Notes, watch: Watch
) -> CaseTable:
    """Return the table of numbered objects. Raises TableError and ReadingStoppedError."""
    limits = TableLimits(notes, watch)
    columns: dict[Column, int] = {}
    rows: list[dict[int, Cell]] = []
    numbers: list[int] = []
    left_out = 0
    for number, item in items:
        if not isinstance(item, Mapping):
            raise TableError(
                f"{unit.capitalize()} {number:,} is not an object with names and values. Correct it there."
            )
        is_full = False
        for cells in _rows_of(item):
            row: dict[int, Cell] = {}
            for column, text in cells:
                place = columns.get(column)
                if place is None:
                    if len(columns) == MOST_COLUMNS or len(column[1]) > MOST_NAME:
                        left_out += 1
                        continue
                    place = columns[column] = len(columns)
                if text is not None and not text.isascii() and _SURROGATE.search(text):
                    notes.add("half of a character was replaced by �.", number)
                    text = _SURROGATE.sub("�", text)
                row[place] = None if text is None else limits.cell(text, number)
            if is_full := not limits.takes(row.values()):
                break
            rows.append(row)
            numbers.append(number)
        if is_full:
            break
    if not rows:
        raise TableError("There are no cases. Write a list of objects, one for each case.")
    if left_out:
        notes.say(f"{counted(left_out, 'value')} beyond {MOST_COLUMNS} columns were left out.")
    if len(rows) > (tests := len(set(numbers))):
        notes.say(f"{counted(tests, 'test')} became {counted(len(rows), 'case')}: lists of values were multiplied.")
    width = len(columns)
    return CaseTable(
        tuple(name for _, name in columns),
        tuple(tuple(row.get(place) for place in range(width)) for row in rows),
        tuple(numbers),
        unit,
        roles=tuple(role for role, _ in columns) if any(role for role, _ in columns) else (),
        notes=notes.sentences(),
    )


def _rows_of(item: Mapping[str, Any]) -> Iterator[list[tuple[Column, Cell]]]:
    """Yield the cells of each case that an object is."""
    only = next(iter(item.values()), None)
    if len(item) == 1 and isinstance(only, Mapping) and "item" in item:
        item = only
    if not any(isinstance(item.get(key), Mapping) for key in _VALUES) and not isinstance(item.get("assert"), list):
        yield [((None, str(name)), spelled(value)) for name, value in item.items()]
        return
    fixed: list[tuple[Column, Cell]] = []
    rest: dict[str, Any] = {}
    for key, value in item.items():
        if value is None or key == "uid":
            continue
        if role := _ROLES.get(key):
            fixed.append(((role, key), json_of(value) if role in _JSON_ROLES else spelled(value)))
        elif key not in _VALUES:
            rest[str(key)] = value
        elif not isinstance(value, Mapping):
            rest["vars"] = value
    if rest:
        fixed.append((("rest", "other keys"), json_of(rest)))
    values = {**_map(item.get("values")), **_map(item.get("vars"))}
    options = _map(item.get("options"))
    lists = {
        name: value
        for name, value in _map(item.get("vars")).items()
        if _is_multiplied(value) and options.get("disableVarExpansion") is not True
    }
    for chosen in itertools.product(*lists.values()):
        now = {**values, **dict(zip(lists, chosen, strict=True))}
        yield [*((("variable", str(name)), spelled(value)) for name, value in now.items()), *fixed]


def _is_multiplied(value: object) -> bool:
    return isinstance(value, list) and bool(value) and type(value[0]) is str


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
