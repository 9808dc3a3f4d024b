"""Reads tables, plans their import and carries it out, off the UI thread.

Invariant: of several requests in a row, only the results of the last one are delivered. While a plan is made, further
requests are merged into one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.core.testing.case_mapping import CaseMapping
from workbench.core.testing.case_table import CaseTable, ReadingStoppedError, Watch
from workbench.usecases.case_import import CaseImporter, CaseImportPlan, free_gradually
from workbench.usecases.problems import problem_of

_TELL_S = 0.1


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to plan: a table with its mapping, for a prompt with these variables."""

    prompt_uid: str
    table: CaseTable
    mapping: CaseMapping
    variables: Sequence[str]
    skips_duplicates: bool
    folder: Path | None = None
    """That of the table's file, None for a paste."""


class CaseImports(QObject):
    """Imports cases into one history."""

    progress = Signal(int)
    """Rows read so far."""
    was_read = Signal(object)
    """CaseTable"""
    planned = Signal(object)
    """CaseImportPlan"""
    added = Signal(object)
    """AddedCases"""
    refused = Signal(str, str)
    """Why a file cannot be read, or nothing was imported, and the detail."""
    stopped = Signal()

    def __init__(self, importer: CaseImporter, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._importer, self._tasks = importer, tasks
        self._halt = threading.Event()
        self._wanted: PlanRequest | None = None
        self._is_planning = False
        # Keeps them alive until they are freed in slices.
        self._table: CaseTable | None = None
        self._plan: CaseImportPlan | None = None

    def read_file(self, path: Path, sheet: str = "") -> None:
        """Read a file; an earlier reading is stopped."""
        self._read(lambda watch: self._importer.read_file(path, watch, sheet))

    def read_text(self, text: str) -> None:
        """Read a pasted text; an earlier reading is stopped."""
        self._read(lambda watch: self._importer.read_text(text, watch))

    def plan(self, wanted: PlanRequest) -> None:
        """Plan an import."""
        self._wanted = wanted
        if not self._is_planning:
            self._plan_next()

    def add(self, plan: CaseImportPlan) -> None:
        """Import the cases of a plan."""

        self._tasks.run_large(lambda: self._importer.add(plan), self.added.emit, self._refuse)

    def stop(self) -> None:
        """Stop reading, and drop the plan in progress."""
        self._halt.set()
        self._wanted = None

    def release(self) -> None:
        """Free the last table and plan, which nothing else refers to any more."""
        self._keep(None, None)

    def _read(self, work: Callable[[Watch], CaseTable]) -> None:
        self.stop()
        self._halt = halt = threading.Event()
        told = time.monotonic()

        def watch(rows: int) -> None:
            nonlocal told
            if halt.is_set():
                raise ReadingStoppedError
            if (now := time.monotonic()) - told > _TELL_S:
                told = now
                self._tasks.on_ui(partial(self._tell, halt, rows))

        def read(table: CaseTable) -> None:
            if not halt.is_set():
                self.was_read.emit(table)
                self._keep(table, None)

        def failed(error: Exception) -> None:
            if isinstance(error, ReadingStoppedError):
                self.stopped.emit()
            elif not halt.is_set():
                self._refuse(error)

        self._tasks.run_large(lambda: work(watch), read, failed)

    def _keep(self, table: CaseTable | None, plan: CaseImportPlan | None) -> None:
        """Replace the kept table and plan, and free the former ones off the UI thread."""
        parts: list[list[Any]] = []
        if self._table is not None and self._table is not table:
            parts += [list(self._table.rows), list(self._table.numbers)]
        if self._plan is not None and self._plan is not plan:
            parts += [list(self._plan.cases), list(self._plan.mapped.cases), list(self._plan.mapped.numbers)]
        self._table, self._plan = table, plan
        if parts:
            self._tasks.run(partial(free_gradually, *parts))

    def _tell(self, halt: threading.Event, rows: int) -> None:
        if not halt.is_set():
            self.progress.emit(rows)

    def _plan_next(self) -> None:
        wanted = self._wanted
        if wanted is None:
            return
        self._is_planning = True

        def work() -> CaseImportPlan:
            return self._importer.plan(
                wanted.prompt_uid,
                wanted.table,
                wanted.mapping,
                wanted.variables,
                skips_duplicates=wanted.skips_duplicates,
                folder=wanted.folder,
            )

        def made(plan: CaseImportPlan) -> None:
            self._is_planning = False
            if self._wanted is wanted:
                self._wanted = None
                self.planned.emit(plan)
                self._keep(self._table, plan)
            else:
                self._plan_next()

        def failed(error: Exception) -> None:
            self._is_planning = False
            if self._wanted is wanted:
                self._wanted = None
                self._refuse(error)
            else:
                self._plan_next()

        self._tasks.run_large(work, made, failed)

    def _refuse(self, error: Exception) -> None:
        problem = problem_of(error)
        self.refused.emit(problem.sentence, problem.detail)
