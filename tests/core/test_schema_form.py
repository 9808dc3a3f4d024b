"""JSON Schemas as forms: unchanged parts are preserved."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.schema_form import (
    NEW,
    SchemaField,
    SchemaFormError,
    read_schema,
    split_choices,
    unshown,
    write_schema,
)

ORDER: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "status": {"type": "string", "enum": ["shipped", "lost"], "description": "Where it is"},
        "number": {"type": "string", "pattern": "[A-Z]+", "minLength": 3},
        "items": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "properties": {"sku": {"type": "string"}}},
        },
        "either": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "anything": True,
    },
    "required": ["number", "elsewhere", "status"],
    "additionalProperties": False,
}
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
names = st.text(max_size=5)


def _object(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": st.just("object")},
        optional={
            "properties": st.dictionaries(names, inner, max_size=4) | values,
            "required": st.lists(names, max_size=4) | values,
            "additionalProperties": st.booleans(),
            "description": st.text(max_size=5) | values,
            "x": values,
        },
    )


leaves = st.one_of(
    values,
    st.fixed_dictionaries(
        {"type": st.sampled_from(["string", "number", "integer", "boolean", "null", "array", ["string", "null"], 3])},
        optional={"enum": st.lists(st.text(max_size=4), max_size=3) | values, "description": values, "minimum": values},
    ),
)
schemas = st.recursive(
    leaves,
    lambda inner: (
        _object(inner)
        | st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional={"minItems": values})
    ),
    max_leaves=8,
)


def written(form: SchemaField) -> dict[str, Any]:
    return json.loads(write_schema(form))  # type: ignore[no-any-return]


def child(form: SchemaField, name: str) -> SchemaField:
    return next(one for one in form.children if one.name == name)


def with_child(form: SchemaField, called: str, /, **changes: Any) -> SchemaField:
    return replace(
        form, children=tuple(replace(one, **changes) if one.name == called else one for one in form.children)
    )


@given(_object(schemas))
def test_schema_round_trips_through_the_form(schema: dict[str, Any]) -> None:
    text = write_schema(read_schema(json.dumps(schema)))
    assert json.loads(text) == schema
    assert json.dumps(json.loads(text)) == json.dumps(schema)


@given(_object(schemas), st.text(min_size=1, max_size=5))
def test_added_field_leaves_the_rest_unchanged(schema: dict[str, Any], name: str) -> None:
    form = read_schema(json.dumps(schema))
    required = schema.get("required")
    if any(one.name in ("", name) for one in form.children) or (isinstance(required, list) and name in required):
        return
    after = written(replace(form, children=(*form.children, SchemaField(name, "integer", description="How many"))))
    properties = schema["properties"] if isinstance(schema.get("properties"), dict) else {}
    assert after.pop("properties") == {**properties, name: {"type": "integer", "description": "How many"}}
    assert after == {key: value for key, value in schema.items() if key != "properties"}


def test_form_shows_common_settings_and_lists_the_hidden_ones() -> None:
    form = read_schema(json.dumps(ORDER))
    status, items = child(form, "status"), child(form, "items")
    assert (status.kind, status.choices, status.required) == ("string", ("shipped", "lost"), True)
    assert (items.kind, items.items, [one.name for one in items.children]) == ("array", "object", ["sku"])
    assert [child(form, name).kind for name in ("either", "anything")] == ["other", "other"]
    assert unshown(form) == (
        "$schema",
        "additionalProperties",
        "pattern of number",
        "minLength of number",
        "minItems of items",
        "the type of either",
    )


def test_changes_are_written_to_their_fields_only() -> None:
    form = read_schema(json.dumps(ORDER))
    form = with_child(form, "status", name="state", choices=("a", "b"), description="")
    form = with_child(form, "number", required=False, kind="integer")
    after = written(form)
    assert list(after["properties"]) == ["state", "number", "items", "either", "anything"]
    assert after["properties"]["state"] == {"type": "string", "enum": ["a", "b"]}
    assert after["properties"]["number"] == {"type": "integer", "pattern": "[A-Z]+", "minLength": 3}
    assert after["required"] == ["elsewhere", "state"]
    assert after["$schema"] == ORDER["$schema"]


def test_new_objects_and_arrays_are_complete_and_equally_strict() -> None:
    box = SchemaField("box", "object", children=(SchemaField("side", "number", required=True),))
    boxes = replace(box, name="boxes", kind="array", items="object")
    after = written(
        replace(read_schema(json.dumps(ORDER)), children=(box, boxes, SchemaField("tags", "array", items="string")))
    )
    wanted = {
        "type": "object",
        "properties": {"side": {"type": "number"}},
        "required": ["side"],
        "additionalProperties": False,
    }
    assert after["properties"] == {
        "box": wanted,
        "boxes": {"type": "array", "items": wanted},
        "tags": {"type": "array", "items": {"type": "string"}},
    }
    assert written(replace(NEW, children=(box,)))["properties"]["box"] == {
        "type": "object",
        "properties": {"side": {"type": "number"}},
        "required": ["side"],
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "not JSON yet"),
        ("[]", "not an object"),
        ('{"type": "array"}', 'works only for schemas with "type": "object"'),
        ('{"type": "object", "type": "object"}', "“type” appears twice"),
    ],
)
def test_schema_without_a_form_is_refused_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(SchemaFormError, match=why):
        read_schema(text)


def test_field_names_are_required_and_unique() -> None:
    for children, why in (
        ((SchemaField(""),), "no name"),
        ((SchemaField("a"), SchemaField("a", "number")), "are called “a”"),
    ):
        with pytest.raises(SchemaFormError, match=why):
            write_schema(replace(NEW, children=children))


def test_blank_text_gives_an_empty_form() -> None:
    assert read_schema(" \n") == NEW
    assert written(NEW) == {"type": "object", "properties": {}}


def test_deeply_nested_fields_are_kept() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(40):
        schema = {"type": "object", "properties": {"in": schema}}
    assert written(read_schema(json.dumps(schema))) == schema
    form = read_schema(json.dumps(schema))
    assert written(replace(form, description="Deep"))["properties"] == schema["properties"]


def test_choices_are_separated_by_commas() -> None:
    assert split_choices(" a, b b ,,a") == ("a", "b b")
    text = json.dumps({"type": "object", "properties": {"x": {"type": "string", "enum": ["a,b", "c"]}}})
    assert child(read_schema(text), "x").choices == ()
    assert unshown(read_schema(text)) == ("enum of x",)
