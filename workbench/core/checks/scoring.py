"""Scores of sets of checks and of cases.

The score is the weighted mean of the scores; without a threshold all checks must pass, with one the score must reach
it. An unscored check makes the whole unscored only if it could still change the outcome: its score may be anything from
0 to 1.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workbench.core.cases import SET, Case, Check
from workbench.core.checks.check_result import CheckResult, CheckState, MetricScore
from workbench.core.checks.js_text import to_number


@dataclass(frozen=True, slots=True)
class CaseScore:
    """The result of a case: its checks together.

    `score` is the weighted mean, None if it is unknown because of unscored checks. `unscored` is their number.
    `metrics` are the named scores, each once.
    """

    state: CheckState
    score: float | None
    reason: str
    unscored: int = 0
    metrics: tuple[MetricScore, ...] = ()


class _Range(NamedTuple):
    """The lowest and the highest score that are possible."""

    low: float
    high: float


def score_case(case: Case, results: Sequence[CheckResult]) -> CaseScore:
    """Combine the results of a case's checks, which are in the order of `case.checks`; no checks pass with score 1."""
    if not case.checks:
        return CaseScore("pass", 1.0, "No checks.")
    threshold = case.threshold if case.threshold is not None else _text_threshold(case.rest)
    state, score, reason = _combined(case.checks, results, threshold)
    return CaseScore(
        state, score, reason, sum(one.state == "unscored" for one in results), _metrics(case.checks, results)
    )


def score_set(check: Check, parts: Sequence[CheckResult]) -> CheckResult:
    """Return the result of an assert-set from those of its members; `not-` turns it around."""
    state, score, reason = _combined(check.checks, parts, check.threshold)
    if check.negated and state != "unscored":
        state = "fail" if state == "pass" else "pass"
        score = None if score is None else 1 - score
    return CheckResult(state, score, reason, parts=tuple(parts), metrics=_metrics(check.checks, parts))


def _combined(
    checks: Sequence[Check], results: Sequence[CheckResult], threshold: float | None
) -> tuple[CheckState, float | None, str]:
    pairs = list(zip(checks, results, strict=True))
    low, high = _mean_range(pairs)
    score = low if low == high else None
    open_results = [result for check, result in pairs if result.state == "unscored" and _counts(check)]
    if threshold is not None:
        if low >= threshold:
            return "pass", score, f"Score {_shown(low, high)}; at least {threshold:g} expected."
        if high < threshold:
            return "fail", score, f"Score {_shown(low, high)}; at least {threshold:g} expected."
        reason = open_results[0].reason if open_results else "The score is not a number."
        return "unscored", None, reason
    failed = [result for result in results if result.state == "fail"]
    if failed:
        return "fail", score, failed[0].reason
    if open_results:
        return "unscored", None, open_results[0].reason
    return "pass", score, "All checks pass." if checks else "The set has no checks."


def _counts(check: Check) -> bool:
    """Whether an unscored check could change the outcome: with weight 0 a check always passes, but a set does not."""
    return _weight(check) != 0 or check.type == SET


def _mean_range(pairs: Sequence[tuple[Check, CheckResult]]) -> _Range:
    total = sum(_weight(check) for check, _ in pairs)
    if not total > 0:
        return _Range(0.0, 0.0)
    low = high = 0.0
    for check, result in pairs:
        bounds, weight = _range(check, result), _weight(check)
        ends = sorted((bounds.low * weight, bounds.high * weight))
        low, high = low + ends[0], high + ends[1]
    return _Range(_bounded(low / total), _bounded(high / total))


def _range(check: Check, result: CheckResult) -> _Range:
    if result.score is not None:
        return _Range(result.score, result.score)
    if check.type == SET and len(result.parts) == len(check.checks) and result.parts:
        inner = _mean_range(list(zip(check.checks, result.parts, strict=True)))
        return _Range(1 - inner.high, 1 - inner.low) if check.negated else inner
    return _Range(0.0, 1.0)


def _metrics(checks: Sequence[Check], results: Iterable[CheckResult]) -> tuple[MetricScore, ...]:
    """Return the weighted mean of equally named metrics, in order of first appearance."""
    sums: dict[str, tuple[float, float]] = {}
    for check, result in zip(checks, results, strict=True):
        for metric in result.metrics:
            score, weight = sums.get(metric.name, (0.0, 0.0))
            more = metric.weight * _weight(check)
            sums[metric.name] = score + metric.score * more, weight + more
    return tuple(
        MetricScore(name, _bounded(score / weight) if weight > 0 else 0.0, weight)
        for name, (score, weight) in sums.items()
    )


def _weight(check: Check) -> float:
    return 1.0 if check.weight is None else check.weight


def _bounded(score: float) -> float:
    """Return the score within 0 and 1, which only negative weights leave."""
    return 0.0 if math.isnan(score) else min(1.0, max(0.0, score))


def _text_threshold(rest: str) -> float | None:
    """Return a threshold that is written as text, as promptfoo reads it; None for none."""
    given = json.loads(rest).get("threshold") if rest else None
    number = to_number(given) if isinstance(given, str) else math.nan
    return None if math.isnan(number) else number


def _shown(low: float, high: float) -> str:
    return f"{low:.2f}" if low == high else f"{low:.2f} to {high:.2f}"
