"""Descriptions of checks in words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from tests.core import strategies as make
from workbench.core.cases import Check, check_from_json, check_to_json
from workbench.core.check_words import CheckLine, lines

UNGRADED = ". Not scored: a model has to grade the answer in a way that is not supported here."


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"type": "contains", "value": "on its way"}, "contains “on its way”"),
        ({"type": "not-contains", "value": "sorry"}, "does not contain “sorry”"),
        ({"type": "icontains-any", "value": ["a", "b"]}, "contains any of “a”, “b” (ignoring case)"),
        ({"type": "is-json"}, "is JSON"),
        ({"type": "is-json", "value": {"type": "object"}}, 'is JSON, by {"type":"object"}'),
        ({"type": "word-count", "value": 80}, "has 80 words"),
        ({"type": "word-count", "value": {"max": 60, "min": 10}}, "has 10 to 60 words"),
        ({"type": "not-word-count", "value": {"max": 60}}, "does not have at most 60 words"),
        ({"type": "word-count", "value": {"max": 60, "most": 1}}, 'has {"max":60,"most":1} words'),
        ({"type": "cost", "threshold": 0.002}, "costs at most $0.002"),
        ({"type": "not-latency", "threshold": 500}, "takes more than 500 ms"),
        (
            {"type": "similar:cosine", "value": "Hi", "threshold": 0.8},
            "means about the same as “Hi” (cosine); threshold 0.8",
        ),
        ({"type": "g-eval", "value": "is polite"}, f"a model grades it by: “is polite”{UNGRADED}"),
        (
            {"type": "llm-rubric", "value": "is polite", "weight": 2, "metric": "Tone", "provider": "openai:gpt-5"},
            "passes a model's rubric: “is polite”; weight 2; metric “Tone”; graded by “openai:gpt-5”",
        ),
        (
            {"type": "javascript", "value": "output.length < 9", "transform": "output.trim()"},
            "passes the JavaScript “output.length < 9”; answer transformed by code that is not run here: output.trim()",
        ),
        ({"type": "trajectory:tool-used", "value": ["a*", "b"]}, "calls the tools “a*”, “b”"),
        ({"type": "not-trajectory:tool-sequence", "value": ["a"]}, "does not call, in this order, the tools “a”"),
        (
            {"type": "python", "value": "len(output) < 9"},
            "passes the Python “len(output) < 9”. Not scored: it runs a program outside of the workbench, which is "
            "never done.",
        ),
        ({"type": "equals", "value": "x", "later": [1]}, 'is exactly “x”; with {"later":[1]}'),
        ({"type": "contains"}, "contains (no value)"),
    ],
)
def test_known_checks_are_described_in_words(data: dict[str, object], words: str) -> None:
    assert lines(check_from_json(data)) == (CheckLine(words),)


def test_assert_sets_list_their_checks() -> None:
    data = {
        "type": "assert-set",
        "threshold": 0.5,
        "weight": 3,
        "assert": [{"type": "equals", "value": "a"}, {"type": "assert-set", "assert": [{"type": "is-xml"}]}],
    }
    assert lines(check_from_json(data)) == (
        CheckLine("combined score at least 0.5; weight 3:"),
        CheckLine("is exactly “a”", 1),
        CheckLine("all of these:", 1),
        CheckLine("is XML", 2),
    )


@pytest.mark.parametrize("kind", ["new-one", "not-new-one", "trajectory:new", "contains:odd"])
def test_unknown_checks_are_shown_verbatim(kind: str) -> None:
    data = {"type": kind, "value": {"a": "ü"}, "odd": None}
    (line,) = lines(check_from_json(data))
    assert line.is_verbatim
    assert json.loads(line.text) == data


@given(make.checks)
def test_every_check_is_described_and_unknown_ones_completely(check: Check) -> None:
    told = lines(check)
    assert told
    assert all(line.text for line in told)
    if told[0].is_verbatim:
        assert json.loads(told[0].text) == check_to_json(check)
