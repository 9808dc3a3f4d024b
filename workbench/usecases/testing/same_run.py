"""Finding the stored run that a plan continues.

Invariant: a run is continued only if it has the cells of the plan, and no answer that the plan asks again.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.core.testing.grid import SuiteRun
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.testing.plan import SuitePlan

_MOST_RUNS = 50
"""Newest runs among which it is searched."""


def same_run(records: SuiteRecords, plan: SuitePlan, questions: Callable[[str], tuple[str, ...]]) -> str | None:
    """Return the newest run of the plan's set if it is the same; `questions` returns those of a run's columns.

    Newer runs of other cases are passed over: they are other grids of the same file. Blocks; raises StoreError.
    """
    if plan.probe or plan.is_fresh:
        return None
    wanted = {case.uid for case in plan.cases}
    for run in records.runs(plan.prompt_uid, _MOST_RUNS):
        if run.set_name != plan.set_name or run.probe:
            continue
        if _is_same(records, run, plan, questions):
            return run.uid
        if any(case.uid in wanted for case in records.tested_cases(run.uid)):
            return None
    return None


def _is_same(
    records: SuiteRecords, run: SuiteRun, plan: SuitePlan, questions: Callable[[str], tuple[str, ...]]
) -> bool:
    if (run.cells, run.round, run.samples, run.baseline) != (plan.cells, plan.round, plan.samples, plan.baseline):
        return False
    if set(run.goals.vote) != set(plan.goals.vote):
        return False
    if questions(run.uid) != plan.questions:
        return False
    if plan.reuse_since and records.has_answers_before(run.uid, plan.reuse_since):
        return False
    return records.cases(run.uid, 0, run.cases) == plan.cases
