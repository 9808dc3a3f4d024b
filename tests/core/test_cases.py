"""Cases, their checks and value sets: stored form and errors."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.core import strategies as make
from workbench.core.cases import Case, CaseError, Check, case_from_json, case_to_json, check_from_json, check_to_json

WHOLE = {
    "type": "not-llm-rubric",
    "value": ["is polite", {"a": 1.0}],
    "provider": {"id": "openai:gpt-5-mini", "config": {"temperature": 0}},
    "rubricPrompt": [{"role": "system", "content": "{{rubric}}"}],
    "config": {"b": 1, "a": 2},
    "threshold": 0.5,
    "weight": 0,
    "metric": "Tone",
    "transform": "output.trim()",
    "contextTransform": "output.context",
    "somethingNew": {"later": [None, True]},
}


def test_every_field_of_a_check_is_read_and_written() -> None:
    check = check_from_json(WHOLE)
    assert (check.type, check.negated, check.threshold, check.weight, check.metric) == (
        "llm-rubric",
        True,
        0.5,
        0.0,
        "Tone",
    )
    assert check.value == '["is polite",{"a":1.0}]'
    assert check.config == '{"b":1,"a":2}'
    assert (check.transform, check.context_transform) == ("output.trim()", "output.context")
    assert check.rest == '{"somethingNew":{"later":[null,true]}}'
    assert check_to_json(check) == WHOLE


def test_assert_set_keeps_its_checks() -> None:
    data = {"type": "assert-set", "threshold": 0.5, "assert": [{"type": "equals", "value": "a"}, {"type": "new-one"}]}
    check = check_from_json(data)
    assert [one.type for one in check.checks] == ["equals", "new-one"]
    assert check_to_json(check) == data


@pytest.mark.parametrize(
    "odd",
    [
        {"threshold": "0.5"},
        {"threshold": True},
        {"weight": None},
        {"weight": 10**400},
        {"weight": 2**53 + 1},
        {"metric": 3},
        {"metric": ""},
        {"assert": []},
        {"assert": "x"},
        {"value": None},
        {"transform": {"a": 1}},
        {"value": "\ud800"},
    ],
)
def test_values_without_a_matching_field_are_kept_unchanged(odd: dict[str, Any]) -> None:
    data = {"type": "equals", **odd}
    assert check_to_json(check_from_json(data)) == data


@pytest.mark.parametrize("data", [None, [], {}, {"type": ""}, {"type": "not-"}, {"type": 3}])
def test_check_without_a_type_is_refused_with_a_sentence(data: object) -> None:
    with pytest.raises(CaseError, match=r"^Check 2 .*\.$"):
        check_from_json(data, "Check 2")


def test_too_deeply_nested_sets_are_refused() -> None:
    data: dict[str, Any] = {"type": "equals"}
    for _ in range(60):
        data = {"type": "assert-set", "assert": [data]}
    with pytest.raises(CaseError, match="nested"):
        check_from_json(data)


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"uid": 1},
        {"name": 2},
        {"values": ["a"]},
        {"values": {"a": 1}},
        {"checks": {}},
        {"checks": [{"type": 1}]},
        {"metadata": []},
    ],
)
def test_invalid_case_is_refused_with_a_sentence(data: object) -> None:
    with pytest.raises(CaseError, match=r"^Case 7.*\.$"):
        case_from_json(data, "Case 7")


keys = make.texts.filter(lambda key: key not in {"type", "assert"})
asserts = st.recursive(
    st.dictionaries(keys | st.sampled_from(["value", "weight", "threshold", "metric"]), make.json_values, max_size=3),
    lambda inner: st.fixed_dictionaries({"assert": st.lists(inner, max_size=2)}),
    max_leaves=4,
)


def _typed(data: Any, name: str) -> Any:
    if isinstance(data, dict) and isinstance(data.get("assert"), list):
        return {"type": "assert-set", "assert": [_typed(one, name) for one in data["assert"]]}
    return {"type": name, **data}


@given(asserts, st.sampled_from(["equals", "not-contains", "llm-rubric", "brand-new", "not-assert-set"]))
def test_any_assertion_round_trips(data: Any, name: str) -> None:
    given_ = _typed(data, name)
    read = check_from_json(given_)
    assert check_to_json(read) == given_
    assert check_from_json(json.loads(json.dumps(check_to_json(read)))) == read


@depth.examples(30, 1000)
@given(make.cases)
def test_any_case_round_trips(case: Case) -> None:
    assert case_from_json(json.loads(json.dumps(case_to_json(case)))) == case


@given(make.cases, make.texts, st.lists(make.texts, max_size=3).map(tuple), make.texts, make.texts, st.booleans())
def test_case_with_tags_and_cluster_round_trips(
    case: Case, expectation: str, tags: tuple[str, ...], cluster: str, notes: str, is_held_out: bool
) -> None:
    whole = replace(case, expectation=expectation, tags=tags, cluster=cluster, notes=notes, held_out=is_held_out)
    assert case_from_json(json.loads(json.dumps(case_to_json(whole)))) == whole


@pytest.mark.parametrize(
    "odd", [{"tags": "a"}, {"tags": [1]}, {"tags": []}, {"cluster": 3}, {"held_out": "yes"}, {"notes": ""}]
)
def test_further_fields_of_other_types_are_kept_unchanged(odd: dict[str, Any]) -> None:
    data = {"uid": "u", "values": {}, **odd}
    assert case_to_json(case_from_json(data)) == data


def test_case_is_stored_with_its_set_fields() -> None:
    case = Case("u", "Late order", (("q", "Where?"),), (Check("contains", value='"ETA"'),), 1.0, '{"source":"mail"}')
    assert case_to_json(case) == {
        "uid": "u",
        "name": "Late order",
        "values": {"q": "Where?"},
        "checks": [{"type": "contains", "value": "ETA"}],
        "threshold": 1,
        "metadata": {"source": "mail"},
    }
