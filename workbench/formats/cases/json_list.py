"""JSON: a list of objects, or an object with such a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.core.testing.case_table import CaseTable, Notes, TableError, Watch
from workbench.formats.cases.encoded_text import decoded
from workbench.formats.cases.format import CaseFile, CaseFormat
from workbench.formats.cases.json_lines import table_of_lines
from workbench.formats.cases.object_rows import table_of_objects
from workbench.formats.cases.spelled_values import load_json

LIMIT = 32 * 2**20
_LISTS = ("tests", "cases", "testData", "data", "rows")


def read(file: CaseFile, watch: Watch) -> CaseTable:
    """Return the table of a file."""
    return table_of_json(decoded(file.body()), watch)


def table_of_json(text: str, watch: Watch) -> CaseTable:
    """Return the table of a JSON text. Raises TableError and ReadingStoppedError."""
    try:
        value = load_json(text)
    except RecursionError as error:
        raise TableError("The JSON is nested too deeply. Flatten it.") from error
    except ValueError as error:
        if getattr(error, "msg", "") == "Extra data":
            return table_of_lines(text, watch)
        raise TableError(f"This is not JSON: {error}. Correct it there.") from error
    return table_of_value(value, "item", watch)


def table_of_value(value: Any, where: str, watch: Watch) -> CaseTable:
    """Return the table of a list of objects, or of the list in an object. Raises TableError, ReadingStoppedError."""
    notes = Notes(where)
    if isinstance(value, Mapping):
        key = next((name for name in _LISTS if isinstance(value.get(name), list)), "")
        if key:
            if len(value) > 1:
                notes.say(f"Only the list “{key}” was read; the other parts of this file are no cases.")
            value = value[key]
        else:
            value = [value]
    if not isinstance(value, list):
        raise TableError("There is no list of cases. Write a list of objects, one for each case.")
    return table_of_objects(enumerate(value, start=1), "item", notes, watch)


FORMAT = CaseFormat(
    id="json",
    order=40,
    title="JSON",
    help="A list of objects, or of cases with values or vars, also below tests, cases or testData.",
    extensions=(".json",),
    limit_bytes=LIMIT,
    read=read,
)
