"""Counts the empty answers of runs.

Invariant: `core.empty_answers` defines what is empty; of long texts only the length is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from workbench.core.empty_answers import BLANKS, MOST_BLANKS
from workbench.core.outcome import Outcome
from workbench.store.sqlite import sqlite3

# A blank has at most four bytes, and the length in bytes is known without reading a text.
_COUNT = (
    "SELECT run_id, count(*), total(finish_reason = 'length') FROM outputs"
    " WHERE run_id IN (SELECT value FROM json_each(?)) AND state = 'finished'"
    f" AND octet_length(text) <= {4 * MOST_BLANKS} AND length(text) <= {MOST_BLANKS} AND trim(text, ?) = ''"
    " AND NOT EXISTS (SELECT 1 FROM outputs AS later WHERE later.run_id = outputs.run_id"
    " AND later.lane = outputs.lane AND later.value_set = outputs.value_set AND later.sample = outputs.sample"
    " AND later.attempt > outputs.attempt)"
    " AND coalesce((SELECT kind FROM steps WHERE output_id = outputs.id ORDER BY seq DESC LIMIT 1), '') <> 'tool_call'"
    " GROUP BY run_id"
)


def with_empty(connection: sqlite3.Connection, outcomes: Mapping[int, Outcome]) -> dict[int, Outcome]:
    """Return outcomes of runs, by key, with their empty answers counted, and no longer counted as cut off."""
    found = _counts(connection, outcomes)
    return {
        run: outcome if run not in found else replace(outcome, empty=found[run][0], cut=outcome.cut - found[run][1])
        for run, outcome in outcomes.items()
    }


def _counts(connection: sqlite3.Connection, runs: Iterable[int]) -> dict[int, tuple[int, int]]:
    rows = connection.execute(_COUNT, (json.dumps(list(runs)), BLANKS))
    return {run: (count, int(cut)) for run, count, cut in rows}
