"""Answers that another answer is compared with.

Invariant: only finished answers are compared with. The past of an answer is found by the slot of its lane and by its
value set, whatever model the lane used then.
"""

from __future__ import annotations

from typing import Any

from workbench.core.lanes import short_model
from workbench.core.runs import PastAnswer
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import as_text, sound
from workbench.store.sqlite import sqlite3

_MINE = (
    "SELECT runs.prompt_id, runs.number, lanes.slot, run_values.set_uid, run_values.values_id, outputs.sample"
    " FROM outputs JOIN runs ON runs.id = outputs.run_id"
    " JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane"
    " JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set"
    " WHERE outputs.uid = ?"
)
_PREVIOUS = (
    "SELECT outputs.id FROM runs"
    " JOIN lanes ON lanes.run_id = runs.id AND lanes.slot = ?"
    " JOIN run_values ON run_values.run_id = runs.id AND run_values.set_uid IS ?"
    " JOIN outputs ON outputs.run_id = runs.id AND outputs.lane = lanes.position"
    " AND outputs.value_set = run_values.position AND outputs.state = 'finished'"
    " WHERE runs.prompt_id = ? AND runs.kind = 'iteration' AND runs.number < ?"
    f" AND runs.archived < {DELETED}"
    " ORDER BY runs.number DESC, outputs.sample = ? DESC, outputs.sample, outputs.attempt DESC LIMIT 1"
)
# Prefers the winner for exactly these values, then for this value set, then the latest. Pair judgements are left out,
# because their winner was only better than one other answer.
_WINNER = (
    "SELECT outputs.id FROM verdicts"
    " JOIN verdict_outputs ON verdict_outputs.verdict_id = verdicts.id AND verdict_outputs.place = 1"
    " JOIN outputs ON outputs.id = verdict_outputs.output_id"
    " JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set"
    f" JOIN runs ON runs.id = outputs.run_id AND runs.archived < {DELETED}"
    f" JOIN runs AS judged ON judged.id = verdicts.run_id AND judged.archived < {DELETED}"
    " WHERE verdicts.prompt_id = ? AND verdicts.kind = 'winner' AND verdicts.run_id IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM verdicts AS later"
    " WHERE later.run_id = verdicts.run_id AND later.value_set IS verdicts.value_set AND later.id > verdicts.id)"
    " ORDER BY run_values.values_id = ? DESC, run_values.set_uid IS ? DESC, verdicts.id DESC LIMIT 1"
)
_ANSWER = (
    "SELECT outputs.uid, runs.number, lanes.label, lanes.model, outputs.text FROM outputs"
    " JOIN runs ON runs.id = outputs.run_id"
    " JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane WHERE outputs.id = ?"
)


def previous(connection: sqlite3.Connection, output_uid: str) -> PastAnswer | None:
    """Return the newest finished answer of the same lane and value set from an earlier iteration."""
    mine = connection.execute(_MINE, (output_uid,)).fetchone()
    if mine is None:
        return None
    prompt, number, slot, set_uid, _, sample = mine
    return _answer(connection, connection.execute(_PREVIOUS, (slot, set_uid, prompt, number, sample)).fetchone())


def winner(connection: sqlite3.Connection, output_uid: str) -> PastAnswer | None:
    """Return the latest winner of the same prompt, one for the same values if there is one."""
    mine = connection.execute(_MINE, (output_uid,)).fetchone()
    if mine is None:
        return None
    prompt, _, _, set_uid, values, _ = mine
    return _answer(connection, connection.execute(_WINNER, (prompt, values, set_uid)).fetchone())


def _answer(connection: sqlite3.Connection, found: tuple[Any, ...] | None) -> PastAnswer | None:
    if found is None:
        return None
    uid, number, label, model, said = connection.execute(_ANSWER, found).fetchone()
    return sound(PastAnswer(uid, number, as_text(label) or short_model(as_text(model)), said))
