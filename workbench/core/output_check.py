"""Validation of answers against the prompt's output format.

Invariant: the answer is checked as received: a code fence around JSON is reported, never removed. Nothing is fetched:
references in a schema resolve only within the schema. Draft 2020-12 applies, whatever `$schema` says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from workbench.core.blocks import BlockError, OutputFormat
from workbench.core.bounded_schema import UncheckedError, first_error
from workbench.core.chat_form import schema_object
from workbench.core.runs import FormatCheck

if TYPE_CHECKING:
    from referencing.exceptions import Unresolvable

MOST_CHECKED = 2_000_000
"""Maximum length in characters of a checked answer."""
MOST_SCHEMA = 1_000_000
"""Length in characters above which a schema, which would take seconds, is only checked to be a JSON object."""
_FENCE = re.compile(r"\s*```[\w-]*\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)
_SHOWN = 200
_WHAT = "The schema of the output format"


def schema_problem(output: OutputFormat) -> str:
    """Return a sentence about the error in the output format, "" if it can be used."""
    return "" if output.kind == "json" else schema_fault(output.schema, _WHAT)


def schema_fault(text: str, what: str) -> str:
    """Return a sentence, beginning with `what`, about the error in a JSON Schema, "" if it is valid."""
    from jsonschema import Draft202012Validator

    try:
        schema = schema_object(text, what)
    except BlockError as error:
        return str(error)
    return schema_fault_of(schema, what, Draft202012Validator.check_schema) if len(text) <= MOST_SCHEMA else ""


def schema_fault_of(schema: Any, what: str, check: Callable[[Any], None]) -> str:
    """Return a sentence like `schema_fault` about a schema as an object; `check` raises jsonschema's SchemaError."""
    from jsonschema.exceptions import SchemaError

    try:
        check(schema)
    except SchemaError as error:
        return f"{what} is invalid at {_path(error.absolute_path)}: {_short(error.message)}. Correct it there."
    except RecursionError:
        return f"{what} is nested too deeply. Flatten it."
    return ""


def check_output(output: OutputFormat, text: str) -> FormatCheck:
    """Return whether `text` is valid, with the first error if it is not."""
    if len(text) > MOST_CHECKED:
        return FormatCheck(None, f"not checked: longer than {MOST_CHECKED // 1_000_000} million characters")
    try:
        value = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        return FormatCheck(None, "not checked: nested too deeply")
    except ValueError as error:
        return FormatCheck(False, _why_no_json(text, error))
    if output.kind == "json":
        return FormatCheck(True, "valid JSON")
    return _against(output, value)


def _against(output: OutputFormat, value: Any) -> FormatCheck:
    from referencing.exceptions import Unresolvable

    if problem := schema_problem(output):
        return FormatCheck(None, f"not checked: {problem}")
    schema = schema_object(output.schema, _WHAT)
    try:
        error = first_error(schema, value)
    except Unresolvable as unresolved:
        return FormatCheck(None, f"not checked: {_unresolved(schema, unresolved)}")
    except RecursionError:
        return FormatCheck(None, "not checked: nested too deeply")
    except UncheckedError as why:
        return FormatCheck(None, f"not checked: {why}")
    if error is None:
        return FormatCheck(True, "valid against the schema")
    return FormatCheck(False, violation(error))


def violation(error: Any) -> str:
    """Describe an error of an answer with its path; a missing field of the root needs none."""
    path = _path(error.absolute_path)
    names = error.validator_value if error.validator == "required" else ()
    missing = next((name for name in names if error.message == f"{name!r} is a required property"), None)
    if missing is None:
        return f"{path}: {_short(error.message)}"
    field = f"required field {json.dumps(missing, ensure_ascii=False)}"
    return _short(f"{path}: missing {field}" if error.absolute_path else f"Missing {field}")


def _unresolved(schema: Any, error: Unresolvable) -> str:
    """Return a message about an unresolvable reference, with a next step."""
    anchor = getattr(error, "anchor", "")
    if anchor:
        if any(ref.rpartition("#")[2] == anchor for ref in _values(schema, "$dynamicRef")):
            return (
                f"“$dynamicRef” points to “#{anchor}”, but the schema has no such “$dynamicAnchor”. "
                "Add it, or use “$ref” with a path"
            )
        return f"“$ref” points to “#{anchor}”, but the schema has no such “$anchor”. Add it, or write its path"
    if error.ref.startswith("/"):
        return f"the schema refers to “#{error.ref}”, which is not in it. Correct the path, or add its target"
    return f"the schema refers to “{error.ref}”, which is outside the schema and not fetched. Copy it into “$defs”"


def _values(schema: Any, key: str) -> Iterator[str]:
    """Yield each string under `key`, at any depth."""
    items = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    if isinstance(schema, dict) and isinstance(schema.get(key), str):
        yield schema[key]
    for item in items:
        yield from _values(item, key)


def _why_no_json(text: str, error: ValueError) -> str:
    if not text.strip():
        return "not JSON: the answer is empty"
    if (fenced := _FENCE.match(text)) and _is_json(fenced.group(1)):
        return "not JSON: it is inside a code fence"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}"
    return f"not JSON: {error}"


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return False
    return True


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _path(parts: Any) -> str:
    """Format a JSON path for display: `orders[0].id`, "the top level" for the root."""
    shown = ""
    for part in parts:
        if isinstance(part, int):
            shown += f"[{part}]"
        elif re.fullmatch(r"[A-Za-z_]\w*", part):
            shown += f".{part}" if shown else part
        else:
            shown += f"[{json.dumps(part, ensure_ascii=False)}]"
    return shown or "the top level"


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
