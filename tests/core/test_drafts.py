"""The draft's stored form is exact, and damaged ones are refused with a sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from tests import depth
from tests.core import strategies as make
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft, ValueSet, distinction, most_varied
from workbench.core.lanes import Lane
from workbench.core.technique_marks import TechniqueMark

EMPTY = {"content": {"format": 1}, "values": {}, "lanes": [], "based_on": None}


@depth.examples(30, 1000)
@given(make.drafts)
def test_drafts_round_trip_through_the_form_of_earlier_releases(draft: Draft) -> None:
    assert Draft.from_json(json.loads(json.dumps(draft.to_json(is_whole=True)))) == draft


@depth.examples(30, 1000)
@given(make.drafts)
def test_stored_form_names_cases_by_uid_and_tick_only(draft: Draft) -> None:
    read = Draft.from_json(json.loads(json.dumps(draft.to_json())))
    sets = {one.uid: ValueSet(one.uid, "", (), one.ticked) for one in reversed(draft.sets)}
    assert read == replace(draft, sets=tuple(reversed(sets.values())))


def test_draft_is_stored_as_content_values_lanes_and_base_version() -> None:
    assert Draft().to_json() == EMPTY
    lane = Lane("s", "echo", "echo")
    draft = Draft(Content((Message("user", "{{b}}"),)), (("b", "2"), ("a", "1")), (lane,), 3)
    assert draft.to_json() == {
        "content": {"format": 1, "messages": [{"role": "user", "text": "{{b}}"}]},
        "values": {"b": "2", "a": "1"},
        "lanes": [lane.to_json()],
        "based_on": 3,
    }
    assert list(draft.to_json()["values"]) == ["b", "a"]
    assert draft.value_map == {"b": "2", "a": "1"}


@pytest.mark.parametrize("key", ["values", "lanes", "based_on"])
def test_missing_keys_are_read_as_defaults(key: str) -> None:
    assert Draft.from_json({k: v for k, v in EMPTY.items() if k != key}) == Draft()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "This draft is not an object"),
        ({}, "format None"),
        ({**EMPTY, "content": []}, "This prompt is not an object"),
        ({**EMPTY, "values": [["a", "1"]]}, "values of this draft are not texts"),
        ({**EMPTY, "values": {"a": 1}}, "values of this draft are not texts"),
        ({**EMPTY, "values": None}, "values of this draft"),
        ({**EMPTY, "lanes": {}}, "lanes of this draft are not a list"),
        ({**EMPTY, "lanes": ["x"]}, "A lane is not an object"),
        ({**EMPTY, "based_on": "3"}, "based on is not a number"),
        ({**EMPTY, "based_on": True}, "based on is not a number"),
    ],
)
def test_invalid_drafts_are_refused_with_a_sentence(data: Any, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        Draft.from_json(data)
    assert words in str(caught.value)


ONE = ValueSet("1", "One", (("a", "1"),), ticked=True)
TWO = ValueSet("2", "Two", (("a", "2"),))
THREE = ValueSet("3", "Three", (("a", "3"),), ticked=True)


def test_run_uses_the_ticked_sets_with_the_edited_values() -> None:
    edited = (("a", "being typed"),)
    draft = Draft(values=edited, sets=(ONE, TWO, THREE), active="3")
    assert [(one.uid, one.values) for one in draft.run_sets] == [("1", ONE.values), ("3", edited)]
    assert [one.values for one in draft.current_sets] == [ONE.values, TWO.values, edited]


def test_run_without_ticked_sets_uses_the_shown_values() -> None:
    edited = (("a", "being typed"),)
    assert Draft(values=edited, sets=(TWO,), active="2").run_sets == (ValueSet("2", "Two", edited),)
    assert Draft(values=edited, sets=(TWO,)).run_sets == (ValueSet("", "", edited),)
    assert Draft(values=edited).run_sets == (ValueSet("", "", edited),)


def test_run_uses_ticked_sets_when_no_set_is_shown() -> None:
    assert Draft(values=(("a", "0"),), sets=(ONE, TWO)).run_sets == (ONE,)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sets": {}},
        {"sets": [1]},
        {"sets": [{"uid": "", "name": ""}]},
        {"active": 1},
        {"sets": [{**TWO.to_json(), "ticked": 1}]},
        {"cases": {}},
        {"cases": ["1"]},
        {"cases": [{"uid": ""}]},
        {"cases": [{"uid": "1", "ticked": 1}]},
    ],
)
def test_damaged_sets_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="value set"):
        Draft.from_json({**EMPTY, **wrong})


def test_inserted_techniques_are_stored_with_the_draft() -> None:
    draft = Draft(
        techniques=(TechniqueMark("role", "Role", "You are\nYou help"), TechniqueMark("own:mine", "Mine", "x"))
    )
    assert draft.to_json()["techniques"] == [["role", "Role", "You are\nYou help"], ["own:mine", "Mine", "x"]]
    assert Draft.from_json(json.loads(json.dumps(draft.to_json()))) == draft


@pytest.mark.parametrize("damaged", [{"role": "Role"}, [["role", "Role"]], [["role", "Role", 1]], ["abc"], "x"])
def test_invalid_techniques_are_refused(damaged: Any) -> None:
    with pytest.raises(ValueError, match="techniques of this draft"):
        Draft.from_json({**EMPTY, "techniques": damaged})


def test_lanes_with_the_same_slot_get_different_slots() -> None:
    lane = Lane("A", "echo", "echo").to_json()
    draft = Draft.from_json({**EMPTY, "lanes": [lane, lane, {**lane, "slot": "A-2"}]})
    assert [one.slot for one in draft.lanes] == ["A", "A-2", "A-2-2"]


def test_too_many_lanes_are_refused() -> None:
    lane = Lane("A", "echo", "echo").to_json()
    with pytest.raises(ValueError, match="100,000 lanes"):
        Draft.from_json({**EMPTY, "lanes": [lane] * 100_000})


@pytest.mark.parametrize(
    ("variables", "rows", "expected"),
    [
        (("record", "question"), ({"record": "A", "question": "x"}, {"record": "A", "question": "y"}), "question"),
        (("a", "b", "c"), ({"a": "1", "b": "1"}, {"a": "2", "b": "2"}, {"c": "3"}), "a"),
        (("a", "b"), ({"old": "1"}, {"old": "2"}), "a"),
        (("a",), (), "a"),
        ((), ({"old": "1"},), ""),
    ],
)
def test_variable_with_the_most_distinct_values_varies_most(
    variables: tuple[str, ...], rows: tuple[dict[str, str], ...], expected: str
) -> None:
    sets = [ValueSet(str(at), f"Case {at}", tuple(row.items())) for at, row in enumerate(rows)]
    assert most_varied(variables, sets) == expected


def test_numbered_case_is_told_by_the_first_value_that_varies() -> None:
    first = ValueSet("1", "Case 1", (("tone", "kind"), ("question", "Where is it?\nSoon?")))
    second = ValueSet("2", "Case 2", (("tone", "kind"), ("question", "")))
    named = ValueSet("3", "late", (("tone", "kind"), ("question", "Why?")))
    cases = (first, second, named)
    assert [distinction(one, cases) for one in cases] == ["Where is it?", "kind", ""]
    assert distinction(first, (first,)) == "kind"
    assert distinction(ValueSet("4", "Case 4", (("tone", " "),)), cases) == ""
