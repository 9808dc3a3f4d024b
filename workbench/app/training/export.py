"""Exports training files: a preview of their contents, and writing them.

Invariant: nothing here blocks the UI thread. Of several previews requested in a row, only the last one is delivered,
and the others are stopped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeVar

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import BackgroundTasks, WorkStoppedError
from workbench.core.training import Kind
from workbench.formats.training import FORMATS
from workbench.formats.training.format import TrainingFormat
from workbench.store import Store
from workbench.usecases.handover import HandOver, HandOverMaker, HandOverRequest, write_hand_over
from workbench.usecases.model_access import ModelAccess
from workbench.usecases.problems import problem_of
from workbench.usecases.training import ChosenBy, Trainer, TrainingSet

T = TypeVar("T")

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
    """What to export; `share` is the fraction for validation, `per_million` the price in USD per million trained
    tokens."""

    format: str = next(iter(FORMATS))
    chosen_by: ChosenBy = "winner"
    share: float = 0.1
    epochs: int = 3
    per_million: float | None = None


def formats() -> tuple[TrainingFormat, ...]:
    """Return the available formats."""
    return tuple(FORMATS.values())


def about(name: str) -> str:
    """Return the description of a format's rows."""
    return _NEEDS[FORMATS[name].kind]


class FileExport(QObject):
    """Prepares and writes files of one history; the subclasses say which."""

    prepared = Signal(object)
    """What was prepared."""
    refused = Signal(str, str)
    """Why nothing can be written, and the detail."""
    written = Signal(object)
    """tuple[Path, ...]"""

    def __init__(self, store: Store, tasks: BackgroundTasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store, self._tasks = store, tasks
        self._stop = threading.Event()

    def _prepare(self, make: Callable[[Callable[[], None]], T]) -> None:
        """Prepare a preview with `make`, which gets what it calls repeatedly; an earlier request is dropped."""
        self._stop.set()
        self._stop = stop = threading.Event()

        def watch() -> None:
            if stop.is_set():
                raise WorkStoppedError

        def made(result: T) -> None:
            if not stop.is_set():
                self.prepared.emit(result)

        def failed(error: Exception) -> None:
            if not stop.is_set():
                self._refuse(error)

        self._tasks.run_large(lambda: make(watch), made, failed)

    def _write(self, work: Callable[[], tuple[Path, ...]]) -> None:
        self._tasks.run_large(work, self.written.emit, self._refuse)

    def stop(self) -> None:
        """Stop the work in progress."""
        self._stop.set()

    def _refuse(self, error: Exception) -> None:
        problem = problem_of(error)
        self.refused.emit(problem.sentence, problem.detail)


class TrainingExport(FileExport):
    """Exports training files; `prepared` carries a TrainingSet."""

    def prepare(self, prompt_uid: str, asked: TrainingRequest) -> None:
        """Prepare a preview of a prompt's export; an earlier request is dropped."""
        self._prepare(
            lambda watch: Trainer(self._store, watch).prepare(
                prompt_uid,
                asked.format,
                asked.chosen_by,
                share=asked.share,
                epochs=asked.epochs,
                per_million=asked.per_million,
            )
        )

    def write(self, made: TrainingSet, folder: Path) -> None:
        """Write the files into a folder, replacing files of the same names."""
        trainer = Trainer(self._store)
        self._write(lambda: trainer.write(made, folder))


class HandOverExport(FileExport):
    """Hands a prompt over to training; `prepared` carries a HandOver."""

    def __init__(self, store: Store, models: ModelAccess, tasks: BackgroundTasks) -> None:
        super().__init__(store, tasks)
        self._maker = HandOverMaker(store, models.catalogue.get, models.today)

    def prepare(self, prompt_uid: str, asked: HandOverRequest) -> None:
        """Prepare a preview of a prompt's hand-over; an earlier request is dropped."""
        self._prepare(lambda watch: self._maker.prepare(prompt_uid, asked, watch))

    def write(self, made: HandOver, folder: Path) -> None:
        """Write the files into a folder, replacing those of an earlier hand-over."""
        self._write(lambda: write_hand_over(made, folder))
