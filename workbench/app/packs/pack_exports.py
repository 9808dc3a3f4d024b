"""Exports packs: the choice, a preview of what would be written and disclosed, and writing it.

Invariant: files and the history are read and written on other threads. Stopping a job in progress changes nothing. Of
several previews requested in a row, only the last one is delivered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from PySide6.QtCore import QObject, Signal

from workbench.app.packs.version_choice import ListedVersion
from workbench.app.tasks import BackgroundTasks, WorkStoppedError
from workbench.core.disclosure import DisclosureFinding
from workbench.core.runs import PromptRow
from workbench.core.text import first_line
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.packs.pack_contents import PackAbout
from workbench.packs.pack_writer import texts
from workbench.store import Store
from workbench.usecases.packs.exporter import PackChoice, PackExport, PackExporter
from workbench.usecases.packs.target import PackTarget, gone, look_at
from workbench.usecases.problems import problem_of

T = TypeVar("T")
MOST_SHOWN = 50_000
"""Characters of a file shown in a preview."""


_TOLD_EACH = 20
"""Iterations between two progress reports."""


class PackExportRequest(NamedTuple):
    """What to write, and where."""

    about: PackAbout
    choices: tuple[PackChoice, ...]
    with_evidence: bool
    path: Path
    with_hold_out: bool = False


class PackExportPreview(NamedTuple):
    """What would be written: files with their bytes, the beginnings of texts by file, and possibly private contents.

    `target` says what writing does at the target, and `gone` are files of the existing pack that would be removed.
    """

    export: PackExport
    path: Path
    target: PackTarget
    files: tuple[tuple[str, int], ...]
    shown: Mapping[str, str]
    findings: tuple[DisclosureFinding, ...]
    gone: tuple[str, ...]


class PackExports(QObject):
    """Exports packs of one history, one job at a time."""

    progress = Signal(str, int, int)
    """Description, completed amount, total; 0 of 0 if unknown."""
    prepared = Signal(object)
    """PackExportPreview"""
    written = Signal(object)
    """Path"""
    failed = Signal(str, str)
    """Why preparing or writing failed, and the detail; nothing has changed."""
    stopped = Signal()

    def __init__(self, store: Store, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._tasks = store, tasks
        self._exporter = PackExporter(store, new_uid, utc_now)
        self._stop = threading.Event()

    def prompts(self) -> Sequence[PromptRow]:
        """Return the prompts that can be exported, archived ones last; blocks."""
        return [*self._store.prompts(), *self._store.prompts(archived=True)]

    def known(self, prompt_uids: Sequence[str]) -> tuple[PackAbout | None, Path | None]:
        """Return the stored metadata of a pack of exactly these prompts, and where it was written last; blocks."""
        about = self._exporter.known(prompt_uids)
        return about, None if about is None else self._exporter.place(about.uid)

    def versions(self, prompt_uid: str) -> tuple[ListedVersion, ...]:
        """Return the versions of a prompt, newest first; blocks."""
        known = {label.number: label.text for label in self._store.version_labels(prompt_uid)}
        rows = [row for row in self._store.versions(prompt_uid) if not row.newer]
        return tuple(
            ListedVersion(row.number, row.name, _words(row.name, known.get(row.number, ""))) for row in reversed(rows)
        )

    def stop(self) -> None:
        """Stop the job in progress."""
        self._stop.set()

    def prepare(self, wanted: PackExportRequest) -> None:
        """Prepare a preview of what would be written and disclosed."""
        stop = self._begin()

        count = len(wanted.choices)
        reading = 0

        def go_on() -> None:
            if stop.is_set():
                raise WorkStoppedError

        def tell(done: int, of: int) -> None:
            nonlocal reading
            go_on()
            reading = done
            self._say(f"Prompt {done + 1:,} of {of:,}…", done, of)

        def watch(iterations: int) -> None:
            go_on()
            if iterations % _TOLD_EACH == 0:
                self._say(f"Prompt {reading + 1:,} of {count:,}, {iterations:,} iterations…", reading, count)

        def work() -> PackExportPreview:
            uids = [choice.prompt_uid for choice in wanted.choices]
            target = look_at(wanted.path, wanted.about, uids)
            # An updated pack keeps its identity.
            about = replace(wanted.about, uid=target.uid) if target.uid else wanted.about
            export = self._exporter.prepare(
                about,
                wanted.choices,
                with_evidence=wanted.with_evidence,
                with_hold_out=wanted.with_hold_out,
                tell=tell,
                watch=watch,
            )
            go_on()
            self._say("Looking for keys and addresses…", 0, 0)
            sizes = export.sizes()
            found = export.disclosed()
            removed = gone(wanted.path, target, {name for name, _ in sizes})
            preview = PackExportPreview(export, wanted.path, target, sizes, _shown(export), found, removed)
            go_on()
            return preview

        self._run(stop, work, self.prepared.emit)

    def write(self, preview: PackExportPreview) -> None:
        """Write the previewed files."""
        stop = self._begin()

        def tell(done: int, of: int) -> None:
            if stop.is_set():
                raise WorkStoppedError
            self._say(f"{done:,} of {of:,} files…", done, of)

        def work() -> Path:
            self._exporter.write(preview.export, preview.path, tell)
            return preview.path

        self._run(stop, work, self.written.emit)

    def _begin(self) -> threading.Event:
        # Stops the previous job, whose result is not delivered.
        self._stop.set()
        self._stop = threading.Event()
        return self._stop

    def _run(self, stop: threading.Event, work: Callable[[], T], then: Callable[[T], object]) -> None:
        def ended(result: T) -> None:
            if stop is self._stop:
                then(result)

        def failed(error: Exception) -> None:
            if stop is not self._stop:
                return
            if isinstance(error, WorkStoppedError):
                self.stopped.emit()
                return
            problem = problem_of(error)
            self.failed.emit(problem.sentence, problem.detail)

        self._tasks.run_large(work, ended, failed)

    def _say(self, words: str, done: int, of: int) -> None:
        self._tasks.on_ui(partial(self.progress.emit, words, done, of))


def _shown(export: PackExport) -> Mapping[str, str]:
    """Return the beginnings of all texts, including attachments."""
    told = dict(texts(export.pack, export.evidence))
    told |= {
        file.path: export.body(file.hash) for file in export.pack.files if not file.media_type.startswith("image/")
    }
    return {name: raw[: 4 * MOST_SHOWN].decode("utf-8", "replace")[:MOST_SHOWN] for name, raw in told.items()}


def _words(name: str, known: str) -> str:
    return " · ".join(filter(None, (name, first_line(known, 60))))
