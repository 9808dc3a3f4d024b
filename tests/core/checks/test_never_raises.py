"""Evaluation is total: every check of every answer has a result with a score from 0 to 1."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.core.checks.scripted_engine import ScriptedEngine
from workbench.core.blocks import Tool
from workbench.core.cases import Check, json_text
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.runs import AnswerStep

TYPES = [row.name for row in CHECK_TYPES.values() if row.is_evaluated and row.name != "assert-set"]
KEEP_STATE = {"regex", "javascript", "trajectory:tool-used"}
"""Types that may fail with and without `not-`."""
_WORDS = """
<a> </a> <b/> <p> </p> <table> <td> & &amp; { } [ ] " ' : , 1 null true a b SELECT * FROM t ; ``` sql {{x}} {{ x | }}
{# #} {% %} required type object properties pattern format $ref # I can't help . - _ ( ) \\ / = 👍 İ ß
"""
WORDS = st.sampled_from(_WORDS.split())
PIECES = st.one_of(WORDS, st.sampled_from(["\n", " ", "\x00", "\u2028", "\ud83d", "\ufeff", "é"]))
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=[]), max_size=30), st.lists(PIECES, max_size=25).map("".join)
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS)
_KEYS = "type properties required items enum min max name pattern steps mode databaseType allowedTables format $ref"
KEYS = st.one_of(st.sampled_from(_KEYS.split()), TEXTS)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
NUMBERS = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-3, 5).map(float))


@st.composite
def checks(draw: st.DrawFn) -> Check:
    value = draw(st.one_of(st.just(""), VALUES.map(json_text)))
    return Check(draw(st.sampled_from(TYPES)), draw(st.booleans()), value, draw(NUMBERS), draw(NUMBERS), draw(TEXTS))


@st.composite
def answers(draw: st.DrawFn) -> CheckedAnswer:
    steps = draw(st.lists(st.builds(AnswerStep, st.just("tool_call"), TEXTS, TEXTS), max_size=3))
    tools = draw(st.lists(st.builds(Tool, TEXTS, parameters=TEXTS), max_size=2))
    values: dict[str, Any] = draw(st.dictionaries(st.sampled_from(["x", "y"]), VALUES, max_size=2))
    numbers = [draw(st.one_of(st.none(), st.floats(0, 1e6))) for _ in range(2)]
    return CheckedAnswer(draw(TEXTS), values, "", draw(TEXTS), numbers[0], numbers[1], tuple(steps), tuple(tools))


@given(checks(), answers(), VALUES)
@depth.examples(200, 6_000, deadline=None)
def test_every_check_of_every_answer_has_a_result(check: Check, answer: CheckedAnswer, returned: Any) -> None:
    found = evaluate(check, answer, ScriptedEngine(returned))
    assert found.reason
    assert (found.score is None) == (found.state == "unscored")
    assert found.score is None or 0 <= found.score <= 1
    assert all(0 <= metric.score <= 1 for metric in found.metrics)
    if found.place is not None:
        assert 0 <= found.place[0] <= found.place[1] <= len(answer.text)
    assert (found.expected is None) == (found.found is None)


@given(checks(), answers())
@depth.examples(200, 4_000, deadline=None)
def test_negation_turns_the_state_around(check: Check, answer: CheckedAnswer) -> None:
    check = replace(check, weight=None)
    plain = evaluate(replace(check, negated=False), answer, ScriptedEngine())
    negated = evaluate(replace(check, negated=True), answer, ScriptedEngine())
    if plain.state == "unscored" or negated.state == "unscored":
        assert plain.state == negated.state
    elif check.type not in KEEP_STATE:
        assert {plain.state, negated.state} == {"pass", "fail"}
    else:
        assert (plain.state, negated.state) != ("pass", "pass")


@given(st.text("[]{}\"<>/a &;-'`(\\", max_size=12), st.sampled_from(TYPES))
@depth.examples(150, 2_000, deadline=None)
def test_long_repetitions_are_judged_in_time(pattern: str, kind: str) -> None:
    evaluate(Check(kind, value='"x"', threshold=1.0), CheckedAnswer(pattern * 2_000), ScriptedEngine())
