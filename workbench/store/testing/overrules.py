"""What people decide about checks of answers.

Invariant: decisions are only added. The latest about a check of an answer, by time, counts in every scoring that uses
both, and `cell_scores` is brought up to date in the transaction that adds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from workbench.core.cases import CaseError, check_from_json
from workbench.core.json_parts import load
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import OverruledCheck
from workbench.core.testing.scored_case import OverruleState, overruled_score, scored_case
from workbench.store.connections import bounded
from workbench.store.encoding import received, typed
from workbench.store.errors import StoreError, missing
from workbench.store.runs.held_out import hidden_positions
from workbench.store.sqlite import sqlite3
from workbench.store.testing.result_detail import result_of, threshold_of
from workbench.store.testing.test_starts import cases_at, run_key

_LATEST = "SELECT check_hash, state, note, created_at, id FROM overrules WHERE output_id = ? ORDER BY created_at, uid"

_OVERRULED = (
    "SELECT c.case_position, c.lane, c.sample, c.output_id, uid FROM run_cells AS c"
    " JOIN outputs ON outputs.id = c.output_id"
    " WHERE c.run_id = ? AND c.output_id IN (SELECT output_id FROM overrules)"
    " ORDER BY c.case_position, c.lane, c.sample"
)


class Decision(NamedTuple):
    """The decision that counts for a check of an answer, and its key."""

    overrule: OverruledCheck
    key: int


def add(
    connection: sqlite3.Connection,
    run_uid: str,
    output_uid: str,
    check_hash: str,
    state: OverruleState,
    note: str,
    now: str,
    uid: str,
) -> None:
    """Add a decision about a check of an answer in a run. Raises StoreError (missing, text)."""
    row = connection.execute(
        "SELECT id FROM outputs JOIN run_cells ON run_cells.output_id = outputs.id"
        " WHERE uid = ? AND run_cells.run_id = ?",
        (output_uid, run_key(connection, run_uid)),
    ).fetchone()
    if row is None:
        raise missing("answer", output_uid)
    (output,) = row
    before = counting(connection, output).get(check_hash)
    connection.execute(
        "INSERT INTO overrules (uid, output_id, check_hash, state, note, created_at, supersedes_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (uid, output, check_hash, state, typed(note), now, before and before.key),
    )
    apply(connection, output)


def of_run(connection: sqlite3.Connection, run_uid: str) -> tuple[tuple[CellKey, str, OverruledCheck], ...]:
    """Return the decisions that count in a test run, with the cell and the uid of the answer, by cell.

    Those taken back, and those about held-out cases, are left out. Raises StoreError (missing).
    """
    run = run_key(connection, run_uid)
    hidden = hidden_positions(connection, run)
    found = []
    for case, lane, sample, output, uid in connection.execute(_OVERRULED, (run,)).fetchall():
        for decision in counting(connection, output).values():
            if decision.overrule.state != "none" and case not in hidden:
                found.append((CellKey(case, lane, sample), str(uid), decision.overrule))
    return tuple(found)


def has_any(connection: sqlite3.Connection, output: int) -> bool:
    """Whether there are decisions about an answer."""
    return connection.execute("SELECT 1 FROM overrules WHERE output_id = ? LIMIT 1", (output,)).fetchone() is not None


def counting(connection: sqlite3.Connection, output: int) -> dict[str, Decision]:
    """Return the latest decision about each check of an answer, by hash of the check; also those taken back."""
    return {
        hash_: Decision(OverruledCheck(hash_, state, note, at), key)
        for hash_, state, note, at, key in connection.execute(_LATEST, (output,))
    }


def apply(connection: sqlite3.Connection, output: int, scoring: int | None = None) -> None:
    """Bring the scores of an answer up to date, in one scoring or in all (None).

    Scores of a case or check that cannot be read stay as they are.
    """
    decided = {
        hash_: one.overrule.state for hash_, one in counting(connection, output).items() if one.overrule.state != "none"
    }
    rows = connection.execute(
        "SELECT scoring_id, case_position, lane, sample, run_id, cell_scores.threshold, scorings.threshold"
        " FROM cell_scores JOIN scorings ON scorings.id = scoring_id"
        " WHERE output_id = ?1 AND (?2 IS NULL OR scoring_id = ?2)",
        (output, scoring),
    ).fetchall()
    for scoring_id, case, lane, sample, run, used, general in rows:
        try:
            _apply(connection, scoring_id, run, CellKey(case, lane, sample), used, general, decided)
        except (CaseError, TypeError, ValueError, RecursionError):
            continue
        except StoreError as error:
            if error.code != "corrupt":
                raise


def _apply(
    connection: sqlite3.Connection,
    scoring: int,
    run: int,
    key: CellKey,
    used: str,
    general: float | None,
    decided: Mapping[str, OverruleState],
) -> None:
    cell = (scoring, *key)
    found = connection.execute(
        f"SELECT hash, {bounded('body')}, state, score, reason, detail FROM check_results"
        " JOIN check_bodies ON check_bodies.id = check_id"
        " WHERE scoring_id = ? AND case_position = ? AND lane = ? AND sample = ? ORDER BY seq",
        cell,
    ).fetchall()
    cases = [case for _, case in cases_at(connection, run, "position = ?", (key.case,))]
    if not found or not cases:
        return
    # The checks that were evaluated, which are all of the case and its prompt.
    checks = tuple(check_from_json(load(row[1])) for row in found)
    threshold = threshold_of(used)
    if threshold == "as tested":
        case = scored_case(replace(cases[0], checks=()), checks, general)
    else:
        case = replace(cases[0], checks=checks, threshold=threshold, rest="")
    decisions = {seq: decided[row[0]] for seq, row in enumerate(found) if row[0] in decided}
    score = overruled_score(case, [result_of(*row[2:]) for row in found], decisions)
    connection.execute(
        "UPDATE cell_scores SET state = ?, score = ?, reason = ?, overruled = ?"
        " WHERE scoring_id = ? AND case_position = ? AND lane = ? AND sample = ?",
        (score.state, score.score, received(score.reason), len(decisions), *cell),
    )
    # Searches find runs by the states of their cells.
    connection.execute("INSERT OR REPLACE INTO unindexed (run_id) VALUES (?)", (run,))
