"""References inside of JSON Schemas in the configuration of a pack.

promptfoo looks `$ref` up in the whole file, except in the parameters of tools. It refuses the file if nothing is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.formats.suites.promptfoo_files import NAME, MemoryFiles, lost
from tests.packs.making import one
from workbench.core.blocks import OutputFormat, Tool
from workbench.core.cases import Case, Check, case_to_json, json_text
from workbench.core.content import Content, Message
from workbench.core.lanes import LITELLM, Lane
from workbench.core.testing.imported_suite import ImportedSuite
from workbench.formats.suites.promptfoo import read_config
from workbench.formats.suites.suite_format import SuiteSource
from workbench.packs.pack_contents import Pack
from workbench.packs.promptfoo_config import write

ORDER = {
    "type": "object",
    "properties": {"lines": {"type": "array", "items": {"$ref": "#/$defs/line"}}},
    "$defs": {
        "line": {"type": "object", "properties": {"count": {"$ref": "#/$defs/count"}}},
        "count": {"type": "integer"},
    },
}
TREE = {"type": "object", "properties": {"below": {"type": "array", "items": {"$ref": "#"}}}}
LANES = (Lane("a", LITELLM, "openai/gpt-5.4-mini"),)


def typed(schema: Any) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False)


def read_back(written: bytes) -> ImportedSuite:
    return read_config(SuiteSource(NAME, MemoryFiles({NAME: written})))


def looked_up(value: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Return the places of references that promptfoo looks up."""
    if isinstance(value, list):
        for number, part in enumerate(value):
            yield from looked_up(part, (*where, number))
    elif isinstance(value, dict) and where[3:4] + where[5:] != ("tools", "function", "parameters"):
        if isinstance(value.get("$ref"), str):
            yield where
        for key, part in value.items():
            yield from looked_up(part, (*where, key))


def config(pack: Pack) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(write(pack))
    assert list(looked_up(read)) == []
    return read


@pytest.mark.parametrize(
    "schema",
    [
        ORDER,
        TREE,
        {"$ref": "other.json"},
        {
            "properties": {"{{x}} {% a #} \x7f é😀": {"$ref": "#/definitions/a"}},
            "definitions": {"a": {"pattern": "{#"}},
        },
    ],
)
@pytest.mark.parametrize("kind", ["is-json", "contains-json"])
def test_schema_of_a_check_with_references_is_a_text(schema: dict[str, Any], kind: str) -> None:
    checks = (
        Check(kind, value=json_text(schema)),
        Check("assert-set", checks=(Check(kind, True, value=json_text(schema)),)),
    )
    content = Content((Message("user", "{{x}}"),))
    case = Case("1", "", (("x", "1"),), checks)
    pack = one(content, cases=(case,), checks=checks)
    made = config(pack)
    text = made["tests"][0]["assert"][0]["value"]
    assert json.loads(text) == schema
    assert not any(sign in text for sign in ("{{", "{%", "{#", "#}")), "promptfoo renders texts as templates"
    suite = read_back(write(pack))
    assert suite.checks == checks
    assert {**case_to_json(suite.cases[0].case), "uid": ""} == {**case_to_json(case), "uid": ""}
    assert lost(suite, "refused") == ""


def test_schema_without_references_stays_a_map() -> None:
    schema = {"type": "object", "properties": {"$ref": {"type": "string"}}}
    pack = one(Content((Message("user", "x"),)), checks=(Check("is-json", value=json_text(schema)),))
    assert yaml.safe_load(write(pack))["defaultTest"]["assert"] == [{"type": "is-json", "value": schema}]


def test_text_that_was_typed_stays_one() -> None:
    checks = (Check("is-json", value=json_text(typed(ORDER))), Check("equals", value='"{\\"$ref\\":\\"#/a\\"}"'))
    assert read_back(write(one(Content((Message("user", "x"),)), checks=checks))).checks == checks


def test_references_of_an_output_format_are_replaced_and_come_back() -> None:
    content = Content((Message("user", "x"),), output=OutputFormat("schema", typed(ORDER), "order"))
    pack = one(content, lanes=LANES)
    form = config(pack)["providers"][0]["config"]["response_format"]
    line = {"type": "object", "properties": {"count": {"type": "integer"}}}
    expected = {"type": "object", "properties": {"lines": {"type": "array", "items": line}}}
    assert form["json_schema"]["schema"] == expected
    suite = read_back(write(pack))
    assert suite.prompts[0].content == content
    assert lost(suite, "left_out") == lost(suite, "differs") == ""
    # A format that was changed in the file counts.
    changed = write(pack).decode().replace("type: integer", "type: number")
    assert changed.encode() != write(pack)
    output = read_back(changed.encode()).prompts[0].content.output
    assert output is not None
    assert json.loads(output.schema)["properties"]["lines"]["items"]["properties"]["count"] == {"type": "number"}


@pytest.mark.parametrize(
    "schema", [TREE, {"$ref": "#/nowhere"}, {"items": {"$ref": "#/$defs/a"}, "$defs": {"a": True}}]
)
def test_output_format_that_promptfoo_would_refuse_is_not_sent_and_comes_back(schema: dict[str, Any]) -> None:
    content = Content((Message("user", "x"),), output=OutputFormat("schema", typed(schema), "tree"))
    pack = one(content, lanes=LANES)
    assert "response_format" not in config(pack)["providers"][0]["config"]
    assert "# Schemas of order-bot refer" in write(pack).decode()
    assert read_back(write(pack)).prompts[0].content == content


def test_parameters_of_tools_keep_their_references() -> None:
    tools = (Tool("look", "Looks.", typed(ORDER)), Tool("walk", "Walks.", typed(TREE)))
    content = Content((Message("user", "x"),), tools=tools)
    pack = one(content, lanes=LANES)
    made = config(pack)["providers"][0]["config"]["tools"]
    assert [tool["function"]["parameters"] for tool in made] == [ORDER, TREE]
    suite = read_back(write(pack))
    assert suite.prompts[0].content == content
    assert lost(suite, "left_out") == lost(suite, "differs") == ""


def test_references_of_tools_that_are_passed_through_are_replaced() -> None:
    content = Content((Message("user", "x"),), tools=(Tool("look", "Looks {{up}}.", typed(ORDER)),))
    pack = one(content, lanes=LANES)
    made = config(pack)["providers"][0]["config"]
    assert "$defs" not in made["passthrough"]["tools"][0]["function"]["parameters"]
    assert read_back(write(pack)).prompts[0].content == content


def test_other_references_are_renamed_and_noted_in_the_header() -> None:
    case = Case("1", "", (("x", "1"),), (Check("equals", value='{"$ref":"#/a"}'),), metadata='{"k":{"$ref":"a"}}')
    pack = one(Content((Message("user", "{{x}}"),)), cases=(case,))
    (test,) = config(pack)["tests"]
    assert test["assert"] == [{"type": "equals", "value": {"ref": "#/a"}}]
    assert test["metadata"] == {"k": {"ref": "a"}}
    assert "# Keys called $ref are called ref here" in write(pack).decode()
    assert "$ref are called" not in write(one(Content((Message("user", "{{x}}"),)))).decode()
