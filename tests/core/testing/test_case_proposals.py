"""Asking a model for cases, and reading its answer without guessing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.improvement import RecentAnswer
from workbench.core.testing.case_proposals import (
    CUT_OFF,
    EMPTY,
    LONGEST_VALUE,
    MOST_PROPOSED,
    NO_CASES,
    NO_JSON,
    CaseProposalError,
    answer_format,
    read_cases,
    request_text,
)

NAMES = ("question", "order")
BOT = Content((Message("system", "You are a bot."), Message("user", "{{question}} {{order}}")))


def one(name: str = "late", **values: object) -> dict[str, object]:
    given = {"question": "Where is it?", "order": "7", **values}
    return {"name": name, "tag": "delay", "values": given, "expectation": "Says when."}


def written(*cases: object) -> str:
    return json.dumps({"cases": list(cases)})


def test_answer_becomes_cases_with_values_in_the_order_of_the_prompt() -> None:
    read = read_cases(
        written({**one(), "name": " very \n late ", "values": {"order": "7", "question": " Hm?\n"}}), NAMES, ()
    )
    (proposed,) = read.cases
    assert not proposed.is_duplicate
    assert proposed.case == Case(
        "", "very late", (("question", " Hm?\n"), ("order", "7")), expectation="Says when.", tags=("delay",)
    )
    assert read.notes == ()


@pytest.mark.parametrize(
    "text",
    [
        written(one()),
        f"<think>Let me see: [1, 2]</think>\n{written(one())}",
        f"Here they are:\n```json\n{written(one())}\n```\nEnjoy!",
        json.dumps([one()]),
    ],
)
def test_thoughts_a_fence_and_a_bare_list_are_read(text: str) -> None:
    assert [proposed.case.name for proposed in read_cases(text, NAMES, ()).cases] == ["late"]


@pytest.mark.parametrize(
    ("text", "is_cut", "sentence"),
    [
        ("", False, EMPTY),
        ("  <think>so</think> ", False, EMPTY),
        ("1. Where is my order?", False, NO_JSON),
        (written(one())[:-4], False, NO_JSON),
        (written(one())[:-4], True, CUT_OFF),
        ('{"cases": {"a": 1}}', False, NO_CASES),
        ('{"cases": NaN}', False, NO_JSON),
        ("[" * 100_000, False, NO_JSON),
        (f"```\n{written(one())}\n```\n```\n{written(one())}\n```", False, NO_JSON),
        ("7", False, NO_CASES),
    ],
)
def test_what_cannot_be_read_is_said(text: str, is_cut: bool, sentence: str) -> None:
    with pytest.raises(CaseProposalError) as error:
        read_cases(text, NAMES, (), is_cut=is_cut)
    assert str(error.value) == sentence


def test_empty_list_is_said() -> None:
    with pytest.raises(CaseProposalError, match="is empty"):
        read_cases('{"cases": []}', NAMES, ())


def test_numbers_keep_their_digits_and_nothing_else_becomes_text() -> None:
    text = '{"cases": [{"name": "a", "tag": "", "values": {"question": "?", "order": 0.10}, "expectation": ""}]}'
    assert dict(read_cases(text, NAMES, ()).cases[0].case.values)["order"] == "0.10"
    wrong: list[object] = [one(order=True), one(order=None), one(order=["7"]), "late", {"name": "no values"}]
    wrong += [{**one(), "values": {"question": "?"}}, {**one(), "tag": ["x"]}, one(order="x" * (LONGEST_VALUE + 1))]
    read = read_cases(written(one("good"), *wrong), NAMES, ())
    assert [proposed.case.name for proposed in read.cases] == ["good"]
    (note,) = read.notes
    assert note.startswith("8 cases are left out. Case 2: its value of “order” is not text. Case 3: ")
    assert note.endswith("And 5 more.")


def test_values_of_a_case_or_of_an_earlier_proposal_are_marked() -> None:
    known = (Case("u", "other name", (("order", "7"), ("question", "Where is it?"), ("more", ""))),)
    read = read_cases(written(one(), one(order="8"), one("again", order="8")), NAMES, known)
    assert [proposed.is_duplicate for proposed in read.cases] == [True, False, True]


def test_number_of_proposals_is_bounded() -> None:
    read = read_cases(written(*(one(order=str(number)) for number in range(MOST_PROPOSED + 5))), NAMES, ())
    assert len(read.cases) == MOST_PROPOSED
    assert read.notes == (f"Only the first {MOST_PROPOSED} of {MOST_PROPOSED + 5} cases are listed.",)


@given(st.text(max_size=300))
def test_any_answer_is_read_or_refused_with_a_sentence(text: str) -> None:
    said = ""
    try:
        read_cases(text, NAMES, ())
    except CaseProposalError as error:
        said = str(error)
    assert said == "" or said.endswith(".")


def test_request_has_the_prompt_and_only_what_was_chosen() -> None:
    shown = (Case("u", "late", (("order", "77AB"),), tags=("delay",)),)
    text = request_text(BOT, NAMES, 3, " other languages ", shown, ())
    assert '"You are a bot."' in text
    assert '"order": "77AB"' in text
    assert "cover:\n\nother languages\n\n" in text
    assert text.endswith("Write 3 new cases now, as JSON only.")
    assert "Answers" not in text
    answers = (RecentAnswer("o", 1, "m", "", "It is late.", (("order", "9"),)),)
    assert '"answer": "It is late."' in request_text(BOT, NAMES, 1, "", (), answers)


def test_case_of_the_hold_out_is_never_shown() -> None:
    with pytest.raises(ValueError, match="hold-out"):
        request_text(BOT, NAMES, 3, "", (Case("u", held_out=True),), ())


def test_schema_asks_for_a_text_for_every_variable() -> None:
    schema = json.loads(answer_format(NAMES).schema)
    case = schema["properties"]["cases"]["items"]
    assert case["required"] == ["name", "tag", "values", "expectation"]
    assert case["properties"]["values"]["required"] == ["question", "order"]
    assert not case["properties"]["values"]["additionalProperties"]


def test_schema_for_a_small_model_is_bounded() -> None:
    cases = json.loads(answer_format(NAMES, 3).schema)["properties"]["cases"]
    assert (cases["minItems"], cases["maxItems"]) == (1, 3)
    assert cases["items"]["properties"]["values"]["properties"]["order"] == {"type": "string", "maxLength": 200}
