"""Histories of 10,000, 100,000 or a million outputs for search benches, generated in bulk and cached on disk.

Text follows Zipf's law: a few words are in nearly every answer, most in a handful; three answers in a hundred are
Chinese or Japanese. There are forty prompts with very different numbers of runs, some hundred thousand versions, sixty
models, verdicts, notes, tags, failures, value sets, and a few runs over many cases. Only raw requests and responses are
left out, because no search reads them.

Invariant: the same size gives the same history; the tables hold what the store would have written, and the index is
built by the store itself.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import workbench.core.search.text_folding
import workbench.store.schema.run_tables
import workbench.store.schema.search_tables
import workbench.store.schema.tables
import workbench.store.search.fields
import workbench.store.search.index_terms
import workbench.store.search.search_index
import workbench.store.search.sources
from workbench.core.content import Content, Message, canonical
from workbench.store import open_store
from workbench.store.schema.search_tables import PLACED
from workbench.store.search.search_index import Indexer
from workbench.store.sqlite import sqlite3

SIZES = (10_000, 100_000, 1_000_000)
_MADE_BY = (
    workbench.core.search.text_folding,
    workbench.store.search.index_terms,
    workbench.store.search.search_index,
    workbench.store.search.fields,
    workbench.store.search.sources,
)
_MADE_IN = (
    workbench.store.schema.tables,
    workbench.store.schema.run_tables,
    workbench.store.schema.search_tables,
)
_EPOCH = datetime(2024, 3, 1, tzinfo=UTC)
_PROMPTS, _MODELS, _WORDS, _SENTENCES = 40, 60, 50_000, 120_000
_STATES = ("finished", "failed", "stopped", "interrupted")
_CODES = ("rate_limit", "timeout", "auth", "context_length", "server")
_HEADS, _TAILS = (*"bcdfgklmnprstv", "tr", "st"), (*"aeiou", "an", "er", "in")
_SYLLABLES = [head + tail for head in _HEADS for tail in _TAILS]
_ROWS = 2000


def vocabulary() -> list[str]:
    """Return the vocabulary of all texts, the most common words first."""
    dice = random.Random(7)
    words: dict[str, None] = {}
    while len(words) < _WORDS:
        words["".join(dice.choice(_SYLLABLES) for _ in range(dice.choice((1, 2, 2, 3, 3, 4))))] = None
    return list(words)


def history(outputs: int) -> Path:
    """Return a history with this many outputs, generated unless it is cached."""
    folder = Path(tempfile.gettempdir(), "prompt-workbench-bench")
    folder.mkdir(exist_ok=True)
    sources = b"".join(Path(str(module.__file__)).read_bytes() for module in (*_MADE_BY, *_MADE_IN))
    version = hashlib.sha256(sources + Path(__file__).read_bytes()).hexdigest()[:12]
    path = folder / f"outputs-{outputs}-{version}.db"
    if not path.exists():
        for old in folder.glob(f"outputs-{outputs}-*"):
            old.unlink()
        half = path.with_suffix(".half")
        for name in (half, Path(f"{half}-wal"), Path(f"{half}-shm")):
            name.unlink(missing_ok=True)
        make(half, outputs)
        half.replace(path)
    return path


def make(path: Path, outputs: int) -> None:
    """Write a history with this many outputs."""
    names = itertools.count(1)
    open_store(path, now=moment(0), uid=lambda: f"store-{next(names)}").close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000")
    triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    connection.execute("BEGIN")
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    _Maker(connection).fill(outputs)
    for statement in PLACED:
        connection.execute(statement)
    indexer = Indexer()
    while indexer.work(connection, 20_000_000):
        pass
    for _, sql in triggers:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def moment(seconds: int) -> str:
    """Return a stored time at this offset from the first run."""
    return (_EPOCH + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class _Maker:
    """Writes rows in batches of some thousands."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._dice = random.Random(11)
        self._pending: dict[str, list[tuple[Any, ...]]] = {}
        words = vocabulary()
        weights = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(words))))
        said = self._dice.choices(words, cum_weights=weights, k=_SENTENCES * 14)
        self._sentences = [f"{' '.join(said[n : n + 14]).capitalize()}." for n in range(0, len(said), 14)]
        signs = [chr(code) for code in range(0x4E00, 0x4E00 + 2500)] + [chr(code) for code in range(0x3042, 0x3090)]
        heavy = list(itertools.accumulate(1 / (rank + 5) for rank in range(len(signs))))
        written = "".join(self._dice.choices(signs, cum_weights=heavy, k=4000 * 24))
        self._signs = [f"{written[n : n + 24]}。" for n in range(0, len(written), 24)]
        self._values: dict[str, int] = {}
        self._keys = {name: itertools.count(1) for name in ("run", "output", "version", "content", "verdict")}

    def fill(self, outputs: int) -> None:
        """Write prompts and tags, then runs until the number of outputs is reached."""
        self._connection.executemany(
            "INSERT INTO prompts (uid, name, created_at, updated_at) VALUES (?, ?, ?, ?)",
            [(f"prompt-{n}", f"Prompt {n} for {self._sentence(2)}", moment(0), moment(n)) for n in range(_PROMPTS)],
        )
        self._connection.executemany("INSERT INTO tags (name) VALUES (?)", [("keep",), ("demo",), ("customer",)])
        texts = [[self._sentence(14) for _ in range(8)] for _ in range(_PROMPTS)]
        numbers = [itertools.count(1) for _ in range(_PROMPTS)]
        current: list[tuple[int, int]] = [(0, 0)] * _PROMPTS
        made, at = 0, 0
        while made < outputs:
            at += int(self._dice.expovariate(1 / 60)) + 1
            which = min(int(self._dice.paretovariate(0.8)) - 1, _PROMPTS - 1)
            if not current[which][0] or self._dice.random() < 0.5:
                texts[which][self._dice.randrange(8)] = self._sentence(14)
                current[which] = self._version(which, texts[which], current[which], at)
            made += self._run(which, next(numbers[which]), current[which][0], at, outputs - made)
        self._flush()

    def _version(self, which: int, texts: list[str], before: tuple[int, int], at: int) -> tuple[int, int]:
        body = canonical(Content((Message("system", " ".join(texts)), Message("user", "{{question}}")))).decode()
        content, version, number = next(self._keys["content"]), next(self._keys["version"]), before[1] + 1
        self._add("contents (id, hash, body)", content, hashlib.sha256(body.encode()).hexdigest(), body)
        self._add(
            "versions (id, uid, prompt_id, number, content_id, parent_id, created_at)",
            *(version, f"version-{version}", which + 1, number, content, before[0] or None, moment(at)),
        )
        return version, number

    def _run(self, which: int, number: int, version: int, at: int, room: int) -> int:
        dice, run = self._dice, next(self._keys["run"])
        many = dice.random() < 0.001
        sets = 25 if many else 1
        lanes = sorted({min(int(dice.paretovariate(0.7)), _MODELS) for _ in range(dice.choice((2, 4, 5, 7)))})
        verdict = dice.choices(("winner", "tie", "all_bad", "none"), (30, 4, 3, 63))[0]
        note = self._sentence(6) if dice.random() < 0.1 else ""
        self._add(
            "runs (id, uid, prompt_id, kind, number, version_id, owner_uid, started_at, summary, added, removed,"
            " verdict, winner, note, starred, blind)",
            *(run, f"run-{run:08}", which + 1, "test" if many else "iteration", number, version, "owner", moment(at)),
            *(self._sentence(5), 5, 3, verdict, f"model-{lanes[0]}" if verdict == "winner" else "", note),
            *(int(dice.random() < 0.005), int(dice.random() < 0.02)),
        )
        if dice.random() < 0.004:
            self._add("run_tags (run_id, tag_id)", run, dice.randint(1, 3))
        for place in range(sets):
            values = {"question": self._sentence(10), "order": f"{dice.randrange(36**6):X}"}
            self._add("run_values (run_id, position, values_id)", run, place, self._values_id(values))
        for position, model in enumerate(lanes):
            self._add(
                "lanes (run_id, position, uid, slot, endpoint_uid, model, version_id, pinned)",
                *(run, position, f"lane-{run}-{position}", f"slot{position}", "litellm"),
                *(f"provider{model % 7}/model-{model}", version, 0),
            )
        answers = [(lane, place) for lane in range(len(lanes)) for place in range(sets)][:room]
        keys = [self._output(run, lane, place, lanes[lane], at) for lane, place in answers]
        if verdict != "none":
            self._verdict(which, run, verdict, keys[: len(lanes)], at)
        return len(keys)

    def _output(self, run: int, lane: int, value_set: int, model: int, at: int) -> int:
        dice, key = self._dice, next(self._keys["output"])
        state = dice.choices(_STATES, (960, 25, 10, 5))[0]
        pool = self._signs if dice.random() < 0.03 else self._sentences
        text = " ".join(dice.choices(pool, k=dice.randint(5, 15))) if state != "failed" else ""
        tokens, took = (int(dice.lognormvariate(5.5, 0.6)), int(dice.lognormvariate(7.5, 0.8)))
        priced = state == "finished" and model % 5
        self._add(
            "outputs (id, uid, run_id, lane, value_set, sample, attempt, state, created_at, ended_at, model,"
            " finish_reason, input_tokens, output_tokens, cost_usd, ttft_ms, duration_ms, error_code, error, text)",
            *(key, f"output-{key}", run, lane, value_set, 0, 1, state, moment(at), moment(at + 3), f"model-{model}"),
            *("stop", 240, tokens, tokens * model * 1e-6 if priced else None, took // 5, took),
            *((dice.choice(_CODES), "It failed.") if state == "failed" else (None, None)),
            text,
        )
        return key

    def _verdict(self, which: int, run: int, kind: str, outputs: list[int], at: int) -> None:
        key = next(self._keys["verdict"])
        self._add(
            "verdicts (id, uid, prompt_id, run_id, value_set, kind, created_at)",
            *(key, f"verdict-{key}", which + 1, run, 0, kind, moment(at + 9)),
        )
        for shown, output in enumerate(outputs):
            self._add("verdict_outputs (verdict_id, output_id, shown, place)", key, output, shown, 1 + (shown > 0))

    def _values_id(self, values: dict[str, str]) -> int:
        body = json.dumps(values, separators=(",", ":"))
        if body not in self._values:
            self._values[body] = len(self._values) + 1
            hashed = hashlib.sha256(body.encode()).hexdigest()
            self._add("value_bodies (id, exact, hash, body)", self._values[body], hashed, hashed, body)
        return self._values[body]

    def _sentence(self, words: int) -> str:
        return " ".join(self._dice.choice(self._sentences).split()[:words])

    def _add(self, table: str, *values: object) -> None:
        rows = self._pending.setdefault(table, [])
        rows.append(values)
        if len(rows) == _ROWS:
            self._write(table, rows)

    def _write(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
            rows.clear()

    def _flush(self) -> None:
        for table, rows in self._pending.items():
            self._write(table, rows)
        self._connection.execute(
            "UPDATE prompts SET iterations ="
            " (SELECT count(*) FROM runs WHERE prompt_id = prompts.id AND kind = 'iteration')"
        )


def progress() -> Iterator[str]:
    """Generate all sizes and print how long each took."""
    for size in SIZES:
        began = time.monotonic()
        path = history(size)
        yield f"{size:,} outputs: {path.stat().st_size / 1e6:,.0f} MB in {time.monotonic() - began:.0f} s ({path})"


if __name__ == "__main__":
    for line in progress():
        print(line, flush=True)
