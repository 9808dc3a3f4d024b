"""Finds judgements that can be used again, and reads what judges replied.

Invariant: reads are pages or cover the cells that the caller names, so that memory does not grow with a test. A
judgement that is used again refers to the output of the run that asked; nothing is copied.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from typing import Any

from workbench.core.cases import Check
from workbench.core.json_parts import load
from workbench.core.lanes import Lane, Params
from workbench.core.testing.cells import CellKey
from workbench.store.connections import bounded
from workbench.store.errors import missing
from workbench.store.judging.judge_runs import RECORD
from workbench.store.judging.records import (
    JudgementCounts,
    JudgementKey,
    ReusedJudgement,
    StoredJudge,
    StoredJudgement,
)
from workbench.store.runs import endpoints, version_names
from workbench.store.runs.damaged_drafts import UNREADABLE
from workbench.store.runs.hidden_prompts import is_known
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import as_text, dollars, sound
from workbench.store.sqlite import sqlite3
from workbench.store.testing.scorings import check_id, scoring_key

_BEFORE_ALL = (-1, -1, -1, -1, -1, -1)
_WANTED_AT_ONCE = 5_000
_KEY = "j.case_position, j.lane, j.sample, j.seq, j.repeat, j.step"
_CELL = "(j.case_position, j.lane, j.sample)"
_REUSABLE = (
    "SELECT j.identity, min(outputs.uid) FROM json_each(?) AS wanted CROSS JOIN judgements AS j"
    " ON j.identity = wanted.value CROSS JOIN outputs ON outputs.id = j.output_id"
    " JOIN runs ON runs.id = outputs.run_id"
    f" WHERE outputs.state = 'finished' AND runs.prompt_id = ? AND runs.kind = 'judge' AND runs.archived < {DELETED}"
    " GROUP BY j.identity"
)
_REPLIES = (
    f"SELECT {_KEY}, outputs.uid, j.identity, outputs.state, {bounded('outputs.text')}, {bounded('outputs.error')}"
    " FROM judgements AS j JOIN outputs ON outputs.id = j.output_id WHERE j.scoring_id = ?"
)
_GIVEN = (
    f"SELECT {bounded('value_bodies.body')} FROM judgements AS j JOIN check_bodies ON check_bodies.id = j.check_id"
    " JOIN outputs ON outputs.id = j.output_id"
    " JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set"
    " JOIN value_bodies ON value_bodies.id = run_values.values_id"
    " WHERE j.scoring_id = ? AND j.case_position = ? AND j.lane = ? AND j.sample = ? AND check_bodies.hash = ?"
    " ORDER BY j.repeat, j.step LIMIT 1"
)
_AGAIN = (
    f"SELECT {_KEY} FROM judgements AS j JOIN outputs ON outputs.id = j.output_id WHERE j.scoring_id = ?"
    f" AND ({_KEY}) > (?, ?, ?, ?, ?, ?) AND outputs.state IN (SELECT value FROM json_each(?)) ORDER BY {_KEY} LIMIT ?"
)
_COUNTS = (
    "SELECT count(*) FILTER (WHERE state = 'finished'), count(*) FILTER (WHERE state IN ('failed', 'stopped')),"
    " count(*) FILTER (WHERE state NOT IN ('finished', 'failed', 'stopped', 'interrupted')),"
    " count(*) FILTER (WHERE state = 'interrupted'),"
    " count(*) FILTER (WHERE run_id NOT IN (SELECT run_id FROM judge_runs WHERE scoring_id = ?1))"
    " FROM judgements AS j JOIN outputs ON outputs.id = j.output_id WHERE j.scoring_id = ?1"
)
_PROBLEM = (
    "SELECT error, count(*) FROM judgements AS j JOIN outputs ON outputs.id = j.output_id"
    " WHERE j.scoring_id = ? AND state = 'failed' AND error <> '' GROUP BY error ORDER BY 2 DESC, 1 LIMIT 1"
)
_COSTS = (
    "SELECT sum(cost_usd), count(*) FILTER (WHERE state = 'finished' AND cost_usd IS NULL) FROM judge_runs"
    " JOIN outputs ON outputs.run_id = judge_runs.run_id WHERE scoring_id = ?"
)
_JUDGES = (
    "SELECT j.check_id, outputs.run_id, outputs.lane, count(*), max(j.repeat), group_concat(DISTINCT j.step)"
    " FROM judgements AS j"
    " JOIN outputs ON outputs.id = j.output_id WHERE j.scoring_id = ? GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)
_JUDGE = (
    "SELECT prompts.uid, versions.id, versions.number, contents.hash, lanes.slot, endpoint_uid, model, params, label"
    " FROM lanes JOIN runs ON runs.id = lanes.run_id JOIN prompts ON prompts.id = runs.prompt_id"
    " JOIN versions ON versions.id = lanes.version_id JOIN contents ON contents.id = content_id"
    " WHERE lanes.run_id = ? AND position = ?"
)
_CHECK = "SELECT hash, iif(json_valid(body), json_extract(body, '$.type'), NULL) FROM check_bodies WHERE id = ?"


def given_values(
    connection: sqlite3.Connection, scoring_uid: str, cell: CellKey, check_hash: str
) -> tuple[tuple[str, str], ...]:
    """Return the variables of the judge prompt in the first question about a check of a cell; () if none was asked.

    Raises StoreError (missing).
    """
    scoring = scoring_key(connection, scoring_uid)
    if not is_known(connection):
        return ()
    row = connection.execute(_GIVEN, (scoring, *cell, check_hash)).fetchone()
    found = None if row is None else load(as_text(row[0]))
    return tuple((name, as_text(value)) for name, value in found.items()) if isinstance(found, dict) else ()


def reusable(connection: sqlite3.Connection, prompt_uid: str, identities: Iterable[str]) -> dict[str, str]:
    """Return the output that answers each of these questions of a judge prompt, by identity; others are left out.

    Raises StoreError (missing).
    """
    prompt = prompt_id(connection, prompt_uid)
    if not is_known(connection):
        return {}
    wanted = sorted(set(identities))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _WANTED_AT_ONCE):
        batch = json.dumps(wanted[start : start + _WANTED_AT_ONCE])
        found.update(connection.execute(_REUSABLE, (batch, prompt)).fetchall())
    return found


def reuse(connection: sqlite3.Connection, scoring_uid: str, reused: Sequence[ReusedJudgement]) -> None:
    """Record judgements that stored outputs answer, in place of calls that did not finish. Raises StoreError (missing).

    One that has a finished output already stays as it is.
    """
    scoring = scoring_key(connection, scoring_uid)
    checks: dict[Check, int] = {}
    for one in reused:
        row = connection.execute(
            "SELECT outputs.id FROM outputs JOIN runs ON runs.id = run_id"
            " WHERE outputs.uid = ? AND kind = 'judge' AND state = 'finished'",
            (one.output_uid,),
        ).fetchone()
        if row is None:
            raise missing("judgement", one.output_uid)
        if not _is_answered(connection, scoring, one.key):
            check = check_id(connection, one.check, checks)
            connection.execute(RECORD, (scoring, *one.key, row[0], check, one.identity))


def _is_answered(connection: sqlite3.Connection, scoring: int, key: JudgementKey) -> bool:
    row = connection.execute(
        f"SELECT 1 FROM judgements AS j JOIN outputs ON outputs.id = j.output_id WHERE j.scoring_id = ?"
        f" AND ({_KEY}) = (?, ?, ?, ?, ?, ?) AND state = 'finished'",
        (scoring, *key),
    ).fetchone()
    return row is not None


def replies(
    connection: sqlite3.Connection, scoring_uid: str, first: CellKey, last: CellKey
) -> tuple[StoredJudgement, ...]:
    """Return the judgements of the cells from `first` to `last`, both included, in order.

    Raises StoreError (missing).
    """
    scoring = scoring_key(connection, scoring_uid)
    if not is_known(connection):
        return ()
    rows = connection.execute(
        f"{_REPLIES} AND {_CELL} BETWEEN (?, ?, ?) AND (?, ?, ?) ORDER BY {_KEY}",
        (scoring, *first, *last),
    )
    return tuple(_judgement(row) for row in rows)


def _judgement(row: tuple[Any, ...]) -> StoredJudgement:
    *key, uid, identity, state, text, error = row
    problem = "" if state == "finished" else as_text(error)
    return sound(StoredJudgement(JudgementKey(*key), uid, identity, state, as_text(text), problem))


def again(
    connection: sqlite3.Connection, scoring_uid: str, after: JudgementKey | None, limit: int, *, failed_too: bool
) -> tuple[JudgementKey, ...]:
    """Return up to `limit` judgements after `after` whose calls were interrupted, in order.

    With `failed_too`, also those whose calls failed or were stopped. Raises StoreError (missing).
    """
    scoring = scoring_key(connection, scoring_uid)
    if not is_known(connection):
        return ()
    states = ["interrupted", *(("failed", "stopped") if failed_too else ())]
    given = (scoring, *(after or _BEFORE_ALL), json.dumps(states), limit)
    return tuple(JudgementKey(*row) for row in connection.execute(_AGAIN, given))


def counts(connection: sqlite3.Connection, scoring_uid: str) -> JudgementCounts:
    """Return the numbers of judgements of a scoring, and what its calls cost. Raises StoreError (missing)."""
    scoring = scoring_key(connection, scoring_uid)
    if not is_known(connection):
        return JudgementCounts()
    finished, failed, running, interrupted, reused = connection.execute(_COUNTS, (scoring,)).fetchone()
    cost, unpriced = connection.execute(_COSTS, (scoring,)).fetchone()
    told = connection.execute(_PROBLEM, (scoring,)).fetchone() if failed else None
    problem, problems = ("", 0) if told is None else (as_text(told[0]), told[1])
    return JudgementCounts(finished, failed, running, interrupted, reused, dollars(cost), unpriced, problem, problems)


def judges(connection: sqlite3.Connection, scoring_uid: str) -> tuple[StoredJudge, ...]:
    """Return which models judged each check of a scoring, by which text. Raises StoreError (missing)."""
    scoring = scoring_key(connection, scoring_uid)
    if not is_known(connection):
        return ()
    found: dict[tuple[object, ...], StoredJudge] = {}
    named = {endpoint.uid: endpoint.name for endpoint in endpoints.listed(connection)}
    for check, run, lane, number, last, steps in connection.execute(_JUDGES, (scoring,)).fetchall():
        hash_, kind = connection.execute(_CHECK, (check,)).fetchone()
        uid, key, version, content, *stored = connection.execute(_JUDGE, (run, lane)).fetchone()
        asked = _lane(*stored)
        one = StoredJudge(
            *(as_text(hash_), as_text(kind), uid, version, version_names.name_of(connection, key), content, asked),
            *(
                named.get(asked.endpoint, ""),
                number,
                tuple(sorted(int(step) for step in str(steps).split(","))),
                last + 1,
            ),
        )
        # Judgements that are used again are those of another run.
        same = (hash_, uid, content, asked.endpoint, asked.model, asked.params)
        known = found.get(same)
        if known is not None:
            both = tuple(sorted({*known.steps, *one.steps}))
            number, repeats = known.judgements + number, max(known.repeats, one.repeats)
            one = dataclasses.replace(known, judgements=number, steps=both, repeats=repeats)
        found[same] = sound(one)
    return tuple(found.values())


def _lane(slot: str, endpoint: str, model: str, params: str, label: str) -> Lane:
    try:
        read = Params.from_json(load(params))
    except UNREADABLE:
        read = Params()
    return sound(Lane(as_text(slot), as_text(endpoint), as_text(model), read, None, as_text(label)))
