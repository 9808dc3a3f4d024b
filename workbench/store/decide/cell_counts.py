"""Counts of the scored cells of a test run by what decided them, and of failures of format.

Invariant: as for `column_results`: a score belongs to the answer that was scored. A cell that a person overruled is
decided by that person. Nothing is counted of a hold-out before every cell is recorded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.core.cases import CaseError, Check, check_from_json
from workbench.core.json_parts import load
from workbench.store.connections import bounded
from workbench.store.runs.held_out import hides_totals
from workbench.store.runs.hidden_prompts import is_known
from workbench.store.safe_records import as_text
from workbench.store.sqlite import sqlite3
from workbench.store.testing.scorings import scoring_key
from workbench.store.testing.test_starts import run_key

_CHECKS = (
    f"SELECT id, {bounded('body')} FROM check_bodies WHERE id IN"
    " (SELECT DISTINCT check_id FROM check_results WHERE scoring_id = ?)"
)
# A failure that a rule found is the rule's, whatever a judge says of it; a pass needs the judge, too.
_COUNTS = (
    "WITH kinds AS MATERIALIZED (SELECT key, value FROM json_each(:kinds)),"
    " checked AS (SELECT r.case_position, r.lane, r.sample,"
    "  sum(r.state = 'fail' AND kinds.value = 'format') AS bad_format,"
    "  sum(r.state = 'fail' AND kinds.value = 'rule') AS bad_rule,"
    "  sum(r.state = 'fail' AND kinds.value = 'judge') AS bad_judge,"
    "  sum(r.state IN ('pass', 'fail') AND kinds.value = 'format') AS formats, sum(kinds.value = 'judge') AS judges"
    "  FROM check_results AS r LEFT JOIN kinds ON kinds.key = r.check_id WHERE r.scoring_id = :scoring"
    "   AND r.case_position IN (SELECT value FROM json_each(:positions)) GROUP BY 1, 2, 3),"
    " cells AS (SELECT s.lane, s.state, s.overruled > 0 AS by_person, coalesce(bad_format, 0) AS bad_format,"
    "  coalesce(bad_rule, 0) AS bad_rule, coalesce(bad_judge, 0) AS bad_judge, coalesce(formats, 0) AS formats,"
    "  coalesce(judges, 0) > 0 OR {judged} AS judged"
    "  FROM cell_scores AS s JOIN run_cells AS c ON c.run_id = :run AND c.case_position = s.case_position"
    "   AND c.lane = s.lane AND c.sample = s.sample AND c.output_id = s.output_id"
    "  LEFT JOIN checked AS k ON k.case_position = s.case_position AND k.lane = s.lane AND k.sample = s.sample"
    "  WHERE s.scoring_id = :scoring AND s.state IN ('pass', 'fail')"
    "   AND s.case_position IN (SELECT value FROM json_each(:positions)))"
    " SELECT lane, sum(state = 'fail'), sum(state = 'fail' AND NOT by_person AND bad_format > 0"
    "  AND bad_rule + bad_judge = 0), sum(formats > 0), sum(formats > 0 AND bad_format = 0), sum(by_person),"
    " sum(NOT by_person AND judged AND NOT (state = 'fail' AND bad_format + bad_rule > 0)),"
    " sum(NOT by_person AND judged AND state = 'fail' AND bad_format + bad_rule = 0), count(*)"
    " FROM cells GROUP BY lane"
)
_JUDGED = (
    "EXISTS (SELECT 1 FROM judge_verdicts AS v WHERE v.scoring_id = s.scoring_id AND v.case_position = s.case_position"
    " AND v.lane = s.lane AND v.sample = s.sample)"
)


@dataclass(frozen=True, slots=True)
class CellCounts:
    """Passed and failed cells of a column: `failed`, and `format_only` of them by format checks alone.

    `format_valid` of the `format_checked` cells pass their format checks. `by_rule`, `by_person` and `by_judge` are all
    cells by what decided them; `judge_failed` are those of `by_judge` that failed.
    """

    failed: int = 0
    format_only: int = 0
    format_checked: int = 0
    format_valid: int = 0
    by_rule: int = 0
    by_person: int = 0
    by_judge: int = 0
    judge_failed: int = 0


def read(
    connection: sqlite3.Connection,
    run_uid: str,
    scoring_uid: str,
    positions: Collection[int],
    kind: Callable[[Check], str],
) -> Mapping[int, CellCounts]:
    """Return the counts of each column of a run over the cases at some positions; `kind` is that of a check.

    Raises StoreError (missing).
    """
    run, scoring = run_key(connection, run_uid), scoring_key(connection, scoring_uid)
    if hides_totals(connection, run):
        return {}
    given: dict[str, Any] = {
        "run": run,
        "scoring": scoring,
        "positions": json.dumps(sorted(positions)),
        "kinds": json.dumps({str(key): kind(check) for key, check in _checks(connection, scoring)}),
    }
    statement = _COUNTS.format(judged=_JUDGED if is_known(connection) else "0")
    found = {}
    for lane, failed, only, checked, valid, person, judge, judge_failed, cells in connection.execute(statement, given):
        by_rule = cells - person - judge
        found[lane] = CellCounts(failed, only, checked, valid, by_rule, person, judge, judge_failed)
    return found


def _checks(connection: sqlite3.Connection, scoring: int) -> list[tuple[int, Check]]:
    found = []
    for key, body in connection.execute(_CHECKS, (scoring,)).fetchall():
        try:
            found.append((key, check_from_json(load(as_text(body)))))
        except (CaseError, TypeError, ValueError, RecursionError):
            continue
    return found
