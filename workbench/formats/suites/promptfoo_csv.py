"""Tests in a table, in promptfoo's columns.

Invariant: a cell of an `__expected` column is one check. Where promptfoo gives such a check a threshold of 0.75 that
makes no sense for its type, the type's own default counts, and the loss says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from workbench.core.cases import SET
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.checks.js_text import trim
from workbench.formats.suites.loading import FILE, is_code
from workbench.formats.suites.suite_format import SuiteFileError

Differs = Callable[[str], None]
"""Notes a sentence about a difference."""

_EXPECTED = "__expected"
_SINGLE = tuple(
    f"_{name}"
    for name in (
        "expected",
        "prefix",
        "suffix",
        "description",
        "providerOutput",
        "metric",
        "threshold",
        "metadata",
        "config",
    )
)
_CELL_TYPES = frozenset(CHECK_TYPES) - {SET, "human", "select-best", "max-score"}
_CELL = re.compile(
    rf"(not-)?({'|'.join(sorted(map(re.escape, _CELL_TYPES), key=len, reverse=True))})"
    r"(?:\((\d+(?:\.\d+)?)\))?(?::(.*))?",
    re.DOTALL,
)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_LISTS = ("contains-all", "contains-any", "icontains-all", "icontains-any")
_LIMITS = ("latency", "cost")
_HALF = frozenset({"answer-relevance", "classifier", "context-faithfulness", "context-recall", "context-relevance"})
_HALF_MORE = frozenset({"perplexity-score", "perplexity"})
_IGNORED = frozenset({"bleu", "gleu", "tool-call-f1"})
"""Types with a threshold that promptfoo does not read from a cell."""
_SIMILAR = 0.8
_USUAL = 0.75
_COMMA = re.compile(r"(?<!\\),")


def read_rows(rows: Iterable[Mapping[str, str]], name: str, differs: Differs) -> list[dict[str, Any]]:
    """Return the tests of a table's rows. Raises SuiteFileError, whose sentence names the row."""
    tests = []
    for number, row in enumerate(rows, start=1):
        test = read_row(row, f"Row {number} of {name}", differs)
        test.setdefault("description", f"Row #{number}")
        tests.append(test)
    return tests


def read_row(row: Mapping[str, str], where: str, differs: Differs) -> dict[str, Any]:
    """Return the test of one row. Raises SuiteFileError."""
    found: dict[str, Any] = {"vars": {}, "assert": [], "options": {}, "metadata": {}}
    thresholds: dict[int, float] = {}
    metric = ""
    for key, cell in ((key.strip(), cell) for key, cell in row.items()):
        if key.startswith(_EXPECTED):
            if trim(cell):
                found["assert"].append(check_of_cell(cell, where, differs))
        elif key in ("__prefix", "__suffix"):
            found["options"][key.removeprefix("__")] = cell
        elif key in ("__description", "__providerOutput"):
            if cell:
                found[key.removeprefix("__")] = cell
        elif key == "__metric":
            metric = cell
        elif key == "__threshold":
            if (number := _number(cell)) is not None:
                found["threshold"] = number
        elif key.startswith("__metadata"):
            _add_metadata(found["metadata"], key, cell, differs)
        elif key.startswith("__config:"):
            _add_threshold(thresholds, key, cell, where, differs)
        else:
            if key.startswith(_SINGLE):
                differs(f"The column {key} is a variable. For a setting, begin its name with two underscores.")
            found["vars"][key] = cell
    for number, check in enumerate(found["assert"]):
        if metric:
            check["metric"] = metric
        if number in thresholds:
            check["threshold"] = thresholds[number]
    return {key: value for key, value in found.items() if value != {} or key == "vars"}


def check_of_cell(cell: str, where: str, differs: Differs) -> dict[str, Any]:
    """Return the check of a cell such as `contains:value`; a cell without a type must equal the answer.

    Raises SuiteFileError.
    """
    text = trim(cell)
    for prefix in ("javascript:", "fn:", "eval:"):
        if text.startswith(prefix):
            return {"type": "javascript", "value": trim(text.removeprefix(prefix))}
    for prefix in ("grade:", "llm-rubric:"):
        if text.startswith(prefix):
            return {"type": "llm-rubric", "value": text.removeprefix(prefix)}
    if text.startswith("python:"):
        return {"type": "python", "value": trim(text.removeprefix("python:"))}
    if text.startswith(FILE) and is_code(text):
        return {"type": "python" if ".py" in text else "javascript", "value": text}
    found = _CELL.fullmatch(text)
    if found is None:
        return {"type": "equals", "value": text}
    kind, threshold, value = found[2], found[3], found[4]
    check: dict[str, Any] = {"type": (found[1] or "") + kind}
    if kind in _LISTS:
        check["value"] = _listed(value, where) if value else value
    elif value is not None:
        check["value"] = value if kind in ("is-json", "contains-json") else trim(value)
    if threshold is not None:
        _add_given(check, kind, threshold, differs)
    else:
        _add_default(check, kind, differs)
    return {key: one for key, one in check.items() if one is not None}


def _add_given(check: dict[str, Any], kind: str, threshold: str, differs: Differs) -> None:
    """Add the threshold in the parentheses of a cell, if its type has one."""
    if CHECK_TYPES[kind].threshold is None and kind not in (*_LIMITS, "similar", *_HALF, *_HALF_MORE):
        differs(f"“{kind}({threshold})” has no threshold; the number is ignored.")
        return
    check["threshold"] = float(threshold)
    if kind in _IGNORED:
        differs(f"“{kind}({threshold})” needs a score of {threshold}; promptfoo ignores the number.")


def _add_default(check: dict[str, Any], kind: str, differs: Differs) -> None:
    """Add the threshold of a check that has none in its cell."""
    if kind == "similar":
        check["threshold"] = _SIMILAR
    elif kind in _HALF or kind in _HALF_MORE:
        check["threshold"] = _USUAL
    elif kind in _LIMITS:
        limit = _number(check.pop("value", None) or "")
        if limit is not None:
            check["threshold"] = limit
            differs(f"“{kind}:{limit:g}” allows {limit:g}; promptfoo takes 0.75. Write {kind}({limit:g}) for both.")
    elif kind == "levenshtein":
        differs("“levenshtein:” allows 5 changes; promptfoo takes 0.75, so that it only accepts an equal answer.")


def _listed(text: str, where: str) -> list[str]:
    """Return the items of a list with commas, in which items may be quoted."""
    items: list[str] = []
    at = 0
    while at < len(text):
        if text[at].isspace() or text[at] == ",":
            at += 1
        elif text[at] == '"':
            item, at = _quoted(text, at + 1, where)
            items.append(item)
            while at < len(text) and text[at].isspace():
                at += 1
            if at < len(text) and text[at] != ",":
                raise SuiteFileError(f"{where}: after a text in quotes a comma must follow. Correct it there.")
        else:
            end = text.find(",", at)
            end = len(text) if end < 0 else end
            items.append(trim(text[at:end]))
            at = end
    return items


def _quoted(text: str, at: int, where: str) -> tuple[str, int]:
    made: list[str] = []
    while at < len(text):
        pair = text[at : at + 2]
        if pair in ('\\"', "\\\\", '""'):
            made.append(pair[1])
            at += 2
        elif text[at] == '"':
            return "".join(made), at + 1
        else:
            made.append(text[at])
            at += 1
    raise SuiteFileError(f"{where}: a quote is not closed. Correct it there.")


def _add_metadata(metadata: dict[str, Any], key: str, cell: str, differs: Differs) -> None:
    _, colon, name = key.partition(":")
    if not colon:
        differs("The column __metadata needs a name, such as __metadata:topic. It is left out.")
    elif trim(cell):
        if name.endswith("[]"):
            metadata[name[:-2]] = [trim(one).replace("\\,", ",") for one in _COMMA.split(cell)]
        else:
            metadata[name] = cell


def _add_threshold(thresholds: dict[int, float], key: str, cell: str, where: str, differs: Differs) -> None:
    found = re.fullmatch(r"__config:__expected([1-9]\d{0,3})?:threshold", key)
    if found is None:
        raise SuiteFileError(
            f"{where}: the column {key[:80]} is none of promptfoo's. Write __config:__expected1:threshold."
        )
    if not trim(cell):
        differs(f"A blank cell in {key} is ignored; promptfoo refuses the file.")
        return
    number = _number(cell)
    if number is None:
        raise SuiteFileError(f"{where}: “{cell[:40]}” in {key} is not a number. Correct it there.")
    thresholds[int(found[1] or 1) - 1] = number


def _number(text: str) -> float | None:
    plain = trim(text)
    if not _NUMBER.fullmatch(plain):
        return None
    number = float(plain)
    return number if abs(number) < 1e300 else None
