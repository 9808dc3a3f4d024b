"""What the columns of a table become: variables, expectation, name, tags, group, notes and checks of cases.

Invariant: mapping is pure and deterministic, and one row gives at most one case. A row that cannot be a case is left
out and reported with its number; nothing else of a row is lost, except in columns that are ignored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from workbench.core.blocks import Attachment
from workbench.core.cases import Case, CaseError, Check, check_from_json, json_text
from workbench.core.json_parts import load, no_constant
from workbench.core.testing.case_columns import case_of_columns, check_of_cell, column_warning, is_special, number_of
from workbench.core.testing.case_table import CaseTable, Cell, ColumnRole, JsonCell
from workbench.core.value_kinds import ValueKind, file_text

MOST_PROBLEMS = 200
"""Sentences about rows that are kept; all are counted."""
_MOST_CASE_NAME = 200
ExpectationCheck = Literal["", "equals", "contains", "icontains"]

ROLE_TITLES: Mapping[ColumnRole, str] = {
    "variable": "Variable",
    "file": "File",
    "expectation": "Expectation",
    "name": "Name",
    "tags": "Tags",
    "cluster": "Group",
    "notes": "Notes",
    "check": "Check",
    "checks": "Checks (JSON)",
    "threshold": "Threshold",
    "metadata": "Metadata (JSON)",
    "held_out": "Hold-out",
    "rest": "Other keys (JSON)",
    "promptfoo": "As in promptfoo",
    "ignore": "Ignore",
}
"""The words for roles on the screen."""
_NAMES: Mapping[str, ColumnRole] = {
    "expected": "expectation",
    "expectation": "expectation",
    "expected_output": "expectation",
    "answer": "expectation",
    "ideal": "expectation",
    "output": "expectation",
    "name": "name",
    "title": "name",
    "description": "name",
    "tag": "tags",
    "tags": "tags",
    "group": "cluster",
    "cluster": "cluster",
    "note": "notes",
    "notes": "notes",
}
_QUESTIONS = frozenset(("input", "question", "query", "prompt", "text", "message", "user", "content"))
_ONCE = frozenset(("expectation", "name", "cluster", "notes"))


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What one column becomes; `variable` is the name of the variable that texts or files are for, else ""."""

    role: ColumnRole
    variable: str = ""


IGNORED = ColumnUse("ignore")
FindFile = Callable[[str], Attachment]
"""Returns the file that a cell names. Raises ValueError with half a sentence."""


@dataclass(frozen=True, slots=True)
class CaseMapping:
    """The use of each column; `expectation_check` is the type of check that an expectation becomes too, "" for none."""

    uses: tuple[ColumnUse, ...]
    expectation_check: ExpectationCheck = ""

    def with_use(self, column: int, use: ColumnUse) -> CaseMapping:
        """Return the mapping with another use of one column."""
        return replace(self, uses=(*self.uses[:column], use, *self.uses[column + 1 :]))

    @property
    def has_expectation(self) -> bool:
        """Whether some column is the expectation."""
        return any(use.role == "expectation" for use in self.uses)


@dataclass(frozen=True, slots=True)
class MappedCases:
    """The cases in a table, without uids, and their numbers there.

    `problems` are sentences about single rows, the first MOST_PROBLEMS of `problem_count`. `remarks` are sentences
    about columns.
    """

    cases: tuple[Case, ...]
    numbers: tuple[int, ...]
    problems: tuple[str, ...] = ()
    problem_count: int = 0
    left_out: int = 0
    remarks: tuple[str, ...] = ()


def default_mapping(table: CaseTable, variables: Sequence[str]) -> CaseMapping:
    """Return the mapping that the names of the columns suggest for a prompt with these variables.

    If one variable remains and one column is called like a question ("input", "text"), they belong together. Other
    columns become variables of their own names.
    """
    known = {_folded(name): name for name in reversed(variables)}
    uses: list[ColumnUse | None] = []
    used: set[str] = set()
    for column, name in enumerate(table.header):
        use = _suggested(table.role(column), name, known, used)
        if use is not None:
            used.add(use.variable or use.role)
        uses.append(use)
    open_columns = [at for at, use in enumerate(uses) if use is None and _folded(table.header[at]) in _QUESTIONS]
    open_variables = [name for name in variables if name not in used]
    if len(open_columns) == len(open_variables) == 1:
        uses[open_columns[0]] = ColumnUse("variable", open_variables[0])
    named = zip(uses, table.header, strict=True)
    return CaseMapping(tuple(use or ColumnUse("variable", name) for use, name in named))


def no_files(cell: str) -> Attachment:
    """Find no file."""
    raise ValueError(f"the file “{cell[:80]}” is not read here")


def map_cases(
    table: CaseTable, mapping: CaseMapping, variables: Sequence[str], find_file: FindFile = no_files
) -> MappedCases:
    """Return the cases in a table. `variables` are those of the prompt, whose missing values are reported."""
    given = {use.variable for use in mapping.uses if use.variable}
    needed = [name for name in variables if name in given]
    cases: list[Case] = []
    numbers: list[int] = []
    problems: list[str] = []
    count = left_out = 0
    kept_keys: set[str] = set()
    for number, row in zip(table.numbers, table.rows, strict=True):
        where = f"{table.unit.capitalize()} {number:,}"
        case, wrong = _case_of_row(table.header, row, mapping, find_file)
        if case is None:
            left_out += 1
            told = [f"{where} was left out: {one}." for one in wrong]
        else:
            values = dict(case.values)
            told = [f"{where}: {one}." for one in wrong]
            told += [f"{where}: no value for {{{{{name}}}}}." for name in needed if not values.get(name, "").strip()]
            cases.append(case)
            numbers.append(number)
            if case.rest:
                kept_keys |= json.loads(case.rest).keys()
        count += len(told)
        problems += told[: MOST_PROBLEMS - len(problems)]
    remarks = tuple(_remarks(table, mapping, variables, kept_keys))
    return MappedCases(tuple(cases), tuple(numbers), tuple(problems), count, left_out, remarks)


def choices(
    name: str, variables: Sequence[str], role: ColumnRole | None = None, *, has_files: bool = False
) -> tuple[ColumnUse, ...]:
    """Return what a column of this name can become; `role` is the one that the source gives it.

    `has_files`: its cells may name files beside the source.
    """
    names = (*variables, *(() if name in variables else (name,)))
    single: list[ColumnRole] = ["expectation", "name", "tags", "cluster", "notes", "check"]
    if is_special(name):
        single.insert(0, "promptfoo")
    if role is not None and role not in (*single, "variable"):
        single.append(role)
    files = [ColumnUse("file", one) for one in names] if has_files else []
    return (*(ColumnUse("variable", one) for one in names), *files, *(ColumnUse(one) for one in single), IGNORED)


def _suggested(role: ColumnRole | None, name: str, known: Mapping[str, str], used: set[str]) -> ColumnUse | None:
    if role == "variable":
        return ColumnUse("variable", name)
    if role is not None:
        return ColumnUse(role)
    if is_special(name):
        return ColumnUse("promptfoo")
    variable = known.get(_folded(name), "")
    if variable and variable not in used:
        return ColumnUse("variable", variable)
    by_name = _NAMES.get(_folded(name))
    if by_name is None:
        return None
    return IGNORED if by_name in used and by_name in _ONCE else ColumnUse(by_name)


def _folded(name: str) -> str:
    return re.sub(r"[\s\-]+", "_", name.strip().casefold())


@dataclass(slots=True)
class _Parts:
    """The parts of a case, as its row is read."""

    values: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, ValueKind] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    threshold: float | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)
    held_out: bool = False
    special: list[tuple[str, str]] = field(default_factory=list)


def _case_of_row(
    header: Sequence[str], row: Sequence[Cell], mapping: CaseMapping, find_file: FindFile
) -> tuple[Case | None, tuple[str, ...]]:
    """Return the case of a row with half sentences about its problems; no case if the row cannot be one."""
    parts = _Parts()
    for name, cell, use in zip(header, row, mapping.uses, strict=True):
        if cell is None or use.role == "ignore":
            continue
        if use.role == "promptfoo":
            parts.special.append((name, cell))
        elif use.role == "variable":
            if cell or use.variable not in parts.values:
                parts.values[use.variable] = str(cell)
                parts.kinds.pop(use.variable, None)
                if isinstance(cell, JsonCell):
                    parts.kinds[use.variable] = "json"
        elif use.role == "file" and not cell.strip():
            parts.values.setdefault(use.variable, "")
        elif cell.strip():
            try:
                if use.role == "file":
                    parts.values[use.variable] = file_text(find_file(cell.strip()))
                    parts.kinds[use.variable] = "file"
                    continue
                _add(parts, use.role, cell)
            except (CaseError, ValueError, RecursionError) as error:
                return None, (str(error).rstrip("."),)
    special = case_of_columns([name for name, _ in parts.special], [cell for _, cell in parts.special])
    texts = {role: "\n".join(found) if role == "notes" else found[0] for role, found in parts.texts.items()}
    case = special.case
    metadata = {**(json.loads(case.metadata) if case.metadata else {}), **parts.metadata}
    rest = {**(json.loads(case.rest) if case.rest else {}), **parts.rest}
    checks = (*parts.checks, *case.checks, *_expected(texts.get("expectation", ""), mapping.expectation_check))
    made = Case(
        "",
        " ".join((texts.get("name") or case.name).split())[:_MOST_CASE_NAME],
        tuple(parts.values.items()),
        checks,
        case.threshold if parts.threshold is None else parts.threshold,
        json_text(metadata) if metadata else "",
        json_text(rest) if rest else "",
        texts.get("expectation", ""),
        tuple(dict.fromkeys(parts.tags)),
        " ".join(texts.get("cluster", "").split()),
        texts.get("notes", ""),
        parts.held_out,
        tuple((name, parts.kinds[name]) for name in parts.values if name in parts.kinds),
    )
    if made == Case("") or not (made.checks or made.expectation or any(value for _, value in made.values)):
        return None, ("it has no values, checks or expectation",)
    return made, special.problems


def _add(parts: _Parts, role: ColumnRole, cell: str) -> None:
    """Add a cell that is not blank. Raises ValueError (CaseError) with a sentence."""
    if role in ("expectation", "name", "cluster", "notes"):
        parts.texts.setdefault(role, []).append(cell)
    elif role == "tags":
        parts.tags += _tags(cell)
    elif role == "check":
        parts.checks.append(check_of_cell(cell))
    elif role == "checks":
        found = _json(cell, list, "its checks are not a list in JSON")
        parts.checks += [check_from_json(one, f"check {number}") for number, one in enumerate(found, start=1)]
    elif role == "threshold":
        parts.threshold = number_of(cell)
        if parts.threshold is None:
            raise ValueError(f"its threshold “{cell[:40]}” is not a number")
    elif role == "metadata":
        parts.metadata |= _json(cell, dict, "its metadata is not an object in JSON")
    elif role == "rest":
        parts.rest |= _json(cell, dict, "its other keys are not an object in JSON")
    elif role == "held_out":
        parts.held_out = cell.strip().casefold() in ("true", "1", "yes")


def _json(cell: str, kind: type, sentence: str) -> Any:
    try:
        value = load(cell, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(sentence) from error
    if not isinstance(value, kind):
        raise ValueError(sentence)
    return value


def _tags(cell: str) -> Iterator[str]:
    """Yield the tags in a cell: a JSON list of texts, or texts separated by commas, semicolons or line breaks."""
    if cell.lstrip().startswith("["):
        try:
            listed = load(cell, parse_constant=no_constant)
        except (ValueError, RecursionError):
            listed = None
        if isinstance(listed, list) and all(isinstance(one, str) for one in listed):
            yield from (tag for one in listed if (tag := " ".join(one.split())))
            return
    yield from (tag for one in re.split(r"[,;\n]", cell) if (tag := " ".join(one.split())))


def _expected(expectation: str, kind: ExpectationCheck) -> tuple[Check, ...]:
    return (Check(kind, value=json_text(expectation)),) if kind and expectation else ()


def _remarks(table: CaseTable, mapping: CaseMapping, variables: Sequence[str], kept_keys: set[str]) -> Iterator[str]:
    used: dict[str, list[str]] = {}
    for column, (name, use) in enumerate(zip(table.header, mapping.uses, strict=True)):
        if use.variable:
            used.setdefault(use.variable, []).append(name)
            if table.role(column) is None and (warning := column_warning(name)):
                yield warning
    for variable, names in used.items():
        if len(names) > 1:
            yield f"{len(names)} columns become {{{{{variable}}}}}; the last one that is not empty counts."
    if missing := [name for name in variables if name not in used]:
        yield f"No column for {_listed(missing)}: every case will lack it."
    if extra := [name for name in used if name not in variables]:
        yield f"{_listed(extra)}: not used by the messages of this prompt."
    if kept_keys:
        yield f"Kept, but not used here: {', '.join(sorted(kept_keys)[:8])}."


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"{{{{{name}}}}}" for name in names[:4])
    return shown + (f" and {len(names) - 4:,} more" if len(names) > 4 else "")
