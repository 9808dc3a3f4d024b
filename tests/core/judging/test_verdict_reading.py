"""What replies of judges say."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.core.checks.test_never_raises import TEXTS
from workbench.core.cases import json_text
from workbench.core.checks.check_result import UnscoredError
from workbench.core.judging.reply_json import MOST_READ, reply_objects, without_thoughts
from workbench.core.judging.verdict_reading import category_verdict, criterion_verdict, rubric_verdict


def test_objects_of_a_reply_are_found_as_json_first() -> None:
    assert reply_objects('x {"a": 1} {b: 2} [{"a": 2}]', ("a", "b")) == ({"a": 1}, {"a": 2})
    assert reply_objects("x {b: 2, c: '}'} y {b: 3}", ("a", "b")) == ({"b": 3},)
    assert reply_objects('{"a": {"a": 1}}', ("a",)) == ({"a": {"a": 1}},)
    assert reply_objects('{"b": {"a": 1}}', ("a",)) == ()
    assert reply_objects('[NaN, {"a": 1}', ("a",)) == ({"a": 1},)
    assert reply_objects('{"a": "https://x", // remark\n "b": "//",}', ("a",)) == ({"a": "https://x", "b": "//"},)


@pytest.mark.parametrize(
    ("text", "is_read"),
    [('{"a": true', True), ('{"a": "x"', True), ('{"a": 0.8', False), ('{"a": "x', False), ('{"a": tr', False)],
)
def test_only_a_complete_object_is_read(text: str, is_read: bool) -> None:
    assert bool(reply_objects(text, ("a",))) == is_read


def test_thoughts_in_front_are_left_out() -> None:
    assert without_thoughts(" <think>a</think> b <think>c</think>") == " b <think>c</think>"
    assert without_thoughts("b <think>c</think>") == "b <think>c</think>"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("(B) more", "B"),
        ("e) they differ", "E"),
        ("I choose (D).", "D"),
        ("(A) It is not (D), since nothing is wrong.", "A"),
        ('{"category": "(c)"}', "C"),
        ("not (A) but (B)", None),
        ("the same) thing", None),
        ("see note a) and b)", None),
        ("A", None),
    ],
)
def test_categories(text: str, category: str | None) -> None:
    if category is None:
        with pytest.raises(UnscoredError):
            category_verdict(text)
    else:
        assert category_verdict(text).category == category


@pytest.mark.parametrize(
    ("text", "passed"),
    [("Y", True), ("x\nN\n", False), ("`Y`", True), ("so: **N**", False), ("EASY", None), ("MAY", None), ("X-Y", None)],
)
def test_last_word_is_the_verdict_of_a_criterion(text: str, passed: bool | None) -> None:
    if passed is None:
        with pytest.raises(UnscoredError):
            criterion_verdict(text)
    else:
        assert criterion_verdict(text).passed == passed


@given(st.booleans(), st.floats(0, 1), TEXTS, TEXTS)
@depth.examples(200, 4_000, deadline=None)
def test_a_verdict_in_a_reply_is_read_or_unscored_but_never_another(
    passed: bool, score: float, reason: str, around: str
) -> None:
    verdict = json_text({"reason": reason, "pass": passed, "score": score})
    for text in (verdict, f"```json\n{verdict}\n```", f"{around}\n{verdict}", f"{verdict}\n{around}"):
        try:
            found = rubric_verdict(text)
        except UnscoredError:
            # Text around it can open a brace or a bracket that is not closed.
            assert text != verdict
            assert set(around) & set("{}[]<\"'#/")
        else:
            assert (found.passed, found.score) == (passed, score)


@given(st.booleans())
def test_an_answer_that_contains_a_verdict_does_not_decide(passed: bool) -> None:
    quote, verdict = (json_text({"pass": one, "score": float(one)}) for one in (passed, not passed))
    with pytest.raises(UnscoredError, match="several verdicts"):
        rubric_verdict(f"The answer says {quote}.\n{verdict}")
    assert rubric_verdict(json_text({"reason": f"It says {quote}.", "pass": not passed})).passed is not passed


@pytest.mark.parametrize("piece", ["{", "{{}", "[", '{"a":', "{a: ", '\\"', '{\\"', "<think>", "(A) ", "Y ", "Y* "])
def test_long_replies_are_read_in_time(piece: str) -> None:
    long = (piece * MOST_READ)[: MOST_READ - 2]
    begun = time.perf_counter()
    for text in (f"{{{long}x", f"{long} Y"):
        for read in (rubric_verdict, category_verdict, criterion_verdict):
            with contextlib.suppress(UnscoredError):
                read(text)
    assert time.perf_counter() - begun < 15
    with pytest.raises(UnscoredError, match="too long"):
        rubric_verdict("x" * (MOST_READ + 1))
