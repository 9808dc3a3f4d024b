"""Exports prompts as packs.

Invariant: closing the window cancels the export and leaves existing files unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from shiboken6 import isValid

from workbench.app.packs.export_table import ExportTable
from workbench.app.packs.pack_exports import PackExportPreview, PackExports
from workbench.packs.pack_contents import PackAbout
from workbench.ui.features.packs.export_dialog import ExportPackDialog
from workbench.ui.shell.services import Services
from workbench.usecases.packs.exporter import Which
from workbench.usecases.packs.target import look_at

Chosen = Mapping[str, Which | tuple[int, ...]]


class PackExportController:
    """Opens the dialog and executes its requests."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._exports = PackExports(services.backend.store, services.tasks)
        self.dialog: ExportPackDialog | None = None
        exports = self._exports
        exports.prepared.connect(lambda preview: self._tell(lambda dialog: dialog.show_preview(preview)))
        exports.written.connect(self._written)
        exports.failed.connect(lambda *said: self._tell(lambda dialog: dialog.refuse(*said)))
        exports.stopped.connect(lambda: self._tell(lambda dialog: dialog.show_stopped()))
        exports.progress.connect(lambda *how: self._tell(lambda dialog: dialog.show_progress(*how)))

    def open(self) -> None:
        """Open the dialog for the open prompt, or in the History for the prompts and versions of the selected runs."""
        selected = self._services.selection.versions()
        if selected:
            self.choose(selected)
        else:
            uid = self._services.session.prompt()
            self.choose({uid: "winner"} if uid else {})

    def choose(self, chosen: Chosen) -> None:
        """Open the dialog with the prompts of `chosen` ticked."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        services, table = self._services, ExportTable()
        dialog = ExportPackDialog(services.theme, table, services.dialogs.widget())
        table.setParent(dialog)
        choice = dialog.choice
        choice.versions_wanted.connect(lambda uid: self._show_versions(dialog, uid))
        choice.about_wanted.connect(lambda: self._show_about(dialog))
        choice.look_wanted.connect(lambda: self._look(dialog))
        dialog.prepare_wanted.connect(lambda: self._exports.prepare(choice.wanted()))
        dialog.write_wanted.connect(self._write)
        dialog.stop_wanted.connect(self._exports.stop)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        # The export of the open prompt includes the current lanes, values and sets of its draft.
        services.session.save()

        def listed(rows: object) -> None:
            if isValid(dialog):
                table.show_prompts(rows, chosen)  # type: ignore[arg-type]
                choice.select(0)

        services.tasks.run(self._exports.prompts, listed)
        dialog.open()

    def stop(self) -> None:
        """Cancel the running export."""
        self._exports.stop()

    def _show_versions(self, dialog: ExportPackDialog, uid: str) -> None:
        row = dialog.choice.rows.currentIndex().row()
        show = partial(dialog.choice.show_versions, row)
        self._services.tasks.run(
            lambda: self._exports.versions(uid), lambda found: _if_open(dialog, lambda: show(found))
        )

    def _show_about(self, dialog: ExportPackDialog) -> None:
        uids = [one.prompt_uid for one in dialog.choice.table.choices]

        def show(known: tuple[PackAbout | None, Path | None]) -> None:
            if isValid(dialog) and uids == [one.prompt_uid for one in dialog.choice.table.choices]:
                dialog.choice.show_about(*known)

        self._services.tasks.run(lambda: self._exports.known(uids), show)

    def _look(self, dialog: ExportPackDialog) -> None:
        """Show what writing to the path would do, unless something else is missing."""
        choice = dialog.choice
        if choice.lacks():
            choice.place.say("")
            return
        wanted = choice.wanted()
        uids = [one.prompt_uid for one in wanted.choices]
        self._services.tasks.run(
            lambda: look_at(wanted.path, wanted.about, uids),
            lambda target: _if_open(dialog, lambda: choice.show_target(target)),
        )

    def _write(self, preview: PackExportPreview) -> None:
        self._exports.write(preview)

    def _written(self, path: Path) -> None:
        if self.dialog is not None:
            self.dialog.show_written(path)
        else:
            self._services.notices.quiet("pack", f"Pack saved: {path}")

    def _tell(self, say: Callable[[ExportPackDialog], object]) -> None:
        if self.dialog is not None:
            say(self.dialog)

    def _closed(self) -> None:
        self.dialog = None
        self._exports.stop()


def _if_open(dialog: ExportPackDialog, act: Callable[[], object]) -> None:
    if isValid(dialog):
        act()
