"""Results of judged checks, stage by stage."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.core.checks.test_never_raises import NUMBERS, TEXTS, VALUES
from tests.core.judging.fake_judge import FakeJudge
from workbench.core.cases import Check, check_from_json, json_text
from workbench.core.checks.check_result import CheckResult, MetricScore
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.content import Content
from workbench.core.judging.judge_prompts import default_content
from workbench.core.judging.judged_checks import (
    NOT_ASKED,
    is_judged,
    judged_result,
    most_calls,
    next_questions,
    question_problem,
)
from workbench.core.judging.pairwise import UNDECIDED, applicable, preference
from workbench.core.judging.questions import JudgedAnswer, JudgeReply
from workbench.core.judging.verdict_reading import better_verdict

ANSWER = JudgedAnswer("It is on its way.", "Where is it?", {"day": "Friday"}, "On its way.", "Lost.")
TYPES = [row.name for row in CHECK_TYPES.values() if row.judged]


def check(kind: str, value: Any = "polite", **more: Any) -> Check:
    return check_from_json({"type": kind, "value": value, **more})


def result(one: Check, *replies: str, answer: JudgedAnswer = ANSWER) -> CheckResult:
    return judged_result(one, answer, [JudgeReply(text=text) for text in replies])


@pytest.mark.parametrize(
    ("kind", "reply", "state", "score", "reason"),
    [
        ("llm-rubric", '{"pass": true, "score": 0.8, "reason": " Kind. "}', "pass", 0.8, "Kind."),
        ("llm-rubric", '{"pass": false}', "fail", 0.0, "The judge gave the score 0."),
        ("llm-rubric", "No.", "unscored", None, "The judge's reply has no clear verdict: “No.”"),
        ("llm-rubric", " ", "unscored", None, "The judge's reply is empty."),
        ("llm-rubric", '{"pass": 2}', "unscored", None, "The judge's pass is “2”, neither true nor false."),
        ("llm-rubric", '{"pass": true, "score": "A"}', "unscored", None, "The judge's score “A” is not a number."),
        ("llm-rubric", '{"pass": null}', "unscored", None, "The judge's reply has neither pass nor score."),
        ("factuality", '{"category": "B"}', "pass", 1.0, "B: The answer says more than the reference, and nothing "),
        ("factuality", '{"category": "D", "reason": "Other day."}', "fail", 0.0, "D: Other day."),
        ("factuality", '{"category": "X"}', "unscored", None, "The judge's category is “X”, not a letter from A to E."),
        ("model-graded-closedqa", '{"verdict": "N", "reason": "No day."}', "fail", 0.0, "No day."),
        ("model-graded-closedqa", "It does.\nY\nY", "pass", 1.0, "It does."),
        ("model-graded-closedqa", "Y", "pass", 1.0, "The judge says yes."),
        ("not-model-graded-closedqa", "N", "pass", 1.0, "The judge says no."),
    ],
)
def test_reply_is_a_result(kind: str, reply: str, state: str, score: float | None, reason: str) -> None:
    found = result(check(kind), reply)
    assert (found.state, found.score) == (state, score)
    assert found.reason.startswith(reason)


def test_threshold_is_told_with_the_score() -> None:
    found = result(check("llm-rubric", threshold=0.5), '{"pass": true, "score": 0.4, "reason": "Fine."}')
    assert (found.state, found.reason) == ("fail", "Fine. (Score 0.4; at least 0.5 expected.)")


def test_metric_of_a_check_has_the_score() -> None:
    found = result(check("llm-rubric", metric="Tone {{day}}"), '{"score": 0.4}')
    assert found.metrics == (MetricScore("Tone Friday", 0.4),)


def test_failed_and_missing_calls_are_unscored() -> None:
    one = check("llm-rubric")
    found = judged_result(one, ANSWER, [JudgeReply(problem="The key is wrong.")])
    assert (found.state, found.reason) == ("unscored", "The judge did not answer: The key is wrong.")
    assert judged_result(one, ANSWER, ()).reason == NOT_ASKED
    assert next_questions(one, ANSWER, default_content("llm-rubric"), [JudgeReply(problem="x")]) == ()
    assert "not judged by a model" in judged_result(check("contains"), ANSWER, ()).reason
    assert (is_judged(one), is_judged(check("contains")), is_judged(check("new"))) == (True, False, False)


def test_expectation_of_the_case_is_the_reference_without_a_value() -> None:
    judge = FakeJudge([("<reference>\nOn its way.\n</reference>", '{"category": "C"}')])
    assert judge.judge(Check("factuality"), ANSWER).state == "pass"
    FakeJudge().judge(Check("similar"), ANSWER)
    assert next_questions(Check("similar"), ANSWER, Content(), ())[0].texts == (ANSWER.text, "On its way.")
    bare = JudgedAnswer("x")
    for kind in ("factuality", "similar"):
        assert "give the case an expectation" in question_problem(Check(kind), bare, default_content("factuality"))


def test_scores_of_categories_are_those_of_the_check() -> None:
    for config in ({"factuality": {"disagree": 0.2, "agree": 0}}, {"disagree": 0.2, "agree": 0}):
        one = check("factuality", config=config)
        assert (result(one, "(D)").state, result(one, "(D)").score) == ("pass", 0.2)
        assert result(one, "(C)").state == "fail"
    wrong = check("factuality", config={"agree": "high"})
    assert result(wrong, "(C)").reason == "The score “agree” of the check is not a number. Correct it."


def test_relevance_asks_a_judge_and_then_for_vectors() -> None:
    one, content = Check("answer-relevance"), default_content("answer-relevance")
    first = next_questions(one, ANSWER, content, ())
    assert [question.kind for question in first] == ["chat"] * 3
    assert len(set(first)) == 1
    replies = [JudgeReply(text=f" Q{number}? ") for number in range(3)]
    assert next_questions(one, ANSWER, content, replies[:1]) == first[1:]
    (second,) = next_questions(one, ANSWER, content, replies)
    assert (second.kind, second.texts) == ("embedding", ("Where is it?", "Q0?", "Q1?", "Q2?"))
    done = [*replies, JudgeReply(vectors=((1.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)))]
    assert next_questions(one, ANSWER, content, done) == ()
    assert len(done) == most_calls(one)
    found = judged_result(one, ANSWER, done)
    assert (found.state, round(found.score or 0, 3)) == ("pass", 0.569)
    assert judged_result(one, ANSWER, replies).reason == NOT_ASKED
    assert result(one, "a", "b", " ").reason == "The judge wrote no question for the answer."


@pytest.mark.parametrize(
    ("vectors", "sentence"),
    [
        ((), "The embedding model returned 0 vectors for 2 texts."),
        (((1.0,), (1.0, 2.0)), "The embedding model returned vectors of different lengths."),
        (((), ()), "The embedding model returned vectors of different lengths."),
        (((1.0,), (float("nan"),)), "The embedding model returned a vector with an invalid number."),
        (((1e300,), (1e300,)), "The embedding model returned vectors that are too large to be compared."),
    ],
)
def test_invalid_vectors_are_unscored(vectors: tuple[tuple[float, ...], ...], sentence: str) -> None:
    found = judged_result(check("similar:dot"), ANSWER, [JudgeReply(vectors=vectors)])
    assert (found.state, found.reason) == ("unscored", sentence)


def _better(*better: str) -> list[str]:
    return [json.dumps({"reason": f"{one}.", "better": one}) for one in better]


@pytest.mark.parametrize(
    ("first", "second", "state", "prefers"),
    [
        ("first", "second", "pass", "better"),
        ("second", "first", "fail", "worse"),
        ("first", "first", "unscored", "undecided"),
        ("second", "second", "unscored", "undecided"),
        ("equal", "equal", "unscored", "undecided"),
        ("first", "equal", "unscored", "undecided"),
        ("equal", "first", "unscored", "undecided"),
    ],
)
def test_only_both_orders_decide_a_pairwise_check(first: str, second: str, state: str, prefers: str) -> None:
    for one in (check("select-best"), check("not-select-best"), check("select-best", weight=0)):
        found = result(one, *_better(first, second))
        turned = {"pass": "fail", "fail": "pass"}.get(state, state) if one.negated else state
        assert found.state == ("pass" if one.weight == 0 and state == "fail" else turned)
        assert preference(one, found) == prefers
        assert found.reason.startswith(UNDECIDED) == (prefers == "undecided")


def test_pairwise_question_has_the_answers_in_both_orders() -> None:
    there, back = next_questions(check("select-best"), ANSWER, default_content("select-best"), ())
    one, other = f"<first>\n{ANSWER.text}\n</first>", "<second>\nLost.\n</second>"
    assert one in there.messages[1].text
    assert other in there.messages[1].text
    assert dict(back.values) == {"input": "Where is it?", "first": "Lost.", "second": ANSWER.text, "criteria": "polite"}


def test_answers_that_need_no_comparison_are_not_asked_about() -> None:
    content = default_content("select-best")
    same = JudgedAnswer("x", baseline="x")
    assert next_questions(check("select-best"), same, content, ()) == ()
    assert preference(check("select-best"), result(check("select-best"), answer=same)) == "undecided"
    alone = result(check("select-best"), answer=JudgedAnswer("x"))
    assert alone.reason == "The baseline column has no answer to compare with."
    assert preference(check("select-best"), alone) == "unscored"


def test_index_of_promptfoo_is_read() -> None:
    assert better_verdict("1").better == "second"
    assert better_verdict(" 0\n").better == "first"
    one = check("select-best", rubricPrompt="Which is {{criteria}}: 0 {{ outputs[0] }} or 1 {{ outputs[1] }}?")
    judge = FakeJudge([("or 1 Lost.", "0"), ("", "1")])
    assert judge.judge(one, ANSWER).state == "pass"
    assert result(one, "2", "0").state == result(one, "0 or 1", "1").state == "unscored"


def test_pairwise_checks_do_not_apply_in_the_baseline_column() -> None:
    plain, pair = check("contains"), check("select-best")
    mixed = Check("assert-set", checks=(plain, pair))
    assert applicable([plain, pair, mixed, Check("assert-set", checks=(pair,)), Check("assert-set")]) == (
        plain,
        Check("assert-set", checks=(plain,)),
        Check("assert-set"),
    )


REPLIES = st.one_of(
    TEXTS,
    VALUES.map(json_text),
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("pass", "score", "reason", "category", "verdict", "better"), VALUES)
    ).map(json_text),
    st.sampled_from(
        [
            *('{"pass": true, "score": 0.7}', '{"pass": false}', "(A) x", '{"category": "D"}', "Y", "x\nN", "0", "1"),
            *_better("first", "second", "equal"),
        ]
    ),
)
VECTOR_LISTS = st.lists(st.lists(st.floats(), min_size=2, max_size=2).map(tuple), max_size=4).map(tuple)
JUDGE_REPLIES = st.builds(JudgeReply, text=REPLIES, vectors=VECTOR_LISTS, problem=st.sampled_from(["", "", "", "x"]))


@st.composite
def judged(draw: st.DrawFn) -> Check:
    value = draw(st.one_of(st.just('"x"'), st.just('["x","y"]'), st.just(""), VALUES.map(json_text)))
    prompt = draw(st.one_of(st.just(""), st.just('"{{output}}"'), VALUES.map(json_text)))
    kind, negated = draw(st.sampled_from(TYPES)), draw(st.booleans())
    config = draw(st.one_of(st.just(""), VALUES.map(json_text)))
    return Check(kind, negated, value, draw(NUMBERS), draw(NUMBERS), draw(TEXTS), rubric_prompt=prompt, config=config)


@given(judged(), st.builds(JudgedAnswer, TEXTS, TEXTS, baseline=st.none() | TEXTS), st.lists(JUDGE_REPLIES, max_size=5))
@depth.examples(200, 6_000, deadline=None)
def test_every_check_and_every_reply_has_a_result(one: Check, answer: JudgedAnswer, replies: list[JudgeReply]) -> None:
    found = judged_result(one, answer, replies)
    assert found.reason
    assert (found.score is None) == (found.state == "unscored")
    assert found.score is None or 0 <= found.score <= 1
    content = default_content(one.type) if CHECK_TYPES[one.type].needs_judge else Content()
    if found.state != "unscored":
        assert len(replies) >= most_calls(one)
        # The judge prompt of the check can be wrong only where it is asked about.
        assert question_problem(one, answer, content) == "" or one.rubric_prompt
    asked = next_questions(one, answer, content, replies)
    assert len(asked) + len(replies) <= max(most_calls(one), len(replies))
    if question_problem(one, answer, content):
        assert asked == ()


@given(judged(), st.lists(JUDGE_REPLIES, max_size=5))
@depth.examples(200, 4_000, deadline=None)
def test_negation_turns_a_verdict_around_and_never_makes_one(one: Check, replies: list[JudgeReply]) -> None:
    one = Check(one.type, value=one.value, threshold=one.threshold, config=one.config)
    turned = Check(one.type, True, one.value, one.threshold, config=one.config)
    plain, negated = (judged_result(each, ANSWER, replies) for each in (one, turned))
    assert (plain.state == "unscored") == (negated.state == "unscored")
    # A similarity that is exactly the threshold passes both, as in promptfoo.
    if plain.state != "unscored" and not one.type.startswith("similar"):
        assert {plain.state, negated.state} == {"pass", "fail"}


@given(st.lists(TEXTS, min_size=2, max_size=2), st.sampled_from(["llm-rubric", "factuality"]))
@depth.examples(100, 2_000, deadline=None)
def test_answer_reaches_the_judge_as_it_is(texts: list[str], kind: str) -> None:
    answer = JudgedAnswer(texts[0], texts[1], {"output": "not this", "input": "nor that"})
    (question,) = next_questions(check(kind, "polite"), answer, default_content(kind), ())
    told = question.messages[-1].text
    assert f"<answer>\n{texts[0]}\n</answer>" in told
    assert "not this" not in told
    assert (f"<request>\n{texts[1]}\n</request>" in told) == (kind == "factuality")
