"""References (`$ref`) inside of what is written for promptfoo.

promptfoo replaces each reference of a configuration by what it names in the whole file, and refuses the file if it
names nothing there, or is circular. Only the parameters of tools in a provider's `tools` are left as they are. So
schemas of checks are written as JSON texts, which promptfoo parses when it evaluates the check. Formats and tools in
other places have their references replaced by what these name inside of the schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from workbench.core.checks.check_types import CHECK_TYPES

SCHEMA_TYPES = frozenset(name for name, row in CHECK_TYPES.items() if row.value == "schema")
"""The types of checks whose value is a JSON Schema."""
_TEMPLATE = re.compile(r"\{(?=[{%#])|#\}")
_MOST_VALUES = 10_000
_DEEPEST = 100
_KEPT = re.compile(r"providers\.\d+\.config\.tools\.\d+\.function\.parameters")
_DEFINITIONS = ("$defs", "definitions")


class _UnresolvedError(Exception):
    """A reference that is circular or names nothing in its schema, or a schema that would become too large."""


def has_reference(value: Any) -> bool:
    """Whether promptfoo would look up a reference anywhere in a value."""
    if isinstance(value, list):
        return any(map(has_reference, value))
    return isinstance(value, dict) and (_is_reference(value) or any(map(has_reference, value.values())))


def schema_text(schema: Any) -> str:
    """Return a schema as JSON that is YAML, too, and has nothing that a template would change."""
    text = json.dumps(schema, separators=(",", ":")).replace("\x7f", "\\u007f")
    return _TEMPLATE.sub(lambda found: "\\u007b" if found[0] == "{" else "#\\u007d", text)


def schema_of_text(text: Any) -> Any:
    """Return the value with a reference that `schema_text` wrote as this text, None for any other text."""
    try:
        found = json.loads(text) if isinstance(text, str) and '"$ref"' in text else None
    except (ValueError, RecursionError):
        return None
    return found if has_reference(found) and schema_text(found) == text else None


def self_contained(part: Any) -> Any:
    """Return tools or an output format without references, None if that is impossible."""
    try:
        if isinstance(part, list):
            return [{**tool, "function": _contained(tool["function"], "parameters")} for tool in part]
        return {**part, "json_schema": _contained(part["json_schema"], "schema")}
    except (_UnresolvedError, KeyError, TypeError):
        return None


def _contained(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    if not has_reference(given.get(name)):
        return dict(given)
    return {**given, name: _Resolver(given[name]).resolved(given[name], ())}


def without_references(data: Any) -> tuple[Any, bool]:
    """Return a configuration in which promptfoo finds no reference, and whether any key had to be renamed."""
    is_changed = False

    def part(value: Any, where: str) -> Any:
        nonlocal is_changed
        if isinstance(value, list):
            return [part(one, f"{where}.{number}") for number, one in enumerate(value)]
        if not isinstance(value, dict) or _KEPT.fullmatch(where):
            return value
        made = {key: part(one, f"{where}.{key}".lstrip(".")) for key, one in value.items()}
        if not _is_reference(value):
            return made
        is_changed = True
        return {"ref" if key == "$ref" else key: one for key, one in made.items()}

    return part(data, ""), is_changed


def _is_reference(value: Mapping[str, Any]) -> bool:
    name = value.get("$ref")
    # promptfoo ignores anchors such as "#order".
    return isinstance(name, str) and name != "" and (not name.startswith("#") or name == "#" or name.startswith("#/"))


class _Resolver:
    """Replaces the references inside of one schema."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._left = _MOST_VALUES

    def resolved(self, value: Any, inside_of: tuple[str, ...], depth: int = 0) -> Any:
        """Return a value without references. Raises _UnresolvedError."""
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST:
            raise _UnresolvedError
        if isinstance(value, list):
            return [self.resolved(one, inside_of, depth + 1) for one in value]
        if not isinstance(value, dict):
            return value
        beside = {
            key: self.resolved(one, inside_of, depth + 1)
            for key, one in value.items()
            if key != "$ref" and not (depth == 0 and key in _DEFINITIONS)
        }
        name = value.get("$ref")
        if not isinstance(name, str):
            return {**({"$ref": self.resolved(name, inside_of, depth + 1)} if "$ref" in value else {}), **beside}
        if name in inside_of:
            raise _UnresolvedError
        target = self.resolved(self._named(name), (*inside_of, name), depth + 1)
        if not isinstance(target, dict):
            raise _UnresolvedError
        return {**target, **beside}

    def _named(self, name: str) -> Any:
        if not name.startswith("#/"):
            raise _UnresolvedError
        place = self._root
        for step in name[2:].split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(place, dict) and key in place:
                place = place[key]
            elif isinstance(place, list) and key.isdecimal() and len(key) < 7 and int(key) < len(place):
                place = place[int(key)]
            else:
                raise _UnresolvedError
        return place
