"""Verdicts of judges about two answers of any runs: stored beside those of people, as a kind of their own.

Invariant: such a verdict belongs to no run and has the kind `judge`, which no reader of people's verdicts takes. It
names the two answers, and as further outputs without a place the judge's replies: the first one about the first answer
shown first, then the same with the second. Rows are only added; of those by one judge about the same answers the latest
counts.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from workbench.store.encoding import values_of
from workbench.store.errors import StoreError, missing
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.ranking_queries import Answerer, StoredOutput, StoredVerdict, VerdictKind
from workbench.store.runs.visibility import DELETED
from workbench.store.sqlite import sqlite3

JUDGED = "judge"
"""The kind of these verdicts in the table `verdicts`."""
CRITERION = "criteria"
"""The variable of the judge prompt by which answers are compared."""
Better = Literal["first", "second", "neither"]
Comparison = Literal["better", "worse", "tie"]
"""How a judge finds an answer against another one."""
_PLACES: dict[Better, tuple[int, int]] = {"first": (1, 2), "second": (2, 1), "neither": (1, 1)}

_OUTPUT = (
    "SELECT outputs.id, runs.prompt_id, value_bodies.hash, runs.kind FROM outputs"
    " JOIN runs ON runs.id = outputs.run_id"
    " JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set"
    " JOIN value_bodies ON value_bodies.id = run_values.values_id WHERE outputs.uid = ?"
)
_ADD = (
    "INSERT INTO verdicts (uid, prompt_id, run_id, value_set, kind, blind, supersedes_id, created_at)"
    f" VALUES (?, ?, NULL, NULL, '{JUDGED}', 1, NULL, ?)"
)
_ADD_OUTPUT = "INSERT INTO verdict_outputs (verdict_id, output_id, shown, place) VALUES (?, ?, ?, ?)"
_PAIRS = (
    "SELECT verdicts.id, verdict_outputs.place, outputs.uid, runs.uid, value_bodies.hash, versions.number,"
    " lanes.endpoint_uid, lanes.model, lanes.params, value_bodies.body FROM verdicts"
    " JOIN verdict_outputs ON verdict_outputs.verdict_id = verdicts.id"
    " JOIN outputs ON outputs.id = verdict_outputs.output_id JOIN runs ON runs.id = outputs.run_id"
    " JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane"
    " JOIN versions ON versions.id = lanes.version_id"
    " JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set"
    " JOIN value_bodies ON value_bodies.id = run_values.values_id"
    f" WHERE verdicts.kind = '{JUDGED}' AND {{about}} AND runs.archived < {DELETED}"
    " AND NOT EXISTS (SELECT 1 FROM verdicts AS later WHERE later.supersedes_id = verdicts.id)"
    " ORDER BY verdicts.id, verdict_outputs.shown"
)
_OF_PROMPT = _PAIRS.format(about="(? IS NULL OR verdicts.prompt_id = ?)")
_OF_ANSWERS = _PAIRS.format(
    about="verdicts.id IN (SELECT about.verdict_id FROM json_each(?) JOIN outputs AS answer ON answer.uid = value"
    " JOIN verdict_outputs AS about ON about.output_id = answer.id AND about.place IS NOT NULL)"
)


@dataclass(frozen=True, slots=True)
class JudgePairStart:
    """A verdict to be stored: the uids of the answers and of the judge's replies, and which answer is better."""

    uid: str
    first: str
    second: str
    better: Better
    replies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PairJudge:
    """Who compared two answers: a model with its parameters as JSON, a version of the judge prompt, a criterion."""

    endpoint: str
    model: str
    params: str
    version: int
    criterion: str


@dataclass(frozen=True, slots=True)
class StoredJudgePair:
    """A verdict of a judge, and the uid of its first reply. The verdict is a tie when the judge prefers neither."""

    judge: PairJudge
    verdict: StoredVerdict
    reply: str


def add(connection: sqlite3.Connection, starts: Sequence[JudgePairStart], now: str) -> None:
    """Add verdicts in one transaction.

    Raises StoreError: missing, or incomparable for answers of different prompts or to different values; ValueError for
    a verdict without replies of a judge.
    """
    for start in starts:
        found = [_output(connection, uid) for uid in (start.first, start.second)]
        replies = [_output(connection, uid) for uid in start.replies]
        if not replies or any(kind != "judge" for *_, kind in replies) or start.first == start.second:
            raise ValueError("a judge's verdict is about two answers and names its replies")
        if len({(prompt, values) for _, prompt, values, _ in found}) > 1:
            raise StoreError(
                "These answers cannot be compared, because their values or prompts differ. Compare answers to the same "
                "values.",
                f"{found}",
                "incomparable",
            )
        key = connection.execute(_ADD, (start.uid, found[0][1], now)).lastrowid
        places = (*_PLACES[start.better], *(None for _ in replies))
        rows = zip((*found, *replies), places, strict=True)
        connection.executemany(
            _ADD_OUTPUT, [(key, output, shown, place) for shown, ((output, *_), place) in enumerate(rows)]
        )


def pairs(connection: sqlite3.Connection, prompt_uid: str | None) -> list[StoredJudgePair]:
    """Return the verdicts of judges about answers that are not deleted, oldest first; None for those of all prompts."""
    prompt = None if prompt_uid is None else prompt_id(connection, prompt_uid)
    return _counting(connection.execute(_OF_PROMPT, (prompt, prompt)))


def pairs_about(connection: sqlite3.Connection, output_uids: Collection[str]) -> list[StoredJudgePair]:
    """Return the verdicts of judges about any of these answers and others that are not deleted, oldest first."""
    return _counting(connection.execute(_OF_ANSWERS, (json.dumps(list(output_uids)),)))


def compared(this: StoredOutput, other: StoredOutput) -> Comparison:
    """Return how an answer in a verdict of a judge compares with the other one."""
    return "tie" if this.place == other.place else "better" if this.place == 1 else "worse"


def _counting(rows: Iterable[Any]) -> list[StoredJudgePair]:
    """Return the latest verdict of each judge about two answers."""
    latest: dict[tuple[PairJudge, frozenset[str]], StoredJudgePair] = {}
    for _, group in groupby(rows, key=lambda row: row[0]):
        found = _pair(list(group))
        if found is not None:
            about = found.judge, frozenset(output.uid for output in found.verdict.outputs)
            latest.pop(about, None)
            latest[about] = found
    return list(latest.values())


def _pair(lines: Sequence[Any]) -> StoredJudgePair | None:
    """Return a verdict, None if an answer or the replies are deleted."""
    answers = [line for line in lines if line[1] is not None]
    replies = [line for line in lines if line[1] is None]
    if len(answers) != 2 or not replies:
        return None
    outputs = tuple(
        StoredOutput(uid, run, Answerer(version, endpoint, model), place)
        for _, place, uid, run, _, version, endpoint, model, *_ in answers
    )
    kind: VerdictKind = "tie" if all(output.place == 1 for output in outputs) else "winner"
    _, _, reply, _, _, version, endpoint, model, params, values = replies[0]
    judge = PairJudge(endpoint, model, params, version, dict(values_of(values)).get(CRITERION, ""))
    return StoredJudgePair(judge, StoredVerdict("", answers[0][4], kind, True, False, outputs), reply)


def _output(connection: sqlite3.Connection, uid: str) -> tuple[int, int, str, str]:
    row = connection.execute(_OUTPUT, (uid,)).fetchone()
    if row is None:
        raise missing("answer", uid)
    return int(row[0]), int(row[1]), str(row[2]), str(row[3])
