"""Validation of answers is bounded in time, whatever the schema and the answer."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from workbench.core.blocks import OutputFormat
from workbench.core.bounded_schema import UncheckedError, first_error
from workbench.core.output_check import check_output

SLOW = "^(?:(?:a|aa|.)+)+b$"
ANSWER = "b" + "a" * 60 + "!"
"""Begins with the letter that the pattern ends with, because `regex` gives up at once on a text without it."""


@pytest.mark.parametrize(
    "schema",
    [
        {"additionalProperties": {"pattern": SLOW}},
        {"patternProperties": {SLOW: {}}},
        {"patternProperties": {SLOW: {}}, "additionalProperties": False},
        {"additionalProperties": {"$schema": "http://json-schema.org/draft-07/schema#", "pattern": SLOW}},
    ],
)
def test_slow_patterns_stop_at_the_deadline(schema: dict[str, object]) -> None:
    """Without one, each of these takes years."""
    with pytest.raises(UncheckedError, match="take too long"):
        first_error(schema, {ANSWER: ANSWER}, seconds=0.05)


def test_pattern_with_exponential_backtracking_is_checked() -> None:
    form = OutputFormat("schema", json.dumps({"type": "string", "pattern": "^(a+)+$"}))
    assert check_output(form, json.dumps("a" * 60 + "!")).ok is False


def test_many_unique_items_are_compared_in_time() -> None:
    assert first_error({"uniqueItems": True}, [{"a": i} for i in range(50_000)]) is None


@pytest.mark.parametrize(
    "value", [{"b": 1, "a": 2}, {"xa": "a"}, {"xb": 1}, [1, True, "1", [1], {}], [1, 1.0], [{}, {}]]
)
def test_validation_agrees_with_jsonschema(value: object) -> None:
    schema = {
        "properties": {"a": {}},
        "patternProperties": {"^x": {"type": "string", "pattern": "^a"}},
        "additionalProperties": False,
        "uniqueItems": True,
    }
    assert (first_error(schema, value) is None) == Draft202012Validator(schema).is_valid(value)
