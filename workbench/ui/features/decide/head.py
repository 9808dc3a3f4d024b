"""The head of Decide: the headline, why, and the next steps.

Invariant: the headline is one sentence, and the first button is the next step of the experiment.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.app.decide.words import step_words
from workbench.core.decide.decision import Action, Decision, RetiringNote, Step
from workbench.core.decide.decision_words import next_steps
from workbench.core.text import unbroken
from workbench.ui.features.decide.commands import REPORTS
from workbench.ui.widgets.controls import button, label, opens_menu
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.theme import Theme, set_role


class RetiringLine(QWidget):
    """Says that the model retires; `wanted` carries the test of its successor, or the list of all retiring models."""

    wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._action: Action | None = None
        self.words = label("")
        self.test = button("", lambda: self.wanted.emit(self._action))
        self.all = button("All retiring models…", lambda: self.wanted.emit(Action("retiring", self.all.text())))
        row = FlowLayout()
        for made in (self.test, self.all):
            row.addWidget(made)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.words)
        layout.addLayout(row)
        self.hide()

    def show_note(self, note: RetiringNote | None) -> None:
        """Show a note, or nothing for None."""
        self._action = None if note is None else note.action
        self.setVisible(note is not None)
        if note is not None:
            self.words.setText(unbroken(note.sentence))
            self.test.setText(note.action.label)
            self.test.setToolTip(f"{note.action.label} in Test")

    def stops(self) -> list[QWidget]:
        """Return the parts in Tab order."""
        return [self.test, self.all]


class DecideHead(QWidget):
    """`wanted` carries the action of a step, `report_wanted` the id of a report."""

    wanted = Signal(object)
    report_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.headline = label("")
        self.headline.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.report = QPushButton("Report ▾", self)
        self.report.setAccessibleName("Report: copy or save this decision")
        set_role(self.report, "choice")
        menu = QMenu(self.report)
        for name, (title, _) in REPORTS.items():
            menu.addAction(title, partial(self.report_wanted.emit, name))
        self.report.setMenu(menu)
        opens_menu(self.report)
        self.reasons = label("")
        self.confidence = label("", "muted")
        self.also = label("", "muted")
        self.retiring = RetiringLine(self)
        self.retiring.wanted.connect(self.wanted)
        self.steps: list[QPushButton] = []
        self._row = QWidget(self)
        self._flow = FlowLayout()
        self._row.setLayout(self._flow)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.headline, 1)
        top.addWidget(self.report, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.reasons)
        layout.addWidget(self.confidence)
        layout.addWidget(self._row)
        layout.addWidget(self.retiring)
        layout.addWidget(self.also)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_decision(self, decision: Decision) -> None:
        """Show a decision."""
        self.headline.setText(unbroken(decision.headline))
        self.reasons.setText(unbroken("\n".join(f"• {reason}" for reason in decision.reasons)))
        self.reasons.setVisible(bool(decision.reasons))
        self.confidence.setText(unbroken(decision.confidence_sentence))
        also = " ".join(one.headline for one in decision.also)
        self.also.setText(unbroken(f"Also: {also}"))
        self.also.setVisible(bool(also))
        self.retiring.show_note(decision.retiring)
        self._show_steps(next_steps(decision))

    def _show_steps(self, steps: tuple[Step, ...]) -> None:
        """Replace the buttons of the steps; the focus stays at its place among them."""
        before = self.steps
        # The window may be inactive, behind a dialog.
        current = self.window().focusWidget()
        focused = next((place for place, made in enumerate(before) if made is current), None)
        self.steps = [self._step(place, step) for place, step in enumerate(steps, 1)]
        self._row.setVisible(bool(self.steps))
        if focused is not None:
            # Before the old buttons are hidden: Qt would look for another widget then.
            (self.steps[min(focused, len(self.steps) - 1)] if self.steps else self.report).setFocus()
        for made in before:
            self._flow.removeWidget(made)
            made.hide()
            made.deleteLater()

    def _step(self, place: int, step: Step) -> QPushButton:
        words = f"{place} {step_words(step)}"
        made = button(words, partial(self.wanted.emit, step.action))
        made.setToolTip(f"{words}\n{step.sentence}")
        made.setEnabled(step.action is not None)
        set_role(made, "primary" if place == 1 else "")
        self._flow.addWidget(made)
        made.show()
        return made

    def lay(self, room: int) -> None:
        """Elide the steps that are wider than the page; `room` is in pixels."""
        for made in self.steps:
            words = made.accessibleName()
            made.setText(words)
            edges = made.sizeHint().width() - made.fontMetrics().horizontalAdvance(words)
            if made.sizeHint().width() > room:
                made.setText(made.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, max(1, room - edges)))
        # At once, not one level per turn of the event loop: the page below would jump.
        self._flow.invalidate()
        self._row.updateGeometry()

    def stops(self) -> list[QWidget]:
        """Return the parts in Tab order."""
        return [self.report, *self.steps, *self.retiring.stops()]

    def _restyle(self) -> None:
        self.headline.setFont(self._theme.font(4, bold=True))
