"""Copied texts are recognised as examples, tools or an output format."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.blocks import Example, OutputFormat, Tool
from workbench.core.chat_form import format_form
from workbench.core.content import Content, Message
from workbench.formats.pasted_parts import MOST, PastedParts, read_parts, recognised

SCHEMA = '{\n "type": "object",\n "properties": {"name": {"type": "string"}}\n}'
PARAMETERS = {"type": "object", "properties": {"order": {"type": "string"}}}
FIND = Tool("find_order", "Finds an order.", json.dumps(PARAMETERS, indent=2))
_NESTED = {"name": "find_order", "description": "Finds an order.", "parameters": PARAMETERS}
_OF_OPENAI = {"type": "function", "function": _NESTED}


def test_schema_is_kept_as_copied() -> None:
    assert recognised(f"{SCHEMA}\n").output == OutputFormat("schema", SCHEMA)


@pytest.mark.parametrize(
    "form",
    [
        format_form(OutputFormat("schema", '{"type": "object"}', "answer")),
        {"name": "answer", "strict": True, "schema": {"type": "object"}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}},
    ],
)
def test_schema_is_taken_out_of_the_form_of_a_request(form: object) -> None:
    expected = OutputFormat("schema", '{\n  "type": "object"\n}', "answer")
    assert recognised(json.dumps(form)) == PastedParts(output=expected)


@pytest.mark.parametrize(
    "form",
    [
        [_OF_OPENAI],
        _OF_OPENAI,
        {"type": "function", **_NESTED},
        [{"name": "find_order", "description": "Finds an order.", "input_schema": PARAMETERS}],
        {"tools": [{"name": "find_order", "description": "Finds an order.", "inputSchema": PARAMETERS}]},
    ],
    ids=["list", "one", "responses", "anthropic", "mcp"],
)
def test_tools_are_read_in_every_form_of_requests(form: object) -> None:
    assert recognised(json.dumps(form)) == PastedParts(tools=(FIND,))


@pytest.mark.parametrize(
    "text",
    [
        "2 + 2\t4\n3 + 3\t6",
        '{"user": "2 + 2", "assistant": "4"}\n{"user": "3 + 3", "assistant": "6"}',
        '[{"input": "2 + 2", "output": "4"}, {"input": "3 + 3", "output": "6"}]',
    ],
    ids=["cells", "lines", "json"],
)
def test_pairs_are_examples(text: str) -> None:
    found = recognised(text)
    assert found == PastedParts(examples=(Example("2 + 2", "4"), Example("3 + 3", "6")))
    assert found.words == "2 examples"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello, world",
        "if x:\n\treturn 1\n",
        '{"order": 3}',
        '{"name": "Ann", "type": "object"}',
        "[1, 2]",
        "[]",
        "{{question}}",
        '{"user": "a", "assistant": "b"}\nnot JSON',
        '[{"type": "function", "function": {"name": "a"}}, {"type": "function", "function": {"name": "a"}}]',
    ],
)
def test_text_that_may_be_just_text_is_not_recognised(text: str) -> None:
    assert not recognised(text)


def test_more_is_read_when_it_is_wanted_and_what_is_left_out_is_said() -> None:
    found = read_parts('{"user": "a", "assistant": "b"}\nnot JSON')
    assert found.examples == (Example("a", "b"),)
    assert [line[:20] for line in found.left_out] == ["Line 2 is not JSON: "]
    assert read_parts("question,answer\na,b").examples == (Example("a", "b"),)
    assert read_parts("a\tb\tc").examples == (Example("a", "b"),)


@pytest.mark.parametrize("text", ["", "Hello, world", "{", "x" * (MOST + 1)], ids=["empty", "prose", "cut", "long"])
def test_nothing_to_paste_is_said(text: str) -> None:
    found = read_parts(text)
    assert not found
    assert found.left_out[0].endswith((".", "first."))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: (
            st.lists(one)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "name", "schema", "tools", "function", "parameters", "response_format", "json_schema", "x"]
                ),
                one,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_without_an_error(data: object) -> None:
    text = json.dumps(data)
    assert isinstance(recognised(text), PastedParts)
    assert read_parts(text) or read_parts(text).left_out


def test_parts_are_added_behind_those_of_the_prompt() -> None:
    before = Content((Message("user", "Hi"),), examples=(Example("a", "b"),), output=OutputFormat("json"))
    found = PastedParts((Example("c", "d"),), (FIND,), OutputFormat("schema", SCHEMA))
    after = found.added_to(before)
    assert after.messages == before.messages
    assert after.examples == (Example("a", "b"), Example("c", "d"))
    assert after.tools == (FIND,)
    assert after.output == OutputFormat("schema", SCHEMA)
    assert found.words == "1 example, 1 tool and a JSON Schema"
    assert PastedParts().added_to(before) == before
