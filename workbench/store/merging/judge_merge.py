"""Merges judges from another history: which prompts are theirs, their judgements, and labels.

Invariant: an ordinary prompt of this history never becomes a judge prompt, which would hide it. A prompt has one judge
prompt of a type: another one there is merged into that. A judgement refers to an ended answer of a judge that is here;
those that are answered here, and labels that are here, stay as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from workbench.store.judging.judge_runs import RECORD
from workbench.store.merging.other_history import UnsoundError, insert, key_of, rows
from workbench.store.merging.suite_merge import checks_of, run_here
from workbench.store.sqlite import sqlite3
from workbench.store.testing.cell_outputs import shape

_KEY = ("case_position", "lane", "sample", "seq", "repeat", "step")
_REPLY = (
    "SELECT outputs.id, state FROM outputs JOIN runs ON runs.id = run_id WHERE outputs.uid = ? AND kind = 'judge'"
    " AND state IN ('finished', 'failed', 'stopped', 'interrupted')"
)
_KNOWN = (
    "SELECT state FROM judgements AS j JOIN outputs ON outputs.id = output_id WHERE scoring_id = ?"
    f" AND ({', '.join(f'j.{name}' for name in _KEY)}) = (?, ?, ?, ?, ?, ?)"
)


def is_judge(other: sqlite3.Connection, prompt: int) -> bool:
    """Whether a prompt there is a judge prompt, by its key."""
    return other.execute("SELECT 1 FROM judge_prompts WHERE prompt_id = ?", (prompt,)).fetchone() is not None


def same_judge(mine: sqlite3.Connection, other: sqlite3.Connection, prompt: int) -> int | None:
    """Return the key of the judge prompt here of the same owner and type as one there, None for any other prompt."""
    row = other.execute(
        "SELECT uid, check_type FROM judge_prompts JOIN prompts ON prompts.id = owner_id WHERE prompt_id = ?", (prompt,)
    ).fetchone()
    if row is None:
        return None
    here = mine.execute(
        "SELECT prompt_id FROM judge_prompts JOIN prompts ON prompts.id = owner_id WHERE uid = ? AND check_type = ?",
        row,
    ).fetchone()
    return None if here is None else int(here[0])


def take_judge_prompt(
    mine: sqlite3.Connection, other: sqlite3.Connection, prompt: int, keys: Mapping[int, int], new: Collection[int]
) -> None:
    """Make a judge prompt of a prompt that the merge added, by its key there; `keys` are those here by those there."""
    owner, kind = other.execute(
        "SELECT owner_id, check_type FROM judge_prompts WHERE prompt_id = ?", (prompt,)
    ).fetchone()
    here, owner_here = keys.get(prompt), keys.get(owner)
    if here is None or owner_here is None or here not in new or _owners(mine, owner_here, here):
        return
    mine.execute(
        "INSERT INTO judge_prompts (prompt_id, owner_id, check_type) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (here, owner_here, kind),
    )


def _owners(mine: sqlite3.Connection, prompt: int, other: int) -> bool:
    """Whether a prompt is another one, or is owned by it, directly or not: nobody could open such prompts."""
    found = mine.execute(
        "WITH RECURSIVE owners (id) AS (SELECT ?1 UNION SELECT owner_id FROM judge_prompts JOIN owners"
        " ON owners.id = prompt_id) SELECT 1 FROM owners WHERE id = ?2",
        (prompt, other),
    )
    return found.fetchone() is not None


def take_judge_run(mine: sqlite3.Connection, other: sqlite3.Connection, run: int) -> None:
    """Tell what a judge run is for, by its key there, if both are here."""
    uid, scoring = other.execute(
        "SELECT (SELECT uid FROM runs WHERE id = run_id), (SELECT uid FROM scorings WHERE id = scoring_id)"
        " FROM judge_runs WHERE run_id = ?",
        (run,),
    ).fetchone()
    key, about = key_of(mine, "runs", uid), key_of(mine, "scorings", scoring)
    if key is None or about is None:
        return
    if mine.execute("SELECT kind FROM runs WHERE id = ?", (key,)).fetchone() != ("judge",):
        raise UnsoundError("It is not a run of judges.")
    mine.execute("INSERT INTO judge_runs (run_id, scoring_id) VALUES (?, ?) ON CONFLICT DO NOTHING", (key, about))


def take_judgements(mine: sqlite3.Connection, other: sqlite3.Connection, scoring: int) -> None:
    """Record the judgements of a scoring by its key there, whose answers are here.

    Raises UnsoundError if a check of one is missing.
    """
    uid, run = other.execute("SELECT uid, run_id FROM scorings WHERE id = ?", (scoring,)).fetchone()
    about = run_here(mine, other, run)
    row_here = mine.execute("SELECT id FROM scorings WHERE uid = ? AND run_id = ?", (uid, about)).fetchone()
    if about is None or row_here is None:
        return
    (key,), size = row_here, shape(mine, about)
    checks = checks_of(mine, other, scoring)
    for row in rows(
        other,
        f"SELECT {', '.join(f'j.{name}' for name in _KEY)}, check_id, identity, uid FROM judgements AS j"
        " JOIN outputs ON outputs.id = output_id WHERE scoring_id = ?",
        scoring,
    ):
        place = tuple(cast(int, row[name]) for name in _KEY)
        reply = mine.execute(_REPLY, (row["uid"],)).fetchone()
        if reply is None or place[0] >= size.cases or place[1] >= size.columns or place[2] >= size.samples:
            continue
        known = mine.execute(_KNOWN, (key, *place)).fetchone()
        if known is not None and (reply[1] != "finished" or known[0] not in ("failed", "stopped", "interrupted")):
            continue
        check = checks.get(cast(int, row["check_id"]))
        if check is None:
            raise UnsoundError("The check of a judgement was left out.")
        mine.execute(RECORD, (key, *place, reply[0], check, row["identity"]))


def take_label(mine: sqlite3.Connection, other: sqlite3.Connection, label: int) -> bool:
    """Merge a label by its key there, if its answer is here; return whether it is new."""
    [row] = rows(
        other,
        "SELECT judge_labels.uid, judge_labels.check_hash, judge_labels.label, judge_labels.picked, judge_labels.note,"
        " judge_labels.created_at, outputs.uid AS answer, earlier.uid AS earlier FROM judge_labels"
        " LEFT JOIN outputs ON outputs.id = judge_labels.output_id"
        " LEFT JOIN judge_labels AS earlier ON earlier.id = judge_labels.supersedes_id WHERE judge_labels.id = ?",
        label,
    )
    output, earlier = row.pop("answer"), row.pop("earlier")
    answer = key_of(mine, "outputs", output)
    if answer is None or key_of(mine, "judge_labels", row["uid"]) is not None:
        return False
    insert(mine, "judge_labels", {**row, "output_id": answer, "supersedes_id": key_of(mine, "judge_labels", earlier)})
    return True
