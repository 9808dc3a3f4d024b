"""Tools and output formats in the form that requests have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.core.blocks import BlockError, OutputFormat, Tool
from workbench.core.chat_form import format_form, format_instruction, is_strict, schema_object, tools_form

CLOSED: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}


def test_tools_are_converted_to_the_request_form() -> None:
    tools = (Tool("look_up", "Looks", json.dumps(CLOSED)), Tool("now"))
    assert tools_form(tools) == [
        {"type": "function", "function": {"name": "look_up", "description": "Looks", "parameters": CLOSED}},
        {"type": "function", "function": {"name": "now", "parameters": {"type": "object", "properties": {}}}},
    ]


@pytest.mark.parametrize(
    ("tools", "words"),
    [
        ((Tool(""),), "has no name"),
        ((Tool("look up"),), "“look up” needs a name"),
        ((Tool("a"), Tool("a")), "Two tools are named a"),
        ((Tool("a", parameters='{\n "x":}'),), "parameters of the tool a: not valid JSON at line 2"),
        ((Tool("a", parameters="[]"),), "not a JSON object"),
        ((Tool("a", parameters="[" * 100_000),), "nested too deeply|not valid JSON"),
    ],
)
def test_invalid_tools_are_refused(tools: tuple[Tool, ...], words: str) -> None:
    with pytest.raises(BlockError, match=words):
        tools_form(tools)


def test_output_formats_are_converted_to_the_request_form() -> None:
    assert format_form(OutputFormat("json")) == {"type": "json_object"}
    form = format_form(OutputFormat("schema", json.dumps(CLOSED), "Näme of it"))
    assert form["json_schema"] == {"name": "N_me_of_it", "schema": CLOSED, "strict": True}
    assert format_form(OutputFormat("schema", "{}"))["json_schema"] == {"name": "answer", "schema": {}}
    assert json.dumps(CLOSED) in format_instruction(OutputFormat("schema", json.dumps(CLOSED)))
    with pytest.raises(BlockError, match="schema of the output format: not valid JSON at line 1"):
        format_form(OutputFormat("schema", "{"))


@pytest.mark.parametrize(
    ("change", "strict"),
    [
        ({}, True),
        ({"additionalProperties": True}, False),
        ({"required": []}, False),
        ({"oneOf": [{}]}, False),
        ({"properties": {"a": {"type": "object"}}}, False),
        ({"properties": {"a": {"type": "array", "items": CLOSED}}}, True),
        ({"properties": {"a": {"anyOf": [CLOSED, {"type": "object"}]}}}, False),
        ({"$defs": {"x": {"type": "object"}}}, False),
        ({"$defs": {"x": CLOSED}}, True),
    ],
)
def test_strict_schemas_are_recognised(change: dict[str, Any], strict: bool) -> None:
    assert is_strict({**CLOSED, **change}) is strict


def test_only_an_object_schema_is_strict() -> None:
    assert not is_strict({"type": "array", "items": CLOSED})
    assert not is_strict(True)


def test_number_with_too_many_digits_is_refused() -> None:
    with pytest.raises(BlockError, match="too many digits"):
        schema_object('{"a": ' + "1" * 5000 + "}", "The schema")
