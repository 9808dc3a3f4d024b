"""Stores the start of test runs, and lists the runs.

Invariant: a run is stored with everything it asks before anything is sent, in one transaction. Cells whose question was
answered before in the same round of the same prompt begin recorded, by the newest answers; those of probes are never
used. No answer is used for two cells of one run, so that equal cases and columns stay independent draws.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace as with_
from typing import Any

from workbench.core.cases import Case, CaseError, case_from_json, case_to_json
from workbench.core.json_parts import load
from workbench.core.lanes import Lane, Params, slots_apart
from workbench.core.runs import RunSet
from workbench.core.testing.answer_ages import StoredAnswers
from workbench.core.testing.cells import CellKey, asked_hash, cell_identity
from workbench.core.testing.goals import RunGoals
from workbench.core.testing.grid import SuiteColumn, SuiteRun
from workbench.store.connections import bounded
from workbench.store.encoding import digest, dump
from workbench.store.errors import StoreError, missing
from workbench.store.records import LaneStart, RunStart
from workbench.store.runs import endpoints, run_starts, version_names
from workbench.store.runs.damaged_drafts import UNREADABLE
from workbench.store.runs.held_out import is_known
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import as_text, sound
from workbench.store.sqlite import sqlite3
from workbench.store.testing.records import SuiteBegun, SuiteStart, TestedCase

_MOST_RUN_COLUMNS = 1_000
"""Columns that are read of a run; a damaged or crafted file may have any number."""
_ANSWERED = (
    "SELECT DISTINCT run_cells.identity, output_id, coalesce(outputs.ended_at, '') AS ended_at, run_cells.state,"
    " run_cells.cost_usd, run_cells.duration_ms, text_hash"
    " FROM json_each(?) AS wanted JOIN run_cells ON run_cells.identity = wanted.value"
    " JOIN runs ON runs.id = run_cells.run_id JOIN test_runs ON test_runs.run_id = runs.id"
    # An answer whose own run is deleted goes when that is deleted for good.
    " JOIN outputs ON outputs.id = output_id JOIN runs AS origins ON origins.id = outputs.run_id"
    f" WHERE run_cells.state = 'finished' AND runs.prompt_id = ? AND runs.archived < {DELETED} AND probe = ''"
    f" AND origins.archived < {DELETED} AND coalesce(outputs.ended_at, '') >= ? ORDER BY output_id DESC"
)
_OLD_ANSWERS = (
    "SELECT 1 FROM run_cells JOIN outputs ON outputs.id = output_id WHERE run_cells.run_id = ?"
    " AND run_cells.state = 'finished' AND coalesce(ended_at, '') < ? LIMIT 1"
)
_OLDEST_ANSWER = (
    "SELECT min(ended_at) FROM run_cells JOIN outputs ON outputs.id = output_id WHERE run_cells.run_id = ?"
    " AND run_cells.state = 'finished' AND ended_at <> ''"
)
_RUN = (
    "SELECT runs.id, runs.uid, runs.number, runs.started_at, test_runs.round, samples, baseline,"
    " (SELECT count(*) FROM run_cases WHERE run_id = runs.id), (SELECT count(*) FROM run_cells WHERE run_id = runs.id),"
    " set_name, (SELECT uid FROM scorings WHERE run_id = runs.id ORDER BY created_at DESC, id DESC LIMIT 1),"
    " probe, {goals} FROM runs JOIN test_runs ON test_runs.run_id = runs.id"
)
_TESTED_CASES = (
    "SELECT v.set_uid, v.name, iif(json_valid(body), coalesce(json_array_length(body, '$.checks'), 0), 0)"
    " FROM run_cases AS k JOIN case_bodies ON case_bodies.id = case_body_id"
    " JOIN run_values AS v ON v.run_id = k.run_id AND v.position = k.position WHERE k.run_id = ? ORDER BY k.position"
)
# A position is that of the lane: there are no more columns than _MOST_RUN_COLUMNS in a run.
_COLUMNS = (
    "SELECT run_id, position, slot, endpoint_uid, model, params, pinned, label, versions.number, versions.id FROM"
    " json_each(?) AS wanted CROSS JOIN lanes ON run_id = wanted.value JOIN versions ON versions.id = lanes.version_id"
    " WHERE position < ? ORDER BY run_id, position"
)
_GOALS = "SELECT 1 FROM pragma_table_info('test_runs') WHERE name = 'goals'"
_WANTED_AT_ONCE = 5_000


def begin(connection: sqlite3.Connection, start: SuiteStart) -> SuiteBegun:
    """Store a test run. Raises StoreError (missing, text), ValueError for one without cases or columns."""
    if not start.cases or not start.columns or len(start.questions) != len(start.columns):
        raise ValueError("a test run has at least one case, one column, and a question for each column")
    if start.samples < 1 or not 0 <= start.baseline < len(start.columns):
        raise ValueError("a test run has at least one sample, and its baseline is one of its columns")
    begun = run_starts.begin_run(
        connection,
        RunStart(
            uid=start.uid,
            kind="test",
            prompt_uid=start.prompt_uid,
            owner_uid=start.owner_uid,
            started_at=start.started_at,
            based_on=start.based_on,
            content=start.content,
            version_uid=start.version_uid,
            sets=tuple(RunSet(case.uid, case.name, case.values) for case in start.cases),
            lanes=tuple(LaneStart(one.uid, one.lane, place, ()) for place, one in enumerate(start.columns)),
            techniques=start.techniques,
        ),
    )
    run, prompt = connection.execute("SELECT id, prompt_id FROM runs WHERE uid = ?", (start.uid,)).fetchone()
    newest = latest_round(connection, start.prompt_uid)
    if start.is_fresh:
        # Another start may have opened the round that was newest when this one was planned.
        start = with_(start, round=newest + 1)
    is_first = newest < start.round
    connection.execute(
        "INSERT INTO test_runs (run_id, round, samples, set_name, baseline, budget, probe, goals)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(run, start.round, start.samples, start.set_name, start.baseline),
            *(dump(start.budget.to_json()), start.probe, dump(start.goals.to_json())),
        ),
    )
    connection.executemany(
        "INSERT INTO run_cases (run_id, position, case_body_id) VALUES (?, ?, ?)",
        [(run, position, case_body_id(connection, case)) for position, case in enumerate(start.cases)],
    )
    reused = 0 if is_first or start.probe else _reuse(connection, run, prompt, start)
    cells = len(start.cases) * len(start.columns) * start.samples
    return SuiteBegun(start.uid, begun.number, begun.lane_versions, reused, cells)


def case_body_id(connection: sqlite3.Connection, case: Case) -> int:
    """Return the key of a case as it is, storing it if it is new."""
    return body_id(connection, "case_bodies", dump(case_to_json(case)))


def body_id(connection: sqlite3.Connection, table: str, body: str, hash_: str = "") -> int:
    """Return the key of a body in a table of bodies by hash, storing it if it is new."""
    hash_ = hash_ or digest(body)
    row = connection.execute(f"SELECT id FROM {table} WHERE hash = ?", (hash_,)).fetchone()
    if row is not None:
        return int(row[0])
    return int(connection.execute(f"INSERT INTO {table} (hash, body) VALUES (?, ?)", (hash_, body)).lastrowid or 0)


def _reuse(connection: sqlite3.Connection, run: int, prompt: int, start: SuiteStart) -> int:
    """Record the cells that earlier runs of the round have an answer to; return how many."""
    reused = 0
    taken: set[int] = set()
    waiting = _identities(connection, run, start)
    while batch := list(itertools.islice(waiting, _WANTED_AT_ONCE)):
        found: dict[str, list[tuple[Any, ...]]] = {}
        wanted = json.dumps(sorted({identity for _, identity in batch}))
        for identity, output, _, *facts in connection.execute(_ANSWERED, (wanted, prompt, start.reuse_since)):
            if output not in taken:
                found.setdefault(identity, []).append((output, identity, *facts))
        rows: list[tuple[Any, ...]] = []
        for key, identity in batch:
            answers = found.get(identity)
            if answers:
                answer = answers.pop(0)
                taken.add(answer[0])
                rows.append((run, *key, *answer))
        connection.executemany(
            "INSERT INTO run_cells (run_id, case_position, lane, sample, output_id, identity, state, cost_usd,"
            " duration_ms, text_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        reused += len(rows)
    return reused


def answered(
    connection: sqlite3.Connection, prompt_uid: str, identities: Sequence[str], since: str, old_before: str
) -> StoredAnswers:
    """Return which of these cells begin recorded in a new run; equal ones need an answer each.

    Answers from before `since` are not used; those from before `old_before` are counted as older.
    """
    wanted = json.dumps(sorted(set(identities)))
    ends: dict[str, list[str]] = {}
    for identity, _, ended_at, *_ in connection.execute(_ANSWERED, (wanted, prompt_id(connection, prompt_uid), since)):
        ends.setdefault(identity, []).append(as_text(ended_at))
    used = [end for identity, number in Counter(identities).items() for end in ends.get(identity, ())[:number]]
    return StoredAnswers(len(used), sum(end < old_before for end in used), min(filter(None, used), default=""))


def has_answers_before(connection: sqlite3.Connection, run_uid: str, moment: str) -> bool:
    """Whether a run has a finished answer from before a time. Raises StoreError (missing)."""
    return connection.execute(_OLD_ANSWERS, (run_key(connection, run_uid), moment)).fetchone() is not None


def oldest_answer(connection: sqlite3.Connection, run_uid: str) -> str:
    """Return when the oldest answer of a run ended, "" if no time is known. Raises StoreError (missing)."""
    (ended_at,) = connection.execute(_OLDEST_ANSWER, (run_key(connection, run_uid),)).fetchone()
    return as_text(ended_at or "")


def _identities(connection: sqlite3.Connection, run: int, start: SuiteStart) -> Iterator[tuple[CellKey, str]]:
    values = connection.execute(
        "SELECT position, hash FROM run_values JOIN value_bodies ON value_bodies.id = values_id"
        " WHERE run_id = ? ORDER BY position",
        (run,),
    ).fetchall()
    for position, values_hash in values:
        hash_ = asked_hash(values_hash, start.cases[position].kinds)
        for column, question in enumerate(start.questions):
            for sample in range(start.samples):
                yield CellKey(position, column, sample), cell_identity(question, hash_, sample, start.round)


def latest_round(connection: sqlite3.Connection, prompt_uid: str) -> int:
    """Return the highest round of a prompt, 0 for none. Raises StoreError (missing)."""
    prompt = prompt_id(connection, prompt_uid)
    if not is_known(connection):
        return 0
    (latest,) = connection.execute(
        "SELECT max(round) FROM runs JOIN test_runs ON test_runs.run_id = runs.id"
        " WHERE prompt_id = ? AND kind = 'test'",
        (prompt,),
    ).fetchone()
    return int(latest or 0)


def listed(connection: sqlite3.Connection, prompt_uid: str, limit: int) -> tuple[SuiteRun, ...]:
    """Return the test runs of a prompt, newest first. Raises StoreError (missing)."""
    prompt = prompt_id(connection, prompt_uid)
    if not is_known(connection):
        return ()
    rows = connection.execute(
        f"{_selected(connection)} WHERE prompt_id = ? AND kind = 'test' AND archived < {DELETED}"
        " ORDER BY number DESC LIMIT ?",
        (prompt, limit),
    ).fetchall()
    columns = _columns_of(connection, [row[0] for row in rows])
    return tuple(_suite_run(row, columns[row[0]]) for row in rows)


def one(connection: sqlite3.Connection, run_uid: str) -> SuiteRun:
    """Return a test run. Raises StoreError (missing)."""
    row = connection.execute(f"{_selected(connection)} WHERE runs.uid = ?", (run_uid,)).fetchone()
    if row is None:
        raise missing("test run", run_uid)
    return _suite_run(row, columns_of(connection, row[0]))


def set_baseline(connection: sqlite3.Connection, run_uid: str, position: int) -> None:
    """Compare the columns of a run with another one. Raises StoreError (missing), ValueError for no column of it."""
    run = run_key(connection, run_uid)
    if connection.execute("SELECT 1 FROM lanes WHERE run_id = ? AND position = ?", (run, position)).fetchone() is None:
        raise ValueError("the baseline of a test run is one of its columns")
    connection.execute("UPDATE test_runs SET baseline = ? WHERE run_id = ?", (position, run))


def reused_cells(connection: sqlite3.Connection, run_uid: str) -> dict[int, int]:
    """Return how many cells of each column have an answer of an earlier run; columns without one are left out."""
    run = run_key(connection, run_uid)
    return dict(
        connection.execute(
            "SELECT run_cells.lane, count(*) FROM run_cells JOIN outputs ON outputs.id = output_id"
            " WHERE run_cells.run_id = ? AND outputs.run_id <> ? GROUP BY run_cells.lane",
            (run, run),
        ).fetchall()
    )


def prompt_of(connection: sqlite3.Connection, run_uid: str) -> str:
    """Return the uid of the prompt of a test run. Raises StoreError (missing)."""
    (uid,) = connection.execute(
        "SELECT prompts.uid FROM prompts JOIN runs ON runs.prompt_id = prompts.id WHERE runs.id = ?",
        (run_key(connection, run_uid),),
    ).fetchone()
    return str(uid)


def has(connection: sqlite3.Connection, run_uid: str) -> bool:
    """Whether a run is a test run."""
    known = "SELECT 1 FROM runs JOIN test_runs ON test_runs.run_id = runs.id WHERE uid = ?"
    return is_known(connection) and connection.execute(known, (run_uid,)).fetchone() is not None


def run_key(connection: sqlite3.Connection, run_uid: str) -> int:
    """Return the key of a test run. Raises StoreError (missing)."""
    row = connection.execute(
        "SELECT id FROM runs JOIN test_runs ON test_runs.run_id = runs.id WHERE uid = ?", (run_uid,)
    ).fetchone()
    if row is None:
        raise missing("test run", run_uid)
    return int(row[0])


def _suite_run(row: tuple[Any, ...], columns: tuple[SuiteColumn, ...]) -> SuiteRun:
    _, uid, number, started_at, round_, samples, baseline, cases, answered, set_name, scoring, probe, goals = row
    return sound(
        SuiteRun(
            *(uid, number, started_at, round_, samples, columns, baseline, cases, answered, set_name),
            *(scoring or "", probe, _goals(goals)),
        )
    )


def _goals(body: str) -> RunGoals:
    try:
        return RunGoals.from_json(load(body))
    except UNREADABLE:
        return RunGoals()


def _selected(connection: sqlite3.Connection) -> str:
    """Return the query of runs; a history of format 1.6 that is opened read-only has no goals."""
    is_known_column = connection.execute(_GOALS).fetchone() is not None
    return _RUN.format(goals="goals" if is_known_column else "'{}'")


def columns_of(connection: sqlite3.Connection, run: int) -> tuple[SuiteColumn, ...]:
    """Return the columns of a run in order."""
    return _columns_of(connection, [run])[run]


def _columns_of(connection: sqlite3.Connection, runs: Sequence[int]) -> dict[int, tuple[SuiteColumn, ...]]:
    """Return the columns of each of these runs in order."""
    rows = connection.execute(_COLUMNS, (json.dumps(list(runs)), _MOST_RUN_COLUMNS)).fetchall()
    called = version_names.names(connection, list({row[-1] for row in rows}))
    named = {endpoint.uid: endpoint.name for endpoint in endpoints.listed(connection)}
    found: dict[int, tuple[SuiteColumn, ...]] = dict.fromkeys(runs, ())
    for run, group in itertools.groupby(rows, lambda row: row[0]):
        of_run = list(group)
        lanes = [
            sound(Lane(slot, endpoint, model, _params(params), version if pinned else None, label))
            for _, _, slot, endpoint, model, params, pinned, label, version, _ in of_run
        ]
        found[run] = tuple(
            SuiteColumn(row[1], lane, row[8], called.get(row[9], ""), named.get(lane.endpoint, ""))
            for row, lane in zip(of_run, slots_apart(lanes), strict=True)
        )
    return found


def _params(body: str) -> Params:
    try:
        return Params.from_json(load(body))
    except UNREADABLE:
        return Params()


def cases(connection: sqlite3.Connection, run: int, start: int, stop: int) -> tuple[Case, ...]:
    """Return the cases of a run at positions from `start` to before `stop`. Raises StoreError (corrupt)."""
    return tuple(
        case for _, case in cases_at(connection, run, "position >= ? AND position < ? ORDER BY position", (start, stop))
    )


def case(connection: sqlite3.Connection, run: int, position: int) -> Case:
    """Return one case of a run. Raises StoreError (missing, corrupt)."""
    found = cases(connection, run, position, position + 1)
    if not found:
        raise missing("case", position)
    return found[0]


def tested_cases(connection: sqlite3.Connection, run: int) -> tuple[TestedCase, ...]:
    """Return uid, name and number of checks of all cases of a run, without reading the cases themselves."""
    rows = connection.execute(_TESTED_CASES, (run,))
    return tuple(TestedCase(as_text(uid), as_text(name), checks) for uid, name, checks in rows)


def cases_at(
    connection: sqlite3.Connection, run: int, where: str, given: Sequence[object]
) -> Iterator[tuple[int, Case]]:
    """Yield the position and case of some cases of a run. Raises StoreError (corrupt)."""
    rows = connection.execute(
        f"SELECT position, {bounded('body')} FROM run_cases JOIN case_bodies ON case_bodies.id = case_body_id"
        f" WHERE run_id = ? AND {where}",
        (run, *given),
    )
    for position, body in rows:
        try:
            yield position, case_from_json(load(body))
        except (CaseError, TypeError, ValueError, RecursionError) as error:
            raise StoreError(
                f"Case {position + 1} of this test run cannot be read. Run the tests again, or restore a backup.",
                str(error),
                "corrupt",
            ) from error
