"""Reads the results of a test run for its statistics.

Invariant: only cells that the scoring has a result of are in them, with what people overruled: open cells, answers that
are not scored yet and cases without checks are left out. One column after the other is read, without any text. A
hold-out has results only when every cell is recorded: totals of the first cells would tell the cases apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from workbench.core.statistics.results import CaseResults, CellResult, CellState, ColumnResults
from workbench.core.testing.grid import SuiteColumn
from workbench.store.runs.held_out import hides_totals
from workbench.store.safe_records import as_text, count, dollars
from workbench.store.sqlite import sqlite3
from workbench.store.testing.scorings import scoring_key
from workbench.store.testing.test_starts import columns_of, run_key

_STATES: Mapping[object, CellState] = {"pass": "pass", "fail": "fail", "unscored": "unscored", "no_answer": "no_answer"}
_CELLS = (
    "SELECT c.case_position, s.state, s.score, c.duration_ms, c.cost_usd FROM run_cells AS c JOIN cell_scores AS s"
    " ON s.scoring_id = ? AND s.case_position = c.case_position AND s.lane = c.lane AND s.sample = c.sample"
    "  AND s.output_id = c.output_id"
    " WHERE c.run_id = ? AND c.lane = ? ORDER BY c.case_position, c.lane, c.sample"
)
_CASES = (
    "SELECT k.position, v.set_uid, iif(json_valid(body), json_extract(body, '$.cluster'), NULL) FROM run_cases AS k"
    " JOIN case_bodies ON case_bodies.id = case_body_id"
    " JOIN run_values AS v ON v.run_id = k.run_id AND v.position = k.position WHERE k.run_id = ?"
)


def read(connection: sqlite3.Connection, run_uid: str, scoring_uid: str) -> tuple[ColumnResults, ...]:
    """Return the scored cells of each column in order. Raises StoreError (missing)."""
    run, scoring = run_key(connection, run_uid), scoring_key(connection, scoring_uid)
    if hides_totals(connection, run):
        return tuple(ColumnResults(column_title(column), ()) for column in columns_of(connection, run))
    cases = case_names(connection, run)
    return tuple(
        ColumnResults(column_title(column), _column(connection, run, scoring, column.position, cases))
        for column in columns_of(connection, run)
    )


def case_names(connection: sqlite3.Connection, run: int) -> dict[int, tuple[str, str]]:
    """Return the name that identifies each case, and its cluster, by position."""
    rows = connection.execute(_CASES, (run,)).fetchall()
    times = Counter(uid for _, uid, _ in rows)
    # A case that is tested twice in one run is two cases.
    return {
        position: (uid if uid and times[uid] == 1 else f"{uid or ''}#{position}", as_text(cluster))
        for position, uid, cluster in rows
    }


def column_title(column: SuiteColumn) -> str:
    """Return what the statistics call a column."""
    return f"{column.version_name} {column.lane.title}".strip()


def _column(
    connection: sqlite3.Connection, run: int, scoring: int, lane: int, cases: Mapping[int, tuple[str, str]]
) -> tuple[CaseResults, ...]:
    found: list[CaseResults] = []
    cells: list[CellResult] = []
    now = None
    for position, state, score, duration, cost in connection.execute(_CELLS, (scoring, run, lane)):
        if position != now:
            _add(found, cells, now, cases)
            now, cells = position, []
        milliseconds = count(duration)
        seconds = None if milliseconds is None else milliseconds / 1000
        cells.append(CellResult(_STATES.get(state, "unscored"), score, seconds, dollars(cost)))
    _add(found, cells, now, cases)
    return tuple(found)


def _add(
    found: list[CaseResults], cells: list[CellResult], position: int | None, cases: Mapping[int, tuple[str, str]]
) -> None:
    if position is not None and position in cases:
        name, cluster = cases[position]
        found.append(CaseResults(name, tuple(cells), cluster))
