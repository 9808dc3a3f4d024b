"""Merges another history, step by step.

Invariant: first the other history is copied and checked, while nothing here is locked; only the copy is merged. Then
each step is a transaction that leaves a consistent history: origins first, so that nothing is imported twice; then
prompts, files, and runs in order of time; then what refers to answers of any run: cells of tests with their scorings,
judgements, overrules and labels, and verdicts.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from workbench.core.imported_runs import ImportedCounts, LeftOut
from workbench.core.lanes import FIXED_ENDPOINTS
from workbench.store.errors import StoreError
from workbench.store.merging.foreign_database import SCRATCH, ReadingHalt
from workbench.store.merging.judge_merge import is_judge, take_judge_prompt, take_judge_run, take_judgements, take_label
from workbench.store.merging.other_history import UnsoundError, insert, rows
from workbench.store.merging.pack_merge import take_packs
from workbench.store.merging.prompt_merge import MergedKeys, is_untouched_twin, take_prompt
from workbench.store.merging.run_merge import RunMerge
from workbench.store.merging.staged_history import HistoryStaging
from workbench.store.merging.suite_merge import take_cells, take_overrule, take_scoring
from workbench.store.merging.verdict_merge import take_verdict
from workbench.store.runs import blobs
from workbench.store.sqlite import sqlite3

_RUNS, _ROWS = 25, 500
_UNFIT = (sqlite3.IntegrityError, StoreError, KeyError)
"""Raised by untrusted rows that are inconsistent."""
_SENTENCE = "Its rows contradict each other."
_ENDPOINT = (
    *("uid", "kind", "name", "base_url", "headers", "secret_headers", "needs_key", "path", "adapter", "provider"),
    *("settings", "updated_at"),
)


@dataclass(frozen=True, slots=True)
class MergeStep:
    """The result of a step: what is new, how many runs were here already, how many were read, and what was left out."""

    added: ImportedCounts = field(default_factory=ImportedCounts)
    known: int = 0
    read: int = 0
    left_out: tuple[LeftOut, ...] = ()
    more_left_out: int = 0
    """How many rows were left out without being listed."""


class HistoryMerge:
    """Merges another history into this one. Blocks, so it belongs on a worker thread."""

    def __init__(
        self,
        other: sqlite3.Connection,
        scratch: Path,
        halt: ReadingHalt,
        use: Callable[[], AbstractContextManager[sqlite3.Connection]],
        write: Callable[[Callable[[sqlite3.Connection], Any]], Future[Any]],
        uid: Callable[[], str],
        now: str,
    ) -> None:
        """`other` must have passed `other_history.check`; its copy is made in the folder `scratch`."""
        self._theirs, self._scratch, self._halt = other, scratch, halt
        self._other = other
        self._use, self._write, self._uid, self._now = use, write, uid, now
        self._keys = MergedKeys()

    @property
    def total(self) -> int:
        """The number of runs in the other history."""
        return int(self._theirs.execute("SELECT count(*) FROM runs").fetchone()[0])

    def preview(self) -> Generator[MergeStep]:
        """Yield what a merge would add, without writing to the history."""
        yield from self._on_copy(self._counted, light=True)

    def steps(self) -> Generator[MergeStep]:
        """Merge, and yield the result of each step."""
        yield from self._on_copy(self._merged, light=False)

    def _on_copy(self, go: Callable[[], Iterator[MergeStep]], *, light: bool) -> Generator[MergeStep]:
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=self._scratch) as folder:
            staging = HistoryStaging(self._theirs, Path(folder) / "staged.db", self._halt, light=light)
            try:
                for staged in staging.copy():
                    yield MergeStep(left_out=staged.listed, more_left_out=staged.left_out - len(staged.listed))
                self._other = staging.connection
                yield from go()
            finally:
                staging.close()

    def _counted(self) -> Generator[MergeStep]:
        with self._use() as mine:
            known = {uid for (uid,) in mine.execute("SELECT uid FROM prompts")}
            new = sum(
                uid not in known and not is_judge(self._other, key) and not is_untouched_twin(mine, self._other, key)
                for key, uid in self._other.execute("SELECT id, uid FROM prompts").fetchall()
            )
        yield MergeStep(ImportedCounts(prompts=new))
        for keys in _batches(self._keys_of("runs", "started_at, id"), _ROWS):
            uids = self._other.execute(
                "SELECT uid, (SELECT count(*) FROM outputs WHERE run_id = runs.id) FROM runs"
                " WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(keys),),
            ).fetchall()
            with self._use() as mine:
                here = {
                    uid
                    for (uid,) in mine.execute(
                        "SELECT uid FROM runs WHERE uid IN (SELECT value FROM json_each(?))",
                        (json.dumps([uid for uid, _ in uids]),),
                    )
                }
            fresh = [answers for uid, answers in uids if uid not in here]
            yield MergeStep(ImportedCounts(len(fresh), sum(fresh)), len(here), len(keys))

    def _merged(self) -> Generator[MergeStep]:
        yield self._do(self._origins)
        yield from self._each("prompts", "id", 20, self._prompts)
        yield from self._each("judge_prompts", "prompt_id", _ROWS, self._judge_prompts)
        yield self._do(self._endpoints)
        yield from self._each("blobs", "rowid", 1, self._blob)
        yield from self._each("runs", "started_at, id", _RUNS, self._runs)
        yield from self._each("test_runs", "run_id", 1, self._cells)
        yield from self._each("scorings", "id", 1, self._scorings)
        yield from self._each("judge_runs", "run_id", _ROWS, self._judge_runs)
        yield from self._each("scorings", "id", 1, self._judgements)
        yield from self._each("overrules", "id", _ROWS, self._overrules)
        yield from self._each("judge_labels", "id", _ROWS, self._labels)
        yield from self._each("verdicts", "id", _ROWS, self._verdicts)
        yield self._do(self._packs)

    def _do(self, work: Callable[[sqlite3.Connection], MergeStep]) -> MergeStep:
        done: MergeStep = self._write(work).result()
        return done

    def _each(
        self, table: str, order: str, size: int, work: Callable[[sqlite3.Connection, Sequence[int]], MergeStep]
    ) -> Generator[MergeStep]:
        for keys in _batches(self._keys_of(table, order), size):
            yield self._do(partial(_with_keys, work, keys))

    def _keys_of(self, table: str, order: str) -> list[int]:
        return [key for (key,) in self._other.execute(f'SELECT rowid FROM "{table}" ORDER BY {order}')]

    def _origins(self, mine: sqlite3.Connection) -> MergeStep:
        names = ("kind", "foreign_id", "thing", "uid", "source", "extra", "imported_at")
        for row in self._other.execute(f"SELECT {', '.join(names)} FROM origins ORDER BY id"):
            mine.execute(
                f"INSERT INTO origins ({', '.join(names)}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row
            )
        for row in self._other.execute("SELECT uid, name, query, created_at FROM saved_searches ORDER BY id"):
            mine.execute(
                "INSERT INTO saved_searches (uid, name, query, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                row,
            )
        return MergeStep()

    def _prompts(self, mine: sqlite3.Connection, keys: Sequence[int]) -> MergeStep:
        new, left_out = 0, []
        for key in keys:
            try:
                if is_untouched_twin(mine, self._other, key):
                    continue
                with _apart(mine):
                    is_new = take_prompt(mine, self._other, key, self._keys, self._uid)
                    # People count the prompts that they see.
                    new += is_new and not is_judge(self._other, key)
            except _UNFIT:
                self._keys.prompts.pop(key, None)
                left_out.append(self._left_out("prompts", key, _SENTENCE))
        return MergeStep(ImportedCounts(prompts=new), left_out=tuple(left_out))

    def _endpoints(self, mine: sqlite3.Connection) -> MergeStep:
        """Add unknown endpoints, archived, and no prices.

        The keyring finds keys by the uid of an endpoint, and they must not be sent to an address that another person
        wrote. Prices are what that person pays.
        """
        fixed = {endpoint.uid for endpoint in FIXED_ENDPOINTS}
        for row in rows(self._other, f"SELECT {', '.join(_ENDPOINT)} FROM endpoints ORDER BY id"):
            known = mine.execute("SELECT 1 FROM endpoints WHERE uid = ?", (row["uid"],)).fetchone()
            if known is None and row["uid"] not in fixed:
                insert(mine, "endpoints", {**row, "archived": 1})
        return MergeStep()

    def _blob(self, mine: sqlite3.Connection, keys: Sequence[int]) -> MergeStep:
        """Add one attached file, which may be large."""
        [key] = keys
        (name,) = self._other.execute("SELECT hash FROM blobs WHERE rowid = ?", (key,)).fetchone()
        if mine.execute("SELECT 1 FROM blobs WHERE hash = ?", (name,)).fetchone() is None:
            body, media_type = self._other.execute(
                "SELECT CASE WHEN octet_length(body) <= ? THEN body END, media_type FROM blobs WHERE hash = ?",
                (blobs.MAX_BLOB, name),
            ).fetchone()
            if body is None:
                return MergeStep(left_out=(LeftOut(name, "A file of more than 20 MB is not imported."),))
            # Under the hash of its bytes, whatever it is called there.
            blobs.add(mine, bytes(body), media_type)
        return MergeStep()

    def _runs(self, mine: sqlite3.Connection, keys: Sequence[int]) -> MergeStep:
        taking = RunMerge(mine, self._other, self._keys, self._uid, self._now)
        new = answers = 0
        left_out = []
        for key in keys:
            try:
                with _apart(mine):
                    is_new, brought = taking.take(key)
                new, answers = new + is_new, answers + brought
            except (UnsoundError, *_UNFIT) as error:
                left_out.append(self._left_out("runs", key, _why(error)))
        known = len(keys) - new - len(left_out)
        return MergeStep(ImportedCounts(new, answers), known, len(keys), tuple(left_out))

    def _packs(self, mine: sqlite3.Connection) -> MergeStep:
        take_packs(mine, self._other)
        return MergeStep()

    def _left_out(self, table: str, key: int, why: str) -> LeftOut:
        (uid,) = self._other.execute(f'SELECT uid FROM "{table}" WHERE id = ?', (key,)).fetchone()
        return LeftOut(str(uid), why)

    def _cells(self, mine: sqlite3.Connection, keys: Sequence[int]) -> MergeStep:
        return self._rows(mine, keys, "runs", take_cells)

    def _scorings(self, mine: sqlite3.Connection, keys: Sequence[int]) -> MergeStep:
        return self._rows(mine, keys, "scorings", take_scoring)

    def _judge_prompts(self, mine: sqlite3.Connection, keys: Sequence[int]) -> MergeStep:
        for key in keys:
            take_judge_prompt(mine, self._other, key, self._keys.prompts, self._keys.new)
        return MergeStep()

    def _judge_runs(self, mine: sqlite3.Connection, keys: Sequence[int]) -> MergeStep:
        return self._rows(mine, keys, "runs", take_judge_run)

    def _judgements(self, mine: sqlite3.Connection, keys: Sequence[int]) -> MergeStep:
        return self._rows(mine, keys, "scorings", take_judgements)

    def _labels(self, mine: sqlite3.Connection, keys: Sequence[int]) -> MergeStep:
        return self._rows(mine, keys, "judge_labels", take_label)

    def _overrules(self, mine: sqlite3.Connection, keys: Sequence[int]) -> MergeStep:
        return self._rows(mine, keys, "overrules", take_overrule)

    def _verdicts(self, mine: sqlite3.Connection, keys: Sequence[int]) -> MergeStep:
        return self._rows(mine, keys, "verdicts", take_verdict)

    def _rows(
        self,
        mine: sqlite3.Connection,
        keys: Sequence[int],
        table: str,
        take: Callable[[sqlite3.Connection, sqlite3.Connection, int], object],
    ) -> MergeStep:
        """Merge rows one by one; those that are refused are left out, named by their row of `table`."""
        left_out = []
        for key in keys:
            try:
                with _apart(mine):
                    take(mine, self._other, key)
            except (UnsoundError, *_UNFIT) as error:
                left_out.append(self._left_out(table, key, _why(error)))
        return MergeStep(left_out=tuple(left_out))


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, UnsoundError) else _SENTENCE


@contextmanager
def _apart(mine: sqlite3.Connection) -> Iterator[None]:
    """Roll back what was done in this block if it fails, and nothing else of the transaction."""
    mine.execute("SAVEPOINT one")
    try:
        yield
    except BaseException:
        # SQLite may have rolled back the whole transaction, on a full disk for example.
        if mine.in_transaction:
            mine.execute("ROLLBACK TO one")
            mine.execute("RELEASE one")
        raise
    mine.execute("RELEASE one")


def _with_keys(
    work: Callable[[sqlite3.Connection, Sequence[int]], MergeStep], keys: Sequence[int], mine: sqlite3.Connection
) -> MergeStep:
    return work(mine, keys)


def _batches(keys: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))
