"""Cells of a test run as reports list them.

Invariant: what a person overruled counts in place of what the checks said.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.core.cases import Check
from workbench.core.judging.pairwise import applicable
from workbench.core.statistics.results import CellState
from workbench.core.testing.grid import CellDetail
from workbench.core.testing.report import ReportCell
from workbench.core.testing.scored_case import overruled_score, scored_case
from workbench.store.testing.records import StoredScoring


def report_cell(detail: CellDetail, title: str, scoring: StoredScoring | None) -> ReportCell:
    """Return a cell as reports list it; `title` is that of its column, `scoring` the one that its results are from."""
    result, case = detail.result, detail.case
    state, score, reason = _outcome(detail, scoring)
    took = None if result is None else result.timing.duration
    return ReportCell(
        case=detail.key.case,
        case_name=case.name or f"Case {detail.key.case + 1}",
        column=detail.key.column,
        column_title=title,
        sample=detail.key.sample,
        state=state,
        score=score,
        reason=reason,
        seconds=None if took is None else took / 1000,
        cost_usd=None if result is None else result.cost_usd,
        text="" if result is None else result.text,
    )


def _outcome(detail: CellDetail, scoring: StoredScoring | None) -> tuple[CellState, float | None, str]:
    """Return state, score and reason of a cell, with what a person overruled."""
    result = detail.result
    if result is None or result.state != "finished":
        failure = None if result is None else result.failure
        return "no_answer", None, "The call has no answer." if failure is None else failure.sentence
    if not detail.results:
        return "unscored", None, "No checks."
    case = detail.case if scoring is None else scored_case(detail.case, scoring.checks, scoring.threshold)
    decisions = {index: one.state for index, one in enumerate(detail.overruled) if one is not None}
    if detail.checks == applicable(case.checks):
        # Checks that compare with the baseline do not apply in its column.
        case = replace(case, checks=detail.checks)
    elif len(case.checks) != len(detail.results):
        # The checks of the case were changed after the run, and its answers scored again.
        case = replace(case, checks=tuple(Check("") for _ in detail.results), threshold=None)
    found = overruled_score(case, detail.results, decisions)
    return found.state, found.score, found.reason
