"""Lists open cells of a test run, and records their answers.

Invariant: a cell is recorded once its call ended, other than interrupted, in the transaction that stores the end. A
finished answer is never replaced; a failed or stopped one is by the next attempt that ends. A call that is interrupted
leaves its cell as it was, so that it is made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from workbench.core.runs import Result
from workbench.core.testing.cells import CellKey
from workbench.store.encoding import received
from workbench.store.errors import StoreError, missing
from workbench.store.runs import output_endings
from workbench.store.runs.held_out import hidden_positions
from workbench.store.safe_records import count, dollars
from workbench.store.sqlite import sqlite3
from workbench.store.testing.records import CellEnd, CellStart
from workbench.store.testing.test_starts import run_key

BEFORE_ALL = CellKey(-1, -1, -1)
RECORD = (
    "INSERT INTO run_cells (run_id, case_position, lane, sample, output_id, identity, state, cost_usd, duration_ms,"
    " text_hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET output_id = excluded.output_id,"
    " identity = excluded.identity, state = excluded.state, cost_usd = excluded.cost_usd,"
    " duration_ms = excluded.duration_ms, text_hash = excluded.text_hash WHERE run_cells.state <> 'finished'"
)
"""Records a cell unless it has a finished answer."""
_START = (
    "INSERT INTO outputs (uid, run_id, lane, value_set, sample, attempt, created_at) SELECT ?1, ?2, ?3, ?4, ?5,"
    " 1 + coalesce(max(attempt), 0), ?6 FROM outputs WHERE run_id = ?2 AND lane = ?3 AND value_set = ?4 AND sample = ?5"
)
_PLACE = (
    "SELECT outputs.id, outputs.run_id, value_set, lane, sample, in_flight.identity FROM outputs"
    " LEFT JOIN in_flight ON in_flight.run_id = outputs.run_id AND in_flight.output_id = outputs.id"
    " WHERE outputs.uid = ?"
)
_NEXT = "run_id = ? AND (case_position, lane, sample) > (?, ?, ?) ORDER BY case_position, lane, sample"


class SuiteShape(NamedTuple):
    """The numbers of cases, columns and samples of a test run."""

    cases: int
    columns: int
    samples: int

    def after(self, key: CellKey) -> Iterator[CellKey]:
        """Yield the cells after `key` in order."""
        for case in range(max(0, key.case), self.cases):
            for column in range(self.columns):
                for sample in range(self.samples):
                    one = CellKey(case, column, sample)
                    if one > key:
                        yield one


def shape(connection: sqlite3.Connection, run: int) -> SuiteShape:
    """Return the size of a test run."""
    return SuiteShape(
        *connection.execute(
            "SELECT (SELECT count(*) FROM run_cases WHERE run_id = ?1), (SELECT count(*) FROM lanes WHERE run_id = ?1),"
            " samples FROM test_runs WHERE run_id = ?1",
            (run,),
        ).fetchone()
    )


def open_cells(
    connection: sqlite3.Connection, run_uid: str, after: CellKey | None, limit: int, *, failed_too: bool
) -> tuple[CellKey, ...]:
    """Return up to `limit` cells after `after` that are neither recorded nor being called, in order.

    With `failed_too`, also those whose recorded call did not finish. Raises StoreError (missing).
    """
    run = run_key(connection, run_uid)
    begin = after or BEFORE_ALL
    some = "run_cells.state = 'finished' AND " if failed_too else ""
    recorded = connection.execute(
        f"SELECT case_position, lane, sample FROM run_cells WHERE {some}{_NEXT}", (run, *begin)
    )
    busy = in_flight(connection, run)
    found: list[CellKey] = []
    done = _key(recorded.fetchone())
    for key in shape(connection, run).after(begin):
        while done is not None and done < key:
            done = _key(recorded.fetchone())
        if len(found) == limit:
            break
        if key != done and key not in busy:
            found.append(key)
    recorded.close()
    return tuple(found)


def _key(row: tuple[int, int, int] | None) -> CellKey | None:
    return None if row is None else CellKey(*row)


def in_flight(connection: sqlite3.Connection, run: int) -> set[CellKey]:
    """Return the cells of a run that are being called."""
    rows = connection.execute(
        "SELECT value_set, lane, sample FROM in_flight JOIN outputs ON outputs.id = output_id"
        " WHERE in_flight.run_id = ?",
        (run,),
    )
    return {CellKey(*row) for row in rows}


def start_outputs(
    connection: sqlite3.Connection, run_uid: str, starts: Sequence[CellStart], owner_uid: str, now: str
) -> None:
    """Store calls that are about to be made, each as the next attempt of its cell. Raises StoreError (missing)."""
    run = run_key(connection, run_uid)
    for start in starts:
        case, column, sample = start.key
        output = connection.execute(_START, (start.output_uid, run, column, case, sample, now)).lastrowid
        connection.execute(
            "INSERT INTO in_flight (run_id, output_id, owner_uid, identity) VALUES (?, ?, ?, ?)",
            (run, output, owner_uid, start.identity),
        )


def finish_outputs(connection: sqlite3.Connection, ends: Iterable[CellEnd]) -> None:
    """Store how calls ended, and record their cells; a call that has ended already stays as it is.

    Raises StoreError (missing).
    """
    for end in ends:
        row = connection.execute(_PLACE, (end.output_uid,)).fetchone()
        if row is None:
            raise missing("answer", end.output_uid)
        output, run, case, column, sample, identity = row
        try:
            output_endings.finish_output(connection, end.output_uid, end.result, end.ended_at)
        except StoreError as error:
            if error.code != "ended":
                raise
            continue
        if end.result.state != "interrupted":
            record(connection, run, CellKey(case, column, sample), output, identity or "", facts_of(end.result))


class CellFacts(NamedTuple):
    """What `run_cells` copies of an output."""

    state: str
    cost_usd: float | None
    duration_ms: int | None
    text_hash: int | None


def facts_of(result: Result) -> CellFacts:
    """Return what is copied of a result."""
    text = text_hash(received(result.text)) if result.state == "finished" else None
    return CellFacts(result.state, dollars(result.cost_usd), count(result.timing.duration), text)


def text_hash(text: str) -> int:
    """Return the first 8 bytes of the SHA-256 of a text as a signed integer."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)


def record(
    connection: sqlite3.Connection, run: int, key: CellKey, output: int, identity: str, facts: CellFacts
) -> None:
    """Record a cell, unless it has a finished answer."""
    connection.execute(RECORD, (run, *key, output, identity, *facts))


def answer_cells(connection: sqlite3.Connection, run_uid: str) -> dict[str, CellKey]:
    """Return the cells of a test run by the uid of their answers, without those of held-out cases.

    Raises StoreError (missing).
    """
    run = run_key(connection, run_uid)
    hidden = hidden_positions(connection, run)
    rows = connection.execute(
        "SELECT uid, case_position, c.lane, c.sample FROM run_cells AS c JOIN outputs ON outputs.id = c.output_id"
        " WHERE c.run_id = ?",
        (run,),
    )
    return {uid: CellKey(*place) for uid, *place in rows if place[0] not in hidden}
