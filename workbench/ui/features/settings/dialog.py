"""The settings dialog.

Invariant: the dialog can be closed at any time; unsaved edits are asked about first, inside the dialog.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QListWidget, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.settings.form_data import KeysPage, SettingsSource
from workbench.core.providers import PROVIDERS
from workbench.ui.features.settings.appearance import AppearancePanel
from workbench.ui.features.settings.endpoints import EndpointsPanel
from workbench.ui.features.settings.keys import KeysPanel
from workbench.ui.features.settings.limits import LimitsPanel
from workbench.ui.shell import tab_order
from workbench.ui.shell.events import SettingsPage, SettingsPart
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import ConfirmBar, button, line
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.row_delegate import Index, RowDelegate, RowText
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.credentials import provider_key

_TITLES: dict[SettingsPage, str] = {
    "keys": "Keys",
    "endpoints": "Endpoints",
    "appearance": "Appearance",
    "limits": "Limits",
}


class SettingsDialog(Dialog):
    """Page list at the left, the page at the right. Show it with `show()`; Esc closes and deletes it.

    `keys_changed` and `endpoints_changed` are emitted after a write.
    """

    keys_changed = Signal()
    endpoints_changed = Signal()
    endpoint_created = Signal(object)
    """An endpoint was added by its form."""

    def __init__(
        self,
        theme: Theme,
        source: SettingsSource,
        parent: QWidget | None = None,
        page: SettingsPage = "keys",
        parts: Sequence[SettingsPart] = (),
    ) -> None:
        """`parts` are the pages of other features, which come last."""
        super().__init__(parent)
        self.setWindowTitle("Settings")
        self._theme = theme
        self._source = source
        self._parts = {part.page: part for part in parts}
        self._titles = _TITLES | {part.page: part.title for part in parts}
        self._made: dict[SettingsPage, QWidget] = {}
        """Pages of other features, once created."""
        self._keyring = True
        self._keys = KeysPanel(theme, source)
        # Created lazily: creating all of them at once would block the window for a moment.
        self._endpoints: EndpointsPanel | None = None
        self._limits: LimitsPanel | None = None
        self._appearance: AppearancePanel | None = None
        self._nav = QListWidget()
        self._nav.setAccessibleName("Pages of the settings")
        self._nav.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pages = QStackedWidget()
        self._confirm = ConfirmBar()
        self._lay_out()
        self._keys.changed.connect(self.keys_changed)
        self._keys.page_read.connect(self._keys_read)
        self._nav.currentRowChanged.connect(self._show_row)
        theme.changed.connect(self._restyle)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._restyle()
        scale, room = min(theme.scale, 1.5), geometry.room(self)
        self.setMinimumSize(QSize(640, 400).boundedTo(room))
        self.resize(QSize(int(860 * scale), int(600 * scale)).boundedTo(room))
        self.show_page(page)
        self._keys.load()

    def show_page(self, page: SettingsPage, item: str = "") -> None:
        """Show a page; `item` is the provider, the uid of the endpoint or the name of the field to select there."""
        self._nav.setCurrentRow(list(self._titles).index(page))
        panel = self._pages.currentWidget()
        if item and isinstance(panel, KeysPanel | EndpointsPanel | LimitsPanel | AppearancePanel):
            panel.show_item(item)

    def show_item(self, page: SettingsPage, item: str) -> None:
        """Show a field of a page, or where the key of a provider or an endpoint is set."""
        if page not in ("keys", "endpoints"):
            self.show_page(page, item)
        elif item in PROVIDERS:
            self.show_page("keys", provider_key(item))
        else:
            self.show_page("endpoints", item)

    def add_endpoint(self, address: str) -> None:
        """Start a new endpoint with an address, "" if unknown."""
        self.show_page("endpoints")
        if self._endpoints is not None:
            self._endpoints.add(address)

    def may_go(self) -> bool:
        """Return whether there are no unsaved edits; otherwise ask about them."""
        if unsaved := self._unsaved():
            self._confirm.ask(f"Save or clear {unsaved} first.", "Close anyway", self._close_at_once, "Keep editing")
        return not unsaved

    def _close_at_once(self) -> None:
        self.done(QDialog.DialogCode.Rejected)

    def reject(self) -> None:
        if self._confirm.isVisible():
            self._confirm.close_question()
            return
        if not (unsaved := self._unsaved()):
            self.done(QDialog.DialogCode.Rejected)
            return
        question = f"Close without saving {unsaved}?"
        self._confirm.ask(question, "Close anyway", lambda: self.done(QDialog.DialogCode.Rejected), "Keep editing")

    def done(self, result: int) -> None:
        for panel in (self._keys, self._endpoints, self._limits, self._appearance):
            if panel is not None:
                panel.close_work()
        for page in self._made:
            self._parts[page].close()
        self._made.clear()
        super().done(result)

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Pages and forms are created lazily, which would put them behind the Close button in the default tab order.
        return tab_order.step(self, (self._nav, self._pages, self._confirm, self._close), forward=forward)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._nav.setFocus()

    def _lay_out(self) -> None:
        self._nav.addItems(list(self._titles.values()))
        self._nav.setItemDelegate(RowDelegate(self._theme, self._nav, _nav_text, lines=1))
        side = QFrame()
        set_role(side, "sunken")
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 10, 0, 10)
        column.addWidget(self._nav)
        set_role(self._nav, "sunken")
        self._pages.addWidget(self._keys)
        self._close = button("Close", self.reject)
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 10, 14, 10)
        foot.addStretch(1)
        foot.addWidget(self._close)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self._pages, 1)
        right.addWidget(line())
        right.addWidget(self._confirm)
        right.addLayout(foot)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(side)
        layout.addWidget(line("vline"))
        layout.addLayout(right, 1)

    def _restyle(self) -> None:
        metrics = self.fontMetrics()
        self._nav.setFixedWidth(max(metrics.horizontalAdvance(title) for title in self._titles.values()) + 56)
        self._nav.scheduleDelayedItemsLayout()

    def _show_row(self, row: int) -> None:
        page = list(self._titles)[row]
        panel: QWidget = self._keys
        if page == "endpoints":
            panel = self._endpoints = self._endpoints or self._make_endpoints()
        elif page == "limits":
            panel = self._limits = self._limits or LimitsPanel(self._source)
        elif page == "appearance":
            panel = self._appearance = self._appearance or AppearancePanel(self._theme, self._source)
        elif page in self._parts:
            if page not in self._made:
                self._made[page] = self._parts[page].make(self._confirm)
            panel = self._made[page]
        if self._pages.indexOf(panel) < 0:
            self._pages.addWidget(panel)
        self._pages.setCurrentWidget(panel)

    def _make_endpoints(self) -> EndpointsPanel:
        panel = EndpointsPanel(self._theme, self._source)
        panel.set_keyring(self._keyring)
        panel.changed.connect(self.endpoints_changed)
        panel.created.connect(self.endpoint_created)
        panel.load()
        return panel

    def _unsaved(self) -> str:
        return self._keys.unsaved() or (self._endpoints.unsaved() if self._endpoints is not None else "")

    def _keys_read(self, page: KeysPage) -> None:
        self._keyring = page.keyring
        if self._endpoints is not None:
            self._endpoints.set_keyring(page.keyring)


def _nav_text(index: Index) -> RowText:
    return RowText(str(index.data()), "")
