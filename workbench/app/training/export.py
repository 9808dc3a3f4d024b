"""Training files out of the window: what would be in them, and writing them.

Invariant: nothing here holds up the window; of several previews that were asked for one after the other only the last
one is told of, and the others are not made to their end.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import BackgroundTasks, WorkStoppedError
from workbench.core.training import Kind
from workbench.formats.training import FORMATS
from workbench.formats.training.format import TrainingFormat
from workbench.store import Store
from workbench.usecases.problems import problem_of
from workbench.usecases.training import ChosenBy, Trainer, TrainingSet

CHOSEN: Mapping[ChosenBy, str] = {
    "winner": "Winners of verdicts",
    "starred": "Starred answers",
    "both": "Winners and starred answers",
}
_NEEDS: Mapping[Kind, str] = {
    "chosen": "Each row is a good answer.",
    "preference": "Each row is a better and a worse answer to the same messages, taken from verdicts.",
    "label": "Each row is an answer with a thumb up or down.",
}


class TrainingRequest(NamedTuple):
    """What a person wants to have; `share` is for validation, `per_million` dollars for a million trained tokens."""

    format: str = next(iter(FORMATS))
    chosen_by: ChosenBy = "winner"
    share: float = 0.1
    epochs: int = 3
    per_million: float | None = None


def formats() -> tuple[TrainingFormat, ...]:
    """Return the formats there are."""
    return tuple(FORMATS.values())


def about(name: str) -> str:
    """Return what the rows of a format are."""
    return _NEEDS[FORMATS[name].kind]


class TrainingExport(QObject):
    """Prepares and writes files of one history."""

    prepared = Signal(object)
    """TrainingSet"""
    refused = Signal(str, str)
    """Why there is nothing to write, or it cannot be, and the detail."""
    written = Signal(object)
    """tuple[Path, ...]"""

    def __init__(self, store: Store, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._tasks = store, tasks
        self._stop = threading.Event()

    def prepare(self, prompt_uid: str, asked: TrainingRequest) -> None:
        """Find out what would be written of a prompt; what was asked for before is given up."""
        self._stop.set()
        self._stop = stop = threading.Event()

        def watch() -> None:
            if stop.is_set():
                raise WorkStoppedError

        def work() -> TrainingSet:
            return Trainer(self._store, watch).prepare(
                prompt_uid,
                asked.format,
                asked.chosen_by,
                share=asked.share,
                epochs=asked.epochs,
                per_million=asked.per_million,
            )

        def made(result: TrainingSet) -> None:
            if not stop.is_set():
                self.prepared.emit(result)

        def failed(error: Exception) -> None:
            if not stop.is_set():
                self._refuse(error)

        self._tasks.run_large(work, made, failed)

    def write(self, made: TrainingSet, folder: Path) -> None:
        """Write the files into a folder; what is there under their names is replaced."""
        trainer = Trainer(self._store)
        self._tasks.run_large(lambda: trainer.write(made, folder), self.written.emit, self._refuse)

    def stop(self) -> None:
        """Give up what goes on."""
        self._stop.set()

    def _refuse(self, error: Exception) -> None:
        problem = problem_of(error)
        self.refused.emit(problem.sentence, problem.detail)
