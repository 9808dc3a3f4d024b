"""The form of a provider without its key: address, settings, and a link to the documentation.

Invariant: a stored secret is never shown in its field; unsaved edits are tracked.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from workbench.ui.widgets.controls import StatusLabel, button, label
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.usecases.provider_access import ProviderState, SettingState

_ADDRESS = ""
"""The key of the address field in `_fields`; the other keys are names of settings."""


class ProviderForm(QWidget):
    """Fields for a `ProviderState`. Emits `save_requested` to save them."""

    save_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._state: ProviderState | None = None
        self._fields: dict[str, QLineEdit] = {}
        self._shown: dict[str, str] = {}
        self._title = label("Address and settings", "heading")
        self._where = label(role="muted")
        self._missing = StatusLabel()
        self._holder = QWidget()
        self._save = button("Save settings", self.save_requested.emit)
        self._doc = button("Documentation", self._open_documentation)
        buttons = FlowLayout(10)
        buttons.addWidget(self._save)
        buttons.addWidget(self._doc)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        for widget in (self._title, self._where, self._missing, self._holder):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self.setVisible(False)

    @property
    def provider(self) -> str:
        """The provider shown, "" for none."""
        return self._state.provider if self._state else ""

    def show_state(self, state: ProviderState | None, typed: Mapping[str, str] | None = None) -> None:
        """Show a provider, with the edits in `typed`; replaces the current content."""
        self._state = state
        self.setVisible(state is not None)
        if state is None:
            self._fields, self._shown = {}, {}
            return
        self._where.setText(state.goes_to)
        self._missing.say(state.missing, "error")
        self._doc.setVisible(bool(state.documentation))
        self._doc.setToolTip(state.documentation)
        self._build(state)
        for name, text in (typed or {}).items():
            if name in self._fields:
                self._fields[name].setText(text)
        self._changed()

    def values(self) -> tuple[str, dict[str, str | None]]:
        """Return the address and the settings; None leaves a stored secret setting unchanged."""
        typed: dict[str, str | None] = {}
        for setting in self._state.settings if self._state else ():
            text = self._fields[setting.setting.name].text().strip()
            typed[setting.setting.name] = (text or None) if setting.setting.secret else text
        return self._fields[_ADDRESS].text().strip() if _ADDRESS in self._fields else "", typed

    def keeps_secrets(self) -> bool:
        """Return whether there are stored secret settings that can be removed."""
        return any(one.tail for one in self._state.settings) if self._state else False

    def is_dirty(self) -> bool:
        """Return whether there are unsaved edits."""
        return bool(self.typed())

    def typed(self) -> dict[str, str]:
        """Return the texts that differ from the saved ones, by field."""
        texts = {name: field.text().strip() for name, field in self._fields.items()}
        return {name: text for name, text in texts.items() if text != self._shown[name].strip()}

    def _build(self, state: ProviderState) -> None:
        # A new widget replaces the old one, because providers have no rows in common.
        holder = QWidget()
        rows = QVBoxLayout(holder)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        self._fields = {}
        if state.address_variables or state.address_hint or state.public:
            self._fields[_ADDRESS] = _field("Address", state.entered, _address_hint(state))
            _add(rows, "Address", self._fields[_ADDRESS])
        for one in state.settings:
            field = _field(one.setting.label, one.value, _hint(one))
            if one.setting.secret:
                field.setEchoMode(QLineEdit.EchoMode.Password)
            self._fields[one.setting.name] = field
            _add(rows, f"{one.setting.label}{' (needed)' if one.setting.required else ''}", field)
        self._shown = {name: field.text() for name, field in self._fields.items()}
        for field in self._fields.values():
            field.textChanged.connect(self._changed)
            field.returnPressed.connect(self._save.click)
        self._layout.replaceWidget(self._holder, holder)
        # The old fields must not be found, by the Tab key or screen readers, until they are deleted.
        self._holder.hide()
        holder.show()
        self._holder.deleteLater()
        self._holder = holder

    def _changed(self) -> None:
        self._save.setEnabled(self.is_dirty())

    def _open_documentation(self) -> None:
        if self._state is not None and self._state.documentation:
            QDesktopServices.openUrl(QUrl(self._state.documentation))


def _field(name: str, text: str, hint: str) -> QLineEdit:
    made = QLineEdit(text)
    made.setAccessibleName(name)
    made.setPlaceholderText(hint)
    made.setCursorPosition(0)
    return made


def _add(rows: QVBoxLayout, text: str, field: QLineEdit) -> None:
    title = label(text, "small")
    title.setTextFormat(Qt.TextFormat.PlainText)
    title.setBuddy(field)
    rows.addWidget(title)
    rows.addWidget(field)
    rows.addSpacing(4)


def _address_hint(state: ProviderState) -> str:
    if state.environment:
        return f"{state.environment} (from {state.variable})"
    return state.public or state.address_hint or "only for your own gateway"


def _hint(one: SettingState) -> str:
    if one.tail:
        return f"kept ({one.tail}); type a new one to replace it"
    if one.variable:
        return f"{one.found} (from {one.variable})" if one.found else f"from {one.variable}"
    return one.setting.hint
