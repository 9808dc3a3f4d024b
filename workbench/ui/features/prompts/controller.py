"""Executes actions on the prompts of the side bar.

Invariant: a copy contains the current text of the editor; when the open prompt is archived and no longer listed,
another one is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QMenu

from workbench.app.prompts.arrangement import FolderRow
from workbench.app.prompts.prompts import PromptList
from workbench.core.runs import PromptRow
from workbench.core.text import counted
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.ui.shell.events import (
    HistoryChanged,
    PackExportRequested,
    PaletteOpening,
    PromptDeletionRequested,
    PromptOpened,
    TrainingRequested,
)
from workbench.usecases.new_prompt_lanes import new_prompt_lanes
from workbench.usecases.prompts import PromptLibrary

if TYPE_CHECKING:
    from workbench.app.palette.palette import PaletteEntry
    from workbench.ui.shell.rooms import PromptsSide
    from workbench.ui.shell.services import Services


class PromptsController:
    """Owns the list of prompts. Created with the window; usable after `enter`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        stored = PromptLibrary(services.backend.store, new_uid, utc_now)
        store = services.backend.store
        self.prompts = PromptList(stored, lambda: new_prompt_lanes(store), services.tasks, services.dialogs.widget())
        self.prompts.lanes_left_out.connect(lambda sentence: services.notices.quiet("lanes_left_out", sentence))
        self.prompts.open_requested.connect(services.navigator.open_prompt)
        self._side: PromptsSide
        services.events.subscribe(PaletteOpening, self._add_source)
        services.events.subscribe(PromptOpened, lambda event: self.prompts.model.reveal(event.prompt_uid))
        services.events.subscribe(HistoryChanged, lambda _: self.prompts.refresh())

    def enter(self, side: PromptsSide) -> PromptsController:
        """Connect to the side bar; return this controller for it."""
        self._side = side
        return self

    def stop(self) -> None:
        """Do nothing: there is no background work to stop."""

    def new(self) -> None:
        """Create and open a prompt, and edit its name, then its text."""

        def name(uid: str) -> None:
            self._side.edit_name(uid, self._services.editor.focus_first)

        def create() -> None:
            parent = self._services.dialogs.widget()
            self.prompts.create(then=lambda uid: QTimer.singleShot(0, parent, lambda: name(uid)))

        # A new prompt begins with the lanes of the open one, which may not be stored yet. The draft itself reports
        # that they cannot be stored.
        saved = self._services.session.save()
        if saved is None:
            create()
        else:
            self._services.tasks.watch(saved, lambda _: create(), lambda _: create())

    def rename(self, uid: str = "") -> None:
        """Edit the name of a prompt in the list; by default the open prompt."""
        self._side.edit_name(uid or self._services.session.prompt())

    def organise(self, uid: str = "") -> None:
        """Ask for the folder and the tags of a prompt; by default the open one."""
        from workbench.ui.features.prompts.dialog import PlaceDialog

        if row := self._row(uid):
            dialog = PlaceDialog(self._services.dialogs.widget(), row, self.prompts.model.folders())
            dialog.accepted.connect(lambda: self.prompts.organise(row.uid, dialog.folder, dialog.tags))
            dialog.open()

    def search_list(self) -> None:
        """Open the filter of the list; a view without the side bar is left for Compose."""
        if not self._side.is_shown():
            self._services.navigator.show("compose")
        self._side.filter_list()

    def duplicate(self, uid: str = "") -> None:
        """Copy a prompt; by default the open one."""
        if row := self._row(uid):
            self._services.session.save()
            self.prompts.duplicate(row.uid, f"{row.name} copy")

    def archive(self, uid: str = "") -> None:
        """Archive a prompt, or restore an archived one; by default the open one."""
        if not (row := self._row(uid)):
            return
        archived = not row.archived

        def after() -> None:
            if archived and row.uid == self._services.session.prompt() and not self.prompts.show_archived:
                self._services.navigator.open_first_prompt()

        self.prompts.set_archived(row.uid, archived, after)

    def go_to_list(self) -> None:
        """Focus the list; opens Compose if the current view has no side bar."""
        if not self._side.is_shown():
            self._services.navigator.show("compose")
        self._side.focus_list()

    def menu(self, uid: str) -> QMenu:
        """Return the context menu of a prompt."""
        publish = self._services.events.publish
        menu = QMenu(self._services.dialogs.widget())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename", lambda: self.rename(uid))
        menu.addAction("Duplicate", lambda: self.duplicate(uid))
        row = self._row(uid)
        archived = row is not None and row.archived
        self._add_folders(menu.addMenu("Move to folder"), uid, "" if row is None else row.folder)
        menu.addAction("Folder and tags…", lambda: self.organise(uid))
        menu.addAction("Bring back" if archived else "Archive", lambda: self.archive(uid))
        menu.addAction("Export as a pack…", lambda: publish(PackExportRequested(uid)))
        menu.addAction("Training files…", lambda: publish(TrainingRequested(uid)))
        delete = menu.addAction("Delete", lambda: publish(PromptDeletionRequested(uid)))
        delete.setEnabled(not self._services.backend.store.read_only)
        return menu

    def open_menu(self, uid: str, at: QPoint) -> None:
        """Open the menu of a row at a global position, if it is still listed."""
        model = self.prompts.model
        if (at_row := model.position(uid)) >= 0:
            row = model.row(at_row)
            menu = self._folder_menu(row) if isinstance(row, FolderRow) else self.menu(uid)
            self._side.point_at(uid, menu)
            menu.popup(at)

    def _folder_menu(self, row: FolderRow) -> QMenu:
        menu = QMenu(self._services.dialogs.widget())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Close" if row.is_open else "Open", lambda: self.prompts.model.toggle(row.name))
        rename = menu.addAction("Rename", lambda: self._side.edit_name(row.uid))
        dissolve = menu.addAction("Dissolve the folder", lambda: self.prompts.rename_folder(row.name, ""))
        for action in (rename, dissolve):
            action.setEnabled(not self._services.backend.store.read_only)
        return menu

    def _add_folders(self, menu: QMenu, uid: str, current: str) -> None:
        """Add an entry for each folder, with a check mark at the prompt's."""
        for name in ("", *self.prompts.model.folders()):
            action = menu.addAction(name.replace("&", "&&") or "No folder", partial(self.prompts.organise, uid, name))
            action.setCheckable(True)
            action.setChecked(name == current)
        menu.addSeparator()
        menu.addAction("New folder…", lambda: self.organise(uid))
        menu.setEnabled(not self._services.backend.store.read_only)

    def _row(self, uid: str) -> PromptRow | None:
        return self.prompts.model.prompt(uid or self._services.session.prompt())

    def _add_source(self, opening: PaletteOpening) -> None:
        from workbench.app.palette.palette import PaletteSource

        opening.add(PaletteSource("prompts", "/", self._entries))

    def _entries(self) -> Sequence[PaletteEntry]:
        from workbench.app.palette.palette import PaletteEntry

        model, opened = self.prompts.model, self._services.session.prompt()
        go_to = self._services.navigator.open_prompt

        def entry(row: PromptRow) -> PaletteEntry:
            tags = " ".join(f"#{tag}" for tag in row.tags)
            count = " · ".join(filter(None, (row.folder, counted(row.iterations, "iteration"), tags)))
            is_open = "is open" if row.uid == opened else ""
            return PaletteEntry("prompt", row.uid, row.name, lambda: go_to(row.uid), count, unavailable=is_open)

        return [entry(row) for row in model.prompts]
