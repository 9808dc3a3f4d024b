"""Checks in a child process: a check that hangs is stopped, and the others are evaluated."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE_S
from workbench.core.blocks import Tool
from workbench.core.cases import check_from_json
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import MOST_CHECKED, CheckedAnswer
from workbench.core.runs import AnswerStep
from workbench.engine.checker.client import NO_START, CheckerClient
from workbench.engine.checker.sandbox import QuickJsEngine

YES = {"type": "contains", "value": "hello"}
_LOOP = "let n = 0; const s = 'a'.repeat(2 ** 24);\nwhile (true) n += s.indexOf('ab' + n);"
HANGS = {"type": "javascript", "value": _LOOP}


@pytest.fixture
def client() -> Iterator[CheckerClient]:
    # A loaded machine may take longer than a second for any check.
    with CheckerClient(os.environ, limit_s=PATIENCE_S) as made:
        yield made


@pytest.fixture
def hasty() -> Iterator[CheckerClient]:
    with CheckerClient(os.environ, limit_s=5) as made:
        yield made


def results(client: CheckerClient, answer: CheckedAnswer | str, *checks: dict[str, Any]) -> tuple[CheckResult, ...]:
    given = CheckedAnswer(answer) if isinstance(answer, str) else answer
    return client.evaluate(given, [check_from_json(check) for check in checks])


def test_check_that_hangs_is_unscored_and_the_next_is_evaluated(hasty: CheckerClient) -> None:
    found = results(hasty, "hello", YES, HANGS, YES, {"type": "regex", "value": "^h"})
    assert [one.state for one in found] == ["pass", "unscored", "pass", "pass"]
    assert "longer than 5 s" in found[1].reason


def test_member_of_a_set_that_hangs_leaves_the_others(hasty: CheckerClient) -> None:
    inner = {"type": "assert-set", "assert": [HANGS, YES], "threshold": 0.5, "metric": "m"}
    found = results(hasty, "hello", inner, YES)
    assert [one.state for one in found] == ["pass", "pass"]
    assert [part.state for part in found[0].parts] == ["unscored", "pass"]


def test_results_are_those_of_evaluation_in_this_process(client: CheckerClient) -> None:
    tool = Tool("find", parameters='{"type":"object","required":["id"]}')
    answer = CheckedAnswer(
        '👍 hello {"a": 1} \ud83d',
        {"x": "hello", "data": {"n": [1, None]}},
        "prompt",
        "stop",
        12.5,
        0.25,
        (AnswerStep("tool_call", '{"id":1}', "find"),),
        (tool,),
    )
    checks = [
        {"type": "contains", "value": "{{x}}", "metric": "m"},
        {"type": "not-equals", "value": "hello"},
        {"type": "rouge-n", "value": "hello there"},
        {"type": "starts-with", "value": "hello"},
        {"type": "contains-json", "value": {"required": ["a"]}},
        {
            "type": "javascript",
            "value": "({pass: true, score: context.vars.data.n[0], reason: '', namedScores: {a: 1}})",
        },
        {"type": "latency", "threshold": 12},
        {"type": "cost", "threshold": 1},
        {"type": "finish-reason", "value": "stop"},
        {"type": "is-valid-openai-tools-call"},
        {"type": "regex", "value": "l+"},
        {"type": "assert-set", "assert": [YES, {"type": "llm-rubric", "value": "x"}]},
        {"type": "unknown"},
    ]
    here = tuple(evaluate(check_from_json(check), answer, QuickJsEngine()) for check in checks)
    assert results(client, answer, *checks) == here


def test_long_answers_are_checked(client: CheckerClient) -> None:
    text = "é" * (MOST_CHECKED - 5) + "hello"
    assert results(client, text, YES)[0].place == (MOST_CHECKED - 5, MOST_CHECKED)
    assert results(client, text + "!", YES)[0].state == "unscored"
    huge = CheckedAnswer("hello", {"x": "é" * 3_000_000})
    assert results(client, huge, YES)[0].reason == "The answer and the values of its case are too large to be checked."


def test_child_that_died_is_started_again(client: CheckerClient) -> None:
    assert results(client, "hello", YES)[0].state == "pass"
    child = client._child
    assert child is not None
    child._process.kill("by the test")
    assert results(client, "hello", YES)[0].state == "pass"


def test_child_that_cannot_start_leaves_checks_unscored() -> None:
    for command in (["/nowhere"], [sys.executable, "-c", "raise SystemExit(3)"]):
        with CheckerClient(os.environ, command) as broken:
            assert [one.state for one in results(broken, "x", YES, YES)] == ["unscored", "unscored"]


def test_child_that_does_not_start_again_leaves_the_remaining_checks_unscored(tmp_path: Path) -> None:
    """The process ends in its first check, and no other one starts: each check has one result."""
    once = tmp_path / "started"
    script = (
        "import pathlib, sys; from workbench.engine.checker.__main__ import main; once = pathlib.Path(sys.argv[1])\n"
        "if once.exists(): raise SystemExit(3)\nonce.touch(); main()"
    )
    with CheckerClient(os.environ, [sys.executable, "-c", script, str(once)], limit_s=5) as client:
        checks = [check_from_json(check) for check in (YES, HANGS, YES, YES)]
        found = client._single_results(CheckedAnswer("hello"), checks)
    assert [one.state for one in found] == ["pass", "unscored", "unscored", "unscored"]
    assert [one.reason for one in found[2:]] == [NO_START] * 2


def test_no_checks_start_no_process() -> None:
    with CheckerClient(os.environ, ["/nowhere"]) as unused:
        assert results(unused, "x") == ()
