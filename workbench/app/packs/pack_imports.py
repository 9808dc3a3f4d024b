"""Packs that come in: looked at, brought in, and taken out again.

Invariant: files are read and the history is written on other threads; of several packs that were asked for one after
the other only the last one is told of.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.packs.pack_contents import MANIFEST
from workbench.store import Store
from workbench.usecases.packs.importer import Action, ImportedPack, PackImporter, PackImportPlan
from workbench.usecases.problems import problem_of

ENDINGS = (".promptpack", ".zip")


def pack_at(path: Path) -> Path | None:
    """Return the pack that a file or folder is or stands for, None when it does not look like one.

    A folder's `pack.yaml` stands for the folder, because a dialog for files cannot choose a folder.
    """
    if path.name == MANIFEST:
        return path.parent
    if path.suffix.lower() == ENDINGS[0]:
        return path
    return path if (path / MANIFEST).is_file() else None


class _ForgottenError(Exception):
    """Nobody waits for it any more."""


class PackImports(QObject):
    """Reads packs and brings them into one history."""

    progress = Signal(str, int, int)
    """In words, how many of how many prompts are read."""
    looked = Signal(object)
    """Plan: what a pack would bring."""
    refused = Signal(str, str)
    """Why a pack cannot be read or brought in, and the detail."""
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
        """Read a pack and say what it would bring."""
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
        """Tell nothing more of a pack that is still being read."""
        self._asked += 1

    def bring(self, plan: PackImportPlan, actions: Mapping[str, Action]) -> None:
        """Bring in what was chosen."""

        def came(imported: ImportedPack) -> None:
            self.came.emit(plan, imported)

        self._tasks.run_large(lambda: self._importer.apply(plan, actions), came, self._refuse)

    def undo(self) -> None:
        """Take out what the last import added."""

        def failed(error: Exception) -> None:
            problem = problem_of(error)
            self.undo_refused.emit(problem.sentence, problem.detail)

        self._tasks.run_large(self._importer.undo, self.undone.emit, failed)

    def _refuse(self, error: Exception) -> None:
        problem = problem_of(error)
        self.refused.emit(problem.sentence, problem.detail)
