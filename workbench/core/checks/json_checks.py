"""Checks of JSON: is-json and contains-json, with an optional JSON Schema."""

from __future__ import annotations

import json

from workbench.core.checks.check_result import Finding, Span
from workbench.core.checks.inputs import CheckInputs
from workbench.core.checks.js_text import is_truthy
from workbench.core.checks.json_schema import JsonSchema, schema_of
from workbench.core.checks.json_text import json_values, nested, parse_json


def is_json(inputs: CheckInputs) -> Finding:
    """Parse the whole answer, without a code fence, and compare it with the schema if there is one."""
    try:
        value = parse_json(inputs.text)
    except ValueError as error:
        return Finding(False, _why_no_json(inputs.text, error), place=_place(inputs.text, error))
    if not is_truthy(inputs.value):
        return Finding(True, "The answer is JSON.", place=(0, len(inputs.text)))
    if problem := JsonSchema(schema_of(inputs.value), inputs.engine).error(value):
        return Finding(False, f"The JSON does not fit the schema: {problem}.")
    return Finding(True, "The answer is JSON that fits the schema.", place=(0, len(inputs.text)))


def contains_json(inputs: CheckInputs) -> Finding:
    """Look for an object or array in the answer that fits the schema if there is one."""
    schema = JsonSchema(schema_of(inputs.value), inputs.engine) if is_truthy(inputs.value) else None
    problem = ""
    for value, place in json_values(inputs.text):
        if schema is None:
            return Finding(True, "The answer contains JSON.", place=place)
        for part in nested(value):
            reason = schema.error(part)
            if not reason:
                return Finding(True, "The answer contains JSON that fits the schema.", place=place)
            problem = problem or reason
    if problem:
        return Finding(False, f"No JSON in the answer fits the schema: {problem}.")
    return Finding(False, "The answer contains no JSON object or array.")


def _why_no_json(text: str, error: ValueError) -> str:
    if not text.strip():
        return "The answer is not JSON: it is empty."
    if isinstance(error, json.JSONDecodeError):
        return f"The answer is not JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}."
    return f"The answer is not JSON: {error}."


def _place(text: str, error: ValueError) -> Span | None:
    at = error.pos if isinstance(error, json.JSONDecodeError) else len(text)
    return (at, at + 1) if at < len(text) else None
