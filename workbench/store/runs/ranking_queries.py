"""Reads for Rank: current verdicts, costs and durations of answers, and answers to judge in pairs.

Invariant: nothing about a blind run is read before its value set is judged or its names are revealed. Only the newest
attempt of each answer counts, and withdrawn or superseded verdicts are not read. Answers to held-out cases are never
listed.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any, Literal

from workbench.store.encoding import values_of
from workbench.store.errors import missing
from workbench.store.runs.held_out import shown_answers
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import as_text
from workbench.store.sqlite import sqlite3

NEWEST_RUNS = 5000
"""Newest runs of a prompt that are read for costs, durations and pairs, so that both stay fast in a long history."""
MOST_ANSWERS = 4000
"""Newest answers from which pairs are made."""

VerdictKind = Literal["winner", "tie", "all_bad"]

# The names are visible: the run is not blind, its names were revealed, or its value set was judged.
_SHOWN = (
    "(runs.blind <> 1 OR EXISTS (SELECT 1 FROM verdicts AS judging WHERE judging.run_id = outputs.run_id"
    " AND judging.value_set = outputs.value_set))"
)
_NEWEST_ATTEMPT = (
    "NOT EXISTS (SELECT 1 FROM outputs AS later WHERE later.run_id = outputs.run_id AND later.lane = outputs.lane"
    " AND later.value_set = outputs.value_set AND later.sample = outputs.sample AND later.attempt > outputs.attempt)"
)
_WHO = (
    " JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane"
    " JOIN versions ON versions.id = lanes.version_id"
)
_VALUES = (
    " JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set"
    " JOIN value_bodies ON value_bodies.id = run_values.values_id"
)
# Verdicts that no longer count, because an answer in first place, or one of a pair, is deleted.
_DELETED = (
    "SELECT verdict_outputs.verdict_id FROM runs JOIN outputs ON outputs.run_id = runs.id"
    " JOIN verdict_outputs ON verdict_outputs.output_id = outputs.id"
    " JOIN verdicts AS hidden ON hidden.id = verdict_outputs.verdict_id"
    f" WHERE runs.archived >= {DELETED} AND (verdict_outputs.place = 1 OR hidden.run_id IS NULL)"
)
_VERDICTS = (
    "SELECT verdicts.id, verdicts.kind, verdicts.blind, judged.uid, runs.uid, value_bodies.hash, outputs.uid,"
    " versions.number, lanes.endpoint_uid, lanes.model, verdict_outputs.place"
    " FROM verdicts JOIN verdict_outputs ON verdict_outputs.verdict_id = verdicts.id"
    " JOIN outputs ON outputs.id = verdict_outputs.output_id JOIN runs ON runs.id = outputs.run_id"
    f"{_WHO}{_VALUES} LEFT JOIN runs AS judged ON judged.id = verdicts.run_id"
    " WHERE (? IS NULL OR verdicts.prompt_id = ?) AND verdicts.kind IN ('winner', 'tie', 'all_bad')"
    f" AND runs.archived < {DELETED} AND coalesce(judged.archived, 0) < {DELETED} AND verdicts.id NOT IN ({_DELETED})"
    " AND NOT EXISTS (SELECT 1 FROM verdicts AS later WHERE later.supersedes_id = verdicts.id)"
    " ORDER BY verdicts.id, verdict_outputs.shown"
)
_RECENT = (
    " FROM runs JOIN outputs ON outputs.run_id = runs.id"
    f"{_WHO}{_VALUES} WHERE (? IS NULL OR runs.prompt_id = ?) AND runs.kind NOT IN ('improve', 'propose', 'judge')"
    f" AND runs.archived < {DELETED}"
    " AND runs.id > (SELECT coalesce((SELECT recent.id FROM runs AS recent WHERE ? IS NULL OR recent.prompt_id = ?"
    "  ORDER BY recent.id DESC LIMIT 1 OFFSET ?), 0))"
    f" AND outputs.state = 'finished' AND {_SHOWN} AND {_NEWEST_ATTEMPT}"
)
_SPENT = (
    "SELECT versions.number, lanes.endpoint_uid, lanes.model, outputs.cost_usd, outputs.rate_source IS 'local',"
    f" outputs.duration_ms{_RECENT} ORDER BY 1, 2, 3"
)
_ANSWERS = (
    "SELECT outputs.uid, runs.uid, value_bodies.hash, octet_length(outputs.text), versions.number, lanes.endpoint_uid,"
    f" lanes.model{_RECENT} AND outputs.text <> '' AND {{shown}} ORDER BY outputs.id DESC LIMIT ?"
)
_STARRED = (
    "SELECT runs.uid, outputs.uid FROM outputs JOIN runs ON runs.id = outputs.run_id WHERE outputs.starred = 1"
    f" AND runs.prompt_id = ? AND runs.archived < {DELETED} AND outputs.state = 'finished' AND {_SHOWN}"
    " AND {shown} ORDER BY outputs.id"
)
_TEXTS = "SELECT uid, text FROM outputs WHERE uid IN (SELECT value FROM json_each(?))"
_TEXT = f"SELECT outputs.text, value_bodies.body FROM outputs{_VALUES} WHERE outputs.uid = ?"


@dataclass(frozen=True, slots=True)
class Answerer:
    """What produced an answer: a version of the prompt, a model and its endpoint."""

    version: int
    endpoint: str
    model: str


@dataclass(frozen=True, slots=True)
class StoredOutput:
    """An answer in a verdict; `run` is its run. `place` is 1 for first, 2 for the others, None for no place."""

    uid: str
    run: str
    who: Answerer
    place: int | None = None


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """A current verdict; `outputs` in the order shown. `run` is "" if answers were judged in a pair.

    `values` is the hash of the values answered. `seen` is whether an earlier current verdict was about one of them.
    """

    run: str
    values: str
    kind: VerdictKind
    blind: bool
    seen: bool
    outputs: tuple[StoredOutput, ...]


@dataclass(frozen=True, slots=True)
class StoredSpending:
    """Costs and durations of the finished answers of one maker.

    In US dollars and milliseconds. Unknown costs are left out of `costs`, and `answers` counts all answers; `local`
    ones cost nothing because they were made on this computer.
    """

    who: Answerer
    answers: int
    local: int
    costs: tuple[float, ...]
    durations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A finished answer that can be judged against others to the same `values` (a hash); `size` is in bytes."""

    uid: str
    run: str
    values: str
    who: Answerer
    size: int = 0


@dataclass(frozen=True, slots=True)
class AnswerText:
    """The text of an answer, and the values it answered, in the order given."""

    text: str
    values: tuple[tuple[str, str], ...]


def place(kind: VerdictKind, *, won: bool) -> int | None:
    """Return the place of an answer in a verdict of this kind; `won` is whether it is the winner."""
    return {"winner": 1 if won else 2, "tie": 1, "all_bad": None}[kind]


def verdicts(connection: sqlite3.Connection, prompt_uid: str | None) -> list[StoredVerdict]:
    """Return the current verdicts, oldest first; None for those of all prompts."""
    prompt = None if prompt_uid is None else prompt_id(connection, prompt_uid)
    rows = connection.execute(_VERDICTS, (prompt, prompt))
    known: dict[tuple[Any, ...], Answerer] = {}
    met: set[str] = set()
    found = []
    for _, group in groupby(rows, key=lambda row: row[0]):
        lines = list(group)
        _, kind, blind, run, _, values, *_ = lines[0]
        outputs = tuple(
            StoredOutput(uid, origin, known.setdefault(tuple(who), Answerer(*who)), its_place)
            for _, _, _, _, origin, _, uid, *who, its_place in lines
        )
        uids = {output.uid for output in outputs}
        found.append(StoredVerdict(run or "", values, kind, bool(blind), not met.isdisjoint(uids), outputs))
        met |= uids
    return found


def spent(connection: sqlite3.Connection, prompt_uid: str | None) -> list[StoredSpending]:
    """Return what finished answers of the newest runs cost and took, by version, endpoint and model."""
    prompt = None if prompt_uid is None else prompt_id(connection, prompt_uid)
    rows = connection.execute(_SPENT, (prompt, prompt, prompt, prompt, NEWEST_RUNS))
    found = []
    for who, group in groupby(rows, key=lambda row: row[:3]):
        lines = list(group)
        costs = tuple(cost for *_, cost, _, _ in lines if cost is not None)
        durations = tuple(duration for *_, duration in lines if duration is not None)
        found.append(StoredSpending(Answerer(*who), len(lines), sum(line[4] for line in lines), costs, durations))
    return found


def answers(connection: sqlite3.Connection, prompt_uid: str) -> list[StoredAnswer]:
    """Return the newest finished answers to a prompt, newest first."""
    prompt = prompt_id(connection, prompt_uid)
    statement = _ANSWERS.format(shown=shown_answers(connection))
    rows = connection.execute(statement, (prompt, prompt, prompt, prompt, NEWEST_RUNS, MOST_ANSWERS))
    return [StoredAnswer(uid, run, values, Answerer(*who), size) for uid, run, values, size, *who in rows]


def digests(connection: sqlite3.Connection, output_uids: Collection[str]) -> dict[str, bytes]:
    """Return a digest of the text of each of these answers, by uid."""
    rows = connection.execute(_TEXTS, (json.dumps(sorted(output_uids)),))
    return {uid: sha256(text.encode("utf-8", "surrogatepass")).digest() for uid, text in rows}


def starred(connection: sqlite3.Connection, prompt_uid: str) -> list[tuple[str, str]]:
    """Return the uids (run, answer) of the starred answers to a prompt, oldest first."""
    statement = _STARRED.format(shown=shown_answers(connection))
    return connection.execute(statement, (prompt_id(connection, prompt_uid),)).fetchall()


def text(connection: sqlite3.Connection, output_uid: str) -> AnswerText:
    """Return the text of an answer and the values it answered. Raises StoreError (missing)."""
    row = connection.execute(_TEXT, (output_uid,)).fetchone()
    if row is None:
        raise missing("answer", output_uid)
    said, values = row
    return AnswerText(as_text(said), values_of(values))
