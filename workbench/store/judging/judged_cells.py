"""Reads what judges and people say of the cells of a test run.

Invariant: only cells whose scored answer is still theirs are in it. Statistics get random labels only; other labels are
counted. One column after the other is read, without any text, so that 50,000 cells stay small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from workbench.core.cases import CaseError, check_from_json
from workbench.core.json_parts import load
from workbench.core.statistics.judge_cells import JudgedCell, JudgeVerdict, RandomLabel
from workbench.core.testing.cells import CellKey
from workbench.store.connections import bounded
from workbench.store.judging import labels
from workbench.store.judging.labels import CountingLabel
from workbench.store.judging.records import JudgedAnswerRow, JudgedCheckFact, JudgedColumn
from workbench.store.runs.held_out import hidden_positions
from workbench.store.runs.hidden_prompts import is_known
from workbench.store.safe_records import as_text
from workbench.store.sqlite import sqlite3
from workbench.store.testing.column_results import case_names, column_title
from workbench.store.testing.scorings import scoring_key
from workbench.store.testing.test_starts import columns_of, run_key

_VERDICTS: Mapping[object, JudgeVerdict] = {"pass": "pass", "fail": "fail"}
_RANDOM: Mapping[object, RandomLabel] = {"pass": "pass", "fail": "fail", "unsure": "unsure"}
_JOINED = (
    " FROM run_cells AS c JOIN cell_scores AS s ON s.scoring_id = :scoring AND s.case_position = c.case_position"
    "  AND s.lane = c.lane AND s.sample = c.sample AND s.output_id = c.output_id"
    " JOIN judge_verdicts AS v ON v.scoring_id = s.scoring_id AND v.case_position = s.case_position"
    "  AND v.lane = s.lane AND v.sample = s.sample"
)
_CELLS = (
    "SELECT c.case_position, c.sample, c.output_id, v.state, v.score, v.repeats, v.agreeing, v.probability"
    f"{_JOINED} AND v.check_id = :check WHERE c.run_id = :run AND c.lane = :lane ORDER BY c.case_position, c.sample"
)
_CHECKS = (
    f"SELECT v.check_id, hash, {bounded('body')}, count(*){_JOINED} JOIN check_bodies ON check_bodies.id = v.check_id"
    " WHERE c.run_id = :run GROUP BY v.check_id ORDER BY v.check_id"
)

_OTHER = (
    "SELECT 1 FROM check_results WHERE scoring_id = ?"
    " AND check_id IS NOT (SELECT id FROM check_bodies WHERE hash = ?) LIMIT 1"
)


class _Cell(NamedTuple):
    case: int
    sample: int
    output: int
    state: str
    score: float | None
    repeats: int
    agreeing: int
    probability: float | None


def checks(connection: sqlite3.Connection, run_uid: str, scoring_uid: str) -> tuple[JudgedCheckFact, ...]:
    """Return the checks that judges evaluated in a scoring; unreadable ones are left out.

    Raises StoreError (missing).
    """
    run, scoring = run_key(connection, run_uid), scoring_key(connection, scoring_uid)
    if not is_known(connection):
        return ()
    found = []
    for _, hash_, body, cells in connection.execute(_CHECKS, {"run": run, "scoring": scoring}).fetchall():
        try:
            check = check_from_json(load(as_text(body)))
        except (CaseError, TypeError, ValueError, RecursionError):
            continue
        found.append(JudgedCheckFact(hash_, check, cells, len(labels.counting(connection, run, hash_))))
    return tuple(found)


def is_alone(connection: sqlite3.Connection, scoring_uid: str, check_hash: str) -> bool:
    """Whether a scoring has results of no other check than this one. Raises StoreError (missing)."""
    given = scoring_key(connection, scoring_uid), check_hash
    return connection.execute(_OTHER, given).fetchone() is None


def results(
    connection: sqlite3.Connection, run_uid: str, scoring_uid: str, check_hash: str
) -> tuple[JudgedColumn, ...]:
    """Return the judged cells of each column for the statistics of a judge. Raises StoreError (missing)."""
    run, scoring = run_key(connection, run_uid), scoring_key(connection, scoring_uid)
    check = _check_key(connection, check_hash)
    said = labels.counting(connection, run, check_hash) if check else {}
    names = case_names(connection, run)
    columns = []
    for column in columns_of(connection, run):
        cells, labelled = [], 0
        for cell in _cells(connection, run, scoring, check, column.position):
            label = said.get(cell.output)
            labelled += label is not None
            if (named := names.get(cell.case)) is not None:
                cells.append(_judged(cell, *named, label))
        columns.append(JudgedColumn(column.position, column_title(column), tuple(cells), labelled))
    return tuple(columns)


def _judged(cell: _Cell, case: str, cluster: str, label: CountingLabel | None) -> JudgedCell:
    drawn = _RANDOM.get(label.label) if label is not None and label.picked == "random" else None
    verdict = _VERDICTS.get(cell.state, "unscored")
    # A comparison that was made has a score.
    is_undecided = verdict == "unscored" and _share(cell.score) is not None
    return JudgedCell(case, verdict, drawn, cluster, _share(cell.probability), is_undecided)


def answers(
    connection: sqlite3.Connection, run_uid: str, scoring_uid: str, check_hash: str, column: int
) -> tuple[JudgedAnswerRow, ...]:
    """Return the judged cells of a column with their labels, without those of held-out cases.

    Raises StoreError (missing).
    """
    run, scoring = run_key(connection, run_uid), scoring_key(connection, scoring_uid)
    check = _check_key(connection, check_hash)
    if not check:
        return ()
    said = labels.counting(connection, run, check_hash)
    hidden = hidden_positions(connection, run)
    uids = dict(
        connection.execute(
            "SELECT outputs.id, outputs.uid FROM run_cells JOIN outputs ON outputs.id = output_id"
            " WHERE run_cells.run_id = ? AND run_cells.lane = ?",
            (run, column),
        ).fetchall()
    )
    none = CountingLabel("", "")

    def row(cell: _Cell) -> JudgedAnswerRow:
        label: Any = said.get(cell.output, none)
        place = CellKey(cell.case, column, cell.sample)
        verdict = _VERDICTS.get(cell.state, "unscored")
        return JudgedAnswerRow(
            *(place, uids[cell.output], verdict, _share(cell.score), cell.repeats, cell.agreeing),
            *(label.label, label.picked, _share(cell.probability)),
        )

    cells = _cells(connection, run, scoring, check, column)
    return tuple(row(cell) for cell in cells if cell.case not in hidden)


def _cells(connection: sqlite3.Connection, run: int, scoring: int, check: int, lane: int) -> Iterator[_Cell]:
    if check:
        given = {"run": run, "scoring": scoring, "check": check, "lane": lane}
        yield from (_Cell(*row) for row in connection.execute(_CELLS, given))


def _check_key(connection: sqlite3.Connection, check_hash: str) -> int:
    """Return the key of a check, 0 if no judge evaluated it."""
    if not is_known(connection):
        return 0
    row = connection.execute("SELECT id FROM check_bodies WHERE hash = ?", (check_hash,)).fetchone()
    return 0 if row is None else int(row[0])


def _share(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and 0 <= value <= 1 else None
