"""What people judged.

Invariant: verdicts are only ever added. A new one supersedes the latest about the same run and value set, and the
run's row shows what counts now, over all value sets.
"""

from __future__ import annotations

import sqlite3
from collections import Counter

from workbench.core.lanes import short_model
from workbench.core.runs import Verdict
from workbench.store.encoding import typed
from workbench.store.errors import missing

_WORDS = {"tie": "tie", "all_bad": "all bad", "none": ""}


def mark(
    connection: sqlite3.Connection, run_uid: str, uid: str, verdict: Verdict, output_uids: tuple[str, ...], now: str
) -> None:
    """Add a verdict about `output_uids`: all outputs that were compared, in the order they were shown.

    The lanes at `verdict.positions` share the first place, the other outputs come after them; a tie without positions
    is a tie of all. Raises StoreError (missing), or ValueError when a winner is not one of the outputs.
    """
    row = connection.execute("SELECT id, prompt_id FROM runs WHERE uid = ?", (run_uid,)).fetchone()
    if row is None:
        raise missing("iteration", run_uid)
    run, prompt = row
    judged = [_output(connection, run, output) for output in output_uids]
    lanes = {lane for _, lane, _ in judged}
    if verdict.kind == "winner" and len(verdict.positions) != 1:
        raise ValueError("there is exactly one winner")
    if verdict.kind in ("winner", "tie") and not lanes.issuperset(verdict.positions):
        raise ValueError("a lane that won is not among the outputs that were compared")
    sets = {value_set for _, _, value_set in judged} or {0}
    if len(sets) > 1:
        raise ValueError("a verdict is about one value set")
    value_set = sets.pop()
    (superseded,) = connection.execute(
        "SELECT max(id) FROM verdicts WHERE run_id = ? AND value_set = ?", (run, value_set)
    ).fetchone()
    key = connection.execute(
        "INSERT INTO verdicts (uid, prompt_id, run_id, value_set, kind, blind, supersedes_id, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (uid, prompt, run, value_set, verdict.kind, int(verdict.blind), superseded, now),
    ).lastrowid
    connection.executemany(
        "INSERT INTO verdict_outputs (verdict_id, output_id, shown, place) VALUES (?, ?, ?, ?)",
        ((key, output, shown, _place(verdict, lane)) for shown, (output, lane, _) in enumerate(judged)),
    )
    connection.execute("UPDATE runs SET verdict = ?, winner = ? WHERE id = ?", (*_row_words(connection, run), run))


def _output(connection: sqlite3.Connection, run: int, uid: str) -> tuple[int, int, int]:
    row = connection.execute(
        "SELECT id, lane, value_set FROM outputs WHERE uid = ? AND run_id = ?", (uid, run)
    ).fetchone()
    if row is None:
        raise missing("answer", uid)
    return int(row[0]), int(row[1]), int(row[2])


def _place(verdict: Verdict, lane: int) -> int | None:
    if verdict.kind not in ("winner", "tie"):
        return None
    return 1 if lane in verdict.positions or not verdict.positions else 2


def _title(connection: sqlite3.Connection, run: int, position: int) -> str:
    label, model = connection.execute(
        "SELECT label, model FROM lanes WHERE run_id = ? AND position = ?", (run, position)
    ).fetchone()
    return str(label) or short_model(model)


def counting(connection: sqlite3.Connection, run: int) -> dict[int, Verdict]:
    """Return the verdicts about a run that count, by the position of their value set; kind "none" was taken back."""
    rows = connection.execute(
        "SELECT value_set, max(id), kind, blind FROM verdicts WHERE run_id = ? GROUP BY value_set", (run,)
    ).fetchall()
    return {value_set: Verdict(kind, _winners(connection, key), bool(blind)) for value_set, key, kind, blind in rows}


def _winners(connection: sqlite3.Connection, verdict: int) -> tuple[int, ...]:
    rows = connection.execute(
        "SELECT DISTINCT outputs.lane FROM verdict_outputs JOIN outputs ON outputs.id = verdict_outputs.output_id"
        " WHERE verdict_id = ? AND place = 1 ORDER BY outputs.lane",
        (verdict,),
    )
    return tuple(lane for (lane,) in rows)


def _row_words(connection: sqlite3.Connection, run: int) -> tuple[str, str]:
    """Return kind and winner as the timeline shows them: of several value sets the words with how often, most first."""
    counted: Counter[tuple[str, str]] = Counter()
    for verdict in counting(connection, run).values():
        if verdict.kind != "none":
            word = _title(connection, run, verdict.positions[0]) if verdict.kind == "winner" else _WORDS[verdict.kind]
            counted[(verdict.kind, word)] += 1
    if not counted:
        return "none", ""
    if len(counted) == 1:
        return next(iter(counted))
    kind = next((kind for (kind, _), _ in counted.most_common() if kind == "winner"), counted.most_common(1)[0][0][0])
    return kind, ", ".join(f"{word} {count}" for (_, word), count in counted.most_common())


def reveal(connection: sqlite3.Connection, run_uid: str) -> None:
    """Show the names of a blind run although it is not judged."""
    if connection.execute("UPDATE runs SET blind = 2 WHERE uid = ? AND blind = 1", (run_uid,)).rowcount == 0:
        raise missing("blind iteration", run_uid)


def set_note(connection: sqlite3.Connection, run_uid: str, note: str) -> None:
    """Write the note of a run."""
    if connection.execute("UPDATE runs SET note = ? WHERE uid = ?", (typed(note), run_uid)).rowcount == 0:
        raise missing("iteration", run_uid)
