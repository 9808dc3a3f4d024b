"""The cases of a promptfoo configuration: tests with their variables filled in and multiplied.

Invariant: a case has a value for every variable that a prompt prints. Maps and lists are JSON values, pictures are
files, and all others texts as promptfoo renders them; where a value means something else here, the loss says so.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from workbench.core.attachments import PICTURES
from workbench.core.blocks import Attachment
from workbench.core.cases import Case, Check, json_text
from workbench.core.checks.check_result import UnscoredError
from workbench.core.checks.js_text import is_number, to_string
from workbench.core.checks.value_templates import filled
from workbench.core.imported_runs import clean
from workbench.core.text import opening_words
from workbench.core.value_kinds import ValueKind, file_text
from workbench.formats.imports.promptfoo_settings import as_map, as_text
from workbench.formats.suites.loading import FILE, ConfigLoader, is_code
from workbench.formats.suites.nunjucks import SuiteVariables, VarKind, is_literal
from workbench.formats.suites.promptfoo_marks import further_fields, marked_files, metadata_of
from workbench.formats.suites.promptfoo_tests import MOST_TESTS, RawTest
from workbench.formats.suites.suite_files import is_pattern
from workbench.formats.suites.suite_format import SuiteFileError
from workbench.formats.suites.value_files import FileValue

_LONGEST_NAME = 200
"""Characters of a description that is a name as it stands."""
PREFIX, SUFFIX = "prompt_prefix", "prompt_suffix"
_SIMPLE = re.compile(r"\{\{\s*(\w+)\s*\}\}", re.ASCII)
_ROOT = re.compile(r"\{\{-?\s*([A-Za-z_]\w*)", re.ASCII)
_ROUNDS = 5
_MARK = re.compile(r"\{[{%#]|#\}")
_NOT_TEXT = (
    *(".pdf", ".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".svg", ".tif", ".tiff", ".ico", ".avif", ".heic"),
    *(".heif", ".mp3", ".wav", ".ogg", ".m4a", ".flac", ".aac", ".mp4", ".webm", ".mov", ".avi", ".mkv"),
)
_PICTURES = tuple(extension for extensions in PICTURES.values() for extension in extensions)
_KINDS: tuple[tuple[type, VarKind], ...] = ((str, "text"), (bool, "bool"), (list, "list"), (dict, "map"))


@dataclass(slots=True)
class ExpandedTest:
    """One case before its texts are made: `values` as JSON values, `name` is what people call it."""

    test: RawTest
    values: dict[str, Any]
    name: str


def expanded(tests: Sequence[RawTest], loader: ConfigLoader) -> list[ExpandedTest]:
    """Return the tests with their variables multiplied and rendered; those that need a program or another file than a
    text or a picture are left out. Raises SuiteFileError."""
    found: list[ExpandedTest] = []
    for test in tests:
        description = as_text(test.data.get("description"))
        for values, varied in _combinations(test, loader, MOST_TESTS - len(found)):
            rendered = _rendered(values, test, loader)
            if rendered is not None:
                parts = ", ".join(opening_words(to_string(values[name]), 30) for name in varied)
                name = f"{description}: {parts}" if description and parts else description or parts
                is_name = not parts and len(name) <= _LONGEST_NAME and name.isprintable()
                found.append(ExpandedTest(test, rendered, name if is_name else opening_words(clean(name), 80)))
    if not found:
        raise SuiteFileError(f"No test of this configuration can be run here. {loader.refusals() or 'Add one.'}")
    return found


def _combinations(test: RawTest, loader: ConfigLoader, room: int) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """Yield the values of every combination, and the names of the variables that differ in them."""
    choices: dict[str, list[Any]] = {}
    expands = as_map(test.data.get("options")).get("disableVarExpansion") is not True
    for name, value in as_map(test.data.get("vars")).items():
        if expands and isinstance(value, str) and value.startswith(FILE) and is_pattern(value.removeprefix(FILE)):
            where = f"{test.where}.vars.{name}"
            paths = loader.paths(value, where)
            if not paths:
                raise SuiteFileError(f"{where}: no file matches “{value[:200]}”. Correct it there.")
            choices[name] = [FILE + path for path in paths]
        elif expands and isinstance(value, list) and value and isinstance(value[0], str):
            choices[name] = value
        else:
            choices[name] = [value]
    if math.prod(map(len, choices.values())) > room:
        raise SuiteFileError(f"{test.where}: its lists of values make more than {MOST_TESTS:,} tests. Shorten them.")
    varied = tuple(name for name, values in choices.items() if len(values) > 1)
    made: list[dict[str, Any]] = [{}]
    for name, values in choices.items():
        made = [{**one, name: value} for one in made for value in values]
    yield from ((one, varied) for one in made)


def _rendered(values: Mapping[str, Any], test: RawTest, loader: ConfigLoader) -> dict[str, Any] | None:
    """Return the values with files read and templates filled in, None for a case that cannot be tested here."""
    made: dict[str, Any] = {}
    marked, where = marked_files(test.data), test.where
    for name, value in values.items():
        place = f"{where}.vars.{name}"
        if isinstance(value, str) and value.startswith(FILE):
            path = loader.filled(value.removeprefix(FILE))
            if is_code(path):
                loader.lose("refused", place, f"The case is left out: {path[:80]} is a program, which is never run.")
                return None
            found = _content(path, marked.get(name), place, loader)
            if found is None:
                return None
            made[name] = found
        elif isinstance(value, str) and value.startswith("package:"):
            loader.lose("refused", place, "The case is left out: its value comes from a program, which is never run.")
            return None
        else:
            made[name] = loader.filled_deeply(value)
        if _is_text(made[name]):
            made[name] = made[name].removesuffix("\n")
    _resolve(made, loader)
    loader.count(sum(len(value) for value in made.values() if isinstance(value, str)))
    return {
        name: template_filled(value, made, f"{where}.vars.{name}", loader) if _is_text(value) else value
        for name, value in made.items()
    }


def _content(path: str, marked: Attachment | None, where: str, loader: ConfigLoader) -> str | None:
    """Return the text of a file, or the picture, None for another file; `marked` is the file that it was here."""
    if marked is not None and (own := loader.attached.own_file(path, marked, where)) is not None:
        return own
    if path.lower().endswith(_PICTURES):
        return loader.attached.picture(path, where)
    if path.lower().endswith(_NOT_TEXT):
        sentence = f"The case is left out: {path[:80]} is neither a text nor a picture that models take."
        loader.lose("refused", where, sentence)
        return None
    return loader.value(path, where)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, FileValue)


def _resolve(values: dict[str, Any], loader: ConfigLoader) -> None:
    """Replace names of variables in values by their values, as promptfoo does: one per value and round."""
    for _ in range(_ROUNDS):
        is_done = True
        for name, value in values.items():
            if _is_text(value) and (found := _SIMPLE.search(value)) and found[1] in values:
                other = values[found[1]]
                if len(value) < 1_000_000:
                    values[name] = value.replace(found[0], to_string(other), 1)
                    loader.count(len(values[name]))
                    is_done = False
        if is_done:
            return


def template_filled(text: str, values: Mapping[str, Any], where: str, loader: ConfigLoader) -> str:
    """Return a text with its templates filled in as promptfoo does for values; if it cannot be, it stays as it is."""
    if not _MARK.search(text) or is_literal(text):
        return text
    if any(root != "env" and root not in values for root in _ROOT.findall(text)):
        return text
    try:
        made = filled(text, values)
        loader.count(len(made))
        return made
    except UnscoredError:
        loader.lose("differs", where, "This text is a template that is not filled in here; it stays as it is.")
        return text


def kind_of(value: Any) -> VarKind:
    """Return what a value is."""
    return next((kind for type_, kind in _KINDS if isinstance(value, type_)), "null" if value is None else "number")


def variables_of(tests: Sequence[ExpandedTest], own_filters: Iterable[str]) -> SuiteVariables:
    """Return the variables of all cases with their kinds."""
    counted: dict[str, Counter[VarKind]] = {}
    for test in tests:
        for name, value in test.values.items():
            counted.setdefault(name, Counter())[kind_of(value)] += 1
    kinds: dict[str, frozenset[VarKind]] = {}
    for name, found in counted.items():
        missing: frozenset[VarKind] = frozenset({"missing"} if found.total() < len(tests) else ())
        kinds[name] = frozenset(found) | missing

    def problem(expression: str) -> str:
        for test in tests:
            try:
                evaluated(expression, test.values)
            except UnscoredError:
                continue
            return ""
        return f"“{{{{ {expression[:60]} }}}}” is not converted. Use a variable without operators and filters."

    return SuiteVariables(kinds, problem, frozenset(own_filters))


def evaluated(expression: str, values: Mapping[str, Any]) -> str:
    """Return what an expression prints for a case. Raises UnscoredError."""
    return as_value(values[expression]) if expression in values else filled(f"{{{{ {expression} }}}}", values)


def as_value(value: Any) -> str:
    """Return the text of a value: what promptfoo prints, but JSON for a map, and the name of a picture."""
    if isinstance(value, dict):
        return clean(json_text(value))
    return "" if value is None else clean(to_string(value))


def kept_value(value: Any) -> tuple[str, ValueKind | None]:
    """Return the value of a case, and what it is; None for a text."""
    if isinstance(value, FileValue):
        return file_text(value.attachment), "file"
    if isinstance(value, dict | list):
        return clean(json_text(value)), "json"
    return as_value(value), None


def note_maps(names: Iterable[str], variables: SuiteVariables, loader: ConfigLoader) -> None:
    """Note maps among the variables that prompts print as they are."""
    for name in sorted(names):
        if "map" in variables.kinds.get(name, ()):
            sentence = "It is a map, which is sent as JSON; promptfoo sends “[object Object]”."
            loader.lose("differs", f"vars.{name}", sentence)


def note_files(names: Set[str], cases: Sequence[ExpandedTest], loader: ConfigLoader) -> None:
    """Note files among the variables that prompts print."""
    files = {name for case in cases for name, value in case.values.items() if isinstance(value, FileValue)}
    for name in sorted(names & files):
        sentence = (
            "It is a file, which messages of the user that name it are sent with, and its name stands in their text; "
            "promptfoo sends its content in the text."
        )
        loader.lose("differs", f"vars.{name}", sentence)


def case_of(
    test: ExpandedTest,
    checks: tuple[Check, ...],
    values: Mapping[str, str],
    kinds: Mapping[str, ValueKind],
    taken: set[str],
) -> Case:
    """Return the case of a test. Its uid depends on its name and values only, so that a later reading of the file, with
    other checks, has the same."""
    data = test.test.data
    body = json.dumps([test.name, sorted(values.items())], ensure_ascii=True)
    number = 0
    uid = ""
    while not uid or uid in taken:
        uid = hashlib.sha256(f"{body}\n{number}".encode()).hexdigest()[:32]
        number += 1
    taken.add(uid)
    given = data.get("threshold")
    threshold = float(given) if isinstance(given, int | float) and is_number(given) and math.isfinite(given) else None
    metadata = metadata_of(data)
    rest = {"threshold": given} if threshold is None and given is not None else {}
    return Case(
        uid,
        test.name,
        tuple(values.items()),
        checks,
        threshold,
        json_text(metadata) if metadata else "",
        json_text(rest) if rest else "",
        kinds=tuple((name, kinds[name]) for name in values if name in kinds),
        **further_fields(data),
    )
