"""Opens the palette and the shortcut sheet.

Invariant: each is open at most once; choices in the palette are remembered in the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from workbench.app.palette.palette import RECENT, Palette, PaletteEntry, PaletteSource
from workbench.ui.features.palette.dialog import PaletteDialog
from workbench.ui.features.palette.sources import sources
from workbench.ui.shell.events import CommandStateChanged, KeyBindingsRequested, PaletteOpening

if TYPE_CHECKING:
    from workbench.ui.features.palette.shortcuts import ShortcutSheet
    from workbench.ui.shell.key_bindings import KeyBindings
    from workbench.ui.shell.services import Services

_RECENT = "palette_recent"


class PaletteController:
    """`palette` and `sheet` are the open dialogs, or None."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._recent: list[str] | None = None
        self.palette: PaletteDialog | None = None
        self.sheet: ShortcutSheet | None = None

    def stop(self) -> None:
        """Do nothing: there is no background work to stop."""

    def open_palette(self, text: str = "") -> None:
        """Open the palette with `text` in its field."""
        if self.palette is not None:
            self.palette.reject()
        services = self._services
        services.events.publish(CommandStateChanged())
        palette = Palette(self.sources(), services.tasks, self._recent or ())
        self.palette = dialog = PaletteDialog(services.theme, palette, services.dialogs.widget())
        dialog.chosen.connect(self._chosen)
        dialog.finished.connect(self._palette_closed)
        dialog.field.setText(text)
        dialog.show()
        dialog.activateWindow()
        if self._recent is None:
            self._recent = []
            services.tasks.run(lambda: services.backend.store.get_meta(_RECENT), self._remembered)

    def sources(self) -> list[PaletteSource]:
        """Return the sources of a palette opened now; those added by other features come first."""
        found: list[PaletteSource] = []
        self._services.events.publish(PaletteOpening(found.append))
        return [*found, *sources(self._services)]

    def open_sheet(self) -> None:
        """Open the shortcut sheet."""
        if self.sheet is not None:
            self.sheet.raise_()
            self.sheet.activateWindow()
        else:
            self._services.events.publish(KeyBindingsRequested(self._open_sheet))

    def _open_sheet(self, keys: KeyBindings) -> None:
        from workbench.ui.features.palette.shortcuts import ShortcutSheet

        self.sheet = sheet = ShortcutSheet(self._services.theme, keys, self._services.dialogs.widget())
        sheet.finished.connect(self._sheet_closed)
        sheet.show()

    def _remembered(self, text: str | None) -> None:
        try:
            known = json.loads(text or "[]")
        except ValueError:
            known = []  # only the order of recent choices is lost
        if isinstance(known, list):
            self._recent = [*(self._recent or ()), *(mark for mark in known if isinstance(mark, str))][:RECENT]
        if self.palette is not None:
            self.palette.set_recent(self._recent or ())

    def _chosen(self, entry: PaletteEntry, act: Callable[[], object]) -> None:
        marks = [entry.mark, *(mark for mark in self._recent or () if mark != entry.mark)]
        self._recent = marks[:RECENT]
        store = self._services.backend.store
        if not store.read_only:
            self._services.tasks.watch(store.set_meta(_RECENT, json.dumps(self._recent)))
        # The window regains the focus only after the palette has closed.
        QTimer.singleShot(0, self._services.dialogs.widget(), act)

    def _palette_closed(self) -> None:
        self.palette = None

    def _sheet_closed(self) -> None:
        self.sheet = None
