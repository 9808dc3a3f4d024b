"""Values of checks as they are typed: nothing typed is lost, and what is wrong is told."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core import strategies as make
from workbench.core.cases import SET, Check, json_text
from workbench.core.checks.check_forms import (
    CHECK_GROUPS,
    EXAMPLES,
    UNSCORED_GROUP,
    VALUE_HELP,
    found_types,
    group_of,
    grouped_types,
    new_check,
    takes_threshold,
    threshold_hint,
    typed_value,
    value_problem,
    value_text,
)
from workbench.core.checks.check_types import CHECK_TYPES, CheckType, ValueKind
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer

KINDS: tuple[ValueKind, ...] = get_args(ValueKind)


def test_every_type_is_in_one_group() -> None:
    listed = [row.name for _, rows in grouped_types() for row in rows]
    assert sorted(listed) == sorted(CHECK_TYPES)
    assert {name for names in CHECK_GROUPS.values() for name in names} == {
        row.name for row in CHECK_TYPES.values() if row.is_evaluated
    }
    assert (group_of("contains"), group_of("llm-rubric")) == ("Text", "Judged by a model")
    assert (group_of("g-eval"), group_of("new")) == (UNSCORED_GROUP, UNSCORED_GROUP)


def test_every_kind_of_value_is_explained() -> None:
    assert VALUE_HELP.keys() == set(KINDS)


@pytest.mark.parametrize("row", [row for row in CHECK_TYPES.values() if row.is_evaluated], ids=lambda row: row.name)
def test_type_with_a_value_has_an_example_without_problems(row: CheckType) -> None:
    has_value = row.value not in ("none", "checks")
    assert (row.name in EXAMPLES) == has_value
    if has_value:
        check = Check(row.name, value=typed_value(row.value, EXAMPLES[row.name]))
        assert value_problem(check) == ""
        assert value_text(row.value, check.value).split() == EXAMPLES[row.name].split() or row.value in (
            "schema",
            "map",
        )


@pytest.mark.parametrize("row", [row for row in CHECK_TYPES.values() if row.is_evaluated], ids=lambda row: row.name)
def test_missing_value_is_told_if_the_type_needs_one(row: CheckType) -> None:
    problem = value_problem(Check(row.name))
    state = evaluate(Check(row.name), CheckedAnswer("text")).state
    assert problem.endswith(".") or problem == ""
    if problem == "" and not row.needs:
        assert state != "unscored"
    assert takes_threshold(Check(row.name)) == bool(threshold_hint(Check(row.name)))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", " a ", " a "),
        ("text", "", None),
        ("texts", "a\n\n b\n", ["a", " b"]),
        ("texts", '["a\\nb"]', ["a\nb"]),
        ("texts", "[a\nb", ["[a", "b"]),
        ("texts", " \n", None),
        ("number", "80", 80),
        ("number", " 20 to 60 ", {"min": 20, "max": 60}),
        ("number", "20-60", {"min": 20, "max": 60}),
        ("number", "At least 20", {"min": 20}),
        ("number", "at most 60", {"max": 60}),
        ("number", "many", "many"),
        ("number", "{{n}}", "{{n}}"),
        ("schema", '{"type": "object"}', {"type": "object"}),
        ("schema", "type: object", "type: object"),
        ("schema", '{"type": ', '{"type": '),
        ("map", '{"a": NaN}', '{"a": NaN}'),
        ("json", "[1]", [1]),
        ("json", "[late]", "[late]"),
        ("json", "42", "42"),
        ("code", "true", "true"),
    ],
)
def test_text_becomes_a_value_and_is_shown_again(kind: ValueKind, text: str, value: Any) -> None:
    stored = typed_value(kind, text)
    assert (json.loads(stored) if stored else None) == value
    assert typed_value(kind, value_text(kind, stored)) == stored


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        (Check("contains"), "Enter a text."),
        (Check("contains-any"), "Enter at least one text."),
        (Check("trajectory:tool-used"), "Enter the name of at least one tool."),
        (Check("word-count", value='"many"'), "Enter a number of words, or a range such as 20 to 60."),
        (Check("word-count", value='{"min":9,"max":2}'), "Enter a number of words, or a range such as 20 to 60."),
        (Check("latency"), "Enter the maximum."),
        (Check("latency", threshold=500.0), ""),
        (Check("is-json"), ""),
        (Check("is-json", value=json_text('{"a"')), "This is not JSON: expecting ':' delimiter at line 1, column 5."),
        (Check("is-sql", value=json_text("mysql")), "This is not JSON: expecting value at line 1, column 1."),
        (Check("is-xml"), ""),
        (Check("llm-rubric"), "Enter what the judge has to look for."),
        (Check("factuality"), ""),
        (Check("similar:dot"), ""),
        (Check("answer-relevance"), ""),
        (Check("g-eval"), ""),
        (Check(SET), "The set has no checks. Add some."),
        (new_check("javascript"), ""),
    ],
)
def test_problem_is_a_sentence_with_a_next_step(check: Check, problem: str) -> None:
    assert value_problem(check) == problem


def test_unknown_type_is_a_problem() -> None:
    assert "Did you mean is-json?" in value_problem(Check("isjson"))


def test_types_are_found_by_name_title_and_explanation() -> None:
    names = [row.name for _, rows in found_types("schema json") for row in rows]
    assert names == ["is-json", "contains-json"]
    assert found_types("nothing like it") == []
    assert found_types("") == grouped_types()


@given(st.sampled_from(KINDS), st.text())
def test_nothing_typed_is_lost(kind: ValueKind, text: str) -> None:
    stored = typed_value(kind, text)
    shown = value_text(kind, stored)
    assert typed_value(kind, shown) == stored
    if kind in ("text", "pattern", "code") and text.strip():
        assert shown == text


@given(make.checks, st.sampled_from(KINDS))
def test_every_stored_value_is_shown(check: Check, kind: ValueKind) -> None:
    assert bool(value_text(kind, check.value)) == (check.value not in ("", '""'))
    value_problem(check)
