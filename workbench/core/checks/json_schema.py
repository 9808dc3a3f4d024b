"""JSON Schema draft-07 as Ajv 8 applies it in strict mode.

Invariant: what Ajv refuses to compile (unknown keywords and formats, other drafts, ignored keywords) is unscored, never
valid. Formats are enforced, `nullable` is known, keywords beside `$ref` count, and patterns need the script engine.
"""

from __future__ import annotations

import functools
import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workbench.core.bounded_schema import SECONDS, BoundedValidator, UncheckedError
from workbench.core.checks.check_result import UnscoredError, quoted
from workbench.core.checks.js_text import is_number
from workbench.core.checks.json_formats import FORMATS, NUMBER_FORMATS, REGEX_FORMAT, TEXT_FORMATS
from workbench.core.checks.script_engine import PatternError, ScriptEngine, ScriptStoppedError
from workbench.core.output_check import schema_fault_of, violation

DRAFT = "http://json-schema.org/draft-07/schema"
_ONE = frozenset({"not", "if", "then", "else", "propertyNames", "additionalProperties", "contains", "additionalItems"})
_LISTS = frozenset({"anyOf", "oneOf", "allOf"})
_MAPS = frozenset({"properties", "patternProperties"})
_OTHERS = """
$schema $id $defs $vocabulary $comment definitions $ref items dependencies type nullable const enum format
maximum minimum exclusiveMaximum exclusiveMinimum multipleOf maxLength minLength pattern maxProperties minProperties
required maxItems minItems uniqueItems title description default deprecated readOnly writeOnly examples
contentMediaType contentEncoding contentSchema
"""
_KEYWORDS = frozenset(_OTHERS.split()) | _ONE | _LISTS | _MAPS
_UNSUPPORTED = frozenset({"formatMaximum", "formatMinimum", "formatExclusiveMaximum", "formatExclusiveMinimum"})
_OTHER_ANCHOR = re.compile(r"[^\\]\\Z")
_WHAT = "The JSON Schema of the check"


class JsonSchema:
    """A compiled schema."""

    def __init__(self, schema: Any, engine: ScriptEngine | None) -> None:
        """Compile a map or boolean. Raises UnscoredError when Ajv would refuse it or an engine is needed."""
        self._engine = engine
        self._schema = schema
        self._validator: BoundedValidator | None = None
        if isinstance(schema, dict):
            _refuse_other_drafts(schema)
            if fault := schema_fault_of(schema, _WHAT, _check_schema):
                raise UnscoredError(fault)
        try:
            self._compile(schema, set())
            if isinstance(schema, dict):
                self._validator = BoundedValidator(schema, _validator(self._holds_format), self._search)
        except RecursionError as error:
            raise UnscoredError(f"{_WHAT} is nested too deeply. Flatten it.") from error

    def error(self, value: Any) -> str:
        """Return why a value is invalid, "" for a valid one. Raises UnscoredError when it cannot be checked."""
        from referencing.exceptions import Unresolvable

        if self._validator is None:
            return "" if self._schema else "no value is allowed"
        try:
            found = self._validator.first_error(value, time.monotonic() + SECONDS)
        except Unresolvable as error:
            raise UnscoredError(f"{_WHAT} refers to {quoted(error.ref)}, which is not in it.") from error
        except RecursionError as error:
            raise UnscoredError("The JSON or its schema is nested too deeply to be checked.") from error
        except UncheckedError as error:
            raise UnscoredError(f"Not checked: {error}.") from error
        return "" if found is None else violation(found)

    def _compile(self, schema: Any, seen: set[int]) -> None:
        """Refuse what Ajv's strict mode refuses, in this schema and all that it reaches."""
        if isinstance(schema, bool) or id(schema) in seen:
            return
        if not isinstance(schema, dict):
            raise UnscoredError(f"{_WHAT} has {quoted(json.dumps(schema))} where a schema must be. Correct it.")
        seen.add(id(schema))
        self._refuse_strictly(schema)
        for part in _subschemas(schema):
            self._compile(part, seen)
        if isinstance(ref := schema.get("$ref"), str) and ref.startswith("#"):
            self._compile(self._target(ref), seen)

    def _refuse_strictly(self, schema: dict[str, Any]) -> None:
        for key in schema:
            if key in _UNSUPPORTED:
                raise UnscoredError(f"The keyword {quoted(key)} of the JSON Schema is not evaluated here.")
            if key not in _KEYWORDS:
                raise UnscoredError(f"{_WHAT} has the unknown keyword {quoted(key)}. Only draft-07 is read. Remove it.")
        name = schema.get("format")
        if name is not None and name not in FORMATS:
            raise UnscoredError(f"{_WHAT} has the unknown format {quoted(str(name))}. Remove it.")
        if "if" in schema and not ("then" in schema or "else" in schema):
            raise UnscoredError(f"{_WHAT} has “if” without “then” and “else”. Add one of them.")
        if ("then" in schema or "else" in schema) and "if" not in schema:
            raise UnscoredError(f"{_WHAT} has “then” or “else” without “if”. Add it.")
        if "additionalItems" in schema and not isinstance(schema.get("items"), list):
            raise UnscoredError(
                f"{_WHAT} has “additionalItems”, but no list of “items”, so it has no effect. Remove it."
            )
        if "nullable" in schema and "type" not in schema:
            raise UnscoredError(f"{_WHAT} has “nullable” without “type”. Add it.")
        if schema.get("enum") == []:
            raise UnscoredError(f"{_WHAT} has an empty “enum”. Add values.")
        if "pattern" in schema:
            self._search(schema["pattern"], "")
        self._refuse_shared_names(schema)

    def _refuse_shared_names(self, schema: dict[str, Any]) -> None:
        """Refuse properties that a pattern means, too, unless the patterns allow everything."""
        patterns = schema.get("patternProperties", {})
        for pattern in patterns:
            self._search(pattern, "")
        if all(part is True or part == {} for part in patterns.values()):
            return
        for name in schema.get("properties", {}):
            if any(self._search(pattern, name) for pattern in patterns):
                raise UnscoredError(f"{_WHAT} has the property {quoted(name)} in “patternProperties”, too. Rename it.")

    def _target(self, ref: str) -> Any:
        from urllib.parse import unquote

        found: Any = self._schema
        for step in unquote(ref[1:]).split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and key.isdecimal() and int(key) < len(found):
                found = found[int(key)]
            elif isinstance(found, dict) and key in found:
                found = found[key]
            else:
                raise UnscoredError(f"{_WHAT} refers to {quoted(ref)}, which is not in it. Correct the path.")
        return found

    def _search(self, pattern: str, text: str, flags: str = "u") -> bool:
        if self._engine is None:
            raise UnscoredError("Patterns in a JSON Schema need the script engine, which is not available here.")
        try:
            return self._engine.search(pattern, text, flags) is not None
        except PatternError as error:
            raise UnscoredError(f"{_WHAT} has the invalid pattern {quoted(pattern)}: {error}. Correct it.") from error
        except ScriptStoppedError as error:
            raise UnscoredError(str(error)) from error

    def _is_pattern(self, text: str) -> bool:
        r"""Whether a text is a regular expression; ajv-formats refuses the anchor `\Z` of other engines."""
        if _OTHER_ANCHOR.search(text):
            return False
        try:
            self._search(text, "", "")
        except UnscoredError as error:
            if isinstance(error.__cause__, PatternError):
                return False
            raise
        return True

    def _holds_format(self, name: str, value: Any) -> bool:
        if isinstance(value, str) and name == REGEX_FORMAT:
            return self._is_pattern(value)
        if isinstance(value, str) and name in TEXT_FORMATS:
            try:
                return TEXT_FORMATS[name](value)
            except TimeoutError as error:
                raise UnscoredError(f"Checking the format {quoted(name)} takes too long on this answer.") from error
        return not (is_number(value) and name in NUMBER_FORMATS) or NUMBER_FORMATS[name](value)


def schema_of(value: Any) -> Any:
    """Return the schema in a check's value: a map, or a text in JSON or YAML. Raises UnscoredError."""
    schema = _read(value) if isinstance(value, str) else value
    if not isinstance(schema, dict) and not (isinstance(schema, bool) and isinstance(value, str)):
        raise UnscoredError("Enter a JSON Schema, or nothing to accept any JSON.")
    return schema


def _read(text: str) -> Any:
    from workbench.core.checks.schema_yaml import read_yaml

    try:
        return json.loads(text)
    except ValueError:
        return read_yaml(text)
    except RecursionError as error:
        raise UnscoredError(f"{_WHAT} is nested too deeply. Flatten it.") from error


def _refuse_other_drafts(schema: dict[str, Any]) -> None:
    named = schema.get("$schema")
    if named is not None and (not isinstance(named, str) or named.removesuffix("#") != DRAFT):
        raise UnscoredError(
            f"{_WHAT} declares another draft than draft-07. Remove “$schema”, or rewrite it for draft-07."
        )


def _subschemas(schema: dict[str, Any]) -> Iterator[Any]:
    for key, part in schema.items():
        if key in _ONE or (key == "items" and not isinstance(part, list)):
            yield part
        elif key in _LISTS or key == "items":
            yield from part
        elif key in _MAPS:
            yield from part.values()
        elif key == "dependencies":
            yield from (one for one in part.values() if not isinstance(one, list))


@functools.cache
def _plain_validator() -> Any:
    from jsonschema import Draft7Validator
    from jsonschema.validators import create

    kinds = Draft7Validator.TYPE_CHECKER.redefine(
        "number", lambda checker, value: is_number(value) and math.isfinite(value)
    )
    # The validator of draft-07 would ignore keywords beside `$ref`.
    return create(
        Draft7Validator.META_SCHEMA,
        validators={**Draft7Validator.VALIDATORS, "type": _type},
        type_checker=kinds,
        id_of=Draft7Validator.ID_OF,
        applicable_validators=lambda schema: schema.items(),
    )


def _check_schema(schema: Any) -> None:
    """Compare a schema with that of draft-07. Patterns are left out, because they are JavaScript's."""
    from jsonschema import Draft7Validator, FormatChecker

    Draft7Validator.check_schema(schema, format_checker=FormatChecker(()))


def _validator(holds_format: Callable[[str, Any], bool]) -> Any:
    from jsonschema import ValidationError
    from jsonschema.validators import extend

    def format_rule(validator: Any, name: str, value: Any, schema: Any) -> Iterator[Any]:
        if not holds_format(name, value):
            yield ValidationError(f"{value!r} is not a {name!r}")

    return extend(_plain_validator(), {"format": format_rule})


def _type(validator: Any, types: Any, value: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    from jsonschema import ValidationError

    if value is None and schema.get("nullable") is True:
        return
    names = [types] if isinstance(types, str) else types
    if not any(validator.is_type(value, name) for name in names):
        yield ValidationError(f"{value!r} is not of type {', '.join(map(repr, names))}")
