"""Columns of promptfoo's CSV tests."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from workbench.core.cases import Case, Check, case_from_json, case_to_json, check_to_json
from workbench.core.testing.case_columns import case_of_columns, check_of_cell, column_warning, is_special


@pytest.mark.parametrize(
    ("cell", "check"),
    [
        ("late", {"type": "equals", "value": "late"}),
        (" late ", {"type": "equals", "value": "late"}),
        ("equals:late", {"type": "equals", "value": "late"}),
        ("contains: late", {"type": "contains", "value": "late"}),
        ("contains(0.5):late", {"type": "contains", "value": "late"}),
        ("not-icontains:a\nb", {"type": "not-icontains", "value": "a\nb"}),
        ("contains-any:a, b", {"type": "contains-any", "value": ["a", "b"]}),
        ('contains-all:"a, b", "say ""x""" , ,c', {"type": "contains-all", "value": ["a, b", 'say "x"', "c"]}),
        ('contains-any:"a', {"type": "contains-any", "value": '"a'}),
        ("contains-any:", {"type": "contains-any", "value": ""}),
        ("is-json", {"type": "is-json"}),
        ('is-json:{"type":"object"}', {"type": "is-json", "value": '{"type":"object"}'}),
        ("fn: output.length < 9", {"type": "javascript", "value": "output.length < 9"}),
        ("eval:true", {"type": "javascript", "value": "true"}),
        ("javascript:\ntrue", {"type": "javascript", "value": "true"}),
        ("file://checks/a.js:late", {"type": "javascript", "value": "file://checks/a.js:late"}),
        ("file://a.py", {"type": "python", "value": "file://a.py"}),
        ("file://a.txt", {"type": "equals", "value": "file://a.txt"}),
        ("python:x", {"type": "python", "value": "x"}),
        ("grade:be polite", {"type": "llm-rubric", "value": "be polite"}),
        ("llm-rubric:be polite", {"type": "llm-rubric", "value": "be polite"}),
        ("similar(0.9):late", {"type": "similar", "value": "late", "threshold": 0.9}),
        ("similar:late", {"type": "similar", "value": "late", "threshold": 0.8}),
        ("levenshtein(3):late", {"type": "levenshtein", "value": "late", "threshold": 3}),
        # promptfoo gives these a threshold of 0.75, under which they cannot pass.
        ("levenshtein:late", {"type": "levenshtein", "value": "late"}),
        ("starts-with:late", {"type": "starts-with", "value": "late"}),
        ("latency:600", {"type": "latency", "threshold": 600}),
        ("latency(600)", {"type": "latency", "threshold": 600}),
        ("cost:0.01", {"type": "cost", "threshold": 0.01}),
        # No type of promptfoo, so the cell is a text to be equal to.
        ("Contains:late", {"type": "equals", "value": "Contains:late"}),
        ("levenshtein(-1):late", {"type": "equals", "value": "levenshtein(-1):late"}),
        ("note: late", {"type": "equals", "value": "note: late"}),
        ("human:x", {"type": "equals", "value": "human:x"}),
        ("assert-set:x", {"type": "equals", "value": "assert-set:x"}),
    ],
)
def test_cells_are_read_as_checks(cell: str, check: dict[str, object]) -> None:
    assert check_to_json(check_of_cell(cell)) == check


def test_columns_make_a_case() -> None:
    columns = {
        "order": " 7 ",
        "__expected": "",
        "__expected1": "contains:a",
        "__expected2": "rouge-n:b",
        "__config:__expected2:threshold": "0.4",
        "__config:__expected1:threshold": " ",
        "__description": "Late order",
        "__metric": "tone",
        "__threshold": "0.5",
        "__metadata:team": "a, b",
        "__metadata:tags[]": "x, y\\, z",
        "__metadata:none": "",
        "__prefix": "Hello ",
        "__providerOutput": "It is late.",
        "_expected": "contains:c",
    }
    found = case_of_columns(tuple(columns), tuple(columns.values()))
    assert found.problems == ()
    assert found.case == Case(
        "",
        "Late order",
        (("order", " 7 "), ("_expected", "contains:c")),
        (
            Check("contains", value='"a"', metric="tone"),
            Check("rouge-n", value='"b"', metric="tone", threshold=0.4),
        ),
        0.5,
        '{"team":"a, b","tags":["x","y, z"]}',
        '{"providerOutput":"It is late.","options":{"prefix":"Hello "}}',
    )


def test_what_is_not_understood_is_reported() -> None:
    columns = {"__threshold": "half", "__config:__expected:weight": "2", "__config:__expected4:threshold": "1"}
    assert case_of_columns(tuple(columns), tuple(columns.values())).problems == (
        "the threshold “half” is not a number",
        "“__config:__expected:weight” is not understood; only the threshold of a check can be set",
        "there is no check 4 for the threshold 1",
    )


def test_names_like_special_ones_get_a_warning() -> None:
    assert is_special("__expected12")
    assert not is_special("__evaluateOptions")
    assert column_warning("_expected").startswith("“_expected” begins with one underscore")
    assert column_warning("__other").startswith("“__other” is not a column of promptfoo")
    assert column_warning("_expectedly") == column_warning("__expected") == column_warning("order") == ""


NAMES = st.sampled_from(
    ["__expected", "__threshold", "__metadata:a[]", "__config:__expected:threshold", "__prefix", "q"]
)


@given(st.lists(st.tuples(NAMES, st.none() | st.text(max_size=20)), max_size=6))
@depth.examples(150, 5000)
def test_any_row_is_a_case_that_can_be_stored(cells: list[tuple[str, str | None]]) -> None:
    case = case_of_columns([name for name, _ in cells], [cell for _, cell in cells]).case
    assert case_from_json(json.loads(json.dumps(case_to_json(case)))) == case
