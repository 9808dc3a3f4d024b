"""What the columns of a table become."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from workbench.core.cases import Check, case_from_json, case_to_json
from workbench.core.testing.case_mapping import (
    IGNORED,
    MOST_PROBLEMS,
    ROLE_TITLES,
    CaseMapping,
    ColumnUse,
    MappedCases,
    choices,
    default_mapping,
    map_cases,
)
from workbench.core.testing.case_table import CaseTable, Cell, ColumnRole


def table(header: str, *rows: tuple[Cell, ...], roles: tuple[ColumnRole | None, ...] = ()) -> CaseTable:
    return CaseTable(tuple(header.split("|")), rows, tuple(range(2, len(rows) + 2)), roles=roles)


def mapped(found: CaseTable, *variables: str) -> MappedCases:
    return map_cases(found, default_mapping(found, variables), variables)


def roles(header: str, *variables: str) -> list[str]:
    return [use.variable or use.role for use in default_mapping(table(header), variables).uses]


@pytest.mark.parametrize(
    ("header", "variables", "expected"),
    [
        (
            "Order|Expected|TITLE|Tag|Group|Note",
            ["order"],
            ["order", "expectation", "name", "tags", "cluster", "notes"],
        ),
        ("answer|name", ["answer", "name"], ["answer", "name"]),
        ("Order ID|user-name", ["order_id", "user_name"], ["order_id", "user_name"]),
        ("__expected|__description|__x", ["q", "r"], ["promptfoo", "promptfoo", "__x"]),
        # One variable is left, and one column that is called like a question.
        ("input|region|ideal", ["topic"], ["topic", "region", "expectation"]),
        ("input|text|ideal", ["topic"], ["input", "text", "expectation"]),
        ("input|ideal", ["a", "b"], ["input", "expectation"]),
        # The first of several expectations counts.
        ("expected|output|tags|tag", ["a", "b"], ["expectation", "ignore", "tags", "tags"]),
    ],
)
def test_names_suggest_a_mapping(header: str, variables: list[str], expected: list[str]) -> None:
    assert roles(header, *variables) == expected


def test_roles_of_the_source_come_first() -> None:
    found = table("name|name", ("a", "b"), roles=("variable", "name"))
    (case,) = mapped(found).cases
    assert (case.name, case.values) == ("b", (("name", "a"),))


def test_row_becomes_a_case() -> None:
    found = table(
        "order|expected|title|tags|cluster|notes|note|__expected|check",
        (" 7 ", " Late. ", "A \n b", "x; y,x", " c  d ", "one", "two", "contains:a", "b"),
    )
    mapping = default_mapping(found, ["order"]).with_use(8, ColumnUse("check"))
    result = map_cases(found, CaseMapping(mapping.uses, "contains"), ["order"])
    assert result.problems == result.remarks == ()
    (case,) = result.cases
    assert (case.uid, case.name, case.values) == ("", "A b", ((("order", " 7 ")),))
    assert (case.expectation, case.tags, case.cluster, case.notes) == (" Late. ", ("x", "y"), "c d", "one")
    assert case.checks == (
        Check("equals", value='"b"'),
        Check("contains", value='"a"'),
        Check("contains", value='" Late. "'),
    )


def test_structured_cells_are_read_as_json() -> None:
    found = table(
        "q|assert|threshold|metadata|held_out|other|tags",
        ("1", '[{"type":"is-json"}]', "0.5", '{"a":[1]}', "true", '{"options":{}}', '["a, b"," c "]'),
        ("2", "[{}]", None, None, None, None, None),
        ("3", "{}", None, None, None, None, None),
        ("4", None, "half", None, None, None, None),
        ("5", None, None, None, None, "[", None),
        roles=("variable", "checks", "threshold", "metadata", "held_out", "rest", "tags"),
    )
    result = mapped(found, "q")
    (case,) = result.cases
    assert (case.checks, case.threshold, case.metadata) == ((Check("is-json"),), 0.5, '{"a":[1]}')
    assert (case.held_out, case.rest, case.tags) == (True, '{"options":{}}', ("a, b", "c"))
    assert result.problems == (
        "Row 3 was left out: check 1 needs a type, such as contains or is-json.",
        "Row 4 was left out: its checks are not a list in JSON.",
        "Row 5 was left out: its threshold “half” is not a number.",
        "Row 6 was left out: its other keys are not an object in JSON.",
    )
    assert (result.left_out, result.numbers) == (4, (2,))
    assert result.remarks == ("Kept, but not used here: options.",)


def test_missing_values_are_reported_by_row() -> None:
    found = table(
        "order|user|expected", ("7", "a", ""), ("", "b", ""), (None, " ", ""), (None, None, "x"), ("", "", "")
    )
    result = mapped(found, "order", "user", "region")
    assert result.problems == (
        "Row 3: no value for {{order}}.",
        "Row 4: no value for {{order}}.",
        "Row 4: no value for {{user}}.",
        "Row 5: no value for {{order}}.",
        "Row 5: no value for {{user}}.",
        "Row 6 was left out: it has no values, checks or expectation.",
    )
    assert [case.values for case in result.cases] == [
        (("order", "7"), ("user", "a")),
        (("order", ""), ("user", "b")),
        (("user", " "),),
        (),
    ]
    assert result.remarks == ("No column for {{region}}: every case will lack it.",)


def test_problems_are_counted_beyond_the_limit() -> None:
    found = table("a|b", *[("1", "")] * 1000)
    result = mapped(found, "a", "b")
    assert (len(result.problems), result.problem_count) == (MOST_PROBLEMS, 1000)


def test_two_columns_of_one_variable_are_said() -> None:
    found = table("a|b", ("1", "2"), ("1", ""), ("1", None))
    uses = (ColumnUse("variable", "q"), ColumnUse("variable", "q"))
    result = map_cases(found, CaseMapping(uses), ["q"])
    assert [case.values for case in result.cases] == [(("q", "2"),), (("q", "1"),), (("q", "1"),)]
    assert result.remarks == ("2 columns become {{q}}; the last one that is not empty counts.",)


def test_ignored_columns_and_unused_variables() -> None:
    found = table("a|b|_expected", ("1", "2", "3"))
    result = map_cases(found, default_mapping(found, ["a", "x"]).with_use(1, IGNORED), ["a"])
    assert [case.values for case in result.cases] == [(("a", "1"), ("_expected", "3"))]
    assert result.remarks == (
        "“_expected” begins with one underscore, so it is a variable. "
        "Write “__expected” if promptfoo's column is meant.",
        "{{_expected}}: not used by the messages of this prompt.",
    )


def test_choices_offer_variables_first() -> None:
    assert [use.variable or use.role for use in choices("b", ["a"])] == [
        "a",
        "b",
        "expectation",
        "name",
        "tags",
        "cluster",
        "notes",
        "check",
        "ignore",
    ]
    assert ColumnUse("promptfoo") in choices("__expected", [])
    assert ColumnUse("checks") in choices("assert", [], "checks")
    offered = {use.role for role in ROLE_TITLES for use in choices("__expected", ["a"], role)}
    assert offered == set(ROLE_TITLES)


CELLS = (
    st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=15) | st.sampled_from(["[]", "{}", "[{}]"])
)
ANY_ROLE = st.sampled_from(list(ROLE_TITLES))


@given(st.lists(st.tuples(ANY_ROLE, CELLS), min_size=1, max_size=8), st.sampled_from(["", "equals", "contains"]))
@depth.examples(150, 5000)
def test_any_row_gives_a_case_that_can_be_stored_or_a_sentence(
    cells: list[tuple[ColumnRole, str | None]], kind: str
) -> None:
    found = CaseTable(tuple(f"__expected{at}" for at in range(len(cells))), (tuple(c for _, c in cells),), (2,))
    uses = tuple(ColumnUse(role, "v" if role == "variable" else "") for role, _ in cells)
    result = map_cases(found, CaseMapping(uses, kind), ["v"])  # type: ignore[arg-type]
    assert len(result.cases) + result.left_out == 1
    assert all(problem.endswith(".") for problem in result.problems)
    for case in result.cases:
        assert case_from_json(json.loads(json.dumps(case_to_json(case)))) == case
