"""The columns of promptfoo's CSV tests: `__expected`, `__description`, `__metadata:key` and the others.

Invariant: `case_of_columns` is a pure function of a header and a row, and never fails: what cannot be understood is
kept and reported. Values are exact; only the cells of checks and thresholds are trimmed, as by promptfoo.

Where promptfoo's reading is a defect it is not copied: `starts-with:a` and `levenshtein:a` get the default threshold of
their type instead of 0.75, `latency:500` and `cost:0.01` mean that threshold, an empty `__config:` cell is skipped, and
an empty text between commas does not match every answer.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from workbench.core.cases import SET, Case, Check, json_text
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.checks.js_text import trim
from workbench.core.testing.case_table import Cell

_PREFIX = "__"
_EXPECTED = "__expected"
_METADATA = "__metadata:"
_CONFIG = "__config:"
_KNOWN = frozenset(("__description", "__prefix", "__suffix", "__providerOutput", "__metric", "__threshold"))
_ALIASES = {"fn:": "javascript", "eval:": "javascript", "grade:": "llm-rubric"}
_LISTS = frozenset(("contains-any", "contains-all", "icontains-any", "icontains-all"))
_EXACT = frozenset(("is-json", "contains-json", "llm-rubric"))
"""Types whose values promptfoo does not trim."""
_QUOTED = re.compile(r'"((?:[^"\\]|\\.|"")*+)"\s*(?=,|\Z)', re.DOTALL)
_ESCAPED = re.compile(r'\\["\\]|""')
_NO_CELLS = frozenset((SET, "human", "select-best", "max-score"))
"""Types that promptfoo does not read in cells."""
_CODE_FILES = {
    "python": re.compile(r"file://.*\.py(:|\Z)", re.DOTALL),
    "javascript": re.compile(r"file://.*\.[cm]?[jt]s(:|\Z)", re.DOTALL),
}
_LIMITS = frozenset(("latency", "cost"))
_DEFAULTS = {
    "similar": 0.8,
    **dict.fromkeys(("answer-relevance", "classifier", "perplexity", "perplexity-score"), 0.75),
    **dict.fromkeys(("context-faithfulness", "context-recall", "context-relevance"), 0.75),
}
"""Thresholds that promptfoo sets in CSV files for types that are not evaluated here."""
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_SINGLE = re.compile(r"_(expected|description|prefix|suffix|providerOutput|metric|threshold|metadata|config)(?![a-z])")


@dataclass(frozen=True, slots=True)
class ColumnsCase:
    """A case without a uid, and what could not be understood in its row, as half sentences."""

    case: Case
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What the columns read so far say."""

    checks: list[Check] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)
    thresholds: dict[int, float] = field(default_factory=dict)
    name: str = ""
    metric: str = ""
    threshold: float | None = None
    problems: list[str] = field(default_factory=list)


def is_special(name: str) -> bool:
    """Whether promptfoo gives a column of this name a meaning."""
    return name in _KNOWN or name.startswith((_EXPECTED, _METADATA, _CONFIG))


def column_warning(name: str) -> str:
    """Return a sentence about a column whose name looks like one of promptfoo's, "" for any other."""
    if _SINGLE.match(name):
        return (
            f"“{name}” begins with one underscore, so it is a variable. Write “_{name}” if promptfoo's column is meant."
        )
    if name.startswith(_PREFIX) and not is_special(name):
        return f"“{name}” is not a column of promptfoo; it is a variable."
    return ""


def case_of_columns(header: Sequence[str], row: Sequence[Cell]) -> ColumnsCase:
    """Return the case in a row of promptfoo's CSV; other columns than the special ones are its values."""
    found = _Reading()
    for name, cell in zip(header, row, strict=True):
        if cell is None:
            continue
        if is_special(name):
            _read(name, cell, found)
        else:
            found.values[name] = cell
    if found.options:
        found.rest["options"] = found.options
    checks = [replace(check, metric=found.metric) if found.metric else check for check in found.checks]
    for place, threshold in found.thresholds.items():
        if place < len(checks):
            checks[place] = replace(checks[place], threshold=threshold)
        else:
            found.problems.append(f"there is no check {place + 1} for the threshold {threshold:g}")
    case = Case(
        "",
        found.name,
        tuple(found.values.items()),
        tuple(checks),
        found.threshold,
        json_text(found.metadata) if found.metadata else "",
        json_text(found.rest) if found.rest else "",
    )
    return ColumnsCase(case, tuple(found.problems))


def check_of_cell(text: str) -> Check:
    """Return the check in a cell of `__expected`, such as "contains:late", "similar(0.9):late" or "late" (equals)."""
    text = trim(text)
    for alias, name in _ALIASES.items():
        if text.startswith(alias):
            return Check(name, value=json_text(_value(name, text[len(alias) :])))
    if code := next((name for name, pattern in _CODE_FILES.items() if pattern.match(text)), ""):
        # The file is never read, so the check is unscored.
        return Check(code, value=json_text(text))
    if (match := _pattern().fullmatch(text)) is None:
        return Check("equals", value=json_text(text))
    negation, name, written, value = match.groups()
    threshold = float(written) if written and has_threshold(name) else None if written else _DEFAULTS.get(name)
    if name in _LIMITS and threshold is None and value is not None:
        threshold, value = (number, None) if (number := number_of(value)) is not None else (None, value)
    return Check(name, bool(negation), json_text(_value(name, value)) if value is not None else "", threshold=threshold)


def has_threshold(name: str) -> bool:
    """Whether a number in parentheses after a type in a cell has an effect."""
    row = CHECK_TYPES[name]
    return row.threshold is not None or name in _LIMITS or row.judged or not row.is_evaluated


def _read(name: str, cell: str, found: _Reading) -> None:
    if name.startswith(_METADATA):
        _read_metadata(name.removeprefix(_METADATA), cell, found)
    elif name.startswith(_CONFIG):
        _read_config(name.removeprefix(_CONFIG), cell, found)
    elif name.startswith(_EXPECTED):
        if cell.strip():
            found.checks.append(check_of_cell(cell))
    elif not cell.strip():
        return
    elif name == "__description":
        found.name = cell
    elif name == "__metric":
        found.metric = cell
    elif name == "__threshold":
        found.threshold = number_of(cell)
        if found.threshold is None:
            found.problems.append(f"the threshold “{cell[:40]}” is not a number")
    elif name == "__providerOutput":
        found.rest["providerOutput"] = cell
    else:
        found.options[name.removeprefix(_PREFIX)] = cell


def _read_metadata(key: str, cell: str, found: _Reading) -> None:
    if not cell.strip():
        return
    if key.endswith("[]"):
        parts = re.split(r"(?<!\\),", cell)
        found.metadata[key.removesuffix("[]")] = [part.strip().replace("\\,", ",") for part in parts]
    else:
        found.metadata[key] = cell


def _read_config(key: str, cell: str, found: _Reading) -> None:
    """Read `__expectedN:threshold`, whose N counts the cells with checks that are not blank, from 1."""
    if not cell.strip():
        return
    match = re.fullmatch(rf"{_EXPECTED}(\d*):threshold", key)
    number = number_of(cell)
    if match is None or number is None:
        found.problems.append(f"“{_CONFIG}{key}” is not understood; only the threshold of a check can be set")
        return
    found.thresholds[max(0, int(match[1] or 1) - 1)] = number


@functools.cache
def _pattern() -> re.Pattern[str]:
    names = "|".join(sorted((re.escape(name) for name in CHECK_TYPES if name not in _NO_CELLS), key=len, reverse=True))
    return re.compile(rf"(not-)?({names})(?:\((\d+(?:\.\d+)?)\))?(?::(.*))?", re.DOTALL)


def _value(name: str, value: str) -> str | list[str]:
    """Return the value of a check from its cell: a list for a type that takes one, else a text without blank ends."""
    if name in _LISTS and value:
        items = list_items(value)
        return value if items is None else items
    return value if name in _EXACT else trim(value)


def list_items(text: str) -> list[str] | None:
    """Return the items of a list such as `a, "b, c"`, trimmed and without empty ones; None if quotes do not match."""
    items: list[str] = []
    at = 0
    while at < len(text):
        if text[at].isspace() or text[at] == ",":
            at += 1
        elif text[at] == '"':
            if (found := _QUOTED.match(text, at)) is None:
                return None
            items.append(_ESCAPED.sub(lambda escape: escape[0][1], found[1]))
            at = found.end()
        else:
            end = text.find(",", at)
            end = len(text) if end < 0 else end
            items.append(trim(text[at:end]))
            at = end
    return items


def number_of(text: str) -> float | None:
    """Return the finite number that a cell holds, None for any other text."""
    text = text.strip()
    number = float(text) if _NUMBER.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None
