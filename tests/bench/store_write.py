"""Writing a run with four outputs, compared with bare sqlite3 storing the same data with the least work.

The floor is one connection in one thread with hand-written statements: the same texts in five plain tables and one
search index, in the same five durable transactions (the start, and the end of each output).
"""

from __future__ import annotations

import itertools
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.report import percentile, rows_of, table
from tests.store.making import LATER, NOW, opened, text
from tests.store.making import run as run_of
from workbench.core.lanes import ECHO, Lane
from workbench.core.money import Rates, Usage
from workbench.core.runs import Result, Timing
from workbench.store import Store
from workbench.store.sqlite import sqlite3

LANES = tuple(Lane(slot, ECHO, f"vendor/model-{slot}") for slot in "ABCD")
PROMPT = "You answer questions about orders. Be short and polite, ask for the number when it is missing. " * 10
ANSWER = "Your order 123ABCDEFG left our warehouse this morning and will be with you on Thursday. " * 12


def ending(n: int, position: int) -> Result:
    return Result(
        "finished",
        f"{n} {position} {ANSWER}",
        model="model-2026",
        finish_reason="stop",
        usage=Usage(240, 300, 0, 0),
        rates=Rates(1e-6, 2e-6),
        cost_usd=0.00084,
        timing=Timing(0, 2, 210, 1900),
        request={"model": "m", "messages": [{"role": "user", "content": f"{n} {PROMPT}"}]},
        response={"id": f"{n}-{position}", "usage": {"total_tokens": 540}},
    )


def ours(store: Store) -> Iterator[float]:
    """Yield the seconds that each run took, written by the store."""
    for n in itertools.count():
        content = text(f"{n} {PROMPT}")
        results = [ending(n, position) for position in range(4)]
        started = time.perf_counter()
        store.begin_run(run_of(f"r{n}", content, lanes=LANES, based_on=n or None)).result()
        for position, result in enumerate(results):
            store.finish_output(f"r{n}.{position}.0", result, LATER).result()
        yield time.perf_counter() - started


BARE = """
CREATE TABLE versions (id INTEGER PRIMARY KEY, number INTEGER UNIQUE, body TEXT) STRICT;
CREATE TABLE runs (id INTEGER PRIMARY KEY, uid TEXT UNIQUE, version INTEGER, started_at TEXT, "values" TEXT) STRICT;
CREATE TABLE lanes (run INTEGER, position INTEGER, model TEXT, PRIMARY KEY (run, position)) STRICT, WITHOUT ROWID;
CREATE TABLE outputs (id INTEGER PRIMARY KEY, uid TEXT UNIQUE, run INTEGER, lane INTEGER, state TEXT, model TEXT,
  input_tokens INTEGER, output_tokens INTEGER, cost_usd REAL, sent_ms INTEGER, first_ms INTEGER, end_ms INTEGER,
  text TEXT) STRICT;
CREATE TABLE raw (output INTEGER PRIMARY KEY, request TEXT, response TEXT) STRICT;
CREATE INDEX outputs_by_run ON outputs (run);
CREATE VIRTUAL TABLE outputs_fts USING fts5 (text, content='outputs', content_rowid='id');
"""


def bare(path: Path) -> Iterator[float]:
    """Yield the seconds that each run took, written by hand."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {BARE}")
    for n in itertools.count():
        body = json.dumps([{"role": "user", "text": f"{n} {PROMPT}"}])
        results = [ending(n, position) for position in range(4)]
        started = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO versions VALUES (NULL, ?, ?)", (n, body))
        key = connection.execute("INSERT INTO runs VALUES (NULL, ?, ?, ?, ?)", (f"r{n}", n, NOW, "{}")).lastrowid
        keys = []
        for position, lane in enumerate(LANES):
            connection.execute("INSERT INTO lanes VALUES (?, ?, ?)", (key, position, lane.model))
            cursor = connection.execute(
                "INSERT INTO outputs (uid, run, lane, state, text) VALUES (?, ?, ?, 'waiting', '')",
                (f"r{n}.{position}", key, position),
            )
            keys.append(cursor.lastrowid)
        connection.execute("COMMIT")
        for output, result in zip(keys, results, strict=True):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(
                "UPDATE outputs SET state = ?, model = ?, input_tokens = ?, output_tokens = ?, cost_usd = ?,"
                " sent_ms = ?, first_ms = ?, end_ms = ?, text = ? WHERE id = ?",
                (result.state, result.model, 240, 300, result.cost_usd, 2, 210, 1900, result.text, output),
            )
            connection.execute(
                "INSERT INTO raw VALUES (?, ?, ?)", (output, json.dumps(result.request), json.dumps(result.response))
            )
            connection.execute("INSERT INTO outputs_fts (rowid, text) VALUES (?, ?)", (output, result.text))
            connection.execute("COMMIT")
        yield time.perf_counter() - started


def compare(folder: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Return the seconds of the store's runs and of bare ones, measured alternately because disk speed drifts."""
    store = opened(folder / "history.db")
    store.create_prompt("p", "Bench", NOW).result()
    mine, theirs = ours(store), bare(folder / "bare.db")
    samples = [(next(mine), next(theirs)) for _ in range(rounds)]
    store.close()
    return [a for a, _ in samples], [b for _, b in samples]


def run(full: bool) -> dict[str, Any]:
    rounds = 2000 if full else 200
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder:
        mine, theirs = compare(Path(folder), rounds)
    measured, floor = percentile(mine, 50) * 1000, percentile(theirs, 50) * 1000
    return {
        "name": "write a run with 4 outputs, durable",
        "measured": measured,
        "budget": 2 * floor,
        "floor": floor,
        "unit": "ms",
        "ok": measured <= 2 * floor,
        "notes": f"median of {rounds} runs measured in turn; p95 {percentile(mine, 95) * 1000:.1f} ms,"
        f" bare {percentile(theirs, 95) * 1000:.1f} ms",
    }


if __name__ == "__main__":
    print(table(rows_of(run(full=False), "store_write")))
