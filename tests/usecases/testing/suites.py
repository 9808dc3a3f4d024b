"""A prompt with cases and checks, ready to be tested."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from tests.fakes import seeded
from tests.patience import PATIENCE_S
from tests.usecases.making import draft as make_draft
from tests.usecases.making import echo
from workbench.core.cases import Case, Check
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.runs import Result
from workbench.core.testing.answer_ages import days_before
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import CellDetail
from workbench.core.testing.settings import SuiteSettings
from workbench.host.dirs import places
from workbench.usecases.testing.plan import SuitePlan
from workbench.usecases.testing.progress import SuiteHandle
from workbench.usecases.workbench import ClientFactory, Workbench, make_client

HELLO = Check("contains", value='"Hello"')
IS_A = Check("contains", value='"{{name}}"')


def cases(count: int, *checks: Check) -> tuple[Case, ...]:
    return tuple(Case(f"case-{n}", f"Case {n}", (("name", f"name {n}"),), checks) for n in range(count))


def lanes(count: int, model: str = "m") -> tuple[Lane, ...]:
    return tuple(echo(f"c{n}", f"{model}{n}") for n in range(count))


def settings(*columns: Lane, checks: Sequence[Check] = (HELLO,), **more: object) -> SuiteSettings:
    return replace(SuiteSettings(tuple(checks), columns=columns or lanes(1)), **more)  # type: ignore[arg-type]


def plan(
    workbench: Workbench,
    prompt_uid: str,
    given: SuiteSettings,
    tested: Sequence[Case],
    draft: Draft | None = None,
    **more: object,
) -> SuitePlan:
    return workbench.tests.planner.plan(prompt_uid, draft or make_draft(), given, tested, **more)  # type: ignore[arg-type]


def finish(handle: SuiteHandle) -> SuiteHandle:
    assert handle.wait(PATIENCE_S), handle.progress()
    return handle


def run(
    workbench: Workbench, prompt_uid: str, given: SuiteSettings, tested: Sequence[Case], **more: object
) -> SuiteHandle:
    return finish(workbench.tests.start(prompt_uid, plan(workbench, prompt_uid, given, tested, **more)))  # type: ignore[arg-type]


def age(path: Path, days: int, run_number: int = 1) -> None:
    """Make the answers of a test run in a closed history `days` older."""
    with closing(sqlite3.connect(path)) as connection, connection:
        rows = connection.execute(
            "SELECT outputs.id, ended_at FROM outputs JOIN runs ON runs.id = run_id WHERE number = ?", (run_number,)
        ).fetchall()
        assert rows
        connection.executemany(
            "UPDATE outputs SET ended_at = ? WHERE id = ?", [(days_before(at, days), key) for key, at in rows]
        )


def detail(workbench: Workbench, run_uid: str, case: int) -> CellDetail:
    records = workbench.store.tests
    return records.cell(run_uid, records.run(run_uid).scoring_uid, CellKey(case, 0, 0))


def result(workbench: Workbench, run_uid: str, case: int, column: int = 0, sample: int = 0) -> Result | None:
    records = workbench.store.tests
    return records.cell(run_uid, records.run(run_uid).scoring_uid, CellKey(case, column, sample)).result


@contextmanager
def real(directory: Path, factory: ClientFactory = make_client) -> Iterator[Workbench]:
    """Open a workbench with an engine in a process of its own."""
    seeded.put(directory / "w.db")
    environment = dict(os.environ)
    workbench = Workbench.open(directory / "w.db", places(environment), environment, client_factory=factory)
    try:
        yield workbench
    finally:
        workbench.close()
