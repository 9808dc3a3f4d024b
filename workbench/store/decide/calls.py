"""Tokens, cost and times of the answers in the cells of a test run.

Invariant: figures are those of the answer itself, also where a later run reuses it; unknown is None. Nothing is read
of a hold-out before every cell is recorded.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import NamedTuple

from workbench.store.runs.held_out import hides_totals
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import as_text, count, dollars
from workbench.store.sqlite import sqlite3
from workbench.store.testing.test_starts import run_key

_CALLS = (
    "SELECT c.lane, o.input_tokens, o.output_tokens, o.cached_tokens, o.cost_usd, o.ttft_ms, o.duration_ms, o.ended_at,"
    " o.rate_input, o.rate_output, o.rate_cached, o.rate_source, o.run_id = c.run_id,"
    " instr(o.marks, '\"response_format\"') > 0 FROM run_cells AS c JOIN outputs AS o ON o.id = c.output_id"
    " WHERE c.run_id = ? AND c.state = 'finished' AND c.case_position IN (SELECT value FROM json_each(?))"
    " ORDER BY c.lane, o.ended_at, o.id"
)

_NEWEST = (
    "SELECT json_array(l.endpoint_uid, l.model), o.input_tokens, o.output_tokens, o.cached_tokens, o.cost_usd,"
    " o.ttft_ms, o.duration_ms, o.ended_at, o.rate_input, o.rate_output, o.rate_cached, o.rate_source, 0,"
    " instr(o.marks, '\"response_format\"') > 0 FROM (SELECT id FROM runs WHERE prompt_id = ? AND kind = 'iteration'"
    f" AND archived < {DELETED} ORDER BY id DESC LIMIT ?) AS r JOIN outputs AS o ON o.run_id = r.id"
    " JOIN lanes AS l ON l.run_id = o.run_id AND l.position = o.lane"
    " WHERE o.state = 'finished' ORDER BY o.ended_at, o.id"
)


class StoredCall(NamedTuple):
    """An answer of a column. Rates are dollars per token at that time; `is_own` if this run asked for it.

    `is_format_changed` if the output format was not sent as it is.
    """

    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    cost_usd: float | None
    ttft_ms: int | None
    duration_ms: int | None
    ended_at: str
    rate_input: float | None
    rate_output: float | None
    rate_cached: float | None
    rate_source: str
    is_own: bool
    is_format_changed: bool


def read(
    connection: sqlite3.Connection, run_uid: str, positions: Collection[int]
) -> Mapping[int, tuple[StoredCall, ...]]:
    """Return the finished answers of each column to the cases at some positions, oldest first.

    Raises StoreError (missing).
    """
    run = run_key(connection, run_uid)
    if hides_totals(connection, run):
        return {}
    found: dict[int, list[StoredCall]] = {}
    for lane, *row in connection.execute(_CALLS, (run, json.dumps(sorted(positions)))):
        found.setdefault(lane, []).append(_call(*row))
    return {lane: tuple(calls) for lane, calls in found.items()}


def newest(connection: sqlite3.Connection, prompt_uid: str, most_runs: int) -> tuple[StoredCall, ...]:
    """Return the finished answers of the newest runs in Compose, oldest first, as far as they are of the newest model.

    None counts as asked by one run with others: the time between them is a person's. Raises StoreError (missing).
    """
    rows = connection.execute(_NEWEST, (prompt_id(connection, prompt_uid), most_runs)).fetchall()
    return tuple(_call(*row[1:]) for row in rows if row[0] == rows[-1][0])


def _call(
    given: object,
    made: object,
    cached: object,
    cost: object,
    first: object,
    took: object,
    at: object,
    price_in: object,
    price_out: object,
    price_cached: object,
    source: object,
    own: object,
    changed: object,
) -> StoredCall:
    return StoredCall(
        count(given),
        count(made),
        count(cached),
        dollars(cost),
        count(first),
        count(took),
        as_text(at or ""),
        dollars(price_in),
        dollars(price_out),
        dollars(price_cached),
        as_text(source or ""),
        bool(own),
        bool(changed),
    )
