"""The fields of the parameter form, one per row of the table.

Invariant: a field holds the output of `Parameter.show` until edited. A parameter that the model does not support cannot
be set, but a value set before can be removed.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from workbench.core.parameter import Parameter, Value
from workbench.core.parameter_support import ParameterSupport
from workbench.ui.features.lanes import params_text as texts
from workbench.ui.widgets.small_controls import clearable

NOT_SET = "not set"
NOT_TAKEN = "not for this model"
REFUSED = "Not for this model: it is left out, or refused by the provider."


class ShortText(QPlainTextEdit):
    """A field of several lines. Refuses pastes longer than `LIMIT`: laying out a megabyte would block the window."""

    refused = Signal()

    def insertFromMimeData(self, source: QMimeData) -> None:
        if len(source.text()) > texts.LIMIT:
            self.refused.emit()
        else:
            super().insertFromMimeData(source)


class LineField:
    """A field for a number."""

    def __init__(self, row: Parameter, value: Value | None, parent: QWidget) -> None:
        self.widget = QLineEdit(row.show(value), parent)
        clearable(self.widget)
        self.changed = self.widget.textChanged

    def text(self) -> str:
        return self.widget.text()

    def clear(self) -> None:
        self.widget.clear()

    def support(self, row: Parameter, support: ParameterSupport) -> None:
        is_refused = row.name in support.refused
        hint = re.sub("^a (whole )?number(,| from) ", "", row.requirement)
        unset = f"{NOT_SET} · {hint}" if row.low is not None else NOT_SET
        self.widget.setPlaceholderText(NOT_TAKEN if is_refused else unset)
        self.widget.setEnabled(not is_refused or bool(self.text()))


class AreaField:
    """A field for several texts, one per line."""

    def __init__(self, row: Parameter, value: Value | None, parent: QWidget) -> None:
        self.widget = ShortText(row.show(value), parent)
        self.widget.setTabChangesFocus(True)
        self.changed = self.widget.textChanged

    def text(self) -> str:
        return self.widget.toPlainText()

    def clear(self) -> None:
        self.widget.clear()

    def support(self, row: Parameter, support: ParameterSupport) -> None:
        is_refused = row.name in support.refused
        self.widget.setPlaceholderText(NOT_TAKEN if is_refused else NOT_SET)
        self.widget.setEnabled(not is_refused or bool(self.text()))


class ChoiceField:
    """A field for one of several words; an unknown word that is already set (by another release) can be kept."""

    def __init__(self, row: Parameter, value: Value | None, parent: QWidget) -> None:
        self.widget = QComboBox(parent)
        self._kept = row.show(value)
        self._unset = f"{NOT_SET} · {row.unset}" if row.unset else NOT_SET
        self.changed = self.widget.currentIndexChanged
        self._fill(row.choices or ("true", "false"))
        self.widget.setCurrentIndex(max(0, self.widget.findData(self._kept)))

    def text(self) -> str:
        return str(self.widget.currentData() or "")

    def clear(self) -> None:
        self.widget.setCurrentIndex(0)

    def support(self, row: Parameter, support: ParameterSupport) -> None:
        is_refused = row.name in support.refused
        chosen = self.text()
        self._fill(support.choices(row) or ("true", "false"))
        self.widget.setItemText(0, NOT_TAKEN if is_refused else self._unset)
        self.widget.setCurrentIndex(max(0, self.widget.findData(chosen)))
        self.widget.setEnabled(not is_refused or bool(chosen))

    def _fill(self, words: tuple[str, ...]) -> None:
        blocked = self.widget.blockSignals(True)
        self.widget.clear()
        self.widget.addItem(self._unset, "")
        for word in dict.fromkeys((*words, *([self._kept] if self._kept else []))):
            self.widget.addItem({"true": "on", "false": "off"}.get(word, word), word)
        self.widget.blockSignals(blocked)


def field_of(row: Parameter, value: Value | None, parent: QWidget) -> LineField | AreaField | ChoiceField:
    """Return the field for a row, filled with a value."""
    if row.kind == "texts":
        return AreaField(row, value, parent)
    return ChoiceField(row, value, parent) if row.kind in ("choice", "switch") else LineField(row, value, parent)
