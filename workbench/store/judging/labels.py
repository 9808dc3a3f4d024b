"""Labels: what people say of answers by a check.

Invariant: labels are only added. The latest about a check of an answer, by time, counts in every run that uses the
answer. An answer that was drawn at random stays a random one when its label is corrected; otherwise corrections would
leave the sample.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from workbench.core.testing.cells import CellKey
from workbench.store.encoding import typed
from workbench.store.errors import missing
from workbench.store.judging.records import LABEL_PICKS, LABEL_STATES, LabelStart, StoredLabel
from workbench.store.runs.hidden_prompts import is_known
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import as_text, sound
from workbench.store.sqlite import sqlite3
from workbench.store.testing.test_starts import run_key

_LATEST = (
    "SELECT id, label, picked FROM judge_labels WHERE output_id = ? AND check_hash = ?"
    " ORDER BY created_at DESC, uid DESC LIMIT 1"
)
COUNTS = (
    "NOT EXISTS (SELECT 1 FROM judge_labels AS later WHERE later.output_id = judge_labels.output_id"
    " AND later.check_hash = judge_labels.check_hash"
    " AND (later.created_at, later.uid) > (judge_labels.created_at, judge_labels.uid))"
)
"""Whether a row of judge_labels is the latest about its answer and check."""
_CELL = "run_cells.case_position, run_cells.lane, run_cells.sample"
_LABELS = (
    "SELECT judge_labels.uid, outputs.uid, judge_labels.check_hash, label, picked, judge_labels.note,"
    f" judge_labels.created_at, {{run}}, {_CELL} FROM judge_labels JOIN outputs ON outputs.id = judge_labels.output_id"
    f" JOIN run_cells ON run_cells.output_id = judge_labels.output_id{{runs}}"
    f" WHERE judge_labels.check_hash = ? AND label IN ('pass', 'fail', 'unsure') AND {COUNTS}"
)


class CountingLabel(NamedTuple):
    """The label that counts for a check of an answer."""

    label: str
    picked: str


def add(connection: sqlite3.Connection, run_uid: str, starts: Iterable[LabelStart], now: str) -> int:
    """Add labels of answers in a test run; return how many are new. Raises StoreError (missing, text), ValueError.

    Labels with a known uid are there already.
    """
    run = run_key(connection, run_uid)
    new = 0
    for start in starts:
        if start.label not in LABEL_STATES or start.picked not in LABEL_PICKS:
            raise ValueError(f"{start.label} ({start.picked}) is not a label")
        row = connection.execute(
            "SELECT id FROM outputs JOIN run_cells ON run_cells.output_id = outputs.id"
            " WHERE uid = ? AND run_cells.run_id = ? AND outputs.state = 'finished'",
            (start.output_uid, run),
        ).fetchone()
        if row is None:
            raise missing("answer", start.output_uid)
        (output,) = row
        before = connection.execute(_LATEST, (output, start.check_hash)).fetchone()
        is_drawn = before is not None and before[1] != "none" and before[2] == "random"
        added = connection.execute(
            "INSERT INTO judge_labels (uid, output_id, check_hash, label, picked, note, created_at, supersedes_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uid) DO NOTHING",
            (
                *(start.uid, output, start.check_hash, start.label, "random" if is_drawn else start.picked),
                *(typed(start.note), now, before and before[0]),
            ),
        )
        new += added.rowcount
    return new


def of_run(connection: sqlite3.Connection, run_uid: str, check_hash: str) -> tuple[StoredLabel, ...]:
    """Return the labels that count in a test run, by cell; those taken back are left out.

    Raises StoreError (missing).
    """
    run = run_key(connection, run_uid)
    if not is_known(connection):
        return ()
    query = _LABELS.format(run="?", runs="")
    rows = connection.execute(f"{query} AND run_cells.run_id = ? ORDER BY {_CELL}", (run_uid, check_hash, run))
    return tuple(_label(row) for row in rows)


def of_prompt(connection: sqlite3.Connection, prompt_uid: str, check_hash: str) -> tuple[StoredLabel, ...]:
    """Return the labels that count in the test runs of a prompt, each in the newest run that has its answer.

    Raises StoreError (missing).
    """
    prompt = prompt_id(connection, prompt_uid)
    if not is_known(connection):
        return ()
    query = _LABELS.format(run="runs.uid", runs=" JOIN runs ON runs.id = run_cells.run_id")
    found: dict[str, StoredLabel] = {}
    for row in connection.execute(
        f"{query} AND runs.prompt_id = ? AND runs.archived < {DELETED} ORDER BY runs.number DESC, {_CELL}",
        (check_hash, prompt),
    ):
        found.setdefault(row[0], _label(row))
    return tuple(found.values())


def counting(connection: sqlite3.Connection, run: int, check_hash: str) -> dict[int, CountingLabel]:
    """Return the labels that count in a test run by the key of the output; those taken back are left out."""
    rows = connection.execute(
        "SELECT output_id, label, picked FROM judge_labels WHERE check_hash = ? AND label IN ('pass', 'fail', 'unsure')"
        f" AND {COUNTS} AND output_id IN (SELECT output_id FROM run_cells WHERE run_id = ?)",
        (check_hash, run),
    )
    return {output: CountingLabel(label, picked) for output, label, picked in rows}


def of_output(connection: sqlite3.Connection, output: int) -> tuple[tuple[str, str], ...]:
    """Return the labels of an answer that count: the hash of each check, with pass, fail or unsure."""
    if not is_known(connection):
        return ()
    rows = connection.execute(
        "SELECT check_hash, label FROM judge_labels WHERE output_id = ? AND label IN ('pass', 'fail', 'unsure')"
        f" AND {COUNTS} ORDER BY check_hash",
        (output,),
    )
    return tuple((as_text(hash_), label) for hash_, label in rows)


def _label(row: tuple[Any, ...]) -> StoredLabel:
    uid, output, hash_, label, picked, note, at, run, *place = row
    return sound(StoredLabel(uid, output, hash_, label, picked, note, at, run, CellKey(*place)))
