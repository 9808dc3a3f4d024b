"""JSON Schema validation in bounded time.

Invariant: validation ends soon for any schema and any answer. All patterns of a check share one deadline, because
Python's `re` could block the whole program indefinitely; `uniqueItems` takes time linear in the size of the items.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import regex

SECONDS = 1.0
MOST_ERRORS = 100
"""Number of errors from which the best one is chosen; each holds a copy of the invalid value."""
Search = Callable[[str, str], bool]
"""Whether a pattern is found in a text."""
_VALUES = frozenset({"const", "enum", "default", "examples"})


class UncheckedError(Exception):
    """An answer that cannot be checked; the text is the reason, in a few words."""


def first_error(schema: Mapping[str, Any], value: Any, seconds: float = SECONDS) -> Any:
    """Return jsonschema's best match among the errors of draft 2020-12, None for a valid value.

    Raises UncheckedError, and `referencing.exceptions.Unresolvable` for a reference that leaves the schema.
    """
    from jsonschema import Draft202012Validator

    return BoundedValidator(schema, Draft202012Validator).first_error(value, time.monotonic() + seconds)


class BoundedValidator:
    """A validator of one schema. `search` replaces the search for patterns and has limits of its own."""

    def __init__(self, schema: Mapping[str, Any], dialect: Any, search: Search | None = None) -> None:
        """Prepare a schema for a validator class of jsonschema. Raises UncheckedError."""
        from jsonschema.validators import extend
        from referencing import Registry

        ruled = _without_dialects(schema)
        if _has(ruled, "unevaluatedProperties") and _has(ruled, "patternProperties"):
            both = "unevaluatedProperties and patternProperties"
            raise UncheckedError(f"the schema combines {both}, which takes too long")
        self._rules = _Rules(search)
        made = {
            "pattern": self._rules.pattern,
            "patternProperties": self._rules.pattern_properties,
            "additionalProperties": self._rules.additional_properties,
            "uniqueItems": self._rules.unique_items,
        }
        # The default registry would fetch references over the network.
        self._checker = extend(dialect, made)(ruled, registry=Registry())

    def first_error(self, value: Any, deadline: float) -> Any:
        """Return an error like the function; `deadline` is on the monotonic clock, and for the patterns."""
        from jsonschema.exceptions import best_match

        self._rules.deadline = deadline
        try:
            return best_match(itertools.islice(self._checker.iter_errors(value), MOST_ERRORS))
        except regex.error as wrong:
            raise UncheckedError(f"a pattern in the schema is not a regular expression ({wrong})") from wrong


class _Rules:
    """Replacements for the keywords that could run indefinitely, with one shared deadline."""

    def __init__(self, search: Search | None) -> None:
        self._search = search
        self.deadline = 0.0

    def _found(self, pattern: str, text: str) -> bool:
        if self._search is not None:
            return self._search(pattern, text)
        left = self.deadline - time.monotonic()
        try:
            if left > 0:
                return regex.search(pattern, text, timeout=left) is not None
        except TimeoutError:
            pass  # reported below, like a deadline that has already passed
        raise UncheckedError("the patterns of the schema take too long on this answer")

    def pattern(self, validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
        from jsonschema import ValidationError

        if validator.is_type(instance, "string") and not self._found(pattern, instance):
            yield ValidationError(f"{instance!r} does not match {pattern!r}")

    def pattern_properties(self, validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "object"):
            for pattern, wanted in patterns.items():
                for key, value in instance.items():
                    if self._found(pattern, key):
                        yield from validator.descend(value, wanted, path=key, schema_path=pattern)

    def additional_properties(self, validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
        from jsonschema import ValidationError

        if not validator.is_type(instance, "object"):
            return
        known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
        extras = [k for k in instance if k not in known and not any(self._found(p, k) for p in patterns)]
        if validator.is_type(wanted, "object"):
            for key in extras:
                yield from validator.descend(instance[key], wanted, path=key)
        elif not wanted and extras:
            names = ", ".join(repr(key) for key in extras[:10])
            verb = "was" if len(extras) == 1 else "were"
            yield ValidationError(f"Additional properties are not allowed ({names} {verb} unexpected)")

    def unique_items(self, validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
        from jsonschema import ValidationError

        if wanted and validator.is_type(instance, "array") and len({_key(item) for item in instance}) < len(instance):
            yield ValidationError(f"{instance!r} has non-unique elements")


def _key(value: Any) -> Any:
    """Return a hashable key that is equal for equal JSON values: 1 equals 1.0, true does not equal 1."""
    if isinstance(value, dict):
        return "object", frozenset((key, _key(item)) for key, item in value.items())
    if isinstance(value, list):
        return "array", tuple(_key(item) for item in value)
    return isinstance(value, bool), value


def _without_dialects(schema: Any) -> Any:
    """Return the schema without `$schema` keys: a subschema with its own dialect would bypass these rules."""
    if isinstance(schema, dict):
        return {
            key: item if key in _VALUES else _without_dialects(item)
            for key, item in schema.items()
            if not (key == "$schema" and isinstance(item, str))
        }
    return [_without_dialects(item) for item in schema] if isinstance(schema, list) else schema


def _has(schema: Any, name: str) -> bool:
    if isinstance(schema, dict):
        return name in schema or any(_has(item, name) for item in schema.values())
    return isinstance(schema, list) and any(_has(item, name) for item in schema)
