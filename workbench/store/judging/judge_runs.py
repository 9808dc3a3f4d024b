"""Stores judge runs: the calls about cells before they are made, and how they end.

Invariant: a call is stored with its judgement before it is sent, in a run of kind `judge` of a judge prompt. Each value
set of such a run is what a judge was given about one answer, which `set_uid` names; repeats are its samples, and calls
that are made again its attempts. A judgement whose call finished is not asked again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from workbench.core.cases import Check
from workbench.core.changes import Change
from workbench.store.encoding import received
from workbench.store.errors import StoreError, missing
from workbench.store.judging.records import JudgeLaneStart, JudgementEnd, JudgementStart, JudgeRunStart, StoredJudgeRun
from workbench.store.records import LaneStart, RunBegun, RunStart
from workbench.store.runs import output_endings, run_starts, versions
from workbench.store.runs.hidden_prompts import is_known
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.value_bodies import values_id
from workbench.store.safe_records import sound
from workbench.store.sqlite import sqlite3
from workbench.store.testing.scorings import check_id, scoring_key

_PLACE = "(j.scoring_id, j.case_position, j.lane, j.sample, j.seq) = (?, ?, ?, ?, ?)"
_KNOWN = (
    "SELECT outputs.id, outputs.run_id, outputs.state FROM judgements AS j"
    f" JOIN outputs ON outputs.id = output_id WHERE {_PLACE} AND j.repeat = ? AND j.step = ?"
)
# Repeats of a question share its values.
_SAME_VALUES = (
    "SELECT outputs.value_set FROM judgements AS j JOIN outputs ON outputs.id = output_id"
    " JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set"
    f" WHERE {_PLACE} AND j.step = ? AND outputs.run_id = ? AND values_id = ? LIMIT 1"
)
_START = (
    "INSERT INTO outputs (uid, run_id, lane, value_set, sample, attempt, created_at) SELECT ?1, ?2, ?3, ?4, ?5,"
    " 1 + coalesce(max(attempt), 0), ?6 FROM outputs WHERE run_id = ?2 AND lane = ?3 AND value_set = ?4 AND sample = ?5"
)
RECORD = (
    "INSERT INTO judgements (scoring_id, case_position, lane, sample, seq, repeat, step, output_id, check_id, identity)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET output_id = excluded.output_id,"
    " check_id = excluded.check_id, identity = excluded.identity"
)
_RUNS = (
    "SELECT runs.uid, prompts.uid, runs.number, runs.started_at,"
    " (SELECT count(*) FROM run_values WHERE run_values.run_id = runs.id) FROM judge_runs"
    " JOIN runs ON runs.id = run_id JOIN prompts ON prompts.id = runs.prompt_id WHERE scoring_id = ? ORDER BY runs.id"
)


def begin(connection: sqlite3.Connection, start: JudgeRunStart) -> RunBegun:
    """Store a judge run with its first calls. Raises StoreError (missing, text), ValueError without any."""
    if not start.judgements or not start.lanes:
        raise ValueError("a judge run has at least one judge and one judgement")
    prompt = prompt_id(connection, start.prompt_uid)
    lanes = _lanes(start.lanes, 0)
    run_start = RunStart(
        uid=start.uid,
        kind="judge",
        prompt_uid=start.prompt_uid,
        owner_uid=start.owner_uid,
        started_at=start.started_at,
        based_on=None,
        content=None,
        version_uid="",
        # The rows are added with the judgements.
        sets=(),
        lanes=lanes,
    )
    keys = [(versions.version_id(connection, prompt, one.version), one.version) for one in start.lanes]
    run, number = run_starts.insert_run(connection, prompt, run_start, None, keys, Change())
    scoring = scoring_key(connection, start.scoring_uid)
    connection.execute("INSERT INTO judge_runs (run_id, scoring_id) VALUES (?, ?)", (run, scoring))
    _start(connection, run, scoring, start.judgements, start.owner_uid, start.started_at)
    return RunBegun(start.uid, number, None, tuple(one.version for one in start.lanes))


def start_judgements(
    connection: sqlite3.Connection,
    run_uid: str,
    starts: Sequence[JudgementStart],
    owner_uid: str,
    now: str,
    lanes: Sequence[JudgeLaneStart] = (),
) -> None:
    """Store calls that are about to be made, each as the next attempt of its judgement. `lanes` join those of the run.

    Raises StoreError: missing, ended for a judgement whose call finished, running for one that is being called.
    """
    row = connection.execute(
        "SELECT id, prompt_id, scoring_id FROM runs JOIN judge_runs ON judge_runs.run_id = runs.id WHERE uid = ?",
        (run_uid,),
    ).fetchone()
    if row is None:
        raise missing("judge run", run_uid)
    run, prompt, scoring = row
    if lanes:
        (there,) = connection.execute("SELECT count(*) FROM lanes WHERE run_id = ?", (run,)).fetchone()
        keys = [versions.version_id(connection, prompt, one.version) for one in lanes]
        run_starts.insert_lanes(connection, run, _lanes(lanes, there), keys)
    _start(connection, run, scoring, starts, owner_uid, now)


def _lanes(judges: Sequence[JudgeLaneStart], first: int) -> tuple[LaneStart, ...]:
    """Return the judges as lanes from a position on."""
    return tuple(
        LaneStart(one.uid, dataclasses.replace(one.lane, pinned=one.version), place, ())
        for place, one in enumerate(judges, start=first)
    )


def _start(
    connection: sqlite3.Connection,
    run: int,
    scoring: int,
    starts: Iterable[JudgementStart],
    owner_uid: str,
    now: str,
) -> None:
    (newest,) = connection.execute(
        "SELECT coalesce(max(position), -1) FROM run_values WHERE run_id = ?", (run,)
    ).fetchone()
    checks: dict[Check, int] = {}
    for start in starts:
        # Values of an imported check may hold what text cannot.
        values = values_id(connection, tuple((received(name), received(value)) for name, value in start.values))
        place = _place(connection, run, scoring, start, values)
        if place is None:
            newest = place = newest + 1
            connection.execute(
                "INSERT INTO run_values (run_id, position, set_uid, name, values_id) VALUES (?, ?, ?, ?, ?)",
                (run, place, start.answer_uid, received(start.name), values),
            )
        given = (start.output_uid, run, start.lane, place, start.key.repeat, now)
        output = connection.execute(_START, given).lastrowid
        connection.execute(
            "INSERT INTO in_flight (run_id, output_id, owner_uid) VALUES (?, ?, ?)", (run, output, owner_uid)
        )
        connection.execute(
            RECORD, (scoring, *start.key, output, check_id(connection, start.check, checks), start.identity)
        )


def _place(connection: sqlite3.Connection, run: int, scoring: int, start: JudgementStart, values: int) -> int | None:
    """Return the value set that a call belongs to, None if it needs a new one. Raises StoreError (ended, running)."""
    about, (repeat, step) = start.key[:4], start.key[4:]
    known = connection.execute(_KNOWN, (scoring, *about, repeat, step)).fetchone()
    if known is not None:
        output, of, state = known
        if state == "finished":
            raise StoreError("The judge has answered this question.", start.output_uid, "ended")
        in_flight = "SELECT 1 FROM in_flight WHERE run_id = ? AND output_id = ?"
        if connection.execute(in_flight, (of, output)).fetchone() is not None:
            raise StoreError("The judge is being asked this question.", start.output_uid, "running")
    row = connection.execute(_SAME_VALUES, (scoring, *about, step, run, values)).fetchone()
    return None if row is None else int(row[0])


def finish_judgements(connection: sqlite3.Connection, ends: Iterable[JudgementEnd]) -> None:
    """Store how calls ended; one that has ended already stays as it is. Raises StoreError (missing)."""
    for end in ends:
        try:
            output_endings.finish_output(connection, end.output_uid, end.result, end.ended_at)
        except StoreError as error:
            if error.code != "ended":
                raise


def of_scoring(connection: sqlite3.Connection, scoring_uid: str) -> tuple[StoredJudgeRun, ...]:
    """Return the judge runs that were begun for a scoring, oldest first. Raises StoreError (missing)."""
    scoring = scoring_key(connection, scoring_uid)
    if not is_known(connection):
        return ()
    rows = connection.execute(_RUNS, (scoring,)).fetchall()
    return tuple(sound(StoredJudgeRun(*row)) for row in rows)
