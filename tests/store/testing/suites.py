"""Short builders for test runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.store.making import LATER, NOW, done, lane, text
from workbench.core.cases import Case, Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.content import Content
from workbench.core.lanes import Lane
from workbench.core.runs import Result
from workbench.core.statistics.results import CellState
from workbench.core.testing.cells import CellKey, cell_identity
from workbench.store import Store
from workbench.store.encoding import digest
from workbench.store.testing.records import CellEnd, CellScored, CellStart, SuiteBegun, SuiteColumnStart, SuiteStart

CONTAINS = Check("contains", value='"ok"')


def case(number: int, **fields: Any) -> Case:
    return replace(Case(f"case-{number}", f"Case {number}", (("order", str(number)),)), **fields)


def suite(
    uid: str = "t1",
    *,
    cases: Sequence[Case] = (case(0), case(1)),
    columns: Sequence[Lane] = (lane("A", "one"), lane("B", "two")),
    content: Content | None = None,
    **fields: Any,
) -> SuiteStart:
    """Return a test run whose columns are named `<uid>.<position>`; questions are the names of models."""
    start = SuiteStart(
        uid=uid,
        prompt_uid="p",
        owner_uid="owner",
        started_at=NOW,
        columns=tuple(SuiteColumnStart(f"{uid}.{place}", one) for place, one in enumerate(columns)),
        cases=tuple(cases),
        questions=tuple(one.model for one in columns),
        content=content or text("Where is {{order}}?"),
        version_uid=f"{uid}.version",
    )
    return replace(start, **fields)


def begun(store: Store, *args: Any, **fields: Any) -> SuiteBegun:
    return store.tests.begin(suite(*args, **fields)).result(60)


def key(case_: int, column: int = 0, sample: int = 0) -> CellKey:
    return CellKey(case_, column, sample)


def identity(one: CellKey, case_: Case, question: str, round_: int = 1) -> str:
    import rfc8785

    return cell_identity(question, digest(rfc8785.dumps(dict(case_.values)).decode()), one.sample, round_)


def called(store: Store, run: str, keys: Sequence[CellKey], attempt: int = 1) -> list[str]:
    """Start calls of cells and return the uids of their outputs: `<run>.<case>.<column>.<sample>.<attempt>`."""
    uids = [f"{run}.{one.case}.{one.column}.{one.sample}.{attempt}" for one in keys]
    columns = store.tests.run(run).columns
    starts = [
        CellStart(one, uid, identity(one, store.tests.case(run, one.case), columns[one.column].lane.model))
        for one, uid in zip(keys, uids, strict=True)
    ]
    store.tests.start_outputs(run, starts, "owner", NOW).result(60)
    return uids


def answered(
    store: Store, run: str, keys: Sequence[CellKey], result: Result | None = None, attempt: int = 1
) -> list[str]:
    """Call cells and end the calls; return the uids of their outputs."""
    uids = called(store, run, keys, attempt)
    ends = [CellEnd(uid, result or done(f"answer of {uid}"), LATER) for uid in uids]
    store.tests.finish_outputs(ends).result(60)
    return uids


def scored(one: CellKey, output: str, state: CellState, check: Check = CONTAINS) -> CellScored:
    """Return a score by one check."""
    if state == "no_answer":
        return CellScored(one, output, state, None, "")
    score = None if state == "unscored" else float(state == "pass")
    return CellScored(
        one, output, state, score, f"It is {state}.", ((check, CheckResult(state, score, f"It is {state}.")),)
    )
