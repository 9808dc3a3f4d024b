"""Executes the commands of import and export.

Invariant: nothing is imported before its preview was shown; after a stop, everything imported so far is complete.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog
from shiboken6 import isValid

from workbench.core.text import counted
from workbench.formats.exports import FORMATS
from workbench.formats.imports import file_filter, importable
from workbench.formats.imports.pack import FORMAT as PACK
from workbench.host.clock import utc_now
from workbench.store.errors import StoreError
from workbench.ui.features.exchange.dialog import ExchangeDialog
from workbench.ui.features.exchange.suite_imports import SuiteImports
from workbench.ui.shell.events import Changed, DataChanged, PackChosen
from workbench.ui.shell.services import Services
from workbench.usecases.exchange.exporter import Exporter, ExportProgress, ExportSelection, format_of
from workbench.usecases.exchange.importer import Importer, ImportReport, ReadingHalt, sentence
from workbench.usecases.exchange.suite_files import is_suite
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.usecases.exchange.suite_importer import SuiteImportPlan

T = TypeVar("T")

_IMPORTABLE = file_filter((*importable(), PACK))


class ExchangeController:
    """Opens file dialogs and the progress dialog, one at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._halt = ReadingHalt()
        self._tests = SuiteImports(services)
        self.files: QFileDialog | None = None
        self.dialog: ExchangeDialog | None = None

    def stop(self) -> None:
        """Cancel the running import or export."""
        self._halt.ask()

    def import_file(self) -> None:
        """Ask for a file, and preview its import."""
        if self._busy():
            return
        files = self._choose("Import from promptfoo or other tools", _IMPORTABLE)
        files.setFileMode(QFileDialog.FileMode.ExistingFile)
        files.filesSelected.connect(lambda names: self._chosen(Path(names[0])))
        files.open()

    def _chosen(self, path: Path) -> None:
        if PACK.fits(path):
            self._services.events.publish(PackChosen(path))
        else:
            self.preview(path)

    def export_selected(self) -> None:
        """Ask for a file to export the selected runs to."""
        uids = self._services.selection.runs()
        if not uids:
            self._services.notices.refused("No runs are selected. Select some in the History, then export them.")
            return
        name = "the selected run" if len(uids) == 1 else f"{len(uids)} selected runs"
        self._export(ExportSelection(uids), name)

    def export_found(self) -> None:
        """Ask for a file to export all runs to that match the current search in the History."""
        text = self._services.selection.query()
        self._export(ExportSelection(query=text), f"all runs that “{text}” finds" if text else "all runs")

    def _export(self, selection: ExportSelection, name: str) -> None:
        if self._busy():
            return
        filters = {row.filter: row for row in FORMATS.values()}
        first, *_ = FORMATS.values()
        files = self._choose(f"Export {name}", ";;".join(filters))
        files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        files.setDefaultSuffix(first.suffix)
        files.filterSelected.connect(lambda chosen: files.setDefaultSuffix(filters.get(chosen, first).suffix))
        files.selectFile("runs")
        files.filesSelected.connect(
            lambda names: self.write(selection, filters.get(files.selectedNameFilter(), first).id, Path(names[0]))
        )
        files.open()

    def preview(self, path: Path) -> None:
        """Preview the import of a file, and offer to import it."""
        dialog = self._open("Import", path.name)
        dialog.accepted_.connect(lambda: self._take(dialog, path))
        importer = Importer(self._services.backend.store, utc_now)
        halt, tell = self._begin(dialog, "Reading the file…", "Read {0:,} of {1:,}…")
        tests = self._tests

        def read() -> ImportReport | SuiteImportPlan:
            return tests.plan(path) if is_suite(path) else importer.preview(path, halt, tell)

        def seen(found: ImportReport | SuiteImportPlan) -> None:
            if not isinstance(found, ImportReport):
                tests.show(dialog, found)
                return
            dialog.what.setText(found.title)
            offer = "Import" if found.added.runs and found.state == "done" else ""
            self._tell_end(dialog, found, sentence(found, preview=True), offer)

        self._run(dialog, read, seen)

    def _take(self, dialog: ExchangeDialog, path: Path) -> None:
        if self._tests.take(dialog):
            return
        importer = Importer(self._services.backend.store, utc_now)
        halt, tell = self._begin(dialog, "Importing…", "Imported {0:,} of {1:,}…")

        def came(report: ImportReport) -> None:
            self._services.events.publish(DataChanged(Changed.RUNS | Changed.PROMPTS | Changed.VERDICTS))
            if isValid(dialog):
                self._tell_end(dialog, report, sentence(report), "")

        self._run(dialog, lambda: importer.run(path, halt, tell), came)

    def write(self, selection: ExportSelection, format_: str, target: Path) -> None:
        """Write runs to a file; the file dialog has already asked before replacing an existing one."""
        format_ = format_of(target) or format_
        dialog = self._open("Export", target.name)
        dialog.what.setText(FORMATS[format_].title)
        self._halt = halt = ReadingHalt()
        dialog.begin("Writing…")
        dialog.stop_wanted.connect(halt.ask)

        def tell(progress: ExportProgress) -> None:
            words = f"Wrote {progress.runs:,} runs…"
            self._services.tasks.on_ui(partial(_if_open, dialog, lambda: dialog.show_progress(words, 0, 0)))

        def written(progress: ExportProgress) -> None:
            dialog.finish("")
            dialog.close()
            runs = counted(progress.runs, "run")
            url = QUrl.fromLocalFile(str(target))
            words = f"{runs} in {target}" + (f". {progress.note}" if progress.note else "")
            self._services.notices.offer(words, "Open", lambda: QDesktopServices.openUrl(url))

        exporter = Exporter(self._services.backend.store, self._services.backend.searcher)
        self._run(
            dialog,
            lambda: exporter.to_file(selection, format_, target, replace=True, halt=halt, tell=tell),
            written,
        )

    def _busy(self) -> bool:
        """Raise the open dialog, if any; return whether there is one."""
        shown = self.files or self.dialog
        if shown is not None:
            shown.raise_()
            shown.activateWindow()
        return shown is not None

    def _choose(self, title: str, filters: str) -> QFileDialog:
        files = QFileDialog(self._services.dialogs.widget(), title, "", filters)
        files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        files.finished.connect(self._files_closed)
        self.files = files
        return files

    def _open(self, title: str, name: str) -> ExchangeDialog:
        dialog = ExchangeDialog(self._services.theme, title, name, self._services.dialogs.widget())
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()
        return dialog

    def _begin(
        self, dialog: ExchangeDialog, first: str, words: str
    ) -> tuple[ReadingHalt, Callable[[ImportReport], None]]:
        self._halt = halt = ReadingHalt()
        dialog.begin(first)
        dialog.stop_wanted.connect(halt.ask)

        def tell(report: ImportReport) -> None:
            said = words.format(report.read, report.total)
            show = partial(dialog.show_progress, said, report.read, report.total)
            self._services.tasks.on_ui(partial(_if_open, dialog, show))

        return halt, tell

    def _run(self, dialog: ExchangeDialog, work: Callable[[], T], then: Callable[[T], None]) -> None:
        def failed(error: Exception) -> None:
            if not isValid(dialog):
                return
            stopped = isinstance(error, StoreError) and error.code == "interrupted"
            dialog.finish("Stopped; nothing was written." if stopped else problem_of(error).sentence)

        self._services.tasks.run(work, then, failed)

    @staticmethod
    def _tell_end(dialog: ExchangeDialog, report: ImportReport, words: str, offer: str) -> None:
        dialog.finish(words, report.listed, max(0, report.left_out - len(report.listed)), offer)

    def _files_closed(self) -> None:
        self.files = None

    def _closed(self) -> None:
        self.dialog = None


def _if_open(dialog: ExchangeDialog, act: Callable[[], object]) -> None:
    if isValid(dialog):
        act()
