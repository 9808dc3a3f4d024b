"""A manual price for a model.

Invariant: fields hold dollars per million tokens, `Rates` dollars per token; an incomplete price is invalid.
"""

from __future__ import annotations

import math

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workbench.app.models.model_index import PER_MILLION, UNCHANGED, UnchangedPrice
from workbench.core.money import Rates
from workbench.ui.widgets.theme import keep_room, set_role

MOST_DOLLARS = 1_000_000.0


def parse_dollars(text: str) -> float | None:
    """Parse dollars; None for an empty text. Accepts a comma as decimal point. Raises ValueError with a sentence."""
    text = text.strip().removeprefix("$").replace(" ", "").replace("\u00a0", "")
    if not text:
        return None
    if "," in text and "." not in text:
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= MOST_DOLLARS or "_" in text:
        raise ValueError("Enter a price in dollars per million tokens, such as 0.25.")
    return value


def parse_rates(given: str, answered: str, cached: str) -> Rates | None:
    """Parse the rates, None if all fields are empty. Raises ValueError with a sentence."""
    input_price, output_price, cached_price = map(parse_dollars, (given, answered, cached))
    if input_price is None and output_price is None and cached_price is None:
        return None
    if input_price is None or output_price is None:
        raise ValueError("Enter both the input and the output price, or clear all three.")
    return Rates(
        input_price / PER_MILLION,
        output_price / PER_MILLION,
        None if cached_price is None else cached_price / PER_MILLION,
        "user",
    )


def show_field(rate: float | None) -> str:
    """Format a rate for a field: dollars per million tokens without trailing zeros."""
    return "" if rate is None else f"{rate * PER_MILLION:.6f}".rstrip("0").rstrip(".")


class PriceFields(QWidget):
    """Input, output and cached price of one model, with the catalogue's price as placeholders."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before: Rates | None = None
        self._shown: tuple[tuple[str, str], Rates | None, Rates | None] | None = None
        title = QLabel("Price by hand, $ per million tokens")
        set_role(title, "small")
        self._fields = [QLineEdit() for _ in range(3)]
        self._clear = QPushButton("Clear")
        self._clear.setAccessibleName("Clear the price by hand")
        self._clear.setToolTip("Use the price of the catalogue")
        self._clear.setAutoDefault(False)
        set_role(self._clear, "quiet")
        self._clear.clicked.connect(self.clear)
        keep_room(self._clear)
        self._trouble = QLabel()
        self._trouble.setWordWrap(True)
        self._trouble.setVisible(False)
        set_role(self._trouble, "error")
        row = QHBoxLayout()
        row.setSpacing(12)
        for name, field in zip(("Input", "Output", "Cached"), self._fields, strict=True):
            label = QLabel(name)
            label.setBuddy(field)
            field.setAccessibleName(f"{name} price in dollars per million tokens")
            field.textEdited.connect(self._check)
            pair = QHBoxLayout()
            pair.setSpacing(6)
            pair.addWidget(label)
            pair.addWidget(field, 1)
            row.addLayout(pair, 1)
        row.addWidget(self._clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(title)
        layout.addLayout(row)
        layout.addWidget(self._trouble)

    def show_model(self, model: tuple[str, str], by_hand: Rates | None, catalogue: Rates | None) -> None:
        """Show the manual price of (endpoint, model) in the fields, the catalogue's as placeholders.

        Showing the same model again keeps edits in progress.
        """
        if (shown := (model, by_hand, catalogue)) == self._shown:
            return
        self._shown = shown
        self._before = by_hand
        for field, name in zip(self._fields, ("input", "output", "cached"), strict=True):
            field.setText(show_field(getattr(by_hand, name) if by_hand else None))
            known = show_field(getattr(catalogue, name) if catalogue else None)
            field.setPlaceholderText(known or ("as input" if name == "cached" else "unknown"))
        self._check()

    def clear(self) -> None:
        """Empty the fields, so that the catalogue's price applies."""
        for field in self._fields:
            field.clear()
        self._check()

    def rates(self) -> Rates | UnchangedPrice | None:
        """Return the manual price, None if removed, `UNCHANGED` if not edited. Raises ValueError with a sentence."""
        rates = parse_rates(*(field.text() for field in self._fields))
        same = [show_field(getattr(self._before, name, None)) for name in ("input", "output", "cached")]
        if [show_field(getattr(rates, name, None)) for name in ("input", "output", "cached")] == same:
            return UNCHANGED
        return rates

    def complain(self, sentence: str) -> None:
        """Show why the price is invalid, and focus the incomplete field."""
        self._say(sentence)
        empty = next((field for field in self._fields if not field.text().strip()), self._fields[0])
        empty.setFocus()

    def _check(self) -> None:
        sentence = ""
        for field in self._fields:
            try:
                parse_dollars(field.text())
            except ValueError as error:
                sentence = str(error)
        self._say(sentence)
        self._clear.setVisible(any(field.text() for field in self._fields))

    def _say(self, sentence: str) -> None:
        self._trouble.setText(sentence)
        self._trouble.setVisible(bool(sentence))
