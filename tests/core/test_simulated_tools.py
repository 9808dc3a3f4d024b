"""Simulated answers of tools."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from workbench.core.blocks import Tool, ToolRow
from workbench.core.simulated_tools import answer_of, arguments_of, holds

LOOKUP = Tool(
    "lookup",
    answer="nothing found",
    rows=(
        ToolRow("not json", "never"),
        ToolRow('{"order": "A"}', "shipped"),
        ToolRow('{"order": "B", "where": {"city": "Bonn"}}', "in Bonn"),
        ToolRow('{"order": 1}', "one"),
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def test_first_matching_row_gives_the_answer() -> None:
    assert answer_of((LOOKUP,), "lookup", '{"order": "A", "more": 1}') == "shipped"
    assert answer_of((LOOKUP,), "lookup", '{"order": "B", "where": {"city": "Bonn", "zip": 1}}') == "in Bonn"
    assert answer_of((LOOKUP,), "lookup", '{"order": "B"}') == "nothing found"
    assert answer_of((LOOKUP,), "lookup", '{"order": true}') == "nothing found"
    assert answer_of((LOOKUP,), "lookup", '{"order": 1.0}') == "one"
    assert answer_of((LOOKUP,), "lookup", "") == "nothing found"


def test_invalid_call_is_explained_to_the_model() -> None:
    assert "no tool named 'find'. The tools are: lookup." in answer_of((LOOKUP,), "find", "{}")
    assert "not a JSON object. They were: {oops" in answer_of((LOOKUP,), "lookup", "{oops")
    assert "not a JSON object" in answer_of((LOOKUP,), "lookup", "[1]")


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4), st.text(max_size=3), JSON)
def test_additional_arguments_never_prevent_a_match(wanted: dict[str, object], key: str, value: object) -> None:
    assert arguments_of(json.dumps(wanted)) == wanted
    assert holds(wanted, wanted)
    assert holds({key: value, **wanted}, wanted)
    if key not in wanted:
        assert not holds(wanted, {**wanted, key: value})


def test_too_deeply_nested_arguments_do_not_match() -> None:
    deep = '{"a":' * 600 + "1" + "}" * 600
    tool = Tool("lookup", answer="nothing found", rows=(ToolRow(deep, "deep"), ToolRow("{}", "any")))
    assert answer_of((tool,), "lookup", deep) == "any"


def test_error_answer_is_short_for_long_input() -> None:
    assert len(answer_of((LOOKUP,), "x" * 200_000, "{}")) < 1000
    assert len(answer_of((LOOKUP,), "lookup", "x" * 200_000)) < 1000
