"""The checks of a promptfoo configuration.

Invariant: a check keeps promptfoo's type and semantics. Code that it refers to is not loaded, keys in it are dropped,
and a check that is not evaluated here, or differently, is named in the losses.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from workbench.core.cases import SET, CaseError, Check, check_from_json, json_text
from workbench.core.checks.check_result import UnscoredError
from workbench.core.checks.check_sets import single_checks
from workbench.core.checks.check_types import CHECK_TYPES, unknown_type
from workbench.core.checks.js_text import trim
from workbench.core.checks.value_templates import filled
from workbench.core.judging.grading_options import OPTIONS, named_model, with_options
from workbench.core.judging.judged_checks import is_judged
from workbench.core.text import counted
from workbench.formats.imports.promptfoo_settings import as_map, is_parameter, may_be_secret
from workbench.formats.suites.loading import FILE, ConfigLoader, is_code
from workbench.formats.suites.promptfoo_graders import grader_model
from workbench.formats.suites.promptfoo_tests import RawTest
from workbench.formats.suites.suite_format import SuiteFileError
from workbench.formats.value_rows import listed
from workbench.packs.promptfoo_references import SCHEMA_TYPES, schema_of_text

_EXPRESSION = re.compile(r"""\{\{((?:[^{}"']|"[^"]{0,200}"|'[^']{0,200}'){1,300}+)\}\}""")
_LEADING = re.compile(r"[^\W\d]\w*")
_TEXTS = (".txt", ".md", ".html", ".xml", ".sql")
_USES_VARS = re.compile(r"\bvars\b")


def read_checks(given: Sequence[Any], where: str, loader: ConfigLoader) -> tuple[Check, ...]:
    """Return the checks of a list of assertions. Raises SuiteFileError."""
    return tuple(_check(one, f"{where}[{number}]", loader) for number, one in enumerate(given))


def _check(given: Any, where: str, loader: ConfigLoader) -> Check:
    if isinstance(given, str):
        given = loader.loaded(given, where)
    if not isinstance(given, dict):
        raise SuiteFileError(f"{where}: a check is a map with type and value. Correct it there.")
    data = _loaded(given, where, loader, depth=0)
    try:
        return check_from_json(data, where)
    except CaseError as error:
        raise SuiteFileError(str(error)) from error


def _loaded(given: Mapping[str, Any], where: str, loader: ConfigLoader, depth: int) -> dict[str, Any]:
    made = dict(_without_keys(given, where, loader))
    value = made.get("value")
    if isinstance(value, str) and value.startswith(FILE):
        path = loader.filled(value.removeprefix(FILE))
        if is_code(path):
            loader.lose("left_out", where, f"The program {path[:80]} is not run, so that the check is unscored.")
        elif path.lower().endswith(_TEXTS):
            text = loader.text(path, where)
            made["value"] = trim(text) if path.lower().endswith(".txt") else text
        else:
            made["value"] = loader.loaded(value, where)
    elif value is not None:
        made["value"] = loader.filled_deeply(value)
        if str(made.get("type")).removeprefix("not-") in SCHEMA_TYPES and (schema := schema_of_text(value)) is not None:
            made["value"] = schema
    made.update(grading_options(made, where, loader))
    for name in ("transform", "contextTransform"):
        if made.get(name):
            loader.lose("left_out", f"{where}.{name}", "It is code, which is not run, so that the check is unscored.")
    for name in ("threshold", "weight"):
        if isinstance(made.get(name), str):
            sentence = f"It is a text, so that the check is unscored; promptfoo refuses the file. Write {name}: 0.5."
            loader.lose("differs", f"{where}.{name}", sentence)
    if isinstance(inner := made.get("assert"), list) and depth < 30:
        made["assert"] = [
            _loaded(one, f"{where}.assert[{number}]", loader, depth + 1) if isinstance(one, dict) else one
            for number, one in enumerate(inner)
        ]
    return made


def grading_options(given: Mapping[str, Any], where: str, loader: ConfigLoader) -> dict[str, Any]:
    """Return what a check, or the options of a test, say about graders: environment and files filled in, no keys.

    Raises SuiteFileError for a file that cannot be read.
    """
    kept = _without_keys({name: given[name] for name in OPTIONS if given.get(name)}, where, loader)
    found = {name: loader.filled_deeply(value) for name, value in kept.items()}
    prompt = found.get("rubricPrompt")
    if isinstance(prompt, str) and prompt.startswith(FILE):
        path = prompt.removeprefix(FILE)
        if is_code(path):
            loader.lose(
                "left_out", f"{where}.rubricPrompt", f"The program {path[:80]} is not run: checks are unscored."
            )
        else:
            found["rubricPrompt"] = (
                loader.text(path, where) if path.lower().endswith(_TEXTS) else loader.loaded(prompt, where)
            )
    return found


def with_graders(
    shared: tuple[Check, ...],
    own: Sequence[tuple[Check, ...]],
    tests: Sequence[RawTest],
    loader: ConfigLoader,
) -> tuple[tuple[Check, ...], list[tuple[Check, ...]]]:
    """Return the checks for all cases, and those of each case, with the graders that the options of its test name.

    `own` and `tests` have one entry per case. Checks for all cases become those of each case where tests differ: in
    their graders, or in whether such checks apply. Raises SuiteFileError.
    """
    read: dict[int, dict[str, Any]] = {}
    for test in tests:
        if id(test) not in read:
            read[id(test)] = grading_options(as_map(test.data.get("options")), f"{test.where}.options", loader)
    graders = [read[id(test)] for test in tests]
    is_graded = any(is_judged(one) for check in shared for one in single_checks(check))
    is_same = not is_graded or len({json_text(one) for one in graders}) == 1
    if not (is_same and all(test.has_defaults for test in tests)):
        own = [(*shared, *checks) if test.has_defaults else checks for test, checks in zip(tests, own, strict=True)]
        shared = ()
    filled_in = [
        tuple(with_options(check, options) for check in checks) for checks, options in zip(own, graders, strict=True)
    ]
    return tuple(with_options(check, graders[0]) for check in shared), filled_in


def note_graders(checks: Iterable[Check], loader: ConfigLoader) -> None:
    """Note, once, each model that checks name as their judge and that cannot be asked here."""
    kinds: tuple[Literal["chat", "embedding"], ...] = ("chat", "embedding")
    for check in checks:
        for one in single_checks(check):
            row = CHECK_TYPES.get(one.type)
            for kind in kinds if row is not None and row.judged else ():
                named = named_model(one, kind)
                problem = "" if named is None else grader_model(named.name, named.config, kind).problem
                if problem:
                    loader.lose("left_out", "assert: provider", f"{problem} The checks that name it are unscored.")


def _without_keys(given: Mapping[str, Any], where: str, loader: ConfigLoader) -> Mapping[str, Any]:
    """Return an assertion without values whose names may be those of keys."""

    def kept(value: Any, depth: int) -> Any:
        if depth > 50:
            return None
        if isinstance(value, list):
            return [kept(one, depth + 1) for one in value]
        if not isinstance(value, dict):
            return value
        hidden = [name for name in value if may_be_secret(name) and not is_parameter(name)]
        if hidden:
            loader.lose("left_out", where, "Keys in the file are not used. Set them in the environment.")
        return {name: kept(one, depth + 1) for name, one in value.items() if name not in hidden}

    return {name: kept(value, 0) if name in ("provider", "config") else value for name, value in given.items()}


class DerivedNames:
    """Variables that stand for expressions of values that are not texts, in checks and prompts alike.

    `expressions` are those that the checks need, with their names.
    """

    def __init__(self, names: Mapping[str, str], others: Iterable[str], taken: Iterable[str]) -> None:
        """Begin with the names of the prompts' expressions; `others` are variables that are not texts in every case."""
        self.expressions: dict[str, str] = {}
        self._names = dict(names)
        self._others = frozenset(others)
        self._taken = {*taken, *names.values()}

    def applied(self, check: Check) -> Check:
        """Return a check whose value names the derived variables."""
        if check.checks:
            return replace(check, checks=tuple(map(self.applied, check.checks)))
        if "{{" not in check.value:
            return check
        value = json.loads(check.value)
        if isinstance(value, str):
            made: Any = self._text(value)
        elif isinstance(value, list):
            made = [self._text(one) if isinstance(one, str) else one for one in value]
        else:
            return check
        return check if made == value else replace(check, value=json.dumps(made, ensure_ascii=False))

    def _text(self, text: str) -> str:
        return _EXPRESSION.sub(self._named, text)

    def _named(self, found: re.Match[str]) -> str:
        expression = found[1].removeprefix("-").removesuffix("-").strip()
        root = _LEADING.match(expression)
        if root is None or root[0] not in self._others or root[0] == expression:
            return found[0]
        try:
            filled(f"{{{{ {expression} }}}}", {})
        except UnscoredError as error:
            if "not evaluated" in str(error):
                return found[0]
        name = self._names.get(expression)
        if name is None:
            plain = re.sub(r"\W+", "_", expression).strip("_")[:40] or "value"
            name, number = plain, 1
            while name in self._taken:
                number += 1
                name = f"{plain}_{number}"
            self._names[expression] = name
            self._taken.add(name)
        self.expressions[expression] = name
        return f"{{{{{name}}}}}"


def note_types(checks: Iterable[Check], loader: ConfigLoader) -> None:
    """Note, once per type, the checks that are not evaluated here, need models, or differ from promptfoo's."""
    single = [one for check in checks for one in single_checks(check)]
    for name, count in Counter(one.type for one in single).items():
        row = CHECK_TYPES.get(name)
        many = counted(count, "check")
        if row is None:
            loader.lose("left_out", f"assert: {name[:80]}", f"{many} unscored. {unknown_type(name)}")
            continue
        if not row.is_evaluated:
            loader.lose("left_out", f"assert: {name}", f"{many} unscored. {row.explanation}")
            continue
        named = [one for one in single if one.type == name and one.provider]
        if row.judged and len(named) < count:
            many = counted(count - len(named), "check")
            model = "a judge model" if row.needs_judge else "an embedding model"
            loader.lose("note", f"assert: {name}", f"{many} for {model}, which you choose in the settings of the test.")
        if row.difference:
            loader.lose("differs", f"assert: {name}", row.difference)


def note_tags(checks: Iterable[Check], loader: ConfigLoader) -> None:
    """Note, once per type and reason, checks that are unscored because of `{% %}` in their values."""
    found = Counter[tuple[str, str]]()
    for check in checks:
        for one in single_checks(check):
            row = CHECK_TYPES.get(one.type)
            if "{%" in one.value and row is not None and row.is_evaluated and (reason := _tag_problem(one)):
                found[one.type, reason] += 1
    for (name, reason), count in found.items():
        loader.lose("left_out", f"assert: {name}", f"{counted(count, 'check')} unscored. {reason}")


def _tag_problem(check: Check) -> str:
    value = json.loads(check.value)
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and "{%" in text:
            try:
                filled(text, {})
            except UnscoredError as error:
                return str(error)
    return ""


def note_keys(checks: Iterable[Check], loader: ConfigLoader) -> None:
    """Note keys of checks that promptfoo does not know and ignores."""
    for check in checks:
        for one in single_checks(check):
            if unknown := sorted((json.loads(one.rest) if one.rest else {}).keys() - {"threshold", "weight", "assert"}):
                sentence = f"promptfoo does not know {listed(unknown)[:100]}, so it has no effect."
                loader.lose("left_out", f"assert: {one.type[:80]}", sentence)


def note_sets(checks: Iterable[Check], loader: ConfigLoader) -> None:
    """Note sets of checks that promptfoo refuses."""
    for check in checks:
        if check.type == SET and (check.negated or any(one.type == SET for one in check.checks)):
            loader.lose(
                "differs", f"assert: {SET}", "Sets in sets and negated sets count here; promptfoo refuses them."
            )


def note_values(checks: Iterable[Check], others: Iterable[str], loader: ConfigLoader) -> None:
    """Note variables that JavaScript checks use and that are no texts in promptfoo."""
    codes = [one.value for check in checks for one in single_checks(check) if one.type == "javascript"]
    codes = [code for code in codes if _USES_VARS.search(code)]
    for name in others:
        if any(re.search(rf"\b{re.escape(name)}\b", code) for code in codes):
            sentence = f"JavaScript checks get the variable {name} as a text; in promptfoo it is none."
            loader.lose("differs", f"vars.{name}", sentence)
