"""Counts the labels that measure the judges of test runs, and tells whether a judge of unmeasured error decides.

Invariant: it agrees with `core.statistics.judge_error` on which labels count, and reads no text but that of checks.
"""

from __future__ import annotations

from workbench.core.checks.check_types import PAIRWISE
from workbench.core.statistics.judge_cells import FEWEST_LABELS
from workbench.store.judging.records import MeasuringLabels
from workbench.store.runs.hidden_prompts import is_known
from workbench.store.safe_records import as_text
from workbench.store.sqlite import sqlite3

NEWEST_SCORING = "(SELECT id FROM scorings WHERE run_id = {run} ORDER BY created_at DESC, id DESC LIMIT 1)"
_CHECKS = (
    "SELECT hash, iif(json_valid(body), json_extract(body, '$.type'), '') FROM check_bodies WHERE id IN"
    f" (SELECT check_id FROM judge_verdicts WHERE scoring_id = {NEWEST_SCORING.format(run='?')})"
)
# The latest label of an answer counts, and only if it says something about an answer that the judge scored.
_LABELS = (
    "SELECT sum(l.label = 'fail'), sum(l.label = 'fail' AND v.state = 'fail'), sum(l.label = 'pass'),"
    " sum(l.label = 'pass' AND v.state = 'fail')"
    " FROM judge_labels AS l JOIN run_cells AS c ON c.run_id = :run AND c.output_id = l.output_id"
    f" JOIN cell_scores AS s ON s.scoring_id = {NEWEST_SCORING.format(run=':run')}"
    "  AND s.case_position = c.case_position AND s.lane = c.lane AND s.sample = c.sample AND s.output_id = c.output_id"
    " JOIN judge_verdicts AS v ON v.scoring_id = s.scoring_id AND v.case_position = s.case_position"
    "  AND v.lane = s.lane AND v.sample = s.sample AND v.state IN ('pass', 'fail')"
    " JOIN check_bodies ON check_bodies.id = v.check_id AND check_bodies.hash = l.check_hash"
    " WHERE l.check_hash = :check AND l.picked = 'random' AND l.label IN ('pass', 'fail')"
    " AND NOT EXISTS (SELECT 1 FROM judge_labels AS later WHERE later.output_id = l.output_id"
    "  AND later.check_hash = l.check_hash AND (later.created_at, later.uid) > (l.created_at, l.uid))"
)


def measuring_labels(connection: sqlite3.Connection, run: int) -> tuple[MeasuringLabels, ...]:
    """Return for each check that a judge evaluated in the newest scoring of a run the random labels that measure it."""
    if not is_known(connection):
        return ()
    found = []
    for hash_, kind in connection.execute(_CHECKS, (run,)).fetchall():
        counts = connection.execute(_LABELS, {"run": run, "check": hash_}).fetchone()
        found.append(MeasuringLabels(as_text(hash_), kind == PAIRWISE, *(int(count or 0) for count in counts)))
    return tuple(found)


def is_unmeasured(connection: sqlite3.Connection, run: int) -> bool:
    """Return whether a judge whose error is not measured evaluated answers in the newest scoring of a run.

    A judge that compares answers is never measured, because people label single answers.
    """
    return any(one.is_comparing or one.labels < FEWEST_LABELS for one in measuring_labels(connection, run))
