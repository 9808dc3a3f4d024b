"""The history database as callers see it.

Invariant: writes return a future at once and run in order on one thread; reads block and belong on worker threads, each
of which has its own connection. Whatever can happen to the file is a StoreError, also in futures.

Callbacks of futures run on the writing thread. They must be short, and never wait for another write or for
`data_version`, which would deadlock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from pathlib import Path

from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.forecast import PastAmounts
from workbench.core.improvement import EarlierImprovement, RecentAnswer
from workbench.core.lanes import Endpoint
from workbench.core.runs import IterationDetail, IterationRow, PastAnswer, PromptRow, Result, RunKind, VersionRow
from workbench.core.runs import Verdict as Verdict_
from workbench.core.timeline import TimelineCursor, TimelinePage, VersionDetail, VersionLabel
from workbench.store.database_file import OpenedDatabase, open_file
from workbench.store.database_handle import DatabaseHandle
from workbench.store.errors import StoreError
from workbench.store.lazy_records import LazyRecords
from workbench.store.maintenance.deletion import Deletion
from workbench.store.maintenance.upkeep import Upkeep
from workbench.store.merging.pack_records import PackRecords
from workbench.store.merging.run_imports import RunImports
from workbench.store.records import DraftLane, Partial, RecoveredOutputs, RunBegun, RunStart, WholePrompt
from workbench.store.runs import (
    blobs,
    damaged_drafts,
    endpoints,
    improvements,
    output_endings,
    partials,
    past_outputs,
    prompts,
    reference_answers,
    run_starts,
    timeline,
    timeline_pages,
    verdicts,
    version_names,
    versions,
)
from workbench.store.runs.curation import Curation
from workbench.store.runs.draft_cases import KnownCases
from workbench.store.runs.judgement_records import JudgementRecords
from workbench.store.runs.lane_presets import LanePresetRecords
from workbench.store.runs.model_uses import ModelUses
from workbench.store.runs.technique_marks import TechniqueMarks
from workbench.store.search.run_exports import RunExports
from workbench.store.search.search_index import Indexer
from workbench.store.search.searches import Searches
from workbench.store.sqlite import sqlite3
from workbench.store.testing.pass_shares import PassShareRecords


def open_store(path: Path, *, now: str, uid: Callable[[], str], busy_ms: int = 5000) -> Store:
    """Open the history at `path`; create it if it is missing, upgrade it if it is older.

    `uid` makes uids for rows that callers do not name; `busy_ms` is how long to wait for another process. Raises
    StoreError. A file that can only be read gives a store that says so (`read_only`, `notice`).
    """
    path = Path(path).absolute()
    return Store(path, open_file(path, now=now, database_uid=uid(), busy_ms=busy_ms), uid, busy_ms)


class Store(LazyRecords):
    """One open history database. Safe to use from any thread."""

    def __init__(self, path: Path, opened: OpenedDatabase, uid: Callable[[], str], busy_ms: int) -> None:
        self.path = path
        self._refusal = opened.refusal
        self._uid = uid
        indexer = Indexer()
        self._gate = DatabaseHandle(path, opened, indexer, busy_ms)
        self._writer, self._readers = self._gate.writer, self._gate.readers
        self._write, alone = self._gate.write, self._gate.alone
        self.searches = Searches(self._readers.use, self._write, indexer)
        self.curation = Curation(self._write)
        self.imports = RunImports(self._readers.use, self._write, uid)
        self.deleting = Deletion(path, self._readers, self._write, alone)
        self.exports = RunExports(self._readers.use)
        self.upkeep = Upkeep(path, self._readers, self._write, alone, self._gate.require_place)
        self.judgements = JudgementRecords(self._readers, self._write)
        self.packs = PackRecords(self._readers, self._write)
        self.techniques = TechniqueMarks(self._readers, self._write)
        self.pass_shares = PassShareRecords(self._readers)
        self.lane_presets = LanePresetRecords(self._readers, self._write)
        self.model_uses = ModelUses(self._readers)

    @property
    def read_only(self) -> bool:
        """Whether the history can only be read; `notice` says why."""
        return self._writer is None

    @property
    def notice(self) -> str:
        """A sentence about this file for the user, or ""."""
        return self._refusal.sentence if self._refusal else ""

    def close(self) -> None:
        """Finish all queued writes, then close. Safe to repeat."""
        self._gate.close()

    def look_at_place(self) -> StoreError | None:
        """Return the error to report if the file was moved or replaced (moved), None while it is at its path.

        If another file is there, this history is kept under a name that the error tells, and read from there.
        """
        return self._gate.look()

    def interrupt(self, thread: threading.Thread) -> None:
        """Interrupt what `thread` is reading here; its call raises StoreError (interrupted)."""
        self._readers.interrupt(thread)

    # Prompts, drafts, versions

    def create_prompt(self, uid: str, name: str, now: str) -> Future[None]:
        """Add a prompt without draft and versions."""
        return self._write(lambda c: _nothing(prompts.create(c, uid, name, now)))

    def add_whole_prompts(self, made: Sequence[WholePrompt], now: str) -> Future[None]:
        """Add prompts with versions, draft and a meta key that stores their uid, in one transaction."""
        return self._write(lambda c: prompts.add_whole(c, made, now))

    def rename_prompt(self, uid: str, name: str, now: str) -> Future[None]:
        """Rename a prompt."""
        return self._write(lambda c: prompts.rename(c, uid, name, now))

    def duplicate_prompt(self, uid: str, new_uid: str, name: str, now: str) -> Future[None]:
        """Copy the draft, the cases and the versions the draft refers to into a new prompt, without iterations."""
        return self._write(lambda c: prompts.duplicate(c, uid, new_uid, name, now, self._uid))

    def archive_prompt(self, uid: str, archived: bool, now: str) -> Future[None]:
        """Archive a prompt, or list it again."""
        return self._write(lambda c: prompts.archive(c, uid, archived, now))

    def save_draft(self, prompt_uid: str, draft: Draft, now: str, known: KnownCases = None) -> Future[None]:
        """Save what the editor holds, with its cases where they differ from the `known` ones.

        Survives the death of the process, but not a loss of power.
        """
        return self._write(lambda c: prompts.save_draft(c, prompt_uid, draft, now, known, self._uid), durable=False)

    def add_version(
        self, prompt_uid: str, uid: str, content: Content, parent: int | None, now: str, note: str = ""
    ) -> Future[VersionRow]:
        """Add a version of `content`, or return the one that the prompt already has."""

        def work(connection: sqlite3.Connection) -> VersionRow:
            prompt = prompts.prompt_id(connection, prompt_uid)
            content_id = versions.content_id(connection, content)
            _, number = versions.insert_version(connection, prompt, uid, content_id, parent, now, note)
            return versions.one(connection, prompt, number)

        return self._write(work)

    def add_blob(self, body: bytes, media_type: str) -> Future[str]:
        """Store the bytes of an attached file, at most `blobs.MAX_BLOB`; the future holds their hash."""
        return self._write(lambda c: blobs.add(c, body, media_type))

    def blob(self, name: str) -> bytes:
        """Return the bytes with this hash. Raises StoreError (missing)."""
        with self._readers.use() as connection:
            return blobs.read(connection, name)

    def prompts(self, archived: bool = False) -> list[PromptRow]:
        """Return the prompts that are archived or those that are not, most recently used first."""
        with self._readers.use() as connection:
            return prompts.listed(connection, archived)

    def draft_lanes(self) -> list[DraftLane]:
        """Return the lanes of the drafts of all prompts in use."""
        with self._readers.use() as connection:
            return prompts.draft_lanes(connection)

    def draft(self, prompt_uid: str) -> Draft | None:
        """Return the draft, None if the prompt never had one."""
        with self._readers.use() as connection:
            return prompts.draft(connection, prompt_uid)

    def keep_damaged_draft(self, prompt_uid: str) -> Path | None:
        """Save an unreadable draft to a file beside the history and return its path; None if it is readable."""
        with self._readers.use() as connection:
            return damaged_drafts.keep(connection, prompts.prompt_id(connection, prompt_uid))

    def version_numbers(self, prompt_uid: str) -> tuple[int, ...]:
        """Return the numbers of all versions of a prompt, newest first."""
        with self._readers.use() as connection:
            return versions.numbers(connection, prompts.prompt_id(connection, prompt_uid))

    def version_names(self, prompt_uid: str) -> dict[int, str]:
        """Return what people call the versions of a prompt, by number, newest first."""
        with self._readers.use() as connection:
            return version_names.of_prompt(connection, prompts.prompt_id(connection, prompt_uid))

    def version_named(self, prompt_uid: str, name: str) -> int | None:
        """Return the number of the version that a person named ("#12", "12", "imported 2"), None for an unknown one."""
        with self._readers.use() as connection:
            return version_names.number_of(connection, prompts.prompt_id(connection, prompt_uid), name)

    def versions(self, prompt_uid: str) -> list[VersionRow]:
        """Return all versions of a prompt, oldest first."""
        with self._readers.use() as connection:
            return versions.listed(connection, prompts.prompt_id(connection, prompt_uid))

    def version(self, prompt_uid: str, number: int) -> VersionRow:
        """Return one version. Raises StoreError (missing)."""
        with self._readers.use() as connection:
            return versions.one(connection, prompts.prompt_id(connection, prompt_uid), number)

    def version_labels(self, prompt_uid: str) -> list[VersionLabel]:
        """Return how each version of a prompt is shown in lists, newest first."""
        with self._readers.use() as connection:
            return versions.labels(connection, prompts.prompt_id(connection, prompt_uid))

    def set_version_note(self, version_uid: str, note: str) -> Future[None]:
        """Set the note of a version."""
        return self._write(lambda c: versions.set_note(c, version_uid, note))

    # Runs and outputs

    def begin_run(self, start: RunStart) -> Future[RunBegun]:
        """Store a run with its lanes and waiting outputs, before anything is sent."""
        return self._write(lambda c: run_starts.begin_run(c, start))

    def add_attempt(self, output_uid_old: str, new_uid: str, now: str, *, owner_uid: str | None = None) -> Future[int]:
        """Add a retry beside an output and return its attempt number.

        `owner_uid` is the process that makes the retry, which may differ from the one that made the run.
        """
        return self._write(lambda c: run_starts.add_attempt(c, output_uid_old, new_uid, now, owner_uid))

    def save_partials(self, pieces: Iterable[Partial]) -> Future[None]:
        """Append what streaming outputs produced since they were last saved."""
        taken = tuple(pieces)
        return self._write(lambda c: partials.save(c, taken), durable=False)

    def finish_output(self, output_uid: str, result: Result, now: str) -> Future[None]:
        """Store how an output ended. Raises StoreError (ended) if it already has."""
        return self._write(lambda c: output_endings.finish_output(c, output_uid, result, now))

    def mark(self, run_uid: str, uid: str, verdict: Verdict_, output_uids: tuple[str, ...], now: str) -> Future[None]:
        """Add a verdict about `output_uids`: all that were compared, in the order shown, not only the winner."""
        return self._write(lambda c: verdicts.mark(c, run_uid, uid, verdict, output_uids, now))

    def reveal(self, run_uid: str) -> Future[None]:
        """Reveal the names of a blind run that is not judged."""
        return self._write(lambda c: verdicts.reveal(c, run_uid))

    def set_note(self, run_uid: str, note: str) -> Future[None]:
        """Set the note of a run."""
        return self._write(lambda c: verdicts.set_note(c, run_uid, note))

    def recover(self, alive: Callable[[str], bool], now: str) -> Future[RecoveredOutputs]:
        """End the outputs whose owner is not `alive` as interrupted, with their text so far."""
        return self._write(lambda c: output_endings.recover(c, alive, now))

    def owners_in_flight(self) -> set[str]:
        """Return the processes, dead or alive, that own unfinished outputs."""
        with self._readers.use() as connection:
            return output_endings.owners_in_flight(connection)

    def timeline(self, prompt_uid: str, after: TimelineCursor | None = None, limit: int = 100) -> TimelinePage:
        """Return up to `limit` iterations, and versions without any, after the cursor `after`, newest first."""
        with self._readers.use() as connection:
            return timeline_pages.page(connection, prompt_uid, after, limit)

    def version_detail(self, version_uid: str) -> VersionDetail:
        """Return a version as the timeline shows it, with its content."""
        with self._readers.use() as connection:
            return timeline_pages.version(connection, version_uid)

    def iterations(self, prompt_uid: str, before: int | None = None, limit: int = 100) -> list[IterationRow]:
        """Return up to `limit` iterations with numbers below `before`, newest first."""
        with self._readers.use() as connection:
            return timeline.page(connection, prompt_uid, before, limit)

    def iteration(self, run_uid: str) -> IterationRow:
        """Return one row of the timeline."""
        with self._readers.use() as connection:
            return timeline.one(connection, run_uid)

    def iteration_of(self, prompt_uid: str, run_uid: str) -> IterationRow | None:
        """Return one row of a prompt's timeline, None if the run belongs to another prompt."""
        with self._readers.use() as connection:
            return timeline.one_of(connection, prompt_uid, run_uid)

    def iteration_count(self, prompt_uid: str) -> int:
        """Return the number of iterations of a prompt."""
        with self._readers.use() as connection:
            return timeline.count(connection, prompt_uid)

    def iteration_detail(self, run_uid: str) -> IterationDetail:
        """Return an iteration exactly as it was, with all attempts."""
        with self._readers.use() as connection:
            return timeline.detail(connection, run_uid)

    def previous_answer(self, output_uid: str) -> PastAnswer | None:
        """Return the newest finished answer of the same lane and value set from an earlier iteration."""
        with self._readers.use() as connection:
            return reference_answers.previous(connection, output_uid)

    def winning_answer(self, output_uid: str) -> PastAnswer | None:
        """Return the latest winner of the same prompt, one for the same values if there is one."""
        with self._readers.use() as connection:
            return reference_answers.winner(connection, output_uid)

    def recent_answers(self, prompt_uid: str, limit: int = 60) -> list[RecentAnswer]:
        """Return finished answers of a prompt's newest iterations, newest first, with their verdicts."""
        with self._readers.use() as connection:
            return improvements.recent_answers(connection, prompt_uid, limit)

    def improvements(self, prompt_uid: str, limit: int = 50, kind: RunKind = "improve") -> list[EarlierImprovement]:
        """Return the runs that asked for a better version of a prompt, or those of another kind, newest first."""
        with self._readers.use() as connection:
            return improvements.earlier(connection, prompt_uid, limit, kind)

    def version_meant(self, prompt_uid: str, content: Content, based_on: int | None) -> int | None:
        """Return the version with this content, else the one it is based on, else the newest; None without any."""
        with self._readers.use() as connection:
            return improvements.version_meant(connection, prompt_uid, content, based_on)

    # Endpoints, small facts

    def past_amounts(self, prompt_uid: str, endpoint_uid: str, model: str, limit: int) -> list[PastAmounts]:
        """Return tokens and costs of the newest finished answers of a model to a prompt, newest first."""
        with self._readers.use() as connection:
            return past_outputs.past_amounts(connection, prompt_uid, endpoint_uid, model, limit)

    def save_endpoint(self, endpoint: Endpoint, now: str) -> Future[None]:
        """Add or replace an endpoint. Raises StoreError (secret) if a header or the address holds a key."""
        return self._write(lambda c: endpoints.save(c, endpoint, now))

    def remove_endpoint(self, uid: str, now: str) -> Future[None]:
        """Remove an endpoint from the list; past runs keep naming it."""
        return self._write(lambda c: endpoints.remove(c, uid, now))

    def endpoints(self, uid: str = "") -> list[Endpoint]:
        """Return the built-in endpoints, then the user's own by name; with `uid`, only that one."""
        with self._readers.use() as connection:
            return endpoints.listed(connection, uid)

    def set_meta(self, key: str, value: str) -> Future[None]:
        """Set a meta value of this file, such as `last_prompt`."""
        return self._write(lambda c: prompts.set_meta(c, key, value), durable=False)

    def get_meta(self, key: str) -> str | None:
        """Return a meta value, None if it is not set."""
        with self._readers.use() as connection:
            return prompts.meta(connection, key)

    def last_prompt(self) -> str | None:
        """Return the prompt to open: the meta value `last_prompt`, else the one changed last, else None."""
        with self._readers.use() as connection:
            return prompts.last_prompt(connection)

    def data_version(self) -> int:
        """Return a number that changes when another process has written, but not when this one has."""
        return self._gate.data_version()


def _nothing(_: object) -> None:
    return None
