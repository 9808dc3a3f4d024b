"""Merges verdicts from another history.

Invariant: the latest verdict on a run by time counts, wherever it was made, as if all had been made here: those of each
value set are in order of time, and each supersedes the one before it.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence

from workbench.store.merging.other_history import UnsoundError, insert, key_of, rows
from workbench.store.runs.verdicts import show_on_row
from workbench.store.sqlite import sqlite3

_VERDICT = (
    "SELECT verdicts.uid, verdicts.kind, verdicts.blind, verdicts.value_set, verdicts.created_at,"
    " prompts.uid AS prompt, runs.uid AS run, earlier.uid AS earlier, verdicts.run_id AS of"
    " FROM verdicts JOIN prompts ON prompts.id = verdicts.prompt_id LEFT JOIN runs ON runs.id = verdicts.run_id"
    " LEFT JOIN verdicts AS earlier ON earlier.id = verdicts.supersedes_id WHERE verdicts.id = ?"
)
_JUDGED = (
    "SELECT outputs.uid, shown, place FROM verdict_outputs JOIN outputs ON outputs.id = output_id WHERE verdict_id = ?"
)


def take_verdict(mine: sqlite3.Connection, other: sqlite3.Connection, verdict: int) -> bool:
    """Merge a verdict by its key there, if all that it is about is here; return whether it is new.

    Raises UnsoundError for an impossible verdict.
    """
    found = list(rows(other, _VERDICT, verdict))
    if not found:
        raise UnsoundError("Its answers were left out.")
    [row] = found
    if key_of(mine, "verdicts", row["uid"]) is not None:
        return False
    prompt = key_of(mine, "prompts", row["prompt"])
    run = None if row["run"] is None else key_of(mine, "runs", row["run"])
    judged = [(key_of(mine, "outputs", uid), shown, place) for uid, shown, place in other.execute(_JUDGED, (verdict,))]
    if prompt is None or (run is None) != (row["of"] is None) or any(output is None for output, _, _ in judged):
        return False
    (named,) = other.execute("SELECT count(*) FROM verdict_outputs WHERE verdict_id = ?", (verdict,)).fetchone()
    _check(mine, prompt, str(row["kind"]), judged, int(named))
    if row["kind"] == "judge" and run is not None:
        raise UnsoundError("A judge's verdict belongs to no run.")
    made = {
        "uid": row["uid"],
        "prompt_id": prompt,
        "run_id": run,
        "value_set": row["value_set"],
        "kind": row["kind"],
        "blind": row["blind"],
        "supersedes_id": None if row["earlier"] is None else key_of(mine, "verdicts", row["earlier"]),
        "created_at": row["created_at"],
    }
    key = insert(mine, "verdicts", made)
    mine.executemany(
        "INSERT INTO verdict_outputs (verdict_id, output_id, shown, place) VALUES (?, ?, ?, ?)",
        [(key, *one) for one in judged],
    )
    if run is not None:
        _put_in_order(mine, run, row["value_set"])
        show_on_row(mine, run)
    return True


def _check(
    mine: sqlite3.Connection, prompt: int, kind: str, judged: Sequence[tuple[int | None, int, int | None]], named: int
) -> None:
    """Raise UnsoundError unless the answers are comparable and a winner is named where there has to be one."""
    if named != len(judged):
        raise UnsoundError("One of its answers was left out.")
    if kind == "judge":
        # The judge's replies have no place.
        replies, judged = [one for one in judged if one[2] is None], [one for one in judged if one[2] is not None]
        if not replies or sorted(place or 0 for _, _, place in judged) not in ([1, 1], [1, 2]):
            raise UnsoundError("It compares no two answers by a judge's reply.")
    first = sum(place == 1 for _, _, place in judged)
    if (kind == "winner" and first != 1) or (kind == "tie" and first < 1):
        raise UnsoundError("It names no winner.")
    places = mine.execute(
        "SELECT DISTINCT runs.prompt_id, value_bodies.hash FROM outputs JOIN runs ON runs.id = outputs.run_id"
        " JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set"
        " JOIN value_bodies ON value_bodies.id = run_values.values_id"
        " WHERE outputs.id IN (SELECT value FROM json_each(?))",
        (json.dumps([output for output, _, _ in judged]),),
    ).fetchall()
    if judged and (len(places) != 1 or places[0][0] != prompt):
        raise UnsoundError("It compares answers to other values, or of another prompt.")


def _put_in_order(mine: sqlite3.Connection, run: int, value_set: object) -> None:
    """Give the verdicts on a value set keys in order of time, because the largest key is the latest."""
    found = mine.execute(
        "SELECT id FROM verdicts WHERE run_id = ? AND value_set IS ? ORDER BY created_at, uid", (run, value_set)
    ).fetchall()
    now = [key for (key,) in found]
    wanted = sorted(now)
    # Until the end of the transaction, rows may refer to keys of verdicts that do not exist yet.
    mine.execute("PRAGMA defer_foreign_keys = ON")
    moved = [(-new, old) for old, new in zip(now, wanted, strict=True) if old != new]
    mine.executemany("UPDATE verdicts SET supersedes_id = NULL WHERE id = ?", [(key,) for key in now])
    mine.executemany("UPDATE verdict_outputs SET verdict_id = ? WHERE verdict_id = ?", moved)
    mine.executemany("UPDATE verdicts SET id = ? WHERE id = ?", moved)
    back = [(-away, away) for away, _ in moved]
    mine.executemany("UPDATE verdict_outputs SET verdict_id = ? WHERE verdict_id = ?", back)
    mine.executemany("UPDATE verdicts SET id = ? WHERE id = ?", back)
    mine.executemany("UPDATE verdicts SET supersedes_id = ? WHERE id = ?", list(itertools.pairwise(wanted)))
