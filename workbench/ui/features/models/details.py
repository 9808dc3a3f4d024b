"""Details of the current model, and its manual price.

Invariant: shows one row; what is missing is said in words, with the one step that helps.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.app.models.model_index import ABILITIES, PER_MILLION, ModelEntry, ModelOffer, show_dollars
from workbench.app.models.picker_row import PickerRow, tooltip
from workbench.core.money import Rates
from workbench.core.visible_text import visible_name
from workbench.ui.features.models.prices import PriceFields
from workbench.ui.widgets.theme import set_role


class ElidedLabel(QLabel):
    """Shows one line; can shrink to any width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def show_text(self, text: str) -> None:
        """Set text, tooltip and accessible name."""
        text = visible_name(text)
        self.setText(text)
        self.setToolTip(tooltip(text))
        self.setAccessibleName(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)


class ModelDetails(QWidget):
    """Name, facts, key and price. `keys_requested` carries the id of the provider whose key is missing."""

    keys_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._provider = ""
        self._name = ElidedLabel()
        set_role(self._name, "heading")
        self._warning = QLabel()
        self._warning.setWordWrap(True)
        self._warning.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._warning, "warn")
        self._facts = QLabel()
        self._facts.setWordWrap(True)
        self._facts.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._facts, "muted")
        self._no_key = QLabel()
        self._no_key.setWordWrap(True)
        self._no_key.setTextFormat(Qt.TextFormat.PlainText)
        self._add_key = QPushButton("Add a key…")
        self._add_key.setAutoDefault(False)
        self._add_key.clicked.connect(lambda: self.keys_requested.emit(self._provider))
        self._key_row = QWidget()
        key_row = QHBoxLayout(self._key_row)
        key_row.setContentsMargins(0, 0, 0, 0)
        key_row.addWidget(self._no_key, 1)
        key_row.addWidget(self._add_key)
        self.prices = PriceFields()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._name)
        layout.addWidget(self._warning)
        layout.addWidget(self._facts)
        layout.addWidget(self._key_row)
        layout.addStretch(1)
        layout.addWidget(self.prices)

    def show_row(self, row: PickerRow, entry: ModelEntry, offer: ModelOffer) -> None:
        """Show a model; local models have no price fields."""
        self._provider = entry.provider
        self._name.show_text(entry.model)
        self._warning.setText(row.reason)
        self._warning.setVisible(bool(row.reason))
        self._facts.setText(_facts(entry, row, offer))
        self._no_key.setText(row.no_key)
        self._key_row.setVisible(bool(row.no_key))
        local = entry.rates is not None and entry.rates.source == "local"
        self.prices.setVisible(not local)
        model = (entry.endpoint, entry.model)
        self.prices.show_model(model, None if local else offer.prices.get(model), entry.rates)


def _facts(entry: ModelEntry, row: PickerRow, offer: ModelOffer) -> str:
    if row.kind == "typed" or not entry.provider or (entry.rates is not None and entry.rates.source == "local"):
        return row.note
    parts = [visible_name(offer.provider(entry.provider).name)]
    if entry.context:
        parts.append(f"{entry.context:,} tokens of context")
    if entry.max_output:
        parts.append(f"{entry.max_output:,} of output")
    abilities = ", ".join(name for name in ABILITIES if name in entry.abilities)
    parts += [abilities] if abilities else []
    return " · ".join([*parts, _price(offer.price(entry))])


def _price(rates: Rates | None) -> str:
    if rates is None:
        return "price unknown"
    by_hand = ", set by hand" if rates.source == "user" else ""
    if rates.per_second is not None:
        return f"{show_dollars(rates.per_second)} per second"
    if not rates.input and not rates.output:
        return f"free{by_hand}"
    given, answered = (show_dollars(rate * PER_MILLION) for rate in (rates.input, rates.output))
    return f"{given} in, {answered} out per million tokens{by_hand}"
