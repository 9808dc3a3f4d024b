"""Imports what opens on top of the window before anybody opens it.

Invariant: nothing is imported until the window has been whole for a while, and then one module in each turn of the
event loop, so that neither the start nor the first opening of a dialog holds up the window.
"""

from __future__ import annotations

import importlib

from PySide6.QtCore import QObject, QTimer

WAIT_MS = 1500
_MODULES = (
    "workbench.app.later",
    "workbench.app.model_entries",
    "workbench.app.model_list",
    "workbench.app.picker_source",
    "workbench.formats.gguf",
    "workbench.app.fuzzy",
    "workbench.app.palette",
    "workbench.ui.palette",
    "workbench.ui.shortcuts",
    "workbench.ui.picker.prices",
    "workbench.ui.picker.delegate",
    "workbench.ui.picker.details",
    "workbench.ui.picker.files",
    "workbench.ui.picker",
    "workbench.ui.lanes.reading.parts",
    "workbench.ui.lanes.reading.markdown_page",
    "workbench.ui.lanes.reading.tree",
    "pygments.lexers",
    "workbench.ui.lanes.params_text",
    "workbench.ui.lanes.params",
    "workbench.ui.lanes.wire",
    "workbench.app.key_list",
    "workbench.app.settings_types",
    "workbench.app.settings_source",
    "workbench.ui.settings.headers",
    "workbench.ui.settings.keys",
    "workbench.ui.settings.endpoint_form",
    "workbench.ui.settings.endpoints",
    "workbench.ui.settings.appearance",
    "workbench.usecases.replacing",
    "workbench.ui.settings.history",
    "workbench.ui.settings",
    "workbench.app.rank",
    "workbench.app.sitting",
    "workbench.ui.rank.judge",
    "workbench.ui.rank.view",
    "workbench.packs.model",
    "workbench.packs.yaml_reading",
    "workbench.packs.reading",
    "workbench.packs.yaml_writing",
    "workbench.packs.writing",
    "workbench.usecases.pack_export",
    "workbench.usecases.pack_import",
    "workbench.app.pack_exports",
    "workbench.ui.packs.import_dialog",
    "workbench.ui.packs.importing",
    "workbench.ui.packs.export_dialog",
    "workbench.ui.packs.exporting",
)


class Warmth(QObject):
    """Begins by itself, `wait_ms` after it was made, and ends when all is imported."""

    def __init__(self, parent: QObject, wait_ms: int = WAIT_MS) -> None:
        super().__init__(parent)
        self._left = list(_MODULES)
        self._timer = QTimer(self)
        self._timer.setInterval(wait_ms)
        self._timer.timeout.connect(self._import_one)
        self._timer.start()

    @property
    def is_done(self) -> bool:
        """Whether everything is imported."""
        return not self._left

    def _import_one(self) -> None:
        self._timer.setInterval(0)
        importlib.import_module(self._left.pop(0))
        if not self._left:
            self._timer.stop()
