"""Opens the import of cases, and carries it out.

Invariant: the dialog is modal, so the cases go into the prompt for which it was opened; closing it stops reading.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from workbench.app.cases.case_imports import CaseImports, PlanRequest
from workbench.core.templates import content_variables
from workbench.core.testing.case_mapping import default_mapping
from workbench.core.testing.case_table import CaseTable
from workbench.formats.cases import file_filter
from workbench.ui.features.cases.import_dialog import CaseImportDialog
from workbench.ui.shell.services import Services
from workbench.usecases.case_import import AddedCases, CaseImporter, CaseImportPlan

_PASTED = "Pasted rows"


class CaseImportController:
    """One import at a time; `added` is called with the cases of a finished one."""

    def __init__(
        self,
        services: Services,
        importer: CaseImporter,
        added: Callable[[AddedCases], object],
        closed: Callable[[], object],
    ) -> None:
        self._services, self._tell_added, self._tell_closed = services, added, closed
        self._imports = imports = CaseImports(importer, services.tasks)
        self._prompt = ""
        self._variables: tuple[str, ...] = ()
        self._source = ""
        self._path: Path | None = None
        self.dialog: CaseImportDialog | None = None
        self.files: QFileDialog | None = None
        imports.progress.connect(self._show_progress)
        imports.was_read.connect(self._show_table)
        imports.planned.connect(self._show_plan)
        imports.added.connect(self._added)
        imports.refused.connect(self._refuse)
        imports.stopped.connect(self._stopped)

    def open(self, path: Path | None = None) -> None:
        """Open the dialog for the open prompt, with a file if `path` is given."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        services = self._services
        self._prompt = services.session.prompt()
        self._variables = tuple(content_variables(services.session.draft().content))
        dialog = CaseImportDialog(services.theme, self._variables, services.dialogs.widget())
        dialog.file_wanted.connect(self._choose)
        dialog.path_dropped.connect(self.read_file)
        dialog.text_pasted.connect(self.read_text)
        dialog.paste_wanted.connect(lambda: self.read_text(QApplication.clipboard().text()))
        dialog.sheet_chosen.connect(self._choose_sheet)
        dialog.mapping_changed.connect(self._plan)
        dialog.import_wanted.connect(self._import)
        dialog.stop_wanted.connect(self._imports.stop)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()
        if path is not None:
            self.read_file(path)

    def read_file(self, path: Path, sheet: str = "") -> None:
        """Read a file into the open dialog."""
        if self.dialog is not None:
            self._source, self._path = path.name, path
            self.dialog.begin("Reading the file…")
            self._imports.read_file(path, sheet)

    def read_text(self, text: str) -> None:
        """Read a text into the open dialog."""
        if self.dialog is not None:
            self._source, self._path = _PASTED, None
            self.dialog.begin("Reading the text…")
            self._imports.read_text(text)

    def stop(self) -> None:
        """Stop reading."""
        self._imports.stop()

    def _choose(self) -> None:
        if self.dialog is None:
            return
        files = QFileDialog(self.dialog, "Choose a file with cases", "", file_filter())
        files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        files.setFileMode(QFileDialog.FileMode.ExistingFile)
        files.filesSelected.connect(lambda names: self.read_file(Path(names[0])))
        files.finished.connect(self._files_closed)
        self.files = files
        files.open()

    def _choose_sheet(self, sheet: str) -> None:
        if self._path is not None:
            self.read_file(self._path, sheet)

    def _show_table(self, table: CaseTable) -> None:
        if self.dialog is not None:
            source = f"{self._source} · {table.sheet}" if len(table.sheets) > 1 else self._source
            self.dialog.show_table(
                source, table, default_mapping(table, self._variables), has_files=self._path is not None
            )
            self._plan()

    def _plan(self) -> None:
        dialog = self.dialog
        if dialog is not None and dialog.table is not None and dialog.table.header:
            skips, folder = dialog.skip.isChecked(), None if self._path is None else self._path.parent
            self._imports.plan(PlanRequest(self._prompt, dialog.table, dialog.mapping, self._variables, skips, folder))

    def _show_plan(self, plan: CaseImportPlan) -> None:
        if self.dialog is not None:
            self.dialog.show_plan(plan)

    def _import(self) -> None:
        if self.dialog is not None and self.dialog.plan is not None:
            self.dialog.begin("Importing…")
            # Writing is one transaction, which is not stopped.
            self.dialog.close_.setEnabled(False)
            self._imports.add(self.dialog.plan)

    def _added(self, added: AddedCases) -> None:
        if self.dialog is not None:
            self.dialog.end_reading()
            self.dialog.accept()
        self._tell_added(added)

    def _show_progress(self, rows: int) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(rows)

    def _stopped(self) -> None:
        if self.dialog is not None:
            self.dialog.end_reading()

    def _refuse(self, sentence: str, detail: str) -> None:
        if self.dialog is not None:
            self.dialog.close_.setEnabled(True)
            self.dialog.refuse(sentence, detail)
        else:
            self._services.notices.problem(sentence, detail)

    def _files_closed(self) -> None:
        self.files = None

    def _closed(self) -> None:
        self._imports.stop()
        if self.dialog is not None:
            self.dialog.forget()
            self.dialog = None
            self._imports.release()
            self._tell_closed()
