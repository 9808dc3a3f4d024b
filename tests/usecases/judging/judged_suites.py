"""A prompt whose checks are judged by scripted models."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.usecases.making import echo
from tests.usecases.testing import suites
from workbench.core.cases import Check
from workbench.core.lanes import Lane
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import CellDetail
from workbench.core.testing.settings import JudgeSettings, SuiteSettings
from workbench.usecases.workbench import Workbench

POLITE = Check("llm-rubric", value='"It is polite to {{name}}."')
JUDGE = echo("judge", "strict")


def verdict(passed: bool, score: float = 1.0, reason: str = "It greets.") -> list[dict[str, Any]]:
    """Return the steps of a judge that always says the same."""
    return [{"text": json.dumps({"reason": reason, "pass": passed, "score": score})}]


def script(**judges: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a script with judges by model; other models echo the prompt."""
    return {"models": judges}


def settings(
    *columns: Lane,
    checks: Sequence[Check] = (POLITE,),
    judge: Lane | None = JUDGE,
    embedding: Lane | None = None,
    repeats: int = 1,
    **more: object,
) -> SuiteSettings:
    return suites.settings(*columns, checks=checks, judge=JudgeSettings(judge, embedding, repeats), **more)


def detail(workbench: Workbench, run_uid: str, case: int, column: int = 0, sample: int = 0) -> CellDetail:
    records = workbench.store.tests
    return records.cell(run_uid, records.run(run_uid).scoring_uid, CellKey(case, column, sample))


def states(workbench: Workbench, run_uid: str) -> list[list[str]]:
    """Return the states of the cells of each column."""
    run = workbench.store.tests.run(run_uid)
    columns = workbench.store.tests.results(run.uid, run.scoring_uid)
    return [[cell.state for case in column.cases for cell in case.cells] for column in columns]


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Return rows of the history."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def judge_calls(path: Path) -> int:
    """Return how many calls of judges were made."""
    return int(rows(path, "SELECT count(*) FROM outputs JOIN runs ON runs.id = run_id WHERE kind = 'judge'")[0][0])
