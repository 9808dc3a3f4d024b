"""Results of sets, and named metrics of results."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.core.cases import SET, Check
from workbench.core.checks.check_result import CheckResult, MetricScore, UnscoredError, unscored
from workbench.core.checks.scoring import score_set
from workbench.core.checks.value_templates import filled


def single_checks(check: Check) -> Iterator[Check]:
    """Yield the check itself, or the checks of a set and of the sets in it, in order."""
    if check.type != SET:
        yield check
        return
    for one in check.checks:
        yield from single_checks(one)


def assembled(check: Check, results: Iterator[CheckResult], values: Mapping[str, Any]) -> CheckResult:
    """Return the result of a check from those of its single checks, taken in the order of `single_checks`."""
    if check.type != SET:
        return next(results)
    return set_result(check, [assembled(one, results, values) for one in check.checks], values)


def set_result(check: Check, parts: Sequence[CheckResult], values: Mapping[str, Any]) -> CheckResult:
    """Return the result of a set from those of its members."""
    if problem := number_problem(check):
        return unscored(problem)
    return with_metric(check, score_set(check, parts), values)


def with_metric(check: Check, result: CheckResult, values: Mapping[str, Any]) -> CheckResult:
    """Add the check's own metric, whose name may be a template, to those of its parts."""
    if not check.metric or result.score is None:
        return result
    try:
        name = filled(check.metric, values)
    except UnscoredError:
        # The name only labels a score; promptfoo shows the template then, too.
        name = check.metric
    others = tuple(metric for metric in result.metrics if metric.name != name)
    return replace(result, metrics=(MetricScore(name, result.score), *others))


def number_problem(check: Check) -> str:
    """Return a sentence about a threshold or weight that is no number, "" if both are fine."""
    rest = json.loads(check.rest) if check.rest else {}
    wrong = next((key for key in ("threshold", "weight") if rest.get(key) is not None), "")
    return f"The {wrong} of the check is not a number. Correct it." if wrong else ""
