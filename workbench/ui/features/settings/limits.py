"""The page of limits, above which a run needs confirmation.

Invariant: a limit takes effect when it is valid and saved; invalid input is reported and changes nothing.
"""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.app.future_results import FutureResults, sentence_of
from workbench.app.settings.form_data import SettingsSource
from workbench.core.run_limits import Limits
from workbench.ui.widgets.controls import StatusLabel, button, label

FIELDS = (("usd", "Dollars"), ("tokens", "Tokens, in and out"), ("calls", "Calls"))


class LimitsPanel(QWidget):
    """Three numbers, each of which may be empty."""

    def __init__(self, source: SettingsSource) -> None:
        super().__init__()
        self._source = source
        self._later = FutureResults(self)
        self.fields: dict[str, QLineEdit] = {}
        self._status = StatusLabel()
        form = QFormLayout()
        form.setVerticalSpacing(8)
        for name, title in FIELDS:
            field = QLineEdit()
            field.setPlaceholderText("no limit")
            field.setAccessibleName(f"{title}, limit per run")
            field.setMaximumWidth(220)
            field.returnPressed.connect(self.save)
            self.fields[name] = field
            form.addRow(title, field)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(8)
        layout.addWidget(label("Limits per run", "heading"))
        layout.addWidget(label("You are asked before a run estimated above these limits.", "muted"))
        layout.addLayout(form)
        self.save_button = button("Save", self.save, "primary")
        layout.addWidget(self.save_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._status)
        layout.addStretch(1)
        self._later.watch(source.limits(), self._show, self._failed)

    def show_item(self, name: str) -> None:
        """Focus a field."""
        self.fields[name].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_work(self) -> None:
        """Ignore pending results."""
        self._later.close()

    def save(self) -> None:
        """Save the limits."""
        try:
            usd, tokens, calls = (_number(self.fields[name].text()) for name, _ in FIELDS)
        except ValueError:
            self._status.say("Enter a number such as 0.50 or 20000, or nothing for no limit. Then save.", "error")
            return
        limits = Limits(usd, None if tokens is None else int(tokens), None if calls is None else int(calls))
        self._later.watch(self._source.save_limits(limits), lambda _: self._status.say("Saved.", "good"), self._failed)

    def _show(self, limits: Limits) -> None:
        for name, _ in FIELDS:
            value = getattr(limits, name)
            self.fields[name].setText("" if value is None else f"{value:g}" if name == "usd" else str(value))

    def _failed(self, error: BaseException) -> None:
        self._status.say(sentence_of(error, "The limits could not be read or saved. Try again."), "error")


def _number(text: str) -> float | None:
    written = text.strip().replace(",", "").lstrip("$")
    if not written:
        return None
    value = float(written)
    if not math.isfinite(value) or value < 0:
        raise ValueError(text)
    return value
