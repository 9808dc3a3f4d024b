"""Scores of sets and cases, in particular with unscored checks."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.core.cases import case_from_json, check_from_json
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.checks.scoring import CaseScore, score_case

YES, NO = {"type": "contains", "value": "h"}, {"type": "contains", "value": "zzz"}
OPEN = {"type": "llm-rubric", "value": "x"}


def case_score(*checks: dict[str, Any], **more: Any) -> CaseScore:
    case = case_from_json({"uid": "1", "values": {}, "checks": list(checks), **more})
    return score_case(case, [evaluate(check, CheckedAnswer("hello")) for check in case.checks])


def one_set(*checks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "assert-set", "assert": list(checks), **more}


@pytest.mark.parametrize(
    ("checks", "threshold", "state", "score"),
    [
        ([YES, OPEN], None, "unscored", None),
        ([NO, OPEN], None, "fail", None),
        ([YES, {**OPEN, "weight": 0}], None, "pass", 1),
        ([YES, OPEN], 0.5, "pass", None),
        ([YES, OPEN], 0.6, "unscored", None),
        ([NO, OPEN], 0.6, "fail", None),
        ([NO, OPEN], 0.5, "unscored", None),
        ([{**YES, "weight": 9}, OPEN], 0.9, "pass", None),
        ([one_set(YES, OPEN)], None, "unscored", None),
        ([one_set(NO, OPEN)], None, "fail", None),
        ([one_set(YES, OPEN, threshold=0.5)], None, "pass", None),
        ([one_set(YES, OPEN, threshold=0.5), YES], 0.75, "pass", None),
        ([one_set(YES, OPEN, threshold=0.5), YES], 0.8, "unscored", None),
        ([one_set(OPEN, weight=0), YES], None, "unscored", None),
        ([YES, {**NO, "weight": -1}], 0.5, "fail", 0),
    ],
)
def test_unscored_check_counts_only_if_it_could_change_the_outcome(
    checks: list[dict[str, Any]], threshold: float | None, state: str, score: float | None
) -> None:
    more = {} if threshold is None else {"threshold": threshold}
    found = case_score(*checks, **more)
    assert (found.state, found.score) == (state, score)


def test_score_is_the_weighted_mean() -> None:
    assert case_score({**YES, "weight": 3}, NO, threshold=0.7) == CaseScore(
        "pass", 0.75, "Score 0.75; at least 0.7 expected."
    )
    assert case_score(YES, NO).reason == "The answer does not contain “zzz”."
    assert case_score() == CaseScore("pass", 1.0, "No checks.")
    assert case_score(threshold=1).state == "pass"


def test_threshold_may_be_a_text() -> None:
    assert case_score(YES, NO, threshold="0.5").state == "pass"
    assert case_score(YES, NO, threshold="0.6").state == "fail"


def test_sets_may_be_nested_and_negated() -> None:
    assert case_score(one_set(one_set(YES), YES)).state == "pass"
    assert case_score({**one_set(YES, NO), "type": "not-assert-set"}).state == "pass"
    assert case_score({**one_set(YES, YES), "type": "not-assert-set"}).state == "fail"
    assert case_score({**one_set(YES, OPEN), "type": "not-assert-set"}).state == "unscored"


def test_unscored_results_are_counted() -> None:
    assert case_score(NO, OPEN, OPEN).unscored == 2


def test_set_keeps_the_results_of_its_members() -> None:
    check = check_from_json(one_set(YES, NO, OPEN))
    found = evaluate(check, CheckedAnswer("hello"))
    assert [part.state for part in found.parts] == ["pass", "fail", "unscored"]


def test_every_result_belongs_to_a_check() -> None:
    case = case_from_json({"uid": "1", "values": {}, "checks": [YES]})
    with pytest.raises(ValueError, match="shorter"):
        score_case(case, [])
    assert score_case(case, [CheckResult("pass", 1.0, "")]).state == "pass"
