"""Imports runs of other programs.

Invariant: a run is imported completely or not at all, and once: `origins` has the foreign ids of imported things, and a
thing whose foreign id is known is left unchanged. Its uid is derived from that id, so that two histories that imported
the same things can be merged. Imported runs are older than others, so the importer assigns all places anew at the end
(`search_index.rebuild`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.core.changes import Change, count_change
from workbench.core.content import Content, content_hash
from workbench.core.dates import to_ms
from workbench.core.imported_runs import ImportedAnswer, ImportedCounts, ImportedLane, ImportedPrompt, ImportedRun
from workbench.core.lanes import LITELLM, Lane
from workbench.store.encoding import received
from workbench.store.records import LaneStart, OutputStart, RunStart
from workbench.store.runs import blobs, versions
from workbench.store.runs.output_endings import finish_output
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.run_starts import insert_run
from workbench.store.sqlite import sqlite3

if TYPE_CHECKING:
    from workbench.store.merging.foreign_database import ReadingHalt
    from workbench.store.merging.merge import HistoryMerge

OWNER = "import"
"""The owner of imported runs; no process has this name."""


@dataclass(frozen=True, slots=True)
class ImportOrigin:
    """Where runs come from: the program (`kind`), the file (`source`, for people), and the time of the import."""

    kind: str
    source: str
    now: str


class RunImports:
    """Imports runs into one history. Reads block and belong on worker threads; writes return futures."""

    def __init__(
        self,
        use: Callable[[], AbstractContextManager[sqlite3.Connection]],
        write: Callable[[Callable[[sqlite3.Connection], Any]], Future[Any]],
        uid: Callable[[], str],
    ) -> None:
        self._use, self._write, self._uid = use, write, uid

    def known(self, kind: str, thing: str, foreign_ids: Sequence[str]) -> set[str]:
        """Return which of these are here; what was imported and has been deleted since is not."""
        with self._use() as connection:
            return _known(connection, kind, thing, foreign_ids)

    def newest(self) -> int:
        """Return a number that grows with each run that is added, from any source."""
        with self._use() as connection:
            return int(connection.execute("SELECT coalesce(max(id), 0) FROM runs").fetchone()[0])

    def merge(self, other: sqlite3.Connection, scratch: Path, halt: ReadingHalt, now: str) -> HistoryMerge:
        """Return the merge of another history, opened and checked, into this one."""
        # It imports many modules that only a merge needs.
        from workbench.store.merging.merge import HistoryMerge

        return HistoryMerge(other, scratch, halt, self._use, self._write, self._uid, now)

    def add(self, origin: ImportOrigin, runs: Sequence[ImportedRun]) -> Future[ImportedCounts]:
        """Import the runs that are not here yet, in one transaction."""
        return self._write(lambda connection: _add(connection, origin, runs, self._uid))


def _known(connection: sqlite3.Connection, kind: str, thing: str, foreign_ids: Sequence[str]) -> set[str]:
    table = {"run": "runs", "prompt": "prompts"}[thing]
    rows = connection.execute(
        f"SELECT foreign_id FROM origins JOIN {table} ON {table}.uid = origins.uid"
        " WHERE origins.kind = ? AND thing = ? AND foreign_id IN (SELECT value FROM json_each(?))",
        (kind, thing, json.dumps(list(foreign_ids))),
    )
    return {name for (name,) in rows}


def _add(
    connection: sqlite3.Connection, origin: ImportOrigin, runs: Sequence[ImportedRun], uid: Callable[[], str]
) -> ImportedCounts:
    known = _known(connection, origin.kind, "run", [run.foreign_id for run in runs])
    added = ImportedCounts()
    for run in runs:
        if run.foreign_id not in known:
            known.add(run.foreign_id)
            added += _Entry(connection, origin, uid).write(run)
    return added


class _Entry:
    """Imports one run."""

    def __init__(self, connection: sqlite3.Connection, origin: ImportOrigin, uid: Callable[[], str]) -> None:
        self._connection, self._origin, self._uid = connection, origin, uid

    def write(self, run: ImportedRun) -> ImportedCounts:
        prompt, new_prompt = self._prompt(run.prompt, run.started_at)
        for file in run.files:
            blobs.add(self._connection, file.body, file.media_type)
        lane_keys, change = self._versions(prompt, run)
        one_text = len(set(lane_keys)) == 1
        start = self._start(run, lane_keys, one_text)
        insert_run(self._connection, prompt, start, lane_keys[0] if one_text else None, lane_keys, change)
        uids = {
            (lane.position, output.value_set, output.sample): output.uid
            for lane in start.lanes
            for output in lane.outputs
        }
        for answer in run.answers:
            output = uids[answer.lane, answer.value_set, answer.sample]
            finish_output(self._connection, output, answer.result, answer.ended_at)
            if answer.foreign_id:
                self._remember("output", answer.foreign_id, output, answer.extra)
        self._remember("run", run.foreign_id, start.uid)
        self._connection.execute(
            "UPDATE prompts SET updated_at = max(updated_at, ?) WHERE id = ?", (run.started_at, prompt)
        )
        return ImportedCounts(1, len(run.answers), int(new_prompt))

    def _prompt(self, prompt: ImportedPrompt, at: str) -> tuple[int, bool]:
        """Return the key of a prompt, and whether it is new. Its time decides its position in the list."""
        row = self._connection.execute(
            "SELECT prompts.uid FROM origins JOIN prompts ON prompts.uid = origins.uid"
            " WHERE origins.kind = ? AND thing = 'prompt' AND foreign_id = ?",
            (self._origin.kind, prompt.key),
        ).fetchone()
        if row is not None:
            return prompt_id(self._connection, row[0]), False
        uid = derived_uid(self._origin.kind, "prompt", prompt.key)
        cursor = self._connection.execute(
            "INSERT INTO prompts (uid, name, created_at, updated_at) VALUES (?, ?, ?, ?)",
            (uid, received(prompt.name), at, at),
        )
        self._remember("prompt", prompt.key, uid)
        return int(cursor.lastrowid or 0), True

    def _versions(self, prompt: int, run: ImportedRun) -> tuple[list[tuple[int, int]], Change]:
        """Return key and number of each lane's version, and how the first one changed from its parent."""
        newest = versions.newest_number(self._connection, prompt) or 0
        found: dict[Content, tuple[int, int]] = {}
        for lane in run.lanes:
            if lane.content not in found:
                content = versions.content_id(self._connection, lane.content)
                found[lane.content] = versions.insert_version(
                    self._connection, prompt, self._uid(), content, self._parent(prompt, lane), run.started_at
                )
        keys = [found[lane.content] for lane in run.lanes]
        first = run.lanes[0]
        change = count_change(first.parent, first.content) if keys[0][1] > newest else Change()
        return keys, replace(change, summary=received(run.summary)) if run.summary else change

    def _parent(self, prompt: int, lane: ImportedLane) -> int | None:
        if lane.parent is None:
            return None
        row = self._connection.execute(
            "SELECT number FROM versions JOIN contents ON contents.id = content_id WHERE hash = ? AND prompt_id = ?",
            (content_hash(lane.parent), prompt),
        ).fetchone()
        return None if row is None else int(row[0])

    def _start(self, run: ImportedRun, lane_keys: Sequence[tuple[int, int]], one_text: bool) -> RunStart:
        lanes = tuple(
            LaneStart(
                self._uid(),
                Lane(
                    f"import-{place}",
                    LITELLM,
                    received(lane.model),
                    lane.params,
                    None if one_text else number,
                    received(lane.label),
                ),
                place,
                tuple(
                    OutputStart(self._output_uid(run, answer), answer.sample, answer.value_set)
                    for answer in run.answers
                    if answer.lane == place
                ),
            )
            for place, (lane, (_, number)) in enumerate(zip(run.lanes, lane_keys, strict=True))
        )
        return RunStart(
            uid=derived_uid(self._origin.kind, "run", run.foreign_id, to_ms(run.started_at)),
            kind="import",
            prompt_uid="",
            owner_uid=OWNER,
            started_at=run.started_at,
            based_on=None,
            content=None,
            version_uid="",
            sets=run.sets,
            lanes=lanes,
            note=received(run.note),
        )

    def _output_uid(self, run: ImportedRun, answer: ImportedAnswer) -> str:
        name = f"{run.foreign_id}\0{answer.lane}\0{answer.value_set}\0{answer.sample}"
        return derived_uid(self._origin.kind, "output", name, to_ms(run.started_at))

    def _remember(self, thing: str, foreign_id: str, uid: str, extra: str = "") -> None:
        self._connection.execute(
            "INSERT INTO origins (kind, foreign_id, thing, uid, source, extra, imported_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET uid = excluded.uid, source = excluded.source, extra = excluded.extra,"
            " imported_at = excluded.imported_at",
            (
                self._origin.kind,
                received(foreign_id),
                thing,
                uid,
                received(self._origin.source),
                received(extra),
                self._origin.now,
            ),
        )


def derived_uid(kind: str, thing: str, name: str, ms: int = 0) -> str:
    """Return the uid of something made elsewhere: a UUIDv7 whose random part is a hash of its foreign id."""
    bits = int.from_bytes(hashlib.sha256("\0".join((kind, thing, name)).encode(errors="replace")).digest()[:10])
    middle, low = bits >> 62 & 0xFFF, bits & (1 << 62) - 1
    moment = min(max(ms, 0), (1 << 48) - 1)
    digits = f"{moment << 80 | 0x7 << 76 | middle << 64 | 0b10 << 62 | low:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
