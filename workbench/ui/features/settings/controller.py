"""Opens the settings, and publishes their changes.

Invariant: the settings are open at most once. Over another dialog they are modal to it, because it depends on what is
set in them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from workbench.app.palette.palette import PaletteSource
from workbench.core.lanes import Endpoint
from workbench.ui.shell.events import (
    EndpointsChanged,
    KeysChanged,
    PaletteOpening,
    SettingsClosed,
    SettingsOpening,
    SettingsPage,
    SettingsPart,
)
from workbench.ui.shell.services import Services
from workbench.ui.widgets.dialog import dialog_parent
from workbench.usecases.endpoint_form import warnings

if TYPE_CHECKING:
    from workbench.ui.features.settings.dialog import SettingsDialog


class SettingsController:
    """Shows one dialog. The dialog is imported when opened, because a theme change does not need it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.theme = services.theme
        self.dialog: SettingsDialog | None = None
        """The open settings, or None."""
        self._added: Callable[[str], object] | None = None

    def stop(self) -> None:
        """Do nothing: there is no background work to stop."""

    def zoom(self, delta: float) -> None:
        """Change the text size; `delta` is added to the scale."""
        self.theme.set_scale(round(self.theme.scale + delta, 2))

    def show(self, page: SettingsPage = "keys", item: str = "") -> None:
        """Show a page; `item` is the provider, the uid of the endpoint or the name of the field there."""
        parent = dialog_parent(self._services.dialogs.widget())
        if (dialog := self.dialog) is not None:
            dialog.show_page(page)
            if item:
                dialog.show_item(page, item)
            if parent is not dialog and parent is not dialog.parentWidget():
                dialog.setParent(parent, dialog.windowFlags())
                self._open_over(dialog, parent)
            dialog.raise_()
            return
        dialog = self._make(parent, page)
        self._open_over(dialog, parent)
        if item:
            dialog.show_item(page, item)

    def add_endpoint(self, address: str, added: Callable[[str], object] | None = None) -> None:
        """Show the form of a new endpoint with an address, "" if unknown.

        With `added` the settings close once the endpoint is saved, unless there is something to read about it; then
        `added` is called with its uid.
        """
        self.show("endpoints")
        if self.dialog is not None:
            self._added = added
            self.dialog.add_endpoint(address)

    def add_source(self, opening: PaletteOpening) -> None:
        """Add the settings to the palette."""
        from workbench.ui.features.settings.entries import entries

        opening.add(PaletteSource("settings", ",", lambda: entries(self.show), rank=2))

    def close(self, then: Callable[[], object]) -> None:
        """Close the settings, then call `then`; with unsaved edits ask about them instead."""
        if (dialog := self.dialog) is not None:
            if not dialog.may_go():
                return
            dialog.done(dialog.DialogCode.Rejected)
        then()

    def _make(self, parent: QWidget, page: SettingsPage) -> SettingsDialog:
        from workbench.app.settings.source import WorkbenchSettingsSource
        from workbench.ui.features.settings.dialog import SettingsDialog

        events, parts = self._services.events, list[SettingsPart]()
        events.publish(SettingsOpening(parts.append))
        source = WorkbenchSettingsSource(self._services.backend)
        self.dialog = dialog = SettingsDialog(self.theme, source, parent, page, parts)
        dialog.finished.connect(self._closed)
        dialog.keys_changed.connect(lambda: events.publish(KeysChanged()))
        dialog.endpoints_changed.connect(lambda: events.publish(EndpointsChanged()))
        dialog.endpoint_created.connect(self._created)
        return dialog

    def _open_over(self, dialog: SettingsDialog, parent: QWidget) -> None:
        """Show `dialog`, modal to the dialog that it was opened from, if any."""
        over_dialog = parent is not self._services.dialogs.widget()
        dialog.setWindowModality(Qt.WindowModality.WindowModal if over_dialog else Qt.WindowModality.NonModal)
        dialog.show()

    def _created(self, endpoint: Endpoint) -> None:
        added, self._added = self._added, None
        if added is None or self.dialog is None:
            return
        added(endpoint.uid)
        if not warnings(endpoint.base_url):
            self.dialog.reject()

    def _closed(self) -> None:
        self.dialog, self._added = None, None
        self._services.events.publish(SettingsClosed())
