"""Samples, budget and differences of a prompt's tests.

Invariant: input that is not valid is reported beside the fields, and nothing is stored before all of it is valid.
"""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QPushButton, QSpinBox, QVBoxLayout, QWidget

from workbench.core.lanes import MOST_SAMPLES
from workbench.core.testing.settings import SuiteBudget, SuiteSettings
from workbench.ui.widgets.controls import StatusLabel, label, scrolled
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.theme import set_role

_WIDTH = 380
_LIMITS = (("usd", "Dollars", "1.00"), ("calls", "Calls", "500"), ("minutes", "Minutes", "10"))
_POINTS = (
    ("difference", "A difference that matters", "Points of pass rate. It decides how many more cases are asked for."),
    ("margin", "No worse by at most", "Points of pass rate that a cheaper or faster column may lose."),
)


class SuiteSettingsDialog(Dialog):
    """`saved` carries the changed SuiteSettings."""

    saved = Signal(object)

    def __init__(self, settings: SuiteSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle("Samples and budget of tests")
        self.setMinimumWidth(_WIDTH)
        self.samples = QSpinBox()
        self.samples.setRange(1, MOST_SAMPLES)
        self.samples.setValue(settings.samples)
        self.samples.setAccessibleName("Samples of each case in each column")
        self.limits: dict[str, QLineEdit] = {}
        self.points: dict[str, QLineEdit] = {}
        self.status = StatusLabel()
        self.cancel, self.save = QPushButton("Cancel"), QPushButton("Save")
        self.save.setDefault(True)
        set_role(self.save, "primary")
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self.keep)
        self._lay_out()

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 16)
        whole.setSpacing(8)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        sampling, budget, points = QFormLayout(), QFormLayout(), QFormLayout()
        sampling.addRow("Samples of each case", self.samples)
        layout.addLayout(sampling)
        layout.addWidget(label("Several samples show which cases pass only sometimes.", "small"))
        layout.addSpacing(6)
        layout.addWidget(label("Budget of one run", "heading"))
        layout.addWidget(label("A run stops before a call that could exceed a limit. Its answers are kept.", "small"))
        for name, title, example in _LIMITS:
            value = getattr(self._settings.budget, name)
            field = self._field(f"{title}, limit of one run", "" if value is None else f"{value:g}")
            field.setPlaceholderText(f"no limit, or for example {example}")
            self.limits[name] = field
            budget.addRow(title, field)
        layout.addLayout(budget)
        layout.addSpacing(6)
        layout.addWidget(label("Differences", "heading"))
        for name, title, about in _POINTS:
            field = self._field(f"{title}, in points", f"{100 * getattr(self._settings, name):g}")
            field.setToolTip(about)
            self.points[name] = field
            points.addRow(f"{title} (points)", field)
        layout.addLayout(points)
        # With large text the fields are taller than a small screen.
        whole.addWidget(scrolled(page), 1)
        whole.addWidget(self.status)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.save)
        whole.addSpacing(6)
        whole.addLayout(foot)

    def _field(self, name: str, text: str) -> QLineEdit:
        field = QLineEdit(text)
        field.setAccessibleName(name)
        return field

    def keep(self) -> None:
        """Emit the settings and close, or say what is wrong."""
        try:
            usd, calls, minutes = (_number(self.limits[name].text()) for name, _, _ in _LIMITS)
            difference, margin = (_points(self.points[name].text()) for name, _, _ in _POINTS)
        except ValueError as error:
            self.status.say(str(error), "error")
            return
        self.saved.emit(
            replace(
                self._settings,
                samples=self.samples.value(),
                budget=SuiteBudget(usd, None if calls is None else int(calls), minutes),
                difference=difference,
                margin=margin,
            )
        )
        self.accept()


def _number(text: str) -> float | None:
    """Read a limit. Raises ValueError with a sentence."""
    written = text.strip().replace(",", "").lstrip("$")
    if not written:
        return None
    try:
        value = float(written)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise ValueError("Enter a number such as 0.50 or 200 as a limit, or nothing for no limit.")
    return value


def _points(text: str) -> float:
    """Read points as a fraction. Raises ValueError with a sentence."""
    try:
        value = float(text.strip().rstrip("%").strip())
    except ValueError:
        value = math.nan
    if not 0 < value < 100:
        raise ValueError("Enter a number of points between 0 and 100, such as 10.")
    return value / 100
