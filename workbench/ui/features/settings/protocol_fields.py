"""The protocol of an endpoint, and its settings.

Invariant: "" is the OpenAI protocol, which most servers use; the settings contain no secrets. Edits for a protocol
reappear when it is selected again, and settings without a field are kept.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from workbench.core.provider import Provider, ProviderSetting
from workbench.core.provider_table import ROWS
from workbench.core.providers import PROVIDERS
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.layout_widgets import delete_widgets
from workbench.usecases.destinations import key_id

OPENAI = ""
_FIRST = ("anthropic", "azure")


class ProtocolFields(QWidget):
    """A list of protocols with the settings of the selected one below. Emits `edited` after every change."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._fields: dict[str, QLineEdit] = {}
        self._shown = OPENAI
        self._texts: dict[str, dict[str, str]] = {}
        self._choice = QComboBox()
        self._choice.setAccessibleName("Protocol")
        self._choice.setMaxVisibleItems(16)
        self._choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._choice.addItem("OpenAI-compatible", OPENAI)
        for provider in protocols():
            self._choice.addItem(provider.name, provider.id)
            if provider.id == _FIRST[-1]:
                self._choice.insertSeparator(self._choice.count())
        self._hint = label("", "small")
        self._settings = QVBoxLayout()
        self._settings.setContentsMargins(0, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._choice)
        layout.addWidget(self._hint)
        layout.addLayout(self._settings)
        self._choice.currentIndexChanged.connect(self._chosen)
        self._hint.setVisible(False)

    @property
    def provider(self) -> str:
        """LiteLLM's id of the provider whose protocol is selected, "" for OpenAI."""
        return str(self._choice.currentData() or OPENAI)

    @property
    def address_hint(self) -> str:
        """An example of an address."""
        known = PROVIDERS.get(self.provider)
        return (known.address_hint or known.base_url) if known else "http://localhost:8000"

    def settings(self) -> tuple[tuple[str, str], ...]:
        """Return the current settings in their stored form, sorted by name."""
        self._keep_texts()
        texts = self._texts.get(self.provider, {})
        return tuple((name, text) for name in sorted(texts) if (text := texts[name].strip()))

    def show_choice(self, provider: str, settings: tuple[tuple[str, str], ...]) -> None:
        """Show a protocol with its settings; an unlisted one is added to the list."""
        position = self._choice.findData(provider)
        if position < 0:
            known = PROVIDERS.get(provider)
            self._choice.addItem(known.name if known else provider, provider)
            position = self._choice.count() - 1
        blocked = self._choice.blockSignals(True)
        self._choice.setCurrentIndex(position)
        self._choice.blockSignals(blocked)
        self._clear()
        self._texts = {provider: dict(settings)}
        self._chosen()

    def _keep_texts(self) -> None:
        texts = self._texts.setdefault(self._shown, {})
        texts |= {name: field.text() for name, field in self._fields.items()}

    def _clear(self) -> None:
        delete_widgets(self._settings)
        self._fields = {}

    def _chosen(self) -> None:
        self._keep_texts()
        self._clear()
        self._shown = self.provider
        texts = self._texts.get(self._shown, {})
        for setting in plain_settings(self.provider):
            field = QLineEdit(texts.get(setting.name, ""))
            field.setCursorPosition(0)
            field.setObjectName(setting.name)
            field.setAccessibleName(setting.label)
            field.setPlaceholderText(setting.hint)
            field.textChanged.connect(self.edited)
            title = label(setting.label, "muted")
            title.setBuddy(field)
            title.setContentsMargins(0, 8, 0, 0)
            self._settings.addWidget(title)
            self._settings.addWidget(field)
            self._fields[setting.name] = field
        known = PROVIDERS.get(self.provider)
        self._hint.setText(known.model_hint if known else "")
        self._hint.setVisible(bool(self._hint.text()))
        self.edited.emit()


def protocols() -> tuple[Provider, ...]:
    """Return the providers whose protocols are selectable: the common ones, then the others by name."""
    listed = [row for row in ROWS if key_id(row.id) == row.id and row.id != "openai" and not row.token_file]
    first = [PROVIDERS[name] for name in _FIRST]
    rest = sorted((row for row in listed if row.id not in _FIRST), key=lambda row: row.name.casefold())
    return (*first, *rest)


def plain_settings(provider: str) -> tuple[ProviderSetting, ...]:
    """Return the non-secret settings of a protocol."""
    known = PROVIDERS.get(provider)
    named = known.settings if known else ()
    return tuple(one for one in named if one.is_of_endpoint)
