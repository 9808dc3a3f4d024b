"""Fields that the dialogs about training share."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QSpinBox, QWidget

from workbench.ui.widgets.controls import label

WRONG_PRICE = "The price is not a number. Enter dollars per million tokens, such as 25, or nothing."
_MOST_USD = 1e6


def named(words: str, one: QWidget) -> QWidget:
    """Return the label of a field."""
    made = label(words, "muted", wrap=False)
    made.setBuddy(one)
    return made


def choice(name: str, items: Sequence[tuple[str, str]]) -> QComboBox:
    """Return a choice of values by their words."""
    made = QComboBox()
    made.setAccessibleName(name)
    for words, value in items:
        made.addItem(words, value)
    return made


def number(name: str, least: int, most: int, value: int, ending: str) -> QSpinBox:
    """Return a field for a whole number."""
    made = QSpinBox()
    made.setAccessibleName(name)
    made.setRange(least, most)
    made.setValue(value)
    made.setSuffix(ending)
    made.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return made


def price_field() -> QLineEdit:
    """Return the field for the price of training."""
    made = QLineEdit()
    made.setAccessibleName("Dollars per million trained tokens")
    made.setPlaceholderText("unknown")
    return made


def price_of(text: str) -> float | None:
    """Return a typed price, None for an empty one. Raises ValueError for anything that is not a price."""
    plain = text.strip().removeprefix("$").replace(",", ".")
    price = float(plain) if plain else None
    if price is not None and not 0 <= price < _MOST_USD:
        raise ValueError("not a price")
    return price
