"""Imports packs, and undoes imports.

Invariant: nothing is imported before its preview was shown. An import can be undone in one step; if that removes the
open prompt, another prompt is opened.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog

from workbench.app.packs.pack_imports import PackImports, pack_at
from workbench.formats.imports.pack import FORMAT
from workbench.ui.features.packs.import_dialog import ImportPackDialog
from workbench.ui.shell.events import Changed, DataChanged, PromptOpened
from workbench.ui.shell.services import Services
from workbench.usecases.packs.importer import ImportedPack, PackImportPlan

_BROUGHT = DataChanged(Changed.PROMPTS | Changed.RUNS | Changed.VERDICTS | Changed.CASES)


class PackImportController:
    """Asks for a pack, shows its preview, and imports it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._imports = PackImports(services.backend.store, services.tasks)
        self._imports.looked.connect(self._looked)
        self._imports.progress.connect(self._progressed)
        self._imports.refused.connect(self._refused)
        self._imports.came.connect(self._came)
        self._imports.undone.connect(self._undone)
        self._imports.undo_refused.connect(services.notices.refused)
        services.events.subscribe(PromptOpened, self._prompt_opened)
        self._once_opened: Callable[[], None] | None = None
        self.files: QFileDialog | None = None
        self.dialog: ImportPackDialog | None = None

    def choose(self) -> None:
        """Ask for a pack, and show its preview."""
        if (shown := self.files or self.dialog) is not None:
            shown.raise_()
            shown.activateWindow()
            return
        title = "Import a pack: a file, or the pack.yaml of a folder"
        files = QFileDialog(self._services.dialogs.widget(), title, "", FORMAT.filter)
        files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        files.setFileMode(QFileDialog.FileMode.ExistingFile)
        files.filesSelected.connect(lambda names: self.look(Path(names[0])))
        files.finished.connect(self._files_closed)
        self.files = files
        files.open()

    def look(self, path: Path) -> None:
        """Show the preview of a pack, and offer to import it."""
        if self._services.backend.store.read_only:
            self._services.notices.refused("This history is read-only, so no pack can be imported.")
            return
        if self.dialog is not None:
            self.dialog.close()
        dialog = ImportPackDialog(self._services.theme, self._services.dialogs.widget())
        dialog.wanted.connect(lambda: self._bring(dialog))
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        path = pack_at(path) or path
        dialog.begin(path.name, "Reading the pack…")
        dialog.open()
        # The plan is compared with drafts, so the store needs the current one.
        self._services.session.save()
        self._imports.look(path)

    def undo(self) -> None:
        """Remove what the last import added."""
        self._services.notices.withdraw_offer()
        # Save first: an imported prompt with edits in its draft is kept.
        self._services.session.save()
        self._imports.undo()

    def _looked(self, plan: PackImportPlan) -> None:
        if self.dialog is not None:
            self.dialog.show_plan(plan)

    def _progressed(self, words: str, done: int, of: int) -> None:
        if self.dialog is not None:
            self.dialog.show_progress(words, done, of)

    def _refused(self, sentence: str, detail: str) -> None:
        if self.dialog is not None:
            self.dialog.refuse(sentence, detail)
        else:
            self._services.notices.refused(sentence, detail)

    def _bring(self, dialog: ImportPackDialog) -> None:
        if dialog.plan is None:
            return
        dialog.begin(dialog.name.text(), "Importing…")
        self._services.session.save()
        self._imports.bring(dialog.plan, dialog.table.actions)

    def _came(self, plan: PackImportPlan, imported: ImportedPack) -> None:
        if self.dialog is not None:
            self.dialog.close()
        services, known = self._services, {one.uid for one in plan.prompts}
        first = next((uid for uid in imported.prompts.values() if uid and uid not in known), "")

        def offer() -> None:
            if imported.changed:
                services.notices.offer(imported.sentence, "Undo", self.undo)
            else:
                services.notices.quiet("pack", imported.sentence)

        def listed() -> None:
            if first:
                # Opening another prompt withdraws the current offer.
                self._once_opened = offer
                services.navigator.open_prompt(first)
            else:
                offer()

        services.navigator.refresh_prompts(listed)
        services.events.publish(_BROUGHT)

    def _undone(self, sentence: str) -> None:
        services, here = self._services, self._services.session.prompt()

        def tell() -> None:
            services.notices.quiet("pack", sentence)
            services.events.publish(_BROUGHT)

        def listed(is_there: bool) -> None:
            # Leave the removed prompt before anything is read again.
            if is_there or services.session.prompt() != here:
                tell()
                return
            self._once_opened = tell
            services.navigator.open_first_prompt()

        packs = services.backend.store.packs
        services.navigator.refresh_prompts(lambda: services.tasks.run(lambda: packs.is_taken(here), listed))

    def _prompt_opened(self, _: PromptOpened) -> None:
        """Run the action deferred until now, after pending key events, because opening a prompt already takes long."""
        then, self._once_opened = self._once_opened, None
        if then is not None:
            QTimer.singleShot(0, self._services.dialogs.widget(), then)

    def _files_closed(self) -> None:
        self.files = None

    def _closed(self) -> None:
        self.dialog = None
        self._imports.forget()
