"""The palette and the sheet of keys: what opens over the window from anywhere.

Invariant: each is open once at most; what was chosen in the palette is remembered in the history's file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from workbench.app.palette.palette import RECENT, Entry, Palette

if TYPE_CHECKING:
    from workbench.ui.features.palette.dialog import PaletteDialog
    from workbench.ui.features.palette.shortcuts import ShortcutSheet
    from workbench.ui.window import MainWindow

_RECENT = "palette_recent"


class Overlays(QObject):
    """Opens them. `palette` and `sheet` are the open ones, None when they are closed."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._recent: list[str] | None = None
        self.palette: PaletteDialog | None = None
        self.sheet: ShortcutSheet | None = None

    def open_palette(self, text: str = "") -> None:
        """Open the palette with `text` in its field."""
        from workbench.ui.features.palette.dialog import PaletteDialog
        from workbench.ui.features.palette.sources import sources

        if self.palette is not None:
            self.palette.reject()
        window = self._window
        window.update_state()
        palette = Palette(sources(window), window.tasks, self._recent or ())
        self.palette = dialog = PaletteDialog(window.theme, palette, window.frame)
        dialog.chosen.connect(self._chosen)
        dialog.finished.connect(self._palette_closed)
        dialog.field.setText(text)
        dialog.show()
        dialog.activateWindow()
        if self._recent is None:
            self._recent = []
            window.tasks.run(lambda: window.workbench.store.get_meta(_RECENT), self._remembered)

    def open_sheet(self) -> None:
        """Open the sheet of all keys."""
        from workbench.ui.features.palette.shortcuts import ShortcutSheet

        if self.sheet is not None:
            self.sheet.raise_()
            self.sheet.activateWindow()
            return
        self.sheet = sheet = ShortcutSheet(self._window.theme, self._window.keys, self._window.frame)
        sheet.finished.connect(self._sheet_closed)
        sheet.show()

    def _remembered(self, text: str | None) -> None:
        try:
            known = json.loads(text or "[]")
        except ValueError:
            known = []  # only an order of preference is lost with it
        if isinstance(known, list):
            self._recent = [*(self._recent or ()), *(mark for mark in known if isinstance(mark, str))][:RECENT]
        if self.palette is not None:
            self.palette.set_recent(self._recent or ())

    def _chosen(self, entry: Entry, act: Callable[[], object]) -> None:
        marks = [entry.mark, *(mark for mark in self._recent or () if mark != entry.mark)]
        self._recent = marks[:RECENT]
        store = self._window.workbench.store
        if not store.read_only:
            self._window.tasks.watch(store.set_meta(_RECENT, json.dumps(self._recent)))
        # The window has the keyboard again only when the palette has gone.
        QTimer.singleShot(0, self._window, act)

    def _palette_closed(self) -> None:
        self.palette = None

    def _sheet_closed(self) -> None:
        self.sheet = None
