"""Differences of JSON as data."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from tests.core import strategies as make
from workbench.core.json_diff import JsonChange, diff_json


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('{"a": 1, "b": 2}', '{"b":2,\n"a":1}', []),
        ('{"a": 1}', '{"a": 2}', [JsonChange("changed", "$.a", "1", "2")]),
        ('{"a": 1}', '{"a": 1.0}', [JsonChange("changed", "$.a", "1", "1.0", "the same number, written differently")]),
        ('{"a": 1}', '{"a": true}', [JsonChange("changed", "$.a", "1", "true", "number became boolean")]),
        ('{"a": 1}', '{"b c": 1}', [JsonChange("removed", "$.a", "1"), JsonChange("added", '$["b c"]', "", "1")]),
        ("[1, 2, 3]", "[1, 3]", [JsonChange("removed", "$[1]", "2")]),
        ("[1, 2, 3]", "[3, 1, 2]", [JsonChange("moved", "$[0]", "$[2]", "3")]),
        (
            '[{"id": 1, "n": "a"}, {"id": 2, "n": "b"}]',
            '[{"id": 2, "n": "c"}, {"id": 3, "n": "a"}]',
            [
                JsonChange("changed", "$[1].id", "1", "3"),
                JsonChange("changed", "$[0].n", '"b"', '"c"'),
            ],
        ),
        ('```json\n{"a": 1}\n```', '{"a": 1}', []),
    ],
)
def test_differences_are_listed_by_path(old: str, new: str, found: list[JsonChange]) -> None:
    assert list(diff_json(old, new) or ()) == found


@pytest.mark.parametrize("text", ["", "no", '{"a": NaN}', "{" * 50, "[" * 100_000, "3", '"text"'])
def test_json_diff_returns_none_unless_both_are_objects_or_arrays(text: str) -> None:
    assert diff_json("{}", text) is None
    assert diff_json(text, "{}") is None


@given(make.json_values, make.json_values)
def test_changes_are_reported_exactly_when_the_data_differs(one: object, other: object) -> None:
    old, new = json.dumps({"": one}), json.dumps({"": other}, indent=3)
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (diff_json(old, new) == ()) == same
    assert diff_json(old, old) == ()
