"""Reads pages of the grid of a test run, and single cells.

Invariant: a page is read in a fixed number of statements, and of each cell one answer, shortened, or all answers of a
column that votes. Which sample a cell shows is the first one with the state of the cell; in a column that votes it is
the elected one, which has the state. Cases that are held out are neither listed, counted by filters, nor opened; only
the numbers of cells count them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from workbench.core.cases import Case, Check, check_from_json
from workbench.core.json_parts import load
from workbench.core.runs import Result
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import (
    SHOWN_TEXT,
    CellDetail,
    CellStatus,
    GridCell,
    GridCounts,
    GridPage,
    GridQuery,
    GridRow,
    SuiteColumn,
)
from workbench.core.testing.vote import Election
from workbench.store.connections import bounded
from workbench.store.encoding import values_of
from workbench.store.errors import StoreError, missing
from workbench.store.judging import labels
from workbench.store.runs import timeline
from workbench.store.runs.damaged_drafts import UNREADABLE
from workbench.store.runs.held_out import hidden_positions, hides
from workbench.store.safe_records import as_text, dollars, sound
from workbench.store.sqlite import sqlite3
from workbench.store.testing import grid_queries, overrules, votes
from workbench.store.testing.cell_outputs import in_flight
from workbench.store.testing.grid_queries import GridScope
from workbench.store.testing.probe_pairs import tallies
from workbench.store.testing.result_detail import result_of
from workbench.store.testing.test_starts import case, columns_of, run_key

_SEPARATOR = " · "
_SAMPLES = (
    "SELECT c.case_position, c.lane, c.sample, c.state, s.state, s.score, coalesce(s.overruled, 0), c.cost_usd,"
    " c.duration_ms, c.output_id FROM run_cells AS c LEFT JOIN cell_scores AS s ON s.scoring_id = ?"
    "  AND s.case_position = c.case_position AND s.lane = c.lane AND s.sample = c.sample AND s.output_id = c.output_id"
    " WHERE c.run_id = ? AND c.case_position IN (SELECT value FROM json_each(?))"
    " ORDER BY c.case_position, c.lane, c.sample"
)
_TEXTS = (
    f"SELECT id, uid, run_id, ended_at, substr({bounded('text')}, 1, {SHOWN_TEXT}), error FROM outputs"
    " WHERE id IN (SELECT value FROM json_each(?))"
)
_REASONS = (
    "SELECT output_id, reason FROM cell_scores WHERE scoring_id = ? AND output_id IN (SELECT value FROM json_each(?))"
    " AND state IN ('fail', 'unscored')"
)
_ROWS = (
    f"SELECT k.position, v.set_uid, v.name, {bounded('value_bodies.body')},"
    " iif(json_valid(case_bodies.body), json_extract(case_bodies.body, '$.tags'), NULL),"
    " iif(json_valid(case_bodies.body), json_extract(case_bodies.body, '$.cluster'), NULL) FROM run_cases AS k"
    " JOIN case_bodies ON case_bodies.id = k.case_body_id"
    " JOIN run_values AS v ON v.run_id = k.run_id AND v.position = k.position"
    " JOIN value_bodies ON value_bodies.id = v.values_id"
    " WHERE k.run_id = ? AND k.position IN (SELECT value FROM json_each(?))"
)
_CHECKS = (
    f"SELECT hash, {bounded('check_bodies.body')}, r.state, r.score, r.reason, detail FROM cell_scores AS s"
    " JOIN check_results AS r USING (scoring_id, case_position, lane, sample)"
    " JOIN check_bodies ON check_bodies.id = r.check_id"
)


_Place = tuple[int, int, int | None]
"""A case, a column, and one of its samples or None for all."""


class CellSample(NamedTuple):
    """A recorded sample; `result` is None unless its answer is scored."""

    case: int
    column: int
    sample: int
    state: str
    result: str | None
    score: float | None
    overruled: int
    cost_usd: float | None
    duration_ms: int | None
    output: int


class _Shown(NamedTuple):
    """What is shown of an answer."""

    uid: str
    run: int
    ended_at: str
    text: str


def scope(connection: sqlite3.Connection, run_uid: str, scoring_uid: str) -> GridScope:
    """Return what a grid is about; an unknown scoring, or one of another run, is none. Raises StoreError (missing)."""
    run = run_key(connection, run_uid)
    row = connection.execute(
        "SELECT (SELECT id FROM scorings WHERE uid = ? AND scorings.run_id = test_runs.run_id),"
        " (SELECT count(*) FROM lanes WHERE lanes.run_id = test_runs.run_id), samples, baseline, prompt_id"
        " FROM test_runs JOIN runs ON runs.id = test_runs.run_id WHERE test_runs.run_id = ?",
        (scoring_uid, run),
    ).fetchone()
    scoring, columns, samples, baseline, prompt = row
    return GridScope(run, scoring or 0, columns, samples, baseline, prompt if hides(connection, run) else None)


def page(
    connection: sqlite3.Connection, run_uid: str, scoring_uid: str, query: GridQuery, after: str, limit: int
) -> GridPage:
    """Return up to `limit` rows after a cursor. Raises StoreError (missing), ValueError for an invalid cursor."""
    grid = scope(connection, run_uid, scoring_uid)
    cases = max(1, limit // grid.samples) if query.by_sample else limit
    positions, then = grid_queries.positions(connection, grid, query, after, cases)
    parts: tuple[int | None, ...] = tuple(range(grid.samples)) if query.by_sample else (query.sample,)
    rows = _rows(connection, grid, positions, parts)
    return GridPage(tuple(row for position in positions for row in rows.get(position, ())), then)


def counts(connection: sqlite3.Connection, run_uid: str, scoring_uid: str, query: GridQuery) -> GridCounts:
    """Return how many rows match each filter. Raises StoreError (missing)."""
    return grid_queries.counts(connection, scope(connection, run_uid, scoring_uid), query)


def _rows(
    connection: sqlite3.Connection, grid: GridScope, positions: Sequence[int], parts: Sequence[int | None]
) -> dict[int, list[GridRow]]:
    """Return the rows of cases: one for each of `parts`, which are samples, or None for all samples together."""
    wanted = json.dumps(positions)
    samples: dict[_Place, list[CellSample]] = {}
    for row in connection.execute(_SAMPLES, (grid.scoring, grid.run, wanted)):
        sample = CellSample(*row)
        for part in parts:
            if part in (None, sample.sample):
                samples.setdefault((sample.case, sample.column, part), []).append(sample)
    elected = _elected(connection, grid, samples)
    shown = {
        place: next((one for one in found if one.sample == elected[place].sample), found[0])
        if place in elected
        else _shown_sample(found)
        for place, found in samples.items()
    }
    outputs = json.dumps([sample.output for sample in shown.values()])
    texts = {
        key: _Shown(uid, run, as_text(ended_at), as_text(text) or as_text(error)[:SHOWN_TEXT])
        for key, uid, run, ended_at, text, error in connection.execute(_TEXTS, (outputs,))
    }
    reasons = dict(connection.execute(_REASONS, (grid.scoring, outputs)).fetchall())
    running = {
        (key.case, key.column, part)
        for key in in_flight(connection, grid.run)
        for part in parts
        if part in (None, key.sample)
    }
    before = {place: _status_of_tally(tally) for place, tally in tallies(connection, grid.run, positions).items()}
    lanes = [
        place for (place,) in connection.execute("SELECT position FROM lanes WHERE run_id = ? ORDER BY 1", (grid.run,))
    ]

    def cell(position: int, lane: int, part: int | None) -> GridCell:
        place = (position, lane, part)
        beside: CellStatus | Literal[""] = before.get((position, lane), "")
        count = grid.samples if part is None else 1
        if place not in shown:
            state: CellStatus = "running" if place in running else "open"
            return GridCell(state, samples=count, sample=part or 0, before=beside)
        one = shown[place]
        told = texts.get(one.output, _Shown("", grid.run, "", ""))
        election = elected.get(place)
        decisive = samples[place] if election is None else (one,)
        made = _cell(samples[place], decisive, one, told, as_text(reasons.get(one.output)), count, grid)
        if election is not None:
            made = replace(made, votes=(election.votes, election.answers))
        return replace(made, before=beside) if beside else made

    def row_of(position: int, part: int | None, facts: tuple[Any, ...]) -> GridRow:
        uid, name, values, tags, cluster = facts
        cells = tuple(cell(position, lane, part) for lane in lanes)
        sample = part if len(parts) > 1 else None
        return sound(
            GridRow(position, uid or "", name, _tags(tags), cells, as_text(cluster), _values_text(values), sample)
        )

    return {
        position: [row_of(position, part, tuple(facts)) for part in parts]
        for position, *facts in connection.execute(_ROWS, (grid.run, wanted))
    }


def _elected(
    connection: sqlite3.Connection, grid: GridScope, samples: Mapping[_Place, Sequence[CellSample]]
) -> dict[_Place, Election]:
    """Return the elections of the cells that show all samples of a column that votes."""
    cases = sorted({case for case, _, part in samples if part is None})
    lanes = votes.voting_lanes(connection, grid.run) if cases else ()
    return {(*place, None): one for place, one in votes.elections(connection, grid.run, lanes, cases).items()}


def _cell(
    samples: Sequence[CellSample],
    decisive: Sequence[CellSample],
    shown: CellSample,
    told: _Shown,
    reason: str,
    count: int,
    grid: GridScope,
) -> GridCell:
    """Return a cell; the samples of `decisive` give its status and score, all of them its time and cost."""
    passed, scored = tally(decisive)
    finished = [one for one in samples if one.state == "finished"]
    return sound(
        GridCell(
            status_of(decisive),
            told.uid,
            told.text,
            reason,
            _mean(one.score for one in decisive if one.result in ("pass", "fail")),
            passed,
            scored,
            count,
            _seconds(_mean(one.duration_ms for one in finished)),
            _mean(dollars(one.cost_usd) for one in finished),
            told.run != grid.run,
            any(one.overruled for one in decisive),
            shown.sample,
            answered_at=told.ended_at,
        )
    )


def tally(samples: Iterable[CellSample]) -> tuple[int, int]:
    """Return how many samples passed, and how many passed or failed."""
    results = [one.result for one in samples]
    return results.count("pass"), results.count("pass") + results.count("fail")


def status_of(samples: Sequence[CellSample]) -> CellStatus:
    """Return the status of a cell with recorded samples: by majority of the scored ones, a tie fails."""
    passed, scored = tally(samples)
    if scored:
        return "pass" if 2 * passed > scored else "fail"
    if any(one.result == "unscored" for one in samples):
        return "unscored"
    return "unchecked" if any(one.state == "finished" for one in samples) else "no_answer"


def _status_of_tally(tally: Mapping[str | None, int]) -> CellStatus:
    passed, failed = tally.get("pass", 0), tally.get("fail", 0)
    if passed or failed:
        return "pass" if passed > failed else "fail"
    return "unscored" if tally.get("unscored") else "no_answer" if tally.get("no_answer") else "unchecked"


def _shown_sample(samples: Sequence[CellSample]) -> CellSample:
    status = status_of(samples)
    wanted = {
        "unchecked": lambda one: one.state == "finished",
        "no_answer": lambda one: one.state != "finished",
    }.get(status, lambda one: one.result == status)
    return next(filter(wanted, samples), samples[0])


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def _tags(body: object) -> tuple[str, ...]:
    try:
        found = json.loads(str(body)) if body else []
    except ValueError:
        return ()
    return tuple(tag for tag in found if isinstance(tag, str)) if isinstance(found, list) else ()


def _values_text(body: object) -> str:
    """Return the values of a case on one line, shortened."""
    texts = (value[:SHOWN_TEXT] for _, value in values_of(as_text(body)))
    return _SEPARATOR.join(" ".join(text.split()) for text in texts)[:SHOWN_TEXT]


def cell(connection: sqlite3.Connection, run_uid: str, scoring_uid: str, key: CellKey) -> CellDetail:
    """Return one sample of a cell with its answer and the results of its checks.

    Raises StoreError (missing, held_out).
    """
    (found,) = cells(connection, run_uid, scoring_uid, (key,))
    return found


def cells(
    connection: sqlite3.Connection, run_uid: str, scoring_uid: str, keys: Sequence[CellKey]
) -> tuple[CellDetail, ...]:
    """Return some samples of cells in full, as `cell` does; what they share is read once."""
    grid = scope(connection, run_uid, scoring_uid)
    hidden = frozenset[int]() if grid.prompt is None else hidden_positions(connection, grid.run)
    columns = {column.position: column for column in columns_of(connection, grid.run)}
    cases: dict[int, Case] = {}
    for key in keys:
        if key.case in hidden:
            raise StoreError(
                "This case is in the hold-out, of which only totals are shown. Open it in the Test view to read it"
                " anyway.",
                "",
                "held_out",
            )
        if key.column not in columns or not 0 <= key.sample < grid.samples:
            raise missing("cell", tuple(key))
        if key.case not in cases:
            cases[key.case] = case(connection, grid.run, key.case)
    return tuple(_detail(connection, grid, key, cases[key.case], columns[key.column], run_uid=run_uid) for key in keys)


def _detail(
    connection: sqlite3.Connection, grid: GridScope, key: CellKey, tested: Case, column: SuiteColumn, *, run_uid: str
) -> CellDetail:
    row = connection.execute(
        "SELECT outputs.id, outputs.uid, outputs.ended_at, runs.uid, runs.number FROM run_cells"
        " JOIN outputs ON outputs.id = output_id JOIN runs ON runs.id = outputs.run_id"
        " WHERE run_cells.run_id = ? AND case_position = ? AND run_cells.lane = ? AND run_cells.sample = ?",
        (grid.run, *key),
    ).fetchone()
    if row is None:
        return CellDetail(key, tested, column, "", None, run_uid=run_uid)
    output, uid, ended_at, origin, number = row
    checked: list[tuple[Any, ...]] = connection.execute(
        f"{_CHECKS} WHERE scoring_id = ? AND case_position = ? AND lane = ? AND sample = ? AND output_id = ?"
        " ORDER BY seq",
        (grid.scoring, *key, output),
    ).fetchall()
    decided = overrules.counting(connection, output)
    hashes = tuple(one[0] for one in checked)
    return CellDetail(
        key,
        tested,
        column,
        uid,
        _result(connection, output),
        hashes,
        tuple(result_of(*one[2:]) for one in checked),
        tuple(
            None if (one := decided.get(hash_)) is None or one.overrule.state == "none" else one.overrule
            for hash_ in hashes
        ),
        origin,
        as_text(ended_at),
        _checks(one[1] for one in checked),
        number,
        labels.of_output(connection, output),
    )


def _checks(bodies: Iterable[str]) -> tuple[Check, ...]:
    """Read stored checks, () if one is damaged: the results have reasons of their own."""
    try:
        return tuple(check_from_json(load(body)) for body in bodies)
    except UNREADABLE:
        return ()


def _result(connection: sqlite3.Connection, output: int) -> Result | None:
    found = timeline.output(connection, output)
    return None if found is None else found.result
