"""Reads the results of a test run for its statistics.

Invariant: only cells that the scoring has a result of are in them, with what people overruled: open cells, answers that
are not scored yet and cases without checks are left out. One column after the other is read, without any text but
those of columns that vote, in which a case has the result of its elected sample. A hold-out has results only when every
cell is recorded: totals of the first cells would tell the cases apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from math import fsum

from workbench.core.statistics.results import CaseResults, CellResult, CellState, ColumnResults
from workbench.core.testing.grid import SuiteColumn
from workbench.core.testing.vote import Election
from workbench.store.runs.held_out import hides_totals
from workbench.store.safe_records import as_text, count, dollars
from workbench.store.sqlite import sqlite3
from workbench.store.testing import votes
from workbench.store.testing.scorings import scoring_key
from workbench.store.testing.test_starts import columns_of, run_key

_STATES: Mapping[object, CellState] = {"pass": "pass", "fail": "fail", "unscored": "unscored", "no_answer": "no_answer"}
_CELLS = (
    "SELECT c.case_position, s.state, s.score, c.duration_ms, c.cost_usd, c.sample FROM run_cells AS c"
    " JOIN cell_scores AS s ON s.scoring_id = ? AND s.case_position = c.case_position AND s.lane = c.lane"
    "  AND s.sample = c.sample AND s.output_id = c.output_id"
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
    elected = votes.elections(connection, run, voting := votes.voting_lanes(connection, run))
    return tuple(
        ColumnResults(
            column_title(column),
            _column(connection, run, scoring, column.position, cases, elected if column.position in voting else None),
        )
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
    connection: sqlite3.Connection,
    run: int,
    scoring: int,
    lane: int,
    cases: Mapping[int, tuple[str, str]],
    elected: votes.Elections | None,
) -> tuple[CaseResults, ...]:
    found: list[CaseResults] = []
    rows = connection.execute(_CELLS, (scoring, run, lane))
    for position, group in groupby(rows, lambda row: row[0]):
        cells = {sample: _cell(state, score, duration, cost) for _, state, score, duration, cost, sample in group}
        if position not in cases:
            continue
        name, cluster = cases[position]
        if elected is None:
            found.append(CaseResults(name, tuple(cells.values()), cluster))
        elif (voted := _voted(cells, elected.get((position, lane)))) is not None:
            found.append(replace(voted, case=name, cluster=cluster))
    return tuple(found)


def _cell(state: object, score: float | None, duration: object, cost: object) -> CellResult:
    milliseconds = count(duration)
    seconds = None if milliseconds is None else milliseconds / 1000
    return CellResult(_STATES.get(state, "unscored"), score, seconds, dollars(cost))


def _voted(cells: Mapping[int, CellResult], election: Election | None) -> CaseResults | None:
    """Return the result of a case by its vote; None while the elected answer is not scored."""
    if election is None:
        # Every call failed: the case has no answer, once.
        return CaseResults("", (_together(next(iter(cells.values())), cells),), "", (0, 0))
    chosen = cells.get(election.sample)
    if chosen is None:
        return None
    return CaseResults("", (_together(chosen, cells),), "", (election.votes, election.answers))


def _together(chosen: CellResult, cells: Mapping[int, CellResult]) -> CellResult:
    """Return a result with the time of the slowest sample, because all are asked at once, and the cost of all."""
    seconds = [cell.seconds for cell in cells.values()]
    costs = [cell.cost_usd for cell in cells.values()]
    known = [one for one in seconds if one is not None]
    total = fsum(one for one in costs if one is not None)
    return replace(
        chosen,
        seconds=max(known) if len(known) == len(seconds) else None,
        cost_usd=None if any(one is None for one in costs) else total,
    )
