"""Forms for checks: groups of types, and how a value is shown and typed.

Invariant: whatever is typed is kept. A text that is not what the type takes becomes a text value, which is never
scored, and `value_problem` says what to correct.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from workbench.core.cases import SET, Check, json_text
from workbench.core.checks.check_types import CHECK_TYPES, CheckType, ValueKind, unknown_type
from workbench.core.checks.js_text import to_string

CHECK_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Text": (
        "contains",
        "icontains",
        "contains-any",
        "icontains-any",
        "contains-all",
        "icontains-all",
        "equals",
        "starts-with",
        "regex",
        "word-count",
        "is-refusal",
    ),
    "Format": (
        "is-json",
        "contains-json",
        "is-xml",
        "contains-xml",
        "is-html",
        "contains-html",
        "is-sql",
        "contains-sql",
    ),
    "Code": ("javascript",),
    "Similarity to a text": ("levenshtein", "rouge-n", "bleu", "gleu"),
    "Judged by a model": (
        "llm-rubric",
        "model-graded-closedqa",
        "factuality",
        "model-graded-factuality",
        "answer-relevance",
        "select-best",
        "similar",
        "similar:cosine",
        "similar:dot",
        "similar:euclidean",
    ),
    "Call": ("finish-reason", "latency", "cost"),
    "Tools": (
        "is-valid-openai-tools-call",
        "tool-call-f1",
        "trajectory:tool-used",
        "trajectory:tool-sequence",
    ),
    "Several checks": (SET,),
}
"""The types that are evaluated, by group, in the order of the form."""
UNSCORED_GROUP = "Kept, but not scored here"
"""The group of all other types."""
CODE_EXAMPLE = "output.length < 200"
EXAMPLES: Mapping[str, str] = {
    "contains": "{{order_number}}",
    "icontains": "thank you",
    "contains-any": "in transit\ndelivered",
    "icontains-any": "in transit\ndelivered",
    "contains-all": "{{order_number}}\nFriday",
    "icontains-all": "{{order_number}}\nFriday",
    "equals": "{{expected}}",
    "starts-with": "Dear {{name}}",
    "regex": r"^Order \d+",
    "word-count": "20 to 60",
    "is-json": '{"type": "object", "required": ["status"]}',
    "contains-json": '{"type": "object", "required": ["status"]}',
    "is-xml": "order.item",
    "contains-xml": "order.item",
    "is-sql": '{"databaseType": "PostgreSQL"}',
    "contains-sql": '{"databaseType": "PostgreSQL"}',
    "javascript": CODE_EXAMPLE,
    "levenshtein": "{{expected}}",
    "rouge-n": "{{expected}}",
    "bleu": "{{expected}}",
    "gleu": "{{expected}}",
    "llm-rubric": "is polite and names the next step",
    "model-graded-closedqa": "The answer names the day of delivery.",
    "factuality": "{{expected}}",
    "model-graded-factuality": "{{expected}}",
    "select-best": "is shorter and still complete",
    "similar": "{{expected}}",
    "similar:cosine": "{{expected}}",
    "similar:dot": "{{expected}}",
    "similar:euclidean": "{{expected}}",
    "finish-reason": "stop",
    "tool-call-f1": "lookup_order",
    "trajectory:tool-used": "lookup_*",
    "trajectory:tool-sequence": "lookup_order\nsend_mail",
}
"""A value as typed, by type."""
_OPTIONAL_TEXTS = frozenset({"is-xml", "contains-xml"})
_MAY_BE_EXPECTATION = frozenset(
    {"factuality", "model-graded-factuality", "similar", "similar:cosine", "similar:dot", "similar:euclidean"}
)
"""Types for which the expectation of the case is used when they have no value."""
_NEEDS_THRESHOLD = frozenset({"latency", "cost"})
_MAY_HAVE_THRESHOLD = frozenset({"javascript", "llm-rubric", SET})
_RANGE = re.compile(
    r"(?:(?P<low>\d+)\s*(?:to|-|–)\s*(?P<high>\d+)|at least\s+(?P<least>\d+)|at most\s+(?P<most>\d+)|(?P<just>\d+))",
    re.IGNORECASE,
)


class ValueHelp(NamedTuple):
    """The label of a value's field, and a hint below it."""

    label: str
    hint: str


VALUE_HELP: Mapping[ValueKind, ValueHelp] = {
    "none": ValueHelp("", ""),
    "text": ValueHelp("Text", "{{name}} stands for a variable of the case."),
    "texts": ValueHelp("Texts, one per line", "{{name}} stands for a variable of the case."),
    "pattern": ValueHelp("Pattern", "Without slashes. {{name}} stands for a variable of the case."),
    "schema": ValueHelp("JSON Schema (optional)", "Draft-07, as JSON or YAML. Without one, any JSON passes."),
    "number": ValueHelp("Words", "A number, or a range: 20 to 60, at least 20, at most 60."),
    "map": ValueHelp("Settings (optional)", "A JSON object."),
    "json": ValueHelp("Text or JSON", "A JSON object or list is compared as JSON. {{name}} stands for a variable."),
    "code": ValueHelp(
        "JavaScript",
        "One expression is enough. output is the answer, context.vars.name a variable; true passes, false fails, "
        "and a number from 0 to 1 is a score.",
    ),
    "checks": ValueHelp("", "Add checks to this set, or move them into it with Alt+Right."),
}


def group_of(name: str) -> str:
    """Return the group of a type."""
    return next((group for group, names in CHECK_GROUPS.items() if name in names), UNSCORED_GROUP)


def grouped_types() -> list[tuple[str, tuple[CheckType, ...]]]:
    """Return all types by group, in the order of the form."""
    grouped = [(group, tuple(CHECK_TYPES[name] for name in names)) for group, names in CHECK_GROUPS.items()]
    return [*grouped, (UNSCORED_GROUP, tuple(row for row in CHECK_TYPES.values() if not row.is_evaluated))]


def found_types(text: str) -> list[tuple[str, tuple[CheckType, ...]]]:
    """Return the types whose name, title or explanation has every word of `text`, by group without empty ones."""
    words = text.lower().split()

    def matches(row: CheckType) -> bool:
        told = f"{row.name} {row.title} {row.explanation}".lower()
        return all(word in told for word in words)

    found = [(group, tuple(filter(matches, rows))) for group, rows in grouped_types()]
    return [(group, rows) for group, rows in found if rows]


def takes_threshold(check: Check) -> bool:
    """Whether the form has a field for the threshold."""
    row = CHECK_TYPES.get(check.type)
    if check.threshold is not None:
        return True
    return row is not None and (row.threshold is not None or row.name in _NEEDS_THRESHOLD | _MAY_HAVE_THRESHOLD)


def threshold_hint(check: Check) -> str:
    """Return what the threshold means, "" for a type without one."""
    row = CHECK_TYPES.get(check.type)
    if row is None:
        return ""
    if row.name == "latency":
        return "Maximum in milliseconds."
    if row.name == "cost":
        return "Maximum in US dollars."
    if row.name == "levenshtein":
        return f"Maximum number of changed characters; {row.threshold:g} if empty."
    if row.name == "similar:euclidean":
        return f"Maximum distance; {row.threshold:g} if empty."
    if row.name == "llm-rubric":
        return "Minimum score that the judge gives; if empty, only its pass or fail counts."
    if row.threshold is not None:
        return f"Minimum score, 0 to 1; {row.threshold:g} if empty."
    if row.name == SET:
        return "Minimum mean score, 0 to 1; if empty, all checks must pass."
    return "Minimum score; if empty, more than 0 passes." if row.name in _MAY_HAVE_THRESHOLD else ""


def value_text(kind: ValueKind, value: str) -> str:
    """Return a stored value (JSON text, "" for none) as it is typed."""
    if not value:
        return ""
    found = json.loads(value)
    if isinstance(found, str):
        return found
    if kind == "texts" and _is_lines(found):
        return "\n".join(found)
    if kind == "number" and (words := _range_words(found)):
        return words
    return to_string(found) if isinstance(found, int | float) else json.dumps(found, ensure_ascii=False, indent=2)


def typed_value(kind: ValueKind, text: str) -> str:
    """Return typed text as a stored value, "" for none."""
    if not text or (kind not in ("text", "pattern", "json") and not text.strip()):
        return ""
    if kind == "texts":
        listed = _json_of(text, list)
        return json_text([line for line in text.split("\n") if line.strip()] if listed is None else listed)
    if kind == "number":
        return json_text(_number_of(text))
    if kind in ("schema", "map", "json"):
        found = _json_of(text, dict if kind != "json" else (dict, list))
        return json_text(text if found is None else found)
    return json_text(text)


def value_problem(check: Check) -> str:
    """Return what is wrong with a check's value or threshold as a sentence, "" for nothing.

    Mistakes in patterns, schemas and code are found only by evaluating them.
    """
    row = CHECK_TYPES.get(check.type)
    if row is None:
        return unknown_type(check.type)
    if not row.is_evaluated:
        return ""
    if row.name in _NEEDS_THRESHOLD and check.threshold is None:
        return "Enter the maximum."
    if row.name == SET:
        return "" if check.checks else "The set has no checks. Add some."
    if not check.value:
        return _missing(row)
    value = json.loads(check.value)
    if row.value == "number" and not _is_count(value):
        return "Enter a number of words, or a range such as 20 to 60."
    # A schema may be written in YAML.
    is_json = row.value == "map" or (row.value == "schema" and isinstance(value, str) and value.lstrip()[:1] in "{[")
    return _json_problem(value) if is_json and isinstance(value, str) else ""


def new_check(name: str, *, negated: bool = False) -> Check:
    """Return a new check of a type; the short form of code is filled in, because it is meant to be edited."""
    return Check(name, negated, json_text(CODE_EXAMPLE) if name == "javascript" else "")


def _missing(row: CheckType) -> str:
    if row.value in ("none", "schema", "map") or row.name in _OPTIONAL_TEXTS | _MAY_BE_EXPECTATION:
        return ""
    if row.judged:
        return "Enter what the judge has to look for."
    if row.value == "texts":
        return "Enter at least one text." if not row.needs else "Enter the name of at least one tool."
    if row.value == "number":
        return "Enter a number of words, or a range such as 20 to 60."
    return {"pattern": "Enter a pattern.", "code": "Enter JavaScript."}.get(row.value, "Enter a text.")


def _json_problem(text: str) -> str:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        return f"This is not JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}."
    except (ValueError, RecursionError):
        return "This JSON cannot be read."
    return "" if isinstance(found, dict) else "Enter a JSON object."


def _json_of(text: str, kinds: type | tuple[type, ...]) -> Any:
    """Return the JSON value of a text if it is of one of the kinds, None for anything else."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, kinds) else None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _is_lines(found: Any) -> bool:
    """Whether a value is a list of texts that can be shown one per line."""
    return (
        isinstance(found, Sequence)
        and bool(found)
        and all(isinstance(one, str) and one.strip() and "\n" not in one for one in found)
        and not found[0].lstrip().startswith("[")
    )


def _number_of(text: str) -> Any:
    """Return a number, or a map of min and max; the text itself if it is neither."""
    told = _RANGE.fullmatch(text.strip())
    if told is None:
        return text
    if told["just"]:
        return int(told["just"])
    low, high = told["low"] or told["least"], told["high"] or told["most"]
    return {name: int(number) for name, number in (("min", low), ("max", high)) if number}


def _range_words(found: Any) -> str:
    if not isinstance(found, dict) or not found or not found.keys() <= {"min", "max"}:
        return ""
    if not all(type(number) is int and number >= 0 for number in found.values()):
        return ""
    if len(found) == 2:
        return f"{found['min']} to {found['max']}" if tuple(found) == ("min", "max") else ""
    return f"at least {found['min']}" if "min" in found else f"at most {found['max']}"


def _is_count(value: Any) -> bool:
    if isinstance(value, str):
        return "{{" in value or value.strip().isdecimal()
    if isinstance(value, dict):
        numbers = [value[name] for name in ("min", "max") if name in value]
        return bool(numbers) and all(map(_is_plain, numbers)) and numbers == sorted(numbers)
    return _is_plain(value)


def _is_plain(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
