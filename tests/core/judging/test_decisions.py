"""Vectors and decisions as stored texts, and checks that a decision model evaluates."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.cases import Check, check_from_json
from workbench.core.checks.check_result import CheckResult
from workbench.core.judging.decision_checks import (
    DECIDED_TYPES,
    decided_result,
    decision_problem,
    decision_questions,
    pass_probability,
)
from workbench.core.judging.decisions import (
    DecisionAnswer,
    DecisionOption,
    DecisionQuestion,
    answers_text,
    question_from_json,
    question_to_json,
    read_answers,
)
from workbench.core.judging.judged_checks import NOT_ASKED
from workbench.core.judging.questions import JudgedAnswer, JudgeReply
from workbench.core.judging.vectors import MOST_DIMENSIONS, read_vectors, vectors_text
from workbench.core.statistics.threshold import verdict_at

ANSWER = JudgedAnswer("It is on its way.", "Where is it?", {"day": "Friday"})
floats = st.floats(width=32, allow_nan=False, allow_infinity=False)
shares = st.floats(0, 1)
names = st.text(max_size=8)


def check(kind: str, value: Any = "polite to {{day}}", **more: Any) -> Check:
    return check_from_json({"type": kind, "value": value, **more})


def reply(probability: float) -> JudgeReply:
    return JudgeReply(text=answers_text([DecisionAnswer("predicate", probability)]))


# Vectors


@given(st.lists(st.lists(floats, min_size=1, max_size=9), max_size=4))
def test_vectors_survive_their_text_and_are_read_alike_forever(vectors: list[list[float]]) -> None:
    text = vectors_text(vectors)
    found = read_vectors(text)
    assert found == tuple(map(tuple, vectors))
    assert vectors_text(found) == text
    assert JudgeReply.with_vectors("o1", text) == JudgeReply("o1", text, found)


def test_vectors_are_rounded_to_32_bits_once() -> None:
    found = read_vectors(vectors_text([[0.1, 1e-50]]))
    assert found == ((struct.unpack("<f", struct.pack("<f", 0.1))[0], 0.0),)
    assert len(vectors_text([[0.1] * 1536])) < 8300


@pytest.mark.parametrize("vector", [[], [math.nan], [math.inf], [1e300], ["1"], [0.0] * (MOST_DIMENSIONS + 1)])
def test_vectors_that_are_none_have_no_text(vector: Any) -> None:
    with pytest.raises(ValueError, match="vector"):
        vectors_text([vector])


NOT_FINITE = json.dumps({"vectors": ["AADAfw=="]})


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"vectors": 1}', '{"vectors": ["?"]}', '{"vectors": [""]}', '{"vectors":["AAA="]}', NOT_FINITE],
)
def test_unreadable_vectors_are_a_problem_of_the_reply(text: str) -> None:
    with pytest.raises(ValueError, match=r"The stored vectors cannot be read\."):
        read_vectors(text)
    assert JudgeReply.with_vectors("o1", text).problem == "The stored vectors cannot be read."


# Decisions


@given(
    st.lists(
        st.one_of(
            st.builds(DecisionAnswer, st.just("predicate"), shares),
            st.builds(DecisionAnswer, st.just("refusal")),
            st.builds(
                lambda share: DecisionAnswer("choice", choice="b", probabilities=(("a", 1 - share), ("b", share))),
                shares,
            ),
            st.builds(
                lambda score: DecisionAnswer("score", score=score, probabilities=(("a", 1 - score), ("b", score))),
                shares,
            ),
        ),
        max_size=5,
    )
)
def test_answers_survive_their_text(answers: list[DecisionAnswer]) -> None:
    options = (DecisionOption("a"), DecisionOption("b", "second"))
    questions = [
        DecisionQuestion("predicate" if one.kind in ("predicate", "refusal") else one.kind, "?", options)
        for one in answers
    ]
    assert read_answers(answers_text(answers), questions) == tuple(answers)


@given(
    st.sampled_from(["choice", "score"]), names, st.lists(st.builds(DecisionOption, names, names), max_size=3), names
)
def test_questions_survive_their_json(kind: Any, text: str, options: list[DecisionOption], name: str) -> None:
    question = DecisionQuestion(kind, text, tuple(options), name)
    assert question_from_json(json.loads(json.dumps(question_to_json(question)))) == question


def test_true_and_false_are_choices_as_well() -> None:
    question = DecisionQuestion("choice", "?", (DecisionOption("true"), DecisionOption("false")))
    text = json.dumps(
        {"answers": [{"type": "choice", "choice": True, "probabilities": [{"value": True, "probability": 1}]}]}
    )
    assert read_answers(text, [question])[0] == DecisionAnswer("choice", choice="true", probabilities=(("true", 1.0),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"answers": []}',
        '{"answers": [{"type": "score"}]}',
        '{"answers": [{"type": "predicate", "probability": -0.1}]}',
        '{"answers": [{"type": "predicate", "probability": NaN}]}',
        "[" * 200_000,
    ],
)
def test_unreadable_answers_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_answers(text, [DecisionQuestion("predicate", "?")])


# Checks


def test_rubric_asks_for_one_condition_about_the_answer() -> None:
    (asked,) = decision_questions(check("llm-rubric"), ANSWER, [])
    assert asked.kind == "decision"
    assert [message.text for message in asked.messages] == ["It is on its way."]
    assert asked.decisions == (
        DecisionQuestion("predicate", "The text meets this requirement: polite to Friday", name="pass"),
    )
    assert decision_questions(check("llm-rubric"), ANSWER, [reply(0.5)]) == ()
    (asked,) = decision_questions(check("model-graded-closedqa"), ANSWER, [])
    assert asked.messages[0].text == "Request:\nWhere is it?\n\nAnswer:\nIt is on its way."
    (asked,) = decision_questions(check("llm-rubric", {"tone": "kind"}), ANSWER, [])
    assert asked.decisions[0].instructions == 'The text meets this requirement: {"tone":"kind"}'


@given(st.sampled_from(sorted(DECIDED_TYPES)), st.booleans(), shares, st.none() | shares)
def test_verdict_is_that_of_the_threshold_statistics(
    kind: str, negated: bool, probability: float, threshold: float | None
) -> None:
    one = check(f"not-{kind}" if negated else kind, **({} if threshold is None else {"threshold": threshold}))
    found = decided_result(one, ANSWER, [reply(probability)])
    passing = pass_probability(one, ANSWER, [reply(probability)])
    assert passing is not None
    assert found.score == passing
    assert found.state == verdict_at(0.5 if threshold is None else threshold, passing)
    assert f"Probability of a pass {passing:.2f}" in found.reason


@pytest.mark.parametrize(
    ("one", "replies", "reason"),
    [
        (check("llm-rubric"), [], NOT_ASKED),
        (check("llm-rubric"), [JudgeReply(problem="It was late.")], "The judge did not answer: It was late."),
        (
            check("llm-rubric"),
            [JudgeReply(text='{"answers":[{"type":"refusal"}]}')],
            "The decision model declined to answer.",
        ),
        (check("llm-rubric"), [JudgeReply(text='{"answers":[]}')], "The model gave 0 answers to 1 questions."),
        (check("llm-rubric", ""), [reply(1)], "Enter what the judge has to look for."),
        (
            check("factuality"),
            [reply(1)],
            "A decision model evaluates llm-rubric and model-graded-closedqa only. Choose a judge model that writes.",
        ),
        (
            check("llm-rubric", rubricPrompt="Grade {{output}}"),
            [reply(1)],
            "The check has a rubricPrompt, which a decision model does not read. Choose another judge.",
        ),
    ],
)
def test_check_without_a_probability_is_unscored(one: Check, replies: list[JudgeReply], reason: str) -> None:
    assert decided_result(one, ANSWER, replies) == CheckResult("unscored", None, reason)
    assert pass_probability(one, ANSWER, replies) is None


def test_problem_says_why_nothing_is_asked() -> None:
    assert decision_problem(check("llm-rubric"), ANSWER) == ""
    bad = check("llm-rubric", "")
    assert decision_problem(bad, ANSWER) == "Enter what the judge has to look for."
    assert decision_questions(bad, ANSWER, []) == ()
