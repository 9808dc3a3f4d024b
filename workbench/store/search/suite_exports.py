"""Reads test runs for exports: the answers of their cells, also those that earlier runs made, with their results.

Invariant: the amount that is read at once is bounded. Of held-out cases no name, value, answer or result is given:
only totals of them are shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from workbench.core.exported_cells import ExportedCell, ExportedCheck, ExportedJudgement, ExportedLabel
from workbench.core.runs import IterationDetail
from workbench.store.connections import bounded
from workbench.store.judging.labels import COUNTS
from workbench.store.runs import timeline
from workbench.store.runs.held_out import hidden_positions
from workbench.store.runs.hidden_prompts import is_known
from workbench.store.safe_records import as_text
from workbench.store.search.test_facts import check_types
from workbench.store.sqlite import sqlite3

Cells = Mapping[str, ExportedCell]
"""Results by the uid of the answer."""
_Place: TypeAlias = tuple[int, int, int]
_CELLS = (
    "SELECT c.case_position, c.lane, c.sample, c.output_id, outputs.uid, outputs.run_id <> c.run_id, s.state, s.score,"
    " s.reason, s.overruled FROM run_cells AS c JOIN outputs ON outputs.id = c.output_id"
    " LEFT JOIN cell_scores AS s ON s.scoring_id = ?2 AND s.case_position = c.case_position AND s.lane = c.lane"
    "  AND s.sample = c.sample AND s.output_id = c.output_id"
    " WHERE c.run_id = ?1 AND c.case_position >= ?3 AND c.case_position < ?4 ORDER BY c.case_position, c.lane, c.sample"
)
_CHECKS = (
    f"SELECT case_position, lane, sample, {bounded('body')}, state, score, reason FROM check_results"
    " JOIN check_bodies ON check_bodies.id = check_id"
    " WHERE scoring_id = ? AND case_position >= ? AND case_position < ? ORDER BY case_position, lane, sample, seq"
)
_JUDGED = (
    f"SELECT case_position, lane, sample, hash, {bounded('body')}, state, score, probability, repeats, agreeing"
    " FROM judge_verdicts JOIN check_bodies ON check_bodies.id = check_id"
    " WHERE scoring_id = ? AND case_position >= ? AND case_position < ? ORDER BY case_position, lane, sample, check_id"
)
_LABELS = (
    "SELECT case_position, lane, sample, check_hash, label, picked, note, judge_labels.created_at FROM run_cells"
    " JOIN judge_labels ON judge_labels.output_id = run_cells.output_id"
    " WHERE run_id = ? AND case_position >= ? AND case_position < ? AND label IN ('pass', 'fail', 'unsure')"
    f" AND {COUNTS} ORDER BY case_position, lane, sample, judge_labels.id"
)
_SCORING = "SELECT id FROM scorings WHERE run_id = ? ORDER BY created_at DESC, id DESC LIMIT 1"


def parts(connection: sqlite3.Connection, run_uid: str, answers: int) -> Iterator[tuple[range, IterationDetail, Cells]]:
    """Yield a test run in parts of about `answers` answers, each with the results of its cells."""
    whole = timeline.without_outputs(connection, run_uid)
    run, samples = connection.execute(
        "SELECT id, samples FROM runs JOIN test_runs ON test_runs.run_id = runs.id WHERE uid = ?", (run_uid,)
    ).fetchone()
    hidden = hidden_positions(connection, run)
    sets = enumerate(whole.sets)
    shown = tuple(replace(one, name="", values=()) if position in hidden else one for position, one in sets)
    whole = replace(whole, sets=shown, values=shown[0].values)
    scoring = connection.execute(_SCORING, (run,)).fetchone()
    step = max(1, answers // max(1, len(whole.lanes) * samples))
    for start in range(0, len(whole.sets), step):
        places = range(start, min(start + step, len(whole.sets)))
        yield places, *_part(connection, whole, run, None if scoring is None else scoring[0], places, hidden)


def _judging(
    connection: sqlite3.Connection, run: int, scoring: int | None, sets: range
) -> tuple[defaultdict[_Place, list[ExportedJudgement]], defaultdict[_Place, list[ExportedLabel]]]:
    """Return what judges and what people said of the answers to these cases, by their cell."""
    judged, labels = defaultdict[_Place, list[ExportedJudgement]](list), defaultdict[_Place, list[ExportedLabel]](list)
    if is_known(connection):
        for case, lane, sample, hash_, body, *said in connection.execute(_JUDGED, (scoring, sets.start, sets.stop)):
            kind = next(iter(check_types(body)), "")
            judged[case, lane, sample].append(ExportedJudgement(hash_, kind, *said))
        for case, lane, sample, hash_, label, picked, note, at in connection.execute(
            _LABELS, (run, sets.start, sets.stop)
        ):
            labels[case, lane, sample].append(ExportedLabel(hash_, label, as_text(picked), as_text(note), as_text(at)))
    return judged, labels


def _part(
    connection: sqlite3.Connection,
    whole: IterationDetail,
    run: int,
    scoring: int | None,
    sets: range,
    hidden: frozenset[int],
) -> tuple[IterationDetail, Cells]:
    found = connection.execute(_CELLS, (run, scoring, sets.start, sets.stop))
    rows = [row for row in found if row[0] not in hidden]
    places = {lane.position for lane in whole.lanes}
    checks: dict[tuple[int, int, int], list[ExportedCheck]] = {}
    said_rows = connection.execute(_CHECKS, (scoring, sets.start, sets.stop)) if scoring is not None else ()
    for case, lane, sample, body, state, score, reason in said_rows:
        kind = next(iter(check_types(body)), "")
        checks.setdefault((case, lane, sample), []).append(ExportedCheck(kind, state, score, as_text(reason)))
    judged, labels = _judging(connection, run, scoring, sets)
    records = timeline.outputs_of(connection, [row[3] for row in rows])
    outputs, cells = [], {}
    for case, lane, sample, key, uid, reused, state, score, reason, overruled in rows:
        if key in records and lane in places:
            outputs.append(replace(records[key], position=lane, value_set=case, sample=sample))
            said = tuple(checks.get((case, lane, sample), ())) if state is not None else ()
            place = case, lane, sample
            cells[uid] = ExportedCell(
                *(state or "", score, as_text(reason), overruled or 0, bool(reused), said),
                judged=tuple(judged[place]),
                labels=tuple(labels[place]),
            )
    return replace(whole, outputs=tuple(outputs)), cells
