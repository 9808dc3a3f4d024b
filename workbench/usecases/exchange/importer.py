"""Importing runs of other programs and histories.

Invariant: a source file is only read. A run is imported completely, in a transaction with some others, so that an
import can be stopped or killed at any time and repeated: runs that exist are skipped. A preview does the same without
writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from workbench.core.imported_runs import ImportedCounts, ImportedRun, LeftOut
from workbench.core.text import counted
from workbench.formats.imports.format import ImportedItem
from workbench.store import Store, StoreError
from workbench.store.merging.foreign_database import ReadingHalt
from workbench.store.merging.merge import MergeStep
from workbench.store.merging.run_imports import ImportOrigin
from workbench.usecases.exchange.sources import ImportSource, OtherHistory, check, opened
from workbench.usecases.problems import RefusedError

_BATCH_RUNS, _BATCH_CHARACTERS = 50, 2_000_000
_MOST_LISTED = 50

__all__ = ["ImportReport", "Importer", "ReadingHalt"]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Progress or result of an import. `added` counts new items (in a preview: those that would be added), `known` runs
    that exist already. The first items left out are listed. `read` of `total` calls were read so far.
    """

    path: Path
    kind: str
    title: str
    total: int = 0
    read: int = 0
    added: ImportedCounts = field(default_factory=ImportedCounts)
    known: int = 0
    left_out: int = 0
    listed: tuple[LeftOut, ...] = ()
    state: Literal["reading", "done", "stopped", "broken"] = "reading"
    trouble: str = ""
    """The reason why reading ended early, "" unless the state is broken."""


Tell = Callable[[ImportReport], None]


class Importer:
    """Reads files into a history. Blocks; use it on worker threads. `halt` ends it between two batches."""

    def __init__(self, store: Store, now: Callable[[], str]) -> None:
        self._store, self._now = store, now

    def preview(self, path: Path, halt: ReadingHalt, tell: Tell) -> ImportReport:
        """Read a file and report what it would add. Raises RefusedError or StoreError if it cannot be read at all."""
        return self._go(path, halt, tell, write=False)

    def run(self, path: Path, halt: ReadingHalt, tell: Tell) -> ImportReport:
        """Import a file; `tell` receives progress. Raises like `preview`."""
        if self._store.read_only:
            raise RefusedError(self._store.notice)
        newest = self._store.imports.newest()
        try:
            return self._go(path, halt, tell, write=True)
        finally:
            # Imported runs are older than the existing ones, and lists are ordered by row position.
            if self._store.imports.newest() != newest:
                self._store.searches.rebuild().result()

    def _go(self, path: Path, halt: ReadingHalt, tell: Tell, *, write: bool) -> ImportReport:
        check(path)
        if path.samefile(self._store.path):
            raise RefusedError("This is the history that is open. Choose another one.")
        with opened(path, self._store.path.parent, halt) as source:
            if isinstance(source, OtherHistory):
                return self._merge(source, halt, tell, write=write)
            return _Reading(self._store, self._now(), source, tell, write=write).all(halt)

    def _merge(self, source: OtherHistory, halt: ReadingHalt, tell: Tell, *, write: bool) -> ImportReport:
        merge = self._store.imports.merge(source.connection, self._store.path.parent, halt, self._now())
        report = ImportReport(source.path, source.format.id, source.format.title, merge.total)
        try:
            with closing(merge.steps() if write else merge.preview()) as steps:
                for step in steps:
                    report = _counted(report, step)
                    tell(report)
                    if halt.asked:
                        return replace(report, state="stopped")
        except StoreError as error:
            if error.code == "interrupted" and halt.asked:
                return replace(report, state="stopped")
            raise
        return replace(report, state="done")


class _Reading:
    """The import of one file."""

    def __init__(self, store: Store, now: str, source: ImportSource, tell: Tell, *, write: bool) -> None:
        self._store, self._source, self._tell, self._write = store, source, tell, write
        self._origin = ImportOrigin(source.format.id, str(source.path), now)
        self._report = ImportReport(source.path, source.format.id, source.format.title, source.total)
        self._prompts: set[str] = set()

    def all(self, halt: ReadingHalt) -> ImportReport:
        """Read to the end, or to a stop or damage."""
        try:
            for batch, read in self._batches(self._source.items):
                if halt.asked:
                    return self._ended("stopped")
                self._take(batch)
                self._report = replace(self._report, read=read)
                self._tell(self._report)
        except StoreError as error:
            if error.code == "interrupted" and halt.asked:
                return self._ended("stopped")
            if error.code not in ("corrupt", "io") or not self._report.read:
                raise
            self._report = replace(self._report, trouble=error.sentence)
            return self._ended("broken")
        return self._ended("stopped" if halt.asked else "done")

    def _ended(self, state: Literal["done", "stopped", "broken"]) -> ImportReport:
        self._report = replace(self._report, state=state)
        return self._report

    def _batches(self, items: Iterator[ImportedItem]) -> Iterator[tuple[list[ImportedRun], int]]:
        batch: list[ImportedRun] = []
        read = characters = 0
        try:
            for item, calls in items:
                read += calls
                if isinstance(item, LeftOut):
                    self._leave_out(item, calls)
                    continue
                batch.append(item)
                characters += _length(item)
                if len(batch) >= _BATCH_RUNS or characters > _BATCH_CHARACTERS:
                    yield batch, read
                    batch, characters = [], 0
        except StoreError:
            # Items before the damage are valid.
            yield batch, read
            raise
        yield batch, read

    def _leave_out(self, item: LeftOut, calls: int) -> None:
        """List an item left out; it counts only if it is a call, not for example a parameter."""
        listed = self._report.listed
        self._report = replace(
            self._report,
            left_out=self._report.left_out + calls,
            listed=(*listed, item) if len(listed) < _MOST_LISTED else listed,
        )

    def _take(self, batch: Sequence[ImportedRun]) -> None:
        imports = self._store.imports
        known = imports.known(self._origin.kind, "run", [run.foreign_id for run in batch])
        fresh = [run for run in batch if run.foreign_id not in known]
        added = imports.add(self._origin, fresh).result() if self._write and fresh else self._would_add(fresh)
        self._report = replace(
            self._report, added=self._report.added + added, known=self._report.known + len(batch) - len(fresh)
        )

    def _would_add(self, fresh: Sequence[ImportedRun]) -> ImportedCounts:
        keys = {run.prompt.key for run in fresh} - self._prompts
        new = keys - self._store.imports.known(self._origin.kind, "prompt", sorted(keys))
        self._prompts |= keys
        return ImportedCounts(len(fresh), sum(len(run.answers) for run in fresh), len(new))


def _counted(report: ImportReport, step: MergeStep) -> ImportReport:
    listed = (*report.listed, *step.left_out)[:_MOST_LISTED]
    return replace(
        report,
        read=report.read + step.read,
        added=report.added + step.added,
        known=report.known + step.known,
        left_out=report.left_out + len(step.left_out) + step.more_left_out,
        listed=listed,
    )


def _length(run: ImportedRun) -> int:
    texts = sum(len(message.text) for lane in run.lanes for message in lane.content.messages)
    texts += sum(len(value) for one in run.sets for _, value in one.values)
    texts += sum(len(answer.result.text) + len(answer.result.reasoning) for answer in run.answers)
    return texts + sum(len(file.body) for file in run.files)


def sentence(report: ImportReport, *, preview: bool = False) -> str:
    """Return the result of an import or a preview as text for the person."""
    added = report.added
    new = f"{counted(added.runs, 'run')} with {counted(added.answers, 'answer')}"
    into = f" in {counted(added.prompts, 'new prompt')}" if added.prompts else ""
    if not added.runs:
        parts = ["Nothing new"]
    elif preview:
        parts = [f"New: {new}{into}"]
    else:
        parts = [f"Imported {new}{into}"]
    if report.known:
        parts.append(f"{report.known:,} {'was' if report.known == 1 else 'were'} already here")
    if report.left_out:
        parts.append(f"{report.left_out:,} left out")
    words = "; ".join(parts) + "."
    if report.state == "stopped":
        words += " Stopped before the end; import again to continue."
    return f"{words} {report.trouble}" if report.trouble else words
