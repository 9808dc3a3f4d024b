"""The labels of people on answers that a judge evaluated, with what the judge says of them.

Invariant: the latest label about a check of an answer counts, and the verdict is that of the newest test that has the
answer. Only passes and failures on both sides are compared.
"""

from __future__ import annotations

from typing import NamedTuple

from workbench.store.judging.labels import COUNTS
from workbench.store.runs.hidden_prompts import is_known
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import as_text
from workbench.store.sqlite import sqlite3

_LABELS = (
    "SELECT check_bodies.hash, judge_labels.output_id, label, picked, v.state FROM judge_labels"
    " JOIN check_bodies ON check_bodies.hash = judge_labels.check_hash"
    " JOIN run_cells AS c ON c.output_id = judge_labels.output_id JOIN runs ON runs.id = c.run_id"
    " JOIN scorings ON scorings.run_id = c.run_id"
    " JOIN judge_verdicts AS v ON v.scoring_id = scorings.id AND v.case_position = c.case_position AND v.lane = c.lane"
    "  AND v.sample = c.sample AND v.check_id = check_bodies.id"
    f" WHERE runs.prompt_id = ? AND runs.archived < {DELETED} AND label IN ('pass', 'fail')"
    f" AND v.state IN ('pass', 'fail') AND {COUNTS} ORDER BY scorings.id"
)


class LabelledAnswer(NamedTuple):
    """A label of an answer and the judge's verdict on it, by a check; `is_random` if it was drawn at random."""

    check: str
    label_passes: bool
    judge_passes: bool
    is_random: bool


def read(connection: sqlite3.Connection, prompt_uid: str) -> tuple[LabelledAnswer, ...]:
    """Return the labelled answers of a prompt's tests. Raises StoreError (missing)."""
    prompt = prompt_id(connection, prompt_uid)
    if not is_known(connection):
        return ()
    newest = {
        (as_text(check), output): LabelledAnswer(as_text(check), label == "pass", state == "pass", picked == "random")
        for check, output, label, picked, state in connection.execute(_LABELS, (prompt,))
    }
    return tuple(newest.values())
