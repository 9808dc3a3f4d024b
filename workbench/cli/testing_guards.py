"""The guard sets of a prompt in `workbench test --guards`.

Invariant: a guard misses the bar only if a model is shown to be worse there than the model of the baseline column, or
if it has no answers. Guards spend only what the test before them has left of the budget.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.cli.exit_codes import BUDGET_REACHED, FAILED, OK
from workbench.cli.testing_ages import aged
from workbench.cli.testing_printer import ReportPrinter
from workbench.cli.testing_target import SuiteTarget
from workbench.core.testing.settings import SuiteBudget
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.usecases.testing.guards import GuardBook

if TYPE_CHECKING:
    from workbench.core.testing.report import SuiteReport
    from workbench.usecases.testing.progress import SuiteHandle, SuiteProgress
    from workbench.usecases.workbench import Workbench


def test_guards(
    workbench: Workbench,
    target: SuiteTarget,
    budget: SuiteBudget,
    follow: Callable[[Workbench, SuiteHandle], None],
    *,
    max_age: int | None,
    printer: ReportPrinter,
) -> Iterator[int]:
    """Run the guards of a prompt one after the other, print their totals, and yield an exit code for each.

    `budget` is for all of them. `follow` waits for a test and prints its progress. Answers that are older than
    `max_age` days are asked again, None for no limit.
    """
    book = GuardBook(workbench.store, lambda: workbench.tests, new_uid, utc_now)
    guards = book.entries(target.prompt_uid)
    if not guards:
        print("This prompt has no guard sets. Add one in the Test view.", file=sys.stderr)
    for guard in guards:
        plan = aged(workbench, book.plan(guard.uid, target.settings, budget), max_age)
        handle = book.start(plan)
        follow(workbench, handle)
        if handle.problem is not None:
            yield FAILED
            continue
        budget = rest(budget, handle.progress())
        report = book.report(guard, handle.run_uid, target.settings)
        # Only totals: the cells are those of another prompt.
        printer.show(report, lambda: iter(()))
        yield BUDGET_REACHED if handle.progress().state == "budget" else _code(report)


def rest(budget: SuiteBudget, spent: SuiteProgress) -> SuiteBudget:
    """Return what a test left of its budget."""
    usd = None if budget.usd is None else max(0.0, budget.usd - (spent.spent_usd or 0.0))
    return replace(budget, usd=usd, calls=None if budget.calls is None else max(0, budget.calls - spent.requests))


def _code(report: SuiteReport) -> int:
    is_worse = any(column.conclusion == "worse" for column in report.columns)
    return FAILED if is_worse or not report.scored else OK
