"""Reads the cells of a column as reports list them.

Invariant: a page of cells is one query. A cell that is more than a scored answer is left to `cell_pages`.
"""

from __future__ import annotations

from workbench.core.statistics.results import CellState
from workbench.core.testing.cells import CellKey
from workbench.core.testing.report import ReportCell
from workbench.store.connections import bounded
from workbench.store.safe_records import as_text, count, dollars
from workbench.store.sqlite import sqlite3
from workbench.store.testing.cell_pages import scope

_STATES: dict[object, CellState] = {"pass": "pass", "fail": "fail", "unscored": "unscored"}
_ROWS = (
    "SELECT c.case_position, c.sample, c.state = 'finished', s.state, s.score, s.reason, c.duration_ms, c.cost_usd,"
    f" {bounded('outputs.text')}, v.name FROM run_cells AS c JOIN outputs ON outputs.id = c.output_id"
    " JOIN run_values AS v ON v.run_id = c.run_id AND v.position = c.case_position"
    " LEFT JOIN cell_scores AS s ON s.scoring_id = ?1 AND s.case_position = c.case_position AND s.lane = c.lane"
    "  AND s.sample = c.sample AND s.output_id = c.output_id"
    " WHERE c.run_id = ?2 AND c.lane = ?3 AND (c.case_position, c.sample) > (?4, ?5)"
    " ORDER BY c.case_position, c.lane, c.sample LIMIT ?6"
)


def read(
    connection: sqlite3.Connection,
    run_uid: str,
    scoring_uid: str,
    column: int,
    title: str,
    after: CellKey | None,
    limit: int,
) -> tuple[tuple[CellKey, ReportCell | None], ...]:
    """Return at most `limit` recorded cells of a column behind `after`; None for one that has to be read in full.

    These are failed calls, and answers that are damaged or too large. Raises StoreError (missing).
    """
    grid = scope(connection, run_uid, scoring_uid)
    start = (-1, -1) if after is None else (after.case, after.sample)
    found: list[tuple[CellKey, ReportCell | None]] = []
    for case, sample, is_finished, state, score, reason, took, cost, text, name in connection.execute(
        _ROWS, (grid.scoring, grid.run, column, *start, limit)
    ):
        cell = None
        if is_finished and type(text) is str and (state is None or state in _STATES):
            milliseconds = count(took)
            cell = ReportCell(
                case=case,
                case_name=as_text(name) or f"Case {case + 1}",
                column=column,
                column_title=title,
                sample=sample,
                state=_STATES.get(state, "unscored"),
                score=score,
                reason="No checks." if state is None else as_text(reason),
                seconds=None if milliseconds is None else milliseconds / 1000,
                cost_usd=dollars(cost),
                text=text,
            )
        found.append((CellKey(case, column, sample), cell))
    return tuple(found)
