"""What the commands do that bring packs in and take them out again.

Invariant: nothing comes in before a person has seen what it would be; whatever came can be taken out in one step, and
then no prompt is open that is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QFileDialog

from workbench.app.packs.imports import PackImports, pack_at
from workbench.ui.features.packs.import_dialog import ImportPackDialog
from workbench.usecases.packs.importer import Imported, Plan

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow

_FILTER = "Packs (*.promptpack *.zip pack.yaml);;All files (*)"


class ImportActions(QObject):
    """Chooses a pack, shows what it would bring, and brings it in."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._imports = PackImports(window.workbench.store, window.tasks, self)
        self._imports.looked.connect(self._looked)
        self._imports.progress.connect(self._progressed)
        self._imports.refused.connect(self._refused)
        self._imports.came.connect(self._came)
        self._imports.undone.connect(self._undone)
        self._imports.undo_refused.connect(window.notices.refused)
        self.files: QFileDialog | None = None
        self.dialog: ImportPackDialog | None = None

    def choose(self) -> None:
        """Let the person choose a pack, and show what it would bring."""
        if (shown := self.files or self.dialog) is not None:
            shown.raise_()
            shown.activateWindow()
            return
        files = QFileDialog(self._window.frame, "Import a pack: a file, or the pack.yaml of a folder", "", _FILTER)
        files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        files.setFileMode(QFileDialog.FileMode.ExistingFile)
        files.filesSelected.connect(lambda names: self.look(Path(names[0])))
        files.finished.connect(self._files_closed)
        self.files = files
        files.open()

    def look(self, path: Path) -> None:
        """Show what a pack would bring, and offer to bring it in."""
        if self._window.workbench.store.read_only:
            self._window.notices.refused("Nothing can be written to this history, so no pack can be brought in.")
            return
        if self.dialog is not None:
            self.dialog.close()
        dialog = ImportPackDialog(self._window.theme, self._window.frame)
        dialog.wanted.connect(lambda: self._bring(dialog))
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        path = pack_at(path) or path
        dialog.begin(path.name, "Reading the pack…")
        dialog.open()
        # The plan compares with drafts, so the one in the editor has to be there.
        self._window.compose.saver.flush()
        self._imports.look(path)

    def undo(self) -> None:
        """Take out what the last import added."""
        self._window.notices.withdraw_offer()
        # What was typed into an imported prompt has to be known before it is taken out: then it stays.
        self._window.compose.saver.flush()
        self._imports.undo()

    def _looked(self, plan: Plan) -> None:
        if self.dialog is not None:
            self.dialog.show_plan(plan)

    def _progressed(self, words: str, done: int, of: int) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(words, done, of)

    def _refused(self, sentence: str, detail: str) -> None:
        if self.dialog is not None:
            self.dialog.refuse(sentence, detail)
        else:
            self._window.notices.refused(sentence, detail)

    def _bring(self, dialog: ImportPackDialog) -> None:
        if dialog.plan is None:
            return
        dialog.begin(dialog.name.text(), "Bringing it in…")
        self._window.compose.saver.flush()
        self._imports.bring(dialog.plan, dialog.table.actions)

    def _came(self, plan: Plan, imported: Imported) -> None:
        if self.dialog is not None:
            self.dialog.close()
        window, known = self._window, {one.uid for one in plan.prompts}
        first = next((uid for uid in imported.prompts.values() if uid and uid not in known), "")

        def offer() -> None:
            if imported.changed:
                window.notices.offer(imported.sentence, "Undo", self.undo)
            else:
                window.notices.quiet("pack", imported.sentence)

        def listed() -> None:
            if first:
                # Whatever is offered goes when another prompt is opened.
                self._once_opened(offer)
                window.choose_prompt(first)
            else:
                offer()

        window.prompts.refresh(listed)
        # As if another process had written: every list is read again.
        window.pulse.foreign_change.emit()

    def _undone(self, sentence: str) -> None:
        window, here = self._window, self._window.compose.prompt_uid

        def tell() -> None:
            window.notices.quiet("pack", sentence)
            window.pulse.foreign_change.emit()

        def listed(is_there: bool) -> None:
            # Nothing is read again before the prompt that is gone is left.
            if is_there or window.compose.prompt_uid != here:
                tell()
                return
            self._once_opened(tell)
            if window.prompts.model.rowCount():
                window.choose_prompt(window.prompts.model.row(0).uid)
            else:
                window.prompts.create()

        packs = window.workbench.store.packs
        window.prompts.refresh(lambda: window.tasks.run(lambda: packs.is_taken(here), listed))

    def _once_opened(self, then: Callable[[], None]) -> None:
        """Do something when the next prompt is open, and keys had their turn: to open one is work enough for one."""
        self._window.compose.prompt_changed.connect(
            lambda _: QTimer.singleShot(0, self, then), Qt.ConnectionType.SingleShotConnection
        )

    def _files_closed(self) -> None:
        self.files = None

    def _closed(self) -> None:
        self.dialog = None
        self._imports.forget()
