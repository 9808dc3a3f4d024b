"""Dialogs that start a comparison of two columns: what is compared, what it takes, and what it can show.

Invariant: nothing can be run before its estimate is shown, and an estimate of an earlier choice is never shown.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.app.testing.settings_form import SettingsFieldError, TypedSettings, read_settings, typed_settings
from workbench.app.testing.source import ShownEstimate
from workbench.app.testing.words import age_words, estimate_words, renew_offer
from workbench.core.testing.settings import SuiteSettings
from workbench.core.testing.tries import cases_words, points_words
from workbench.core.text import counted
from workbench.core.visible_text import visible_name
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.dialog import Dialog, grow_to_words
from workbench.ui.widgets.theme import set_role

if TYPE_CHECKING:
    from workbench.core.lanes import Lane
    from workbench.usecases.testing.comparison_plans import TryChoice

_ESTIMATING = "Estimating…"


class ComparisonDialog(Dialog):
    """`estimate_wanted` asks for `show_estimate`; `accepted` is emitted to run what is chosen."""

    estimate_wanted = Signal()

    def __init__(self, title: str, about: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.about = label(about, "muted")
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(14)
        self.form.setVerticalSpacing(8)
        self.hint = label("", "muted")
        self.takes = label("")
        self.renew = QCheckBox()
        self.renew.hide()
        self._estimate = ShownEstimate()
        self.cancel = button("Cancel", self.reject)
        self.run = button("Run", self.accept, "primary")
        self.run.setDefault(True)
        self.run.setEnabled(False)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 14)
        layout.setSpacing(12)
        layout.addWidget(self.about)
        layout.addLayout(self.form)
        layout.addWidget(self.hint)
        layout.addWidget(self.takes)
        layout.addWidget(self.renew)
        layout.addStretch(1)
        layout.addLayout(foot)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 62)
        self.renew.toggled.connect(lambda _: self._show_takes())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        grow_to_words(self)

    def _begin_with(self, *fields: QWidget) -> None:
        """Put fields before the buttons in Tab order, and focus the first one."""
        order = (*fields, self.renew, self.cancel, self.run)
        for one, following in itertools.pairwise(order):
            self.setTabOrder(one, following)
        fields[0].setFocus()

    def wait(self, words: str = _ESTIMATING) -> None:
        """Show that an estimate is being made, or why there is none."""
        self.takes.setText(words)
        self.renew.hide()
        set_role(self.takes, "muted")
        self.run.setEnabled(False)
        self.run.setText("Run")
        self._grow()

    def _grow(self) -> None:
        if self.isVisible():
            grow_to_words(self)

    def show_estimate(self, estimate: ShownEstimate) -> None:
        """Show what it takes, or why it cannot run."""
        self._estimate = estimate
        self.renew.setText(renew_offer(estimate))
        self.renew.setVisible(bool(estimate.old))
        self._show_takes()

    @property
    def renews(self) -> bool:
        """Whether old answers are asked again."""
        return not self.renew.isHidden() and self.renew.isChecked()

    def _show_takes(self) -> None:
        estimate = self._estimate.renewed if self.renews else self._estimate
        set_role(self.takes, "error" if estimate.refusal else "")
        if estimate.refusal:
            self.takes.setText(estimate.refusal)
            self.run.setEnabled(False)
            self._grow()
            return
        words = estimate_words(estimate)
        parts = [f"{counted(estimate.new, 'call')}{f': {words}' if words else ''}"]
        if estimate.reused:
            parts.append(f"{counted(estimate.reused, 'answer')} used again{age_words(estimate)}")
        self.takes.setText(", ".join(parts) + ".")
        self.run.setText(f"Run {counted(estimate.new, 'call')}" if estimate.new else "Compare")
        self.run.setEnabled(True)
        self._grow()


class TryDialog(ComparisonDialog):
    """Champion and challenger."""

    def __init__(self, choice: TryChoice, parent: QWidget | None = None) -> None:
        super().__init__(
            "Compare champion and challenger",
            "Both are asked afresh on the same cases: an earlier result was picked because it was good. The result "
            f"says whether the challenger is better, or rules out a gain of {points_words(choice.gain)}.",
            parent,
        )
        self._choice = choice
        self.champion, self.challenger = QComboBox(), QComboBox()
        for box, name, at in (
            (self.champion, "Champion", choice.champion),
            (self.challenger, "Challenger", choice.challenger),
        ):
            for candidate in choice.candidates:
                rate = f"  {candidate.rate_words}" if candidate.rate_words else ""
                box.addItem(visible_name(f"{candidate.title}{rate}"))
            box.setCurrentIndex(at)
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(24)
            named = label(name, wrap=False)
            named.setBuddy(box)
            self.form.addRow(named, box)
            box.currentIndexChanged.connect(lambda _: self.ask())
        self._begin_with(self.champion, self.challenger)
        self.hint.setText(cases_words(choice.cases, choice.gain))
        self.hint.setVisible(bool(self.hint.text()))

    def chosen(self) -> tuple[Lane, Lane] | None:
        """Return champion and challenger; None if both are the same."""
        at, other = self.champion.currentIndex(), self.challenger.currentIndex()
        if at == other or min(at, other) < 0:
            return None
        return self._choice.candidates[at].lane, self._choice.candidates[other].lane

    def ask(self) -> None:
        """Ask for an estimate of what is chosen."""
        if self.chosen() is None:
            few = len(self._choice.candidates) < 2
            self.wait(
                "There is nothing to compare with. Change the text or add a column, then compare."
                if few
                else "Choose two different columns."
            )
            return
        self.wait()
        self.estimate_wanted.emit()


class SuccessorDialog(ComparisonDialog):
    """A model and its successor, with the margin first. `choose` opens the list of models."""

    def __init__(
        self, old: str, settings: SuiteSettings, choose: Callable[[], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(
            f"A successor of {visible_name(old)}",
            f"Is another model no worse than {visible_name(old)} on your cases? Choose the margin first: how much "
            "worse it may be. A margin that is chosen after the answers proves nothing.",
            parent,
        )
        self._settings = settings
        self.margin = QLineEdit(typed_settings(settings).margin)
        self.margin.setAccessibleName("Margin in points")
        self.margin.setMinimumWidth(self.margin.fontMetrics().averageCharWidth() * 8)
        self.model = QPushButton("Choose a model…")
        self.model.setAutoDefault(False)
        self.model.setAccessibleName("Successor: choose a model")
        self.model.clicked.connect(lambda: choose())
        for name, widget in (("Margin (points)", self.margin), ("Successor", self.model)):
            named = label(name, wrap=False)
            named.setBuddy(widget)
            self.form.addRow(named, widget)
        self.margin.textEdited.connect(lambda _: self.ask())
        self.new: Lane | None = None
        self._begin_with(self.margin, self.model)
        self.margin.selectAll()
        self.wait("Choose a successor.")

    def show_facts(self, words: str) -> None:
        """Show whether the old model still answers."""
        self.hint.setText(visible_name(words))
        self._grow()

    def take(self, new: Lane) -> None:
        """Use a model as successor."""
        self.new = new
        self.model.setText(visible_name(new.title).replace("&", "&&"))
        self.model.setAccessibleName(f"Successor: {visible_name(new.title)}; choose another model")
        self.ask()

    def read_margin(self) -> float | None:
        """Return the margin as a fraction, None if it is not one."""
        typed = typed_settings(self._settings)
        fields = {name: getattr(typed, name) for name in TypedSettings.__slots__}
        try:
            return read_settings(TypedSettings(**{**fields, "margin": self.margin.text()}), self._settings).margin
        except SettingsFieldError as error:
            self.wait(str(error))
            return None

    def ask(self) -> None:
        """Ask for an estimate of what is chosen."""
        if self.read_margin() is None:
            return
        if self.new is None:
            self.wait("Choose a successor.")
            return
        self.wait()
        self.estimate_wanted.emit()
