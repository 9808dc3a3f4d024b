"""Suggested checks: what they say is true, and no winner fails one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from workbench.core.cases import Check, check_to_json
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.checks.suggestions import MOST_ANSWERS, MOST_SUGGESTIONS, CheckSuggestion, suggest_checks

SCHEMA = '{"type":"object","required":["status"]}'


def suggested(*texts: str, winners: Sequence[int] = (), **options: Any) -> dict[str, dict[str, Any]]:
    """Return the suggestions as JSON by their sentences."""
    values = options.pop("values", {})
    answers = [CheckedAnswer(text, values, finish_reason=options.get("reason", "")) for text in texts]
    options.pop("reason", None)
    return {one.sentence: check_to_json(one.check) for one in suggest_checks(answers, winners, **options)}


def test_json_is_suggested() -> None:
    assert suggested('{"a": 1}', "[2]")["Both answers are JSON."] == {"type": "is-json"}


def test_schema_of_the_output_format_is_preferred() -> None:
    found = suggested('{"status": "late"}', '{"status": ""}', schema=SCHEMA)
    assert found["Both answers fit the JSON Schema of the output format."]["value"]["required"] == ["status"]
    assert "Both answers are JSON." not in found
    assert "Both answers are JSON." in suggested('{"status": "late"}', "{}", schema=SCHEMA)


def test_json_in_code_fences_is_only_contained() -> None:
    found = suggested("```json\n{}\n```", "Here: []")
    assert found["Both answers contain JSON."] == {"type": "contains-json"}


def test_markup_is_suggested_by_its_kind() -> None:
    assert suggested("<p>Hello</p>")["The answer is HTML."] == {"type": "is-html"}
    assert suggested("<order><id>1</id></order>")["The answer is XML."] == {"type": "is-xml"}
    assert suggested("It is <b>late</b>.")["The answer contains HTML."] == {"type": "contains-html"}


def test_repeated_value_is_suggested_as_a_template() -> None:
    found = suggested("Order 77AB is late.", "77AB: late", values={"order": "77AB", "language": "English"})
    assert found["Both answers repeat the value of order."] == {"type": "contains", "value": "{{order}}"}
    found = suggested("order 77ab", values={"order": "77AB"})
    assert found["The answer repeats the value of order."] == {"type": "icontains", "value": "{{order}}"}


def test_code_in_a_value_is_suggested_for_its_case_only() -> None:
    values = {"question": "Where is my order 77AB12?"}
    texts = ("Order 77AB12 is late.", "It is late: 77AB12")
    assert not any("77AB12" in sentence for sentence in suggested(*texts, values=values))
    found = suggested(*texts, values=values, is_for_case=True)
    assert found["Both answers repeat “77AB12”."] == {"type": "contains", "value": "77AB12"}


def test_common_start_and_number_of_words_are_suggested() -> None:
    found = suggested("Dear customer, it is late.", "Dear customer, it was sent.")
    assert found["Both answers begin with “Dear customer, it”."] == {
        "type": "starts-with",
        "value": "Dear customer, it",
    }
    assert found["Both answers have 4 to 7 words."] == {"type": "word-count", "value": {"min": 4, "max": 7}}


def test_refusals_are_told_apart() -> None:
    assert suggested("It is late.")["The answer is not a refusal."] == {"type": "not-is-refusal"}
    found = suggested("I cannot help with that.", "I'm sorry, but I can't assist with that request.")
    assert found["Both answers are refusals."] == {"type": "is-refusal"}


def test_end_of_the_answer_is_suggested() -> None:
    found = suggested("It is late.", reason="stop")
    assert found["The answer is complete: the model stopped by itself."] == {"type": "finish-reason", "value": "stop"}
    assert not any("complete" in sentence for sentence in suggested("It is", reason="length"))


def test_check_that_a_winner_fails_is_not_suggested() -> None:
    texts = ("{}", "{}", "plain text")
    assert "2 of 3 answers are JSON." in suggested(*texts)
    assert not any("JSON" in sentence for sentence in suggested(*texts, winners=[2]))


def test_check_that_tells_the_winner_from_others_is_suggested() -> None:
    assert "1 of 2 answers is JSON." in suggested("{}", "plain text", winners=[0])
    assert "1 of 2 answers is JSON." not in suggested("{}", "plain text")


@pytest.mark.parametrize("present", [Check("is-json"), Check("contains-json", value=SCHEMA)])
def test_present_checks_are_not_suggested_again(present: Check) -> None:
    assert not any("JSON" in sentence for sentence in suggested("{}", present=[present]))


def test_nothing_is_suggested_without_answers() -> None:
    assert suggest_checks([]) == ()


def test_braces_in_answers_are_told_as_they_are() -> None:
    found = suggested("Use {0} or {name} now", "Use {0} or {name} later")
    assert "Both answers begin with “Use {0} or {name}”." in found


WORDS = st.sampled_from(
    ["", "{}", "[1]", "late", "Order 77AB", "I cannot help", "<p>x</p>", "<a><b/></a>", "{{x}}", "ß"]
)
TEXTS = st.lists(WORDS, max_size=4).map(" ".join) | st.text(max_size=20)
ANSWERS = st.builds(
    CheckedAnswer,
    TEXTS,
    st.dictionaries(st.sampled_from(["x", "order", "a b", "{"]), TEXTS | st.integers(), max_size=3),
    finish_reason=st.sampled_from(["", "stop", "length"]),
)


@depth.examples(100, 5000)
@given(st.lists(ANSWERS, max_size=6), st.sets(st.integers(0, 6)), st.booleans(), st.sampled_from(["", SCHEMA]))
def test_suggestion_passes_on_the_answers_that_it_says(
    answers: list[CheckedAnswer], winners: set[int], is_for_case: bool, schema: str
) -> None:
    found = suggest_checks(answers, winners, schema=schema, is_for_case=is_for_case)
    assert len(found) <= MOST_SUGGESTIONS
    assert len({one.check for one in found}) == len(found)
    for one in found:
        states = [evaluate(one.check, answer).state for answer in answers]
        assert states.count("pass") == one.passes > 0
        assert one.answers == len(answers)
        assert all(states[at] == "pass" for at in winners if at < len(answers))
        assert _numbers_are_true(one)


def _numbers_are_true(one: CheckSuggestion) -> bool:
    if told := re.match(r"(\d+) of (\d+) answers", one.sentence):
        return (int(told[1]), int(told[2])) == (one.passes, one.answers) and one.passes < one.answers
    if told := re.match(r"(?:All|None of the) (\d+) answers", one.sentence):
        return int(told[1]) == one.passes == one.answers > 2
    if one.sentence.startswith(("Both answers", "Neither answer")):
        return one.passes == one.answers == 2
    return one.sentence.startswith("The answer") and one.passes == one.answers == 1


def test_only_the_first_answers_are_looked_at() -> None:
    found = suggest_checks([CheckedAnswer("{}")] * 1000)
    assert {one.answers for one in found} == {MOST_ANSWERS}
