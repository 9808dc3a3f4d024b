"""Verdicts about two answers of any runs.

Invariant: such a verdict belongs to no run and is only ever added. Several about the same two answers coexist, and each
counts until it is withdrawn: repeated judgements show how consistent a person is.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.store.errors import StoreError, missing
from workbench.store.runs.ranking_queries import VerdictKind, place
from workbench.store.sqlite import sqlite3

_OUTPUT = (
    "SELECT outputs.id, runs.prompt_id, value_bodies.hash FROM outputs JOIN runs ON runs.id = outputs.run_id"
    " JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set"
    " JOIN value_bodies ON value_bodies.id = run_values.values_id WHERE outputs.uid = ?"
)
_ADD = (
    "INSERT INTO verdicts (uid, prompt_id, run_id, value_set, kind, blind, supersedes_id, created_at)"
    " VALUES (?, ?, NULL, NULL, ?, ?, ?, ?)"
)
_ADD_OUTPUT = "INSERT INTO verdict_outputs (verdict_id, output_id, shown, place) VALUES (?, ?, ?, ?)"


def judge(
    connection: sqlite3.Connection,
    uid: str,
    kind: VerdictKind,
    outputs: Sequence[str],
    winner: str,
    now: str,
    *,
    blind: bool,
) -> None:
    """Add a verdict about answers in the order shown; `winner` is one of them, or "" for a tie or all bad.

    Raises StoreError (missing; incomparable for answers of another prompt or to other values), or ValueError if the
    winner does not fit the kind.
    """
    if (winner in outputs) != (kind == "winner") or len(set(outputs)) < 2:
        raise ValueError("a winner is one of at least two answers, and nobody wins a tie")
    found = [_output(connection, output) for output in outputs]
    if len({(prompt, values) for _, prompt, values in found}) > 1:
        raise StoreError(
            "These answers cannot be judged together, because their values or prompts differ. Judge answers to the "
            "same values.",
            f"{found}",
            "incomparable",
        )
    key = connection.execute(_ADD, (uid, found[0][1], kind, int(blind), None, now)).lastrowid
    for shown, (output, one) in enumerate(zip(outputs, found, strict=True)):
        connection.execute(_ADD_OUTPUT, (key, one[0], shown, place(kind, won=output == winner)))


def take_back(connection: sqlite3.Connection, verdict_uid: str, uid: str, now: str) -> None:
    """Withdraw a verdict about a pair. Raises StoreError (missing) if there is none in effect."""
    row = connection.execute(
        "SELECT id, prompt_id, blind FROM verdicts WHERE uid = ? AND run_id IS NULL AND kind <> 'none'"
        " AND NOT EXISTS (SELECT 1 FROM verdicts AS later WHERE later.supersedes_id = verdicts.id)",
        (verdict_uid,),
    ).fetchone()
    if row is None:
        raise missing("verdict", verdict_uid)
    old, prompt, blind = row
    key = connection.execute(_ADD, (uid, prompt, "none", blind, old, now)).lastrowid
    connection.execute(
        "INSERT INTO verdict_outputs (verdict_id, output_id, shown) SELECT ?, output_id, shown FROM verdict_outputs"
        " WHERE verdict_id = ?",
        (key, old),
    )


def _output(connection: sqlite3.Connection, uid: str) -> tuple[int, int, str]:
    row = connection.execute(_OUTPUT, (uid,)).fetchone()
    if row is None:
        raise missing("answer", uid)
    return int(row[0]), int(row[1]), str(row[2])
