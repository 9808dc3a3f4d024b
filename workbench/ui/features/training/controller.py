"""What the command does that makes training files.

Invariant: closing the window, or the window behind it, gives up a preview that is being made.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.app.training_desk import TrainingDesk
from workbench.ui.features.training.dialog import TrainingDialog
from workbench.usecases.training import TrainingSet

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


class TrainingActions(QObject):
    """Opens the window for one prompt."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._desk = desk = TrainingDesk(window.workbench.store, window.tasks, self)
        self.dialog: TrainingDialog | None = None
        desk.prepared.connect(self._prepared)
        desk.refused.connect(self._refused)
        desk.written.connect(self._written)

    def open(self, prompt_uid: str = "") -> None:
        """Make training files of a prompt, "" for the open one."""
        window = self._window
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        uid = prompt_uid or window.compose.prompt_uid
        at = window.prompts.model.position(uid)
        name = window.prompts.model.row(at).name if at >= 0 else ""
        dialog = TrainingDialog(window.theme, name, window.frame)
        dialog.preview_wanted.connect(lambda asked: self._desk.prepare(uid, asked))
        dialog.write_wanted.connect(self._desk.write)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()
        dialog.ask()

    def stop(self) -> None:
        """Give up what goes on."""
        self._desk.stop()

    def _prepared(self, made: TrainingSet) -> None:
        if self.dialog is not None:
            self.dialog.show_made(made)

    def _refused(self, sentence: str, detail: str) -> None:
        if self.dialog is not None:
            self.dialog.refuse(sentence, detail)
        else:
            self._window.notices.problem(sentence, detail)

    def _written(self, paths: tuple[Path, ...]) -> None:
        if self.dialog is not None:
            self.dialog.show_written(paths)
        else:
            self._window.notices.quiet("training", f"Training files are in {paths[0].parent}.")

    def _closed(self) -> None:
        self.stop()
        self.dialog = None
