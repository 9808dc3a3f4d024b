"""Tests in a table with promptfoo's columns, as tests of a configuration.

Invariant: cells are read by `core.testing.case_columns`, like those of any imported table. Where promptfoo's own
reading is a defect, the loss says what differs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from workbench.core.cases import check_to_json
from workbench.core.testing.case_columns import case_of_columns, check_of_cell, column_warning, has_threshold

Differs = Callable[[str], None]
"""Notes a sentence about a difference."""
_NUMBERED = re.compile(r"\s*(?:not-)?([a-z][a-z0-9:-]*?)\((\d+(?:\.\d+)?)\)(?=\s*(?::|\Z))")
_IGNORED = frozenset({"bleu", "gleu", "tool-call-f1"})
"""Types with a threshold that promptfoo does not read from a cell."""


def read_rows(rows: Iterable[Mapping[str, str]], differs: Differs) -> list[dict[str, Any]]:
    """Return the tests of a table's rows."""
    return [
        {"description": f"Row #{number}", **read_row(row, f"Row {number}", differs)}
        for number, row in enumerate(rows, start=1)
    ]


def read_row(row: Mapping[str, str], where: str, differs: Differs) -> dict[str, Any]:
    """Return the test of one row."""
    names = [name.strip() for name in row]
    found = case_of_columns(names, list(row.values()))
    for problem in found.problems:
        differs(f"{where}: {problem}.")
    for name, cell in zip(names, row.values(), strict=True):
        if warning := column_warning(name):
            differs(warning)
        if name.startswith("__expected") and cell.strip():
            _note_cell(cell, differs)
    case = found.case
    made: dict[str, Any] = {
        "vars": dict(case.values),
        "assert": [check_to_json(check) for check in case.checks],
        **(json.loads(case.rest) if case.rest else {}),
    }
    if case.name:
        made["description"] = case.name
    if case.metadata:
        made["metadata"] = json.loads(case.metadata)
    if case.threshold is not None:
        made["threshold"] = case.threshold
    return made


def _note_cell(cell: str, differs: Differs) -> None:
    check = check_of_cell(cell)
    numbered = _NUMBERED.match(cell)
    if numbered is not None and numbered[1] == check.type:
        if not has_threshold(check.type):
            differs(f"“{numbered[1]}({numbered[2]})” has no threshold; the number is ignored.")
        elif check.type in _IGNORED:
            differs(f"“{numbered[1]}({numbered[2]})” needs a score of {numbered[2]}; promptfoo ignores the number.")
    elif check.type in ("latency", "cost") and check.threshold is not None:
        limit = f"{check.threshold:g}"
        differs(f"“{check.type}:{limit}” allows {limit}; promptfoo takes 0.75. Write {check.type}({limit}) for both.")
    elif check.type == "levenshtein" and check.threshold is None:
        differs("“levenshtein:” allows 5 changes; promptfoo takes 0.75, so that it only accepts an equal answer.")
