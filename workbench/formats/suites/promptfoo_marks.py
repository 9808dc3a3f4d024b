"""What a configuration that was made from a pack of Prompt Workbench says about itself.

Invariant: marks of the expected shape restore what `packs.promptfoo_config` changed; any others stay metadata. A
variable is restored only if all tests that have it agree, because prompts and checks are restored with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.core.blocks import Attachment
from workbench.core.cases import Case, Check, json_text
from workbench.core.imported_runs import clean
from workbench.core.testing.imported_suite import ImportedSuite
from workbench.core.value_kinds import ValueKind, file_of, plain_values
from workbench.core.variables import renamed
from workbench.formats.imports.promptfoo_settings import as_map
from workbench.formats.suites.promptfoo_prompts import RawPrompt
from workbench.formats.suites.value_files import FileValue
from workbench.packs.promptfoo_config import MARKS

MarkedTest = tuple[Mapping[str, Any], dict[str, Any]]
"""What a file says of a test, and the values of its variables."""
_KEYS = frozenset({"expectation", "tags", "cluster", "notes", "held_out", "json", "names", "kinds", "texts"})
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class DecodedVariables:
    """Variables whose values were JSON, and were decoded by the filter `load` wherever they are used."""

    names: frozenset[str]

    def prompt(self, prompt: RawPrompt) -> RawPrompt:
        """Return a prompt that uses the decoded values."""
        return replace(prompt, text=self._text(prompt.text))

    def check(self, check: Check) -> Check:
        """Return a check that uses the decoded values."""
        return _changed(check, self._text) if self.names else check

    def _text(self, text: str) -> str:
        for name in self.names:
            loads = rf"(\{{\{{-?\s*{re.escape(name)})\s*\|\s*load(?=\s*(?:\||-?\}}\}}))"
            text = re.sub(loads, r"\g<1>", text)
        return text


def decoded(tests: Sequence[MarkedTest]) -> DecodedVariables:
    """Decode the values that are marked as JSON in place, and return the names of these variables."""
    is_json: dict[str, bool] = {}
    for data, values in tests:
        encoded = _texts(_marks(data).get("json"))
        for name, value in values.items():
            if not isinstance(value, FileValue):
                is_json[name] = is_json.get(name, True) and name in encoded and _text_of(value) is not None
    names = frozenset(name for name, is_decoded in is_json.items() if is_decoded)
    for _, values in tests:
        texts = {name: value for name, value in values.items() if name in names and not isinstance(value, FileValue)}
        values.update({name: _text_of(value) for name, value in texts.items()})
    return DecodedVariables(names)


def marked_files(data: Mapping[str, Any]) -> dict[str, Attachment]:
    """Return the files that values of a test are, by name."""
    kinds, texts = as_map(_marks(data).get("kinds")), as_map(_marks(data).get("texts"))
    found = {name: file_of(text) for name, text in texts.items() if kinds.get(name) == "file" and isinstance(text, str)}
    return {name: file for name, file in found.items() if file is not None}


def restored(data: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, tuple[str, ValueKind]]:
    """Return the values of a test that are marked as JSON, as they were typed unless they have been changed since.

    A text that is marked as a file and names none stays one.
    """
    kinds, texts = as_map(_marks(data).get("kinds")), as_map(_marks(data).get("texts"))
    found: dict[str, tuple[str, ValueKind]] = {}
    for name, value in values.items():
        kind = kinds.get(name)
        if kind == "file" and name not in texts and _is_text(value) and file_of(value) is None:
            found[name] = clean(value), "file"
        if kind != "json" or not (_is_text(value) or isinstance(value, dict | list)):
            continue
        shown, typed = value if isinstance(value, str) else json_text(value), texts.get(name)
        is_same = isinstance(typed, str) and plain_values({name: typed}, ((name, "json"),))[name] == shown
        found[name] = clean(typed if isinstance(typed, str) and is_same else shown), "json"
    return found


def with_own_names(suite: ImportedSuite, tests: Iterable[MarkedTest]) -> ImportedSuite:
    """Return a suite whose variables have the names that they had before promptfoo's reserved words were avoided."""
    found: dict[str, set[str]] = {}
    for data, values in tests:
        marked = as_map(_marks(data).get("names"))
        for name in values:
            own = marked.get(name)
            found.setdefault(name, set()).add(own if isinstance(own, str) and _NAME.fullmatch(own) else name)
    names = {name: own for name, owns in found.items() if len(owns) == 1 for own in owns if own != name}
    is_plain = all(prompt.content.template == "plain" for prompt in suite.prompts)
    if not names or not is_plain or len({*names.values()} - found.keys()) < len(names):
        return suite

    def told(text: str) -> str:
        for name, own in names.items():
            text = re.sub(rf"(\{{\{{-?\s*){re.escape(name)}(?=\s*(?:[|.\[]|-?\}}\}}))", rf"\g<1>{own}", text)
        return text

    def own_case(case: Case) -> Case:
        values = tuple((names.get(name, name), value) for name, value in case.values)
        kinds = tuple((names.get(name, name), kind) for name, kind in case.kinds)
        checks = tuple(_changed(check, told) for check in case.checks)
        return replace(case, values=values, kinds=kinds, checks=checks)

    prompts = []
    for prompt in suite.prompts:
        content = prompt.content
        for name, own in names.items():
            content = renamed(content, name, own)
        prompts.append(replace(prompt, content=content))
    return replace(
        suite,
        prompts=tuple(prompts),
        cases=tuple(replace(one, case=own_case(one.case)) for one in suite.cases),
        checks=tuple(_changed(check, told) for check in suite.checks),
    )


def metadata_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata of a test without its marks."""
    metadata = as_map(data.get("metadata"))
    return {name: value for name, value in metadata.items() if name != MARKS or not _marks(data)}


def further_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a case that its marks hold, as fields of `Case`."""
    marks, found = _marks(data), dict[str, Any]()
    for name in ("expectation", "cluster", "notes"):
        if isinstance(text := marks.get(name), str) and text:
            found[name] = text
    if tags := _texts(marks.get("tags")):
        found["tags"] = tags
    if marks.get("held_out") is True:
        found["held_out"] = True
    return found


def _marks(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the marks of a test, none if they are not of the expected shape."""
    marks = as_map(as_map(data.get("metadata")).get(MARKS))
    return marks if marks.keys() <= _KEYS else {}


def _changed(check: Check, change: Callable[[str], str]) -> Check:
    """Return a check with its expected values changed, as `packs.promptfoo_config` writes references to variables."""

    def part_of(part: Any) -> Any:
        if isinstance(part, str):
            return change(part)
        if isinstance(part, list):
            return [part_of(one) for one in part]
        return {key: part_of(one) for key, one in part.items()} if isinstance(part, dict) else part

    def json_of(text: str) -> str:
        if "{{" not in text:
            return text
        before = json.loads(text)
        after = part_of(before)
        return text if after == before else json.dumps(after, ensure_ascii=False, separators=(",", ":"))

    checks = tuple(_changed(one, change) for one in check.checks)
    return replace(check, value=json_of(check.value), rubric_prompt=json_of(check.rubric_prompt), checks=checks)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, FileValue)


def _text_of(value: Any) -> str | None:
    """Return the text that a value is the JSON of, None for anything else."""
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, str) else None


def _texts(given: Any) -> tuple[str, ...]:
    is_list = isinstance(given, list) and all(isinstance(one, str) for one in given)
    return tuple(given) if is_list else ()
