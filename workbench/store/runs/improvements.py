"""Runs that asked a model for a better prompt, and what such a model may see of the prompt's past.

Invariant: such a run belongs to its prompt without being one of its iterations. Its lane is pinned to the version that
was meant, so it adds no count, number or row to the timeline. The actual request is stored with its answer, and the
text that the proposal is for is among its values.
"""

from __future__ import annotations

from workbench.core.content import Content, canonical
from workbench.core.improvement import EarlierImprovement, RecentAnswer, Standing
from workbench.core.lanes import short_model
from workbench.core.runs import RunKind
from workbench.store.encoding import digest, values_of
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.visibility import DELETED
from workbench.store.sqlite import sqlite3

LONGEST_ANSWER = 50_000
"""Characters of an answer that are shown to a model."""
_RUNS = 30
_OPENING = 200

_RECENT = (
    "WITH recent AS (SELECT id, number, blind FROM runs WHERE prompt_id = ? AND kind = 'iteration'"
    f" AND archived < {DELETED} ORDER BY number DESC LIMIT ?),"
    " latest AS (SELECT max(verdicts.id) AS id FROM verdicts JOIN recent ON recent.id = verdicts.run_id"
    "  GROUP BY verdicts.run_id, verdicts.value_set),"
    # An answer shown beside later iterations was judged several times: the last verdict counts.
    " said AS (SELECT verdict_outputs.output_id, max(verdicts.id) AS id FROM latest"
    "  JOIN verdicts ON verdicts.id = latest.id AND verdicts.kind <> 'none'"
    "  JOIN verdict_outputs ON verdict_outputs.verdict_id = verdicts.id GROUP BY verdict_outputs.output_id)"
    " SELECT outputs.uid, recent.number, lanes.label, lanes.model, verdicts.kind, verdict_outputs.place,"
    " substr(CAST(outputs.text AS BLOB), 1, ?), length(CAST(outputs.text AS BLOB)), value_bodies.body"
    " FROM recent JOIN outputs ON outputs.run_id = recent.id AND outputs.state = 'finished' AND outputs.text <> ''"
    " JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane"
    " JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set"
    " JOIN value_bodies ON value_bodies.id = run_values.values_id"
    " LEFT JOIN said ON said.output_id = outputs.id LEFT JOIN verdicts ON verdicts.id = said.id"
    " LEFT JOIN verdict_outputs ON verdict_outputs.output_id = outputs.id AND verdict_outputs.verdict_id = said.id"
    # Nothing may reveal who answered in a blind run before its verdict, and the order of answers would.
    " WHERE recent.blind <> 1 OR EXISTS (SELECT 1 FROM verdicts AS judged WHERE judged.run_id = outputs.run_id"
    "  AND judged.value_set = outputs.value_set)"
    " ORDER BY recent.number DESC, outputs.lane, outputs.value_set, outputs.sample, outputs.attempt LIMIT ?"
)
_EARLIER = (
    "SELECT runs.uid, runs.number, runs.started_at, lanes.label, lanes.model, outputs.state,"
    " substr(CAST(outputs.text AS BLOB), 1, ?) FROM runs"
    " JOIN lanes ON lanes.run_id = runs.id JOIN outputs ON outputs.run_id = runs.id AND outputs.lane = lanes.position"
    " WHERE runs.prompt_id = ? AND runs.kind = ?"
    f" AND runs.archived < {DELETED} ORDER BY runs.number DESC LIMIT ?"
)
_VERSION = (
    "SELECT number FROM versions LEFT JOIN contents ON contents.id = versions.content_id"
    " WHERE prompt_id = ? ORDER BY contents.hash = ? DESC, number = ? DESC, number DESC LIMIT 1"
)


def recent_answers(connection: sqlite3.Connection, prompt_uid: str, limit: int) -> list[RecentAnswer]:
    """Return finished answers of the newest iterations, newest first, with their verdicts.

    Those of a blind run are included once it is judged or its names are revealed.
    """
    prompt = prompt_id(connection, prompt_uid)
    return [
        RecentAnswer(
            uid,
            number,
            label or short_model(model),
            _standing(kind, place),
            text[:LONGEST_ANSWER],
            values_of(values),
            len(text) > LONGEST_ANSWER or size > _bytes(LONGEST_ANSWER),
        )
        for uid, number, label, model, kind, place, body, size, values in connection.execute(
            _RECENT, (prompt, _RUNS, _bytes(LONGEST_ANSWER), limit)
        )
        for text in (_beginning(body),)
    ]


def _bytes(characters: int) -> int:
    """Return the maximum number of bytes of that many characters."""
    return 4 * characters


def _beginning(body: bytes) -> str:
    # Bytes, because SQLite ends a text at its first NUL; the last bytes may be part of a character.
    return body.decode(errors="ignore")


def _standing(kind: str | None, place: int | None) -> Standing:
    if kind == "all_bad":
        return "bad"
    if kind == "tie":
        return "tied"
    if kind == "winner":
        return "won" if place == 1 else "lost"
    return ""


def earlier(
    connection: sqlite3.Connection, prompt_uid: str, limit: int, kind: RunKind = "improve"
) -> list[EarlierImprovement]:
    """Return the runs that asked for a better version of this prompt, or those of another kind, newest first."""
    rows = connection.execute(_EARLIER, (_bytes(_OPENING), prompt_id(connection, prompt_uid), kind, limit))
    return [
        EarlierImprovement(uid, number, started_at, label or short_model(model), state, _beginning(opening)[:_OPENING])
        for uid, number, started_at, label, model, state, opening in rows
    ]


def version_meant(
    connection: sqlite3.Connection, prompt_uid: str, content: Content, based_on: int | None
) -> int | None:
    """Return the version with this content, else the one it is based on, else the newest; None without any."""
    hash_ = digest(canonical(content).decode())
    row = connection.execute(_VERSION, (prompt_id(connection, prompt_uid), hash_, based_on)).fetchone()
    return None if row is None else int(row[0])
