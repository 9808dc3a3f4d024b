"""The dialog that lets a judge compare pairs: the model, the criterion, how many pairs, and what it costs.

Invariant: nothing is started before its price is shown, and a price of an earlier choice is never shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget

from workbench.core.lanes import BUILTIN, BUILTIN_MODEL, Lane, short_model
from workbench.core.visible_text import visible_name
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.dialog import Dialog, grow_to_words
from workbench.ui.widgets.model_button import ModelButton
from workbench.ui.widgets.small_controls import safe_tip
from workbench.ui.widgets.theme import set_role
from workbench.usecases.judging.pair_plan import MOST_PAIRS, JudgeChoice, PairPlan

_ABOUT = (
    "A model says which of two answers to the same values is better. Its verdicts are kept apart from yours; how often "
    "it agrees with you shows how far to trust it. Pairs that you have compared come first."
)
_LATER_MS = 250
_ESTIMATING = "Estimating…"
_LINES = 4


class JudgeDialog(Dialog):
    """`plan_wanted(JudgeChoice)` asks for `show_plan`; `accepted` is emitted to start `plan`."""

    plan_wanted = Signal(object)

    def __init__(self, choice: JudgeChoice, choose: Callable[[Lane], object], parent: QWidget) -> None:
        """`choose` opens the model picker on a lane, and leads to `set_model`."""
        super().__init__(parent)
        self.setWindowTitle("Let a judge compare pairs")
        self.plan: PairPlan | None = None
        self._lane = choice.lane
        self.model = ModelButton("Choose a model…")
        self.model.setAutoDefault(False)
        self.model.clicked.connect(lambda: choose(self._lane or Lane("judge", BUILTIN, BUILTIN_MODEL)))
        self.criterion = QPlainTextEdit(choice.criterion)
        self.criterion.setTabChangesFocus(True)
        self.criterion.setAccessibleName("Criterion by which answers are compared")
        self.criterion.setFixedHeight(self.fontMetrics().height() * (_LINES + 1))
        set_role(self.criterion, "field")
        self.count = QSpinBox()
        self.count.setRange(1, MOST_PAIRS)
        self.count.setValue(choice.pairs)
        self.count.setAccessibleName("Number of pairs")
        self.takes = label(_ESTIMATING, "muted")
        self.cancel = button("Cancel", self.reject)
        self.start = button("Compare", self.accept, "primary")
        self.start.setDefault(True)
        self._later = QTimer(self, interval=_LATER_MS, singleShot=True)
        self._later.timeout.connect(lambda: self.plan_wanted.emit(self.chosen()))
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        rows = (("Judge", self.model), ("Criterion", self.criterion), ("Pairs, at most", self.count))
        for title, field in rows:
            named = label(title, wrap=False)
            named.setBuddy(field)
            form.addRow(named, field)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 14)
        layout.setSpacing(12)
        layout.addWidget(label(_ABOUT, "muted"))
        layout.addLayout(form)
        layout.addWidget(self.takes)
        layout.addStretch(1)
        layout.addLayout(foot)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 66)
        self.criterion.textChanged.connect(self._changed)
        self.count.valueChanged.connect(lambda _: self._changed())
        if choice.lane is not None:
            self._name_model(choice.lane)
        self._changed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        grow_to_words(self)

    def chosen(self) -> JudgeChoice:
        """Return what is chosen."""
        return JudgeChoice(self._lane, self.criterion.toPlainText().strip(), self.count.value())

    def set_model(self, endpoint: str, model: str) -> None:
        """Set the judge's model; parameters stay those of the same model."""
        lane = self._lane
        if lane is None or (lane.endpoint, lane.model) != (endpoint, model):
            lane = Lane("judge", endpoint, model)
        self._lane = replace(lane, label="", samples=1)
        self._name_model(self._lane)
        self._changed()

    def show_plan(self, plan: PairPlan) -> None:
        """Show what a start takes, or why nothing can be started; a plan of another choice is ignored."""
        if plan.choice != self.chosen():
            return
        self.plan = plan
        set_role(self.takes, "error" if plan.problem and plan.choice.lane is not None else "muted")
        self.takes.setText(plan.words)
        self.start.setEnabled(bool(plan.pairs))
        self.start.setText(f"Compare {len(plan.pairs):,}" if plan.pairs else "Compare")
        if self.isVisible():
            grow_to_words(self)

    def _name_model(self, lane: Lane) -> None:
        name = visible_name(short_model(lane.model))
        self.model.setText(name)
        self.model.setAccessibleName(f"Judge: {name}")
        self.model.setToolTip(safe_tip(f"{lane.model}. Choose another model."))

    def _changed(self) -> None:
        """Ask for a plan of the new choice."""
        self.plan = None
        self.start.setEnabled(False)
        set_role(self.takes, "muted")
        self.takes.setText(_ESTIMATING)
        self._later.start()
