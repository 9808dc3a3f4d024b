"""Imports packs: preview, import and undo.

Invariant: files are read and the history is written on other threads. Of several packs requested in a row, only the
last one is delivered.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.packs.pack_contents import ENDING, MANIFEST
from workbench.store import Store
from workbench.usecases.packs.importer import Action, ImportedPack, PackImporter, PackImportPlan
from workbench.usecases.problems import problem_of


def pack_at(path: Path) -> Path | None:
    """Return the pack at a file or folder, None if it does not look like one.

    A folder's `pack.yaml` stands for the folder, because a file dialog cannot choose a folder.
    """
    if path.name == MANIFEST:
        return path.parent
    if path.suffix.lower() == ENDING:
        return path
    return path if (path / MANIFEST).is_file() else None


class _ForgottenError(Exception):
    """The request was superseded or dropped."""


class PackImports(QObject):
    """Reads packs and imports them into one history."""

    progress = Signal(str, int, int)
    """Description, number of prompts read, total."""
    looked = Signal(object)
    """PackImportPlan: what a pack would add."""
    refused = Signal(str, str)
    """Why a pack cannot be read or imported, and the detail."""
    came = Signal(object, object)
    """PackImportPlan, ImportedPack"""
    undone = Signal(str)
    undo_refused = Signal(str, str)

    def __init__(self, store: Store, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._importer = PackImporter(store, new_uid, utc_now)
        self._asked = 0

    def look(self, path: Path) -> None:
        """Read a pack and plan its import."""
        self._asked += 1
        mine = self._asked

        def tell(done: int, of: int) -> None:
            if mine != self._asked:
                raise _ForgottenError
            self._tasks.on_ui(lambda: self._say(mine, done, of))

        def seen(plan: PackImportPlan) -> None:
            if mine == self._asked:
                self.looked.emit(plan)

        def failed(error: Exception) -> None:
            if mine == self._asked:
                self._refuse(error)

        self._tasks.run_large(lambda: self._importer.plan(path, tell), seen, failed)

    def _say(self, asked: int, done: int, of: int) -> None:
        if asked == self._asked:
            self.progress.emit(f"{done:,} of {of:,} prompts…", done, of)

    def forget(self) -> None:
        """Drop the pack that is being read."""
        self._asked += 1

    def bring(self, plan: PackImportPlan, actions: Mapping[str, Action]) -> None:
        """Import what was chosen."""

        def came(imported: ImportedPack) -> None:
            self.came.emit(plan, imported)

        self._tasks.run_large(lambda: self._importer.apply(plan, actions), came, self._refuse)

    def undo(self) -> None:
        """Remove what the last import added."""

        def failed(error: Exception) -> None:
            problem = problem_of(error)
            self.undo_refused.emit(problem.sentence, problem.detail)

        self._tasks.run_large(self._importer.undo, self.undone.emit, failed)

    def _refuse(self, error: Exception) -> None:
        problem = problem_of(error)
        self.refused.emit(problem.sentence, problem.detail)
