"""What searches and the History show of test runs: outcomes of cells, types of checks, and the best column.

Invariant: everything is of the newest scoring, with what people overruled. Nothing here is text of a case or an answer,
so that it can be shown of held-out cases, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench.core.json_parts import load
from workbench.core.search.results import SuiteStanding
from workbench.core.statistics.results import is_majority
from workbench.store.connections import bounded
from workbench.store.judging.measured import NEWEST_SCORING, is_unmeasured
from workbench.store.runs.held_out import hides_totals
from workbench.store.safe_records import as_text
from workbench.store.sqlite import sqlite3
from workbench.store.testing import votes

_OUTCOMES: Mapping[str, str] = {"pass": "passed", "fail": "failed", "unscored": "unscored"}
_STATES = f"SELECT DISTINCT state FROM cell_scores WHERE scoring_id = {NEWEST_SCORING.format(run='?')}"
_CHECKS = (
    f"SELECT {bounded('checks')} FROM scorings WHERE id = {NEWEST_SCORING.format(run='?1')} UNION"
    " SELECT json_array(json(one.value)) FROM run_cases JOIN case_bodies ON case_bodies.id = case_body_id,"
    " json_each(iif(json_valid(body), body, '{}'), '$.checks') AS one"
    " WHERE run_id = ?1 AND one.type = 'object' AND EXISTS (SELECT 1 FROM scorings WHERE scorings.run_id = ?1)"
)
_MOST_TYPES = 200
"""Different types of checks that are kept of a run; a crafted file may have any number."""
_MOST_CELLS = 200_000
"""Cells that are counted for a page of the History, which takes a quarter of a second."""
_RUNS = (
    "SELECT runs.id, samples, set_name, probe, (SELECT count(*) FROM run_cases WHERE run_cases.run_id = runs.id),"
    " (SELECT count(*) FROM lanes WHERE lanes.run_id = runs.id),"
    " (SELECT count(*) FROM run_cells WHERE run_cells.run_id = runs.id)"
    " FROM runs JOIN test_runs ON test_runs.run_id = runs.id WHERE runs.id IN (SELECT value FROM json_each(?))"
    " ORDER BY runs.started_at DESC"
)
# The cells of an answer that was asked again do not count until it is scored.
_COLUMNS = (
    "SELECT lane, passed, scored, count(*) FROM (SELECT s.lane AS lane, s.case_position, sum(s.state = 'pass') AS"
    " passed, sum(s.state IN ('pass', 'fail')) AS scored FROM cell_scores AS s JOIN run_cells AS c ON c.run_id = :run"
    "  AND c.case_position = s.case_position AND c.lane = s.lane AND c.sample = s.sample AND c.output_id = s.output_id"
    f" WHERE s.scoring_id = {NEWEST_SCORING.format(run=':run')}{{counts}}"
    " GROUP BY s.lane, s.case_position) GROUP BY lane, passed, scored"
)


def outcomes_of(connection: sqlite3.Connection, run: int) -> frozenset[str]:
    """Return which of passed, failed and unscored the cells of a test run are; none while `hides_totals`."""
    if hides_totals(connection, run):
        return frozenset()
    return frozenset(_OUTCOMES[state] for (state,) in connection.execute(_STATES, (run,)) if state in _OUTCOMES)


def checks_of(connection: sqlite3.Connection, run: int) -> frozenset[str]:
    """Return the types of checks, such as "is-json" and "not-contains", also of those within sets; none if not scored.

    They are those for all cases of the newest scoring, and those of the cases as they were tested.
    """
    found: set[str] = set()
    for (body,) in connection.execute(_CHECKS, (run,)):
        try:
            found.update(kind for check in load(as_text(body)) for kind in _types(check))
        except (TypeError, ValueError, RecursionError):
            continue
        if len(found) > _MOST_TYPES:
            break
    return frozenset(sorted(found)[:_MOST_TYPES])


def check_types(body: object) -> tuple[str, ...]:
    """Return the type of a stored check, then those within it; () for an unreadable one."""
    try:
        return tuple(_types(load(as_text(body))))
    except (TypeError, ValueError, RecursionError):
        return ()


def _types(check: object) -> Iterator[str]:
    if isinstance(check, Mapping):
        if isinstance(kind := check.get("type"), str):
            yield as_text(kind)
        inner = check.get("assert")
        for one in inner if isinstance(inner, list) else ():
            yield from _types(one)


def standings(connection: sqlite3.Connection, runs: Sequence[int]) -> dict[int, SuiteStanding]:
    """Return how far these test runs are and what their best column reached.

    No text of a cell is read but those of columns that vote. The best column of runs beyond `_MOST_CELLS` cells is
    left out.
    """
    if not runs:
        return {}
    found, left = {}, _MOST_CELLS
    for run, samples, set_name, probe, cases, columns, answered in connection.execute(_RUNS, (json.dumps(runs),)):
        left -= answered
        is_hidden = set_name == "holdout" and answered < cases * columns * samples
        passing, scored = (0, 0) if is_hidden else _best(connection, run) if left >= 0 else (0, None)
        found[run] = SuiteStanding(
            *(cases, columns, cases * columns * samples, answered, passing, scored, set_name == "holdout", bool(probe)),
            is_unmeasured=bool(scored) and is_unmeasured(connection, run),
        )
    return found


def _best(connection: sqlite3.Connection, run: int) -> tuple[int, int]:
    """Return passing and scored cases of the column with the highest share, (0, 0) without scores."""
    columns: dict[int, tuple[int, int]] = {}
    given: dict[str, Any] = {"run": run}
    query = _COLUMNS.format(counts=votes.condition(connection, run, given))
    for lane, passed, scored, cases in connection.execute(query, given):
        if scored:
            passing, counted = columns.get(lane, (0, 0))
            columns[lane] = passing + cases * is_majority(passed, scored), counted + cases
    return max(columns.values(), key=lambda column: (column[0] / column[1], column[1]), default=(0, 0))
