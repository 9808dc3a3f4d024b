"""Stores the results of checks, in scorings of a test run.

Invariant: the rows of `check_results` are what the checks said and are never changed; `cell_scores` says what counts,
with what people overruled, and `judge_verdicts` what judges said. A score belongs to the answer that was scored: once a
cell has another one, it counts as not scored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from workbench.core.cases import CaseError, Check, check_from_json, check_to_json
from workbench.core.json_parts import load
from workbench.core.runs import AnswerStep
from workbench.core.testing.cells import CellKey
from workbench.core.testing.check_hash import check_hash
from workbench.store.connections import bounded
from workbench.store.encoding import dump, received
from workbench.store.errors import StoreError, missing
from workbench.store.runs import output_endings
from workbench.store.runs.held_out import hidden_positions
from workbench.store.safe_records import as_text
from workbench.store.sqlite import sqlite3
from workbench.store.testing import overrules
from workbench.store.testing.cell_outputs import BEFORE_ALL
from workbench.store.testing.records import CellScored, ScoredInput, StoredScoring, UnscoredReason
from workbench.store.testing.result_detail import detail_text, threshold_text
from workbench.store.testing.test_starts import body_id, run_key

_CELL = "scoring_id = ? AND case_position = ? AND lane = ? AND sample = ?"
_HAS_STATE = "SELECT 1 FROM cell_scores WHERE scoring_id = ? AND state = ? LIMIT 1"
_UNSCORED = (
    "SELECT run_cells.case_position, run_cells.lane, run_cells.sample, outputs.id, outputs.uid, run_cells.state,"
    f" {bounded('outputs.text')}, outputs.finish_reason, run_cells.duration_ms, run_cells.cost_usd FROM run_cells"
    " JOIN outputs ON outputs.id = run_cells.output_id WHERE run_cells.run_id = ?2"
    " AND (run_cells.case_position, run_cells.lane, run_cells.sample) > (?3, ?4, ?5)"
    " AND NOT EXISTS (SELECT 1 FROM cell_scores WHERE scoring_id = ?1 AND cell_scores.output_id = run_cells.output_id"
    "  AND cell_scores.case_position = run_cells.case_position AND cell_scores.lane = run_cells.lane"
    "  AND cell_scores.sample = run_cells.sample)"
    " ORDER BY run_cells.case_position, run_cells.lane, run_cells.sample LIMIT ?6"
)


def begin(
    connection: sqlite3.Connection,
    run_uid: str,
    scoring_uid: str,
    checks: Sequence[Check],
    now: str,
    threshold: float | None,
) -> None:
    """Add a scoring to a run; one that is there already stays as it is. Raises StoreError (missing)."""
    connection.execute(
        "INSERT INTO scorings (uid, run_id, created_at, threshold, checks) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (uid) DO NOTHING",
        (scoring_uid, run_key(connection, run_uid), now, threshold, dump([check_to_json(check) for check in checks])),
    )
    _find_anew(connection, scoring_key(connection, scoring_uid))


# A score of an answer that was replaced since does not count.
_REASON = (
    "SELECT s.reason, count(*), sum(count(*)) OVER () FROM cell_scores AS s"
    " JOIN run_cells AS c ON c.case_position = s.case_position"
    "  AND c.lane = s.lane AND c.sample = s.sample AND c.output_id = s.output_id"
    " WHERE s.scoring_id = ? AND c.run_id = ? AND s.state = 'unscored'"
    "  AND s.case_position NOT IN (SELECT value FROM json_each(?)) GROUP BY s.reason ORDER BY 2 DESC, 1 LIMIT 1"
)


def listed(connection: sqlite3.Connection, run_uid: str) -> tuple[StoredScoring, ...]:
    """Return the scorings of a run, newest first. Raises StoreError (missing, corrupt)."""
    rows = connection.execute(
        f"SELECT uid, created_at, {bounded('checks')}, threshold FROM scorings WHERE run_id = ?"
        " ORDER BY created_at DESC, id DESC",
        (run_key(connection, run_uid),),
    ).fetchall()
    return tuple(StoredScoring(uid, at, read_checks(checks), threshold) for uid, at, checks, threshold in rows)


def read_checks(body: object) -> tuple[Check, ...]:
    """Read a stored list of checks. Raises StoreError (corrupt)."""
    try:
        return tuple(check_from_json(one) for one in load(str(body)))
    except (CaseError, TypeError, ValueError, RecursionError) as error:
        raise StoreError(
            "The checks of this scoring cannot be read. Score the run again.", str(error), "corrupt"
        ) from error


def scoring_key(connection: sqlite3.Connection, scoring_uid: str) -> int:
    """Return the key of a scoring. Raises StoreError (missing)."""
    row = connection.execute("SELECT id FROM scorings WHERE uid = ?", (scoring_uid,)).fetchone()
    if row is None:
        raise missing("scoring", scoring_uid)
    return int(row[0])


def save(connection: sqlite3.Connection, scoring_uid: str, scores: Iterable[CellScored]) -> None:
    """Store the results of cells in place of earlier ones, overrules applied. Raises StoreError (missing)."""
    scoring = scoring_key(connection, scoring_uid)
    scores = tuple(scores)
    is_news = any(
        connection.execute(_HAS_STATE, (scoring, state)).fetchone() is None for state in {one.state for one in scores}
    )
    ids: dict[Check, int] = {}
    for score in scores:
        row = connection.execute("SELECT id FROM outputs WHERE uid = ?", (score.output_uid,)).fetchone()
        if row is None:
            raise missing("answer", score.output_uid)
        cell = (scoring, *score.key)
        connection.execute(f"DELETE FROM cell_scores WHERE {_CELL}", cell)
        connection.execute(
            "INSERT INTO cell_scores (scoring_id, case_position, lane, sample, output_id, state, score, threshold,"
            " reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*cell, row[0], score.state, score.score, threshold_text(score.threshold), received(score.reason)),
        )
        connection.executemany(
            "INSERT INTO check_results (scoring_id, case_position, lane, sample, seq, check_id, state, score, reason,"
            " detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(*cell, seq, check_id(connection, check, ids)),
                    *(result.state, result.score, received(result.reason), detail_text(result)),
                )
                for seq, (check, result) in enumerate(score.checks)
            ],
        )
        connection.executemany(
            "INSERT INTO judge_verdicts (scoring_id, case_position, lane, sample, check_id, state, score, repeats,"
            " agreeing, probability) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [
                (
                    *(*cell, check_id(connection, one.check, ids)),
                    *(one.state, one.score, one.repeats, one.agreeing, one.probability),
                )
                for one in score.judged
            ],
        )
        if overrules.has_any(connection, row[0]):
            overrules.apply(connection, row[0], scoring)
    if is_news:
        _find_anew(connection, scoring)


def _find_anew(connection: sqlite3.Connection, scoring: int) -> None:
    """Have a run indexed again, because searches would find it by other outcomes or checks than before.

    Not by a trigger for each row: indexing a large run takes longer than scoring a batch of its cells.
    """
    connection.execute("INSERT OR REPLACE INTO unindexed (run_id) SELECT run_id FROM scorings WHERE id = ?", (scoring,))


def check_id(connection: sqlite3.Connection, check: Check, known: dict[Check, int]) -> int:
    """Return the key of a check, storing it if it is new; `known` are those that were looked up before."""
    if check not in known:
        known[check] = body_id(connection, "check_bodies", dump(check_to_json(check)), check_hash(check))
    return known[check]


def unscored_cells(
    connection: sqlite3.Connection, run_uid: str, scoring_uid: str, after: CellKey | None, limit: int
) -> tuple[ScoredInput, ...]:
    """Return recorded cells without a result of their answer, in order. Raises StoreError (missing)."""
    run, scoring = run_key(connection, run_uid), scoring_key(connection, scoring_uid)
    rows = connection.execute(_UNSCORED, (scoring, run, *(after or BEFORE_ALL), limit)).fetchall()
    steps = steps_of(connection, [row[3] for row in rows])
    return tuple(
        ScoredInput(
            CellKey(case, column, sample), uid, state, str(text or ""), finish, latency, cost, steps.get(output, ())
        )
        for case, column, sample, output, uid, state, text, finish, latency, cost in rows
    )


def unscored_reason(connection: sqlite3.Connection, run_uid: str, scoring_uid: str) -> UnscoredReason | None:
    """Return the reason that most unscored cells of a scoring have, None without any. Raises StoreError (missing).

    Held-out cases are left out, since a reason may quote the answer.
    """
    run, scoring = run_key(connection, run_uid), scoring_key(connection, scoring_uid)
    hidden = json.dumps(sorted(hidden_positions(connection, run)))
    row = connection.execute(_REASON, (scoring, run, hidden)).fetchone()
    return None if row is None else UnscoredReason(as_text(row[0]), *row[1:])


def text_to_score(connection: sqlite3.Connection, run_uid: str, key: CellKey) -> str | None:
    """Return the text of a finished answer, also of a held-out case; None without one. Raises StoreError (missing)."""
    row = connection.execute(
        f"SELECT {bounded('outputs.text')} FROM run_cells AS c JOIN outputs ON outputs.id = c.output_id"
        " WHERE c.run_id = ? AND c.case_position = ? AND c.lane = ? AND c.sample = ? AND c.state = 'finished'",
        (run_key(connection, run_uid), *key),
    ).fetchone()
    return None if row is None else str(row[0] or "")


def steps_of(connection: sqlite3.Connection, outputs: Sequence[int]) -> dict[int, tuple[AnswerStep, ...]]:
    """Return the steps of outputs by their key; those without tools have none."""
    found: dict[int, list[AnswerStep]] = {}
    rows = connection.execute(
        "SELECT output_id, kind, body FROM steps WHERE output_id IN (SELECT value FROM json_each(?))"
        " ORDER BY output_id, seq",
        (json.dumps(outputs),),
    )
    for output, kind, body in rows:
        found.setdefault(output, []).append(output_endings.step(kind, body))
    return {output: tuple(steps) for output, steps in found.items()}
