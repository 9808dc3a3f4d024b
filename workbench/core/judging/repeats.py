"""Several rounds of judging the same answer, joined into one result.

Invariant: a result needs more than half of all rounds; otherwise the check is unscored.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult, MetricScore, unscored
from workbench.core.checks.check_types import PAIRWISE
from workbench.core.judging.pairwise import UNDECIDED


def agreement(results: Sequence[CheckResult]) -> float | None:
    """Return the share of rounds that gave the most frequent state, None below two rounds."""
    if len(results) < 2:
        return None
    return Counter(result.state for result in results).most_common(1)[0][1] / len(results)


def combined(check: Check, results: Sequence[CheckResult]) -> CheckResult:
    """Return the state of the majority of rounds, with the mean score of the rounds that were scored.

    With a weight of 0, which lets a check pass in any case, rounds agree whatever the judge said. Raises ValueError
    without results.
    """
    if not results:
        raise ValueError("there is no round to combine")
    if len(results) == 1:
        return results[0]
    scored = [result for result in results if result.score is not None]
    if not scored:
        return results[0]
    states = Counter(result.state for result in results)
    state, count = states.most_common(1)[0]
    if 2 * count <= len(results) or state == "unscored":
        parts = [f"{states[name]} {name}" for name in ("pass", "fail", "unscored") if states[name]]
        words = f"no majority of {len(results)} repeats: {', '.join(parts)}."
        if first := next((result.reason for result in results if result.state == "unscored"), ""):
            return unscored(f"{first} (N{words[1:]})")
        return unscored(f"{UNDECIDED}{words}" if check.type == PAIRWISE else f"The judge is inconsistent: {words}")
    leading = next(result for result in results if result.state == state)
    score = math.fsum(result.score for result in scored if result.score is not None) / len(scored)
    reason = f"{leading.reason} ({count} of {len(results)} repeats agree.)"
    return replace(leading, score=score, reason=reason, metrics=_means(scored))


def _means(results: Sequence[CheckResult]) -> tuple[MetricScore, ...]:
    """Return the means of equally named metrics, in order of first appearance."""
    found: dict[str, list[MetricScore]] = {}
    for result in results:
        for metric in result.metrics:
            found.setdefault(metric.name, []).append(metric)
    return tuple(
        replace(metrics[0], score=math.fsum(metric.score for metric in metrics) / len(metrics))
        for metrics in found.values()
    )
