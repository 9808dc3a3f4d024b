"""Cases and checks: a value set for a prompt, and the rules that its answers must satisfy.

Invariant: `case_from_json(case_to_json(c)) == c`, and reading loses nothing. The fields hold a promptfoo assertion;
whatever does not fit them (an unknown key, a threshold that is a string) is kept unchanged in `rest`. Nothing here
evaluates a check; the set of known types belongs to the evaluator.

JSON values are kept as JSON text, so that all classes are frozen; "" means that the key is absent.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.core.value_kinds import Kinds, kinds_from_json

SET = "assert-set"
"""The type of a check that consists of other checks."""
_NOT = "not-"
_SURROGATE = re.compile("[\ud800-\udfff]")
_TEXTS = {"metric": "metric", "transform": "transform", "contextTransform": "context_transform"}
_JSON = {"value": "value", "provider": "provider", "rubricPrompt": "rubric_prompt", "config": "config"}
_CASE_TEXTS = ("expectation", "cluster", "notes")
_DEEPEST = 20
"""Maximum nesting depth of assert-sets."""


class CaseError(ValueError):
    """A stored or imported case with an invalid shape. The text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule for an answer.

    `type` excludes the prefix "not-", which sets `negated`. `value`, `provider`, `rubric_prompt` and `config` are JSON
    text. `transform` and `context_transform` are promptfoo code, which is never run here. `checks` are the members of
    an `assert-set`. `weight` and `threshold` are None when not set (promptfoo's default weight is 1). `rest` is a JSON
    object of all other keys, "" for none.
    """

    type: str
    negated: bool = False
    value: str = ""
    threshold: float | None = None
    weight: float | None = None
    metric: str = ""
    provider: str = ""
    rubric_prompt: str = ""
    transform: str = ""
    context_transform: str = ""
    config: str = ""
    checks: tuple[Check, ...] = ()
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A value set with checks. `uid` identifies it across files and machines, `name` is its title.

    `threshold` is the minimum score to pass, None when every check must pass. `metadata` and `rest` are JSON objects
    as text, "" for none. `expectation` is a good answer, `tags` are for filters, and cases of one `cluster` belong
    together: statistics count them as one draw. A `held_out` case is not used while the prompt is being changed.
    `kinds` says which values are not text, in the order of the values.
    """

    uid: str
    name: str = ""
    values: tuple[tuple[str, str], ...] = ()
    checks: tuple[Check, ...] = ()
    threshold: float | None = None
    metadata: str = ""
    rest: str = ""
    expectation: str = ""
    tags: tuple[str, ...] = ()
    cluster: str = ""
    notes: str = ""
    held_out: bool = False
    kinds: Kinds = ()


def json_text(value: Any) -> str:
    """Return compact JSON in key order. Lone surrogates force ASCII escapes, because UTF-8 cannot encode them."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(value, separators=(",", ":")) if _SURROGATE.search(text) else text


def check_to_json(check: Check) -> dict[str, Any]:
    """Return the check as a promptfoo assertion, without unset keys."""
    data: dict[str, Any] = {"type": (_NOT if check.negated else "") + check.type}
    for key, name in _JSON.items():
        if text := getattr(check, name):
            data[key] = json.loads(text)
    for key in ("threshold", "weight"):
        if (number := getattr(check, key)) is not None:
            data[key] = _plain(number)
    for key, name in _TEXTS.items():
        if text := getattr(check, name):
            data[key] = text
    if check.checks:
        data["assert"] = [check_to_json(one) for one in check.checks]
    return {**data, **(json.loads(check.rest) if check.rest else {})}


def check_from_json(data: object, where: str = "A check", depth: int = 0) -> Check:
    """Read an assertion. Raises CaseError, whose sentence begins with `where`."""
    if not isinstance(data, Mapping):
        raise CaseError(f"{where} is not an object with a type.")
    kind = data.get("type")
    if not isinstance(kind, str) or not kind.removeprefix(_NOT):
        raise CaseError(f"{where} needs a type, such as contains or is-json.")
    if depth > _DEEPEST:
        raise CaseError(f"{where} is nested more than {_DEEPEST} deep. Flatten it.")
    rest = {key: value for key, value in data.items() if key != "type"}
    fields: dict[str, Any] = {name: json_text(rest.pop(key)) for key, name in _JSON.items() if key in rest}
    for key in ("threshold", "weight"):
        if (number := _number(rest.get(key))) is not None:
            fields[key] = number
            del rest[key]
    for key, name in _TEXTS.items():
        if isinstance(text := rest.get(key), str) and text:
            fields[name] = text
            del rest[key]
    if isinstance(inner := rest.get("assert"), list) and inner:
        fields["checks"] = tuple(check_from_json(one, f"{where}, part {n}", depth + 1) for n, one in _counted(inner))
        del rest["assert"]
    return Check(kind.removeprefix(_NOT), kind.startswith(_NOT), **fields, rest=json_text(rest) if rest else "")


def case_to_json(case: Case) -> dict[str, Any]:
    """Return the stored form, without unset keys."""
    data: dict[str, Any] = {"uid": case.uid}
    if case.name:
        data["name"] = case.name
    data["values"] = dict(case.values)
    if case.checks:
        data["checks"] = [check_to_json(check) for check in case.checks]
    if case.threshold is not None:
        data["threshold"] = _plain(case.threshold)
    if case.metadata:
        data["metadata"] = json.loads(case.metadata)
    for name in _CASE_TEXTS:
        if text := getattr(case, name):
            data[name] = text
    if case.tags:
        data["tags"] = list(case.tags)
    if case.held_out:
        data["held_out"] = True
    if case.kinds:
        data["kinds"] = dict(case.kinds)
    return {**data, **(json.loads(case.rest) if case.rest else {})}


def case_from_json(data: object, where: str = "A case") -> Case:
    """Read `case_to_json` back. Raises CaseError, whose sentence begins with `where`."""
    if not isinstance(data, Mapping):
        raise CaseError(f"{where} is not an object.")
    rest = dict(data)
    uid, name, values = rest.pop("uid", ""), rest.pop("name", ""), rest.pop("values", {})
    checks, metadata = rest.pop("checks", []), rest.pop("metadata", {})
    if not isinstance(uid, str) or not isinstance(name, str):
        raise CaseError(f"{where} has a uid or a name that is not text.")
    if not isinstance(values, Mapping) or not all(isinstance(value, str) for value in values.values()):
        raise CaseError(f"{where} needs values: one text per variable.")
    if not isinstance(checks, list) or not isinstance(metadata, Mapping):
        raise CaseError(f"{where}: checks must be a list and metadata an object.")
    if (threshold := _number(rest.get("threshold"))) is not None:
        del rest["threshold"]
    further = _take_fields(rest, values)
    return Case(
        uid,
        name,
        tuple(values.items()),
        tuple(check_from_json(one, f"{where}, check {number}") for number, one in _counted(checks)),
        threshold,
        json_text(metadata) if metadata else "",
        json_text(rest) if rest else "",
        **further,
    )


def _take_fields(rest: dict[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Remove the further fields of a case from `rest` and return them; values of other types stay there."""
    found: dict[str, Any] = {}
    for name in _CASE_TEXTS:
        if isinstance(text := rest.get(name), str) and text:
            found[name] = rest.pop(name)
    tags = rest.get("tags")
    if isinstance(tags, list) and tags and all(isinstance(tag, str) for tag in tags):
        found["tags"] = tuple(rest.pop("tags"))
    if rest.get("held_out") is True:
        found["held_out"] = rest.pop("held_out")
    if kinds := kinds_from_json(rest.get("kinds"), values):
        found["kinds"] = kinds
        del rest["kinds"]
    return found


def _counted(items: Iterable[object]) -> Iterable[tuple[int, object]]:
    return enumerate(items, start=1)


def _number(value: object) -> float | None:
    """Return `value` as a float if that is exact, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and number == value else None


def _plain(number: float) -> float | int:
    """Return a whole number as an int, so that JSON shows no ".0"."""
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
