"""Opens the dialog of the hand-over to training.

Invariant: as for the export of training files: closing the dialog, or the window behind it, cancels a preview.
"""

from __future__ import annotations

from pathlib import Path

from workbench.app.training.export import HandOverExport
from workbench.ui.features.training.handover_dialog import HandOverDialog
from workbench.ui.shell.services import Services
from workbench.usecases.handover import HandOver


class HandOverOpener:
    """Shows one dialog at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._export: HandOverExport | None = None
        self.dialog: HandOverDialog | None = None

    def open(self, prompt_uid: str) -> None:
        """Open the dialog for a prompt."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        services = self._services
        export = self._export or self._make()
        name = services.navigator.prompt_name(prompt_uid)
        dialog = HandOverDialog(services.theme, name, services.dialogs.widget())
        dialog.preview_wanted.connect(lambda asked: export.prepare(prompt_uid, asked))
        dialog.write_wanted.connect(export.write)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()
        dialog.ask()

    def stop(self) -> None:
        """Cancel work in progress."""
        if self._export is not None:
            self._export.stop()

    def _make(self) -> HandOverExport:
        backend = self._services.backend
        self._export = export = HandOverExport(backend.store, backend.models, self._services.tasks)
        export.prepared.connect(self._prepared)
        export.refused.connect(self._refused)
        export.written.connect(self._written)
        return export

    def _prepared(self, made: HandOver) -> None:
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
            self._services.notices.quiet("training", f"The hand-over is in {paths[-1].parent}.")

    def _closed(self) -> None:
        self.stop()
        self.dialog = None
