"""Executes the commands that export training files and hand a prompt over to training.

Invariant: closing a dialog, or the window behind it, cancels a preview in progress.
"""

from __future__ import annotations

from pathlib import Path

from workbench.app.training.export import TrainingExport
from workbench.ui.features.training.dialog import TrainingDialog
from workbench.ui.features.training.handover import HandOverOpener
from workbench.ui.shell.services import Services
from workbench.usecases.training import TrainingSet


class TrainingController:
    """Opens one of the dialogs for one prompt: `dialog` for training files, `handover` for the hand-over."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._desk = desk = TrainingExport(services.backend.store, services.tasks)
        self.dialog: TrainingDialog | None = None
        self.handover = HandOverOpener(services)
        desk.prepared.connect(self._prepared)
        desk.refused.connect(self._refused)
        desk.written.connect(self._written)

    def open(self, prompt_uid: str = "") -> None:
        """Open the dialog for a prompt, "" for the open one."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        services = self._services
        uid = prompt_uid or services.session.prompt()
        dialog = TrainingDialog(services.theme, services.navigator.prompt_name(uid), services.dialogs.widget())
        dialog.preview_wanted.connect(lambda asked: self._desk.prepare(uid, asked))
        dialog.write_wanted.connect(self._desk.write)
        dialog.hand_over_wanted.connect(lambda: self._change_over(uid))
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()
        dialog.ask()

    def hand_over(self, prompt_uid: str = "") -> None:
        """Open the dialog of the hand-over for a prompt, "" for the open one."""
        self.handover.open(prompt_uid or self._services.session.prompt())

    def _change_over(self, prompt_uid: str) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self.handover.open(prompt_uid)

    def stop(self) -> None:
        """Cancel work in progress."""
        self._desk.stop()
        self.handover.stop()

    def _prepared(self, made: TrainingSet) -> None:
        if self.dialog is not None:
            self.dialog.show_made(made)

    def _refused(self, sentence: str, detail: str) -> None:
        if self.dialog is not None:
            self.dialog.refuse(sentence, detail)
        else:
            self._services.notices.problem(sentence, detail)

    def _written(self, paths: tuple[Path, ...]) -> None:
        if self.dialog is not None:
            self.dialog.show_written(paths)
        else:
            self._services.notices.quiet("training", f"Training files are in {paths[0].parent}.")

    def _closed(self) -> None:
        self._desk.stop()
        self.dialog = None
