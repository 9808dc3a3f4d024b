"""Whether answers match the requested output format."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.blocks import OutputFormat
from workbench.core.output_check import MOST_CHECKED, MOST_SCHEMA, check_output, schema_problem

JSON = OutputFormat("json")
ORDER = {
    "type": "object",
    "properties": {
        "status": {"enum": ["shipped", "delivered"]},
        "items": {"type": "array", "items": {"type": "object", "required": ["id"]}},
    },
    "required": ["status"],
}


def schema(data: object) -> OutputFormat:
    return OutputFormat("schema", data if isinstance(data, str) else json.dumps(data))


@pytest.mark.parametrize(
    ("output", "text", "ok", "words"),
    [
        (JSON, ' {"a": [1]}\n', True, "valid JSON"),
        (JSON, '{"a": 1,}', False, "not JSON: .* at line 1, column"),
        (JSON, "", False, "the answer is empty"),
        (JSON, '```json\n{"a": 1}\n```', False, "not JSON: it is inside a code fence"),
        (JSON, "```json\n{\n```", False, "not JSON: expecting value"),
        (JSON, "NaN", False, "NaN is not a JSON number"),
        (JSON, "[" * 100_000, None, "not checked"),
        (JSON, " " * (MOST_CHECKED + 1), None, "longer than 2 million characters"),
        (schema(ORDER), '{"status": "shipped"}', True, "valid against the schema"),
        (schema(ORDER), '{"status": "lost"}', False, "status: 'lost' is not one of"),
        (
            schema(ORDER),
            '{"status": "shipped", "items": [{"id": 1}, {}]}',
            False,
            r"items\[1\]: missing required field",
        ),
        (schema(ORDER), "{}", False, 'Missing required field "status"'),
        (schema({"$ref": "https://other.example/schema"}), "1", None, "refers to “https://other.example/schema”"),
        (schema({"$ref": "#/$defs/gone"}), "1", None, r"refers to “#/\$defs/gone”, which is not in it. Corr"),
        (schema({"$ref": "#gone"}), "1", None, r"points to “#gone”, but .* “\$anchor”. Add it"),
        (schema({"items": {"$dynamicRef": "#node"}}), "[1]", None, r"“\$dynamicAnchor”. Add it, or use “\$ref”"),
        (schema({"$dynamicRef": "tree.json#node"}), "1", None, "refers to “tree.json#node”"),
        (schema({"$dynamicAnchor": "n", "items": {"$dynamicRef": "#n"}, "type": "array"}), "[1]", False, "[0]"),
        (schema({"pattern": "("}), '"x"', None, r"invalid at pattern: '\('"),
        (schema({"type": "text"}), '"x"', None, "not checked: The schema of the output format is invalid at type"),
        (schema({"prefixItems": [{"type": "string"}]}), "[1]", False, r"\[0\]: 1 is not of type 'string'"),
        (schema(True), "1", None, "not a JSON object"),
    ],
)
def test_answers_are_checked_against_the_output_format(
    output: OutputFormat, text: str, ok: bool | None, words: str
) -> None:
    found = check_output(output, text)
    assert found.ok is ok
    assert re.search(words, found.words), found.words


def test_very_long_schema_is_only_parsed_as_json() -> None:
    wrong = {"type": "text", "description": "x" * MOST_SCHEMA}
    assert schema_problem(schema(wrong)) == ""
    assert schema_problem(schema({"type": "text"})) != ""
    assert "not" in schema_problem(schema("[" + " " * MOST_SCHEMA))


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (JSON, ""),
        (schema(ORDER), ""),
        (schema("{"), "The schema of the output format: not valid JSON at line 1, column 2"),
        (schema({"properties": {"a": {"type": "text"}}}), "invalid at properties.a.type: 'text' is not valid"),
        (schema({"required": "a"}), "invalid at required: 'a' is not of type 'array'. Correct it there."),
    ],
)
def test_problems_of_schemas_are_reported(output: OutputFormat, words: str) -> None:
    found = schema_problem(output)
    assert words in found
    assert bool(found) is bool(words)


@given(st.text(max_size=40))
def test_any_answer_gets_a_check_result(text: str) -> None:
    assert check_output(JSON, text).words
    assert check_output(schema(ORDER), text).words
