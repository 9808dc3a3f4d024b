"""Whether an answer has the form that was asked for.

Invariant: what is checked is the answer as it came: a code fence around JSON is said, never taken away. A check asks
nobody: references in a schema reach only into the schema itself. Draft 2020-12 counts, whatever `$schema` says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.core.blocks import BlockError, OutputFormat
from workbench.core.bounded_schema import UncheckedError, first_error
from workbench.core.chat_form import schema_object
from workbench.core.runs import FormatCheck

if TYPE_CHECKING:
    from referencing.exceptions import Unresolvable

MOST_CHECKED = 2_000_000
"""Characters; a longer answer is not checked."""
MOST_SCHEMA = 1_000_000
"""Characters; of a longer schema, which would take seconds, only that it is a JSON object is checked."""
_FENCE = re.compile(r"\s*```[\w-]*\s*\n(.*?)\n?\s*```\s*\Z", re.DOTALL)
_SHOWN = 200
_WHAT = "The schema of the output format"


def schema_problem(output: OutputFormat) -> str:
    """Return why nothing can be asked for in this form, as a sentence, "" when it can."""
    return "" if output.kind == "json" else schema_fault(output.schema, _WHAT)


def schema_fault(text: str, what: str) -> str:
    """Return why a text is no JSON Schema, as a sentence that begins with `what`, "" when it is one."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        schema = schema_object(text, what)
        if len(text) <= MOST_SCHEMA:
            Draft202012Validator.check_schema(schema)
    except BlockError as error:
        return str(error)
    except SchemaError as error:
        return f"{what} is wrong at {_path(error.absolute_path)}: {_short(error.message)}. Correct it there."
    except RecursionError:
        return f"{what} is nested too deeply. Flatten it."
    return ""


def check_output(output: OutputFormat, text: str) -> FormatCheck:
    """Return whether `text` is valid, and if not the first error."""
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
    return FormatCheck(False, f"{_path(error.absolute_path)}: {_short(error.message)}")


def _unresolved(schema: Any, error: Unresolvable) -> str:
    """Return where a reference leads to nothing, and what to do."""
    anchor = getattr(error, "anchor", "")
    if anchor:
        if any(ref.rpartition("#")[2] == anchor for ref in _values(schema, "$dynamicRef")):
            return (
                f"“$dynamicRef” asks for “#{anchor}”, and nothing in the schema has that “$dynamicAnchor”. "
                "Add it, or use “$ref” with a path"
            )
        return f"“$ref” asks for “#{anchor}”, and nothing in the schema has that “$anchor”. Add it, or write its path"
    if error.ref.startswith("/"):
        return f"the schema refers to “#{error.ref}”, which is not in it. Correct the path, or add what it leads to"
    return f"the schema refers to “{error.ref}”, which is not in it and never fetched. Copy it into “$defs”"


def _values(schema: Any, key: str) -> Iterator[str]:
    """Yield each text under `key`, however deep."""
    items = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    if isinstance(schema, dict) and isinstance(schema.get(key), str):
        yield schema[key]
    for item in items:
        yield from _values(item, key)


def _why_no_json(text: str, error: ValueError) -> str:
    if not text.strip():
        return "not JSON: the answer is empty"
    if (fenced := _FENCE.match(text)) and _is_json(fenced.group(1)):
        return "not JSON: a code fence stands around it"
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
    raise ValueError(f"{name} is no number in JSON")


def _path(parts: Any) -> str:
    """Return a place as people write it: `orders[0].id`, "the top" for all of it."""
    shown = ""
    for part in parts:
        if isinstance(part, int):
            shown += f"[{part}]"
        elif re.fullmatch(r"[A-Za-z_]\w*", part):
            shown += f".{part}" if shown else part
        else:
            shown += f"[{json.dumps(part, ensure_ascii=False)}]"
    return shown or "the top"


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
