"""Cases that pass whatever a model answers, which a bar must not count.

Invariant: their verdicts stay as they are; only a bar leaves them out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace

from workbench.core.cases import Case, Check
from workbench.core.checks.effective import is_effective
from workbench.core.statistics.results import ColumnResults


def idle_cases(cases: Iterable[Case], shared: Collection[Check]) -> frozenset[str]:
    """Return the names, as in `ColumnResults`, of cases with checks of which none can fail.

    `shared` are the checks for all cases. Cases are not read if one of these can fail.
    """
    if is_effective(shared):
        return frozenset()
    times, idle = Counter[str](), list[tuple[str, int]]()
    for position, case in enumerate(cases):
        times[case.uid] += 1
        if (case.checks or shared) and not is_effective(case.checks):
            idle.append((case.uid, position))
    return frozenset(uid if uid and times[uid] == 1 else f"{uid}#{position}" for uid, position in idle)


def without(results: ColumnResults, idle: Collection[str]) -> ColumnResults:
    """Return the results of a column without some cases."""
    return replace(results, cases=tuple(case for case in results.cases if case.case not in idle)) if idle else results
