"""The levers before training, and the steps of the experiment: what was tried, what it did, and how to try it.

Invariant: a lever or step that the product can prepare has a button; the others are explained in words.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.core.decide.decision import Action, Lever, LeverState, Step
from workbench.core.decide.decision_words import effort_words
from workbench.core.text import unbroken
from workbench.ui.widgets.controls import button, label, line
from workbench.ui.widgets.small_controls import pill

_STATES: dict[LeverState, str] = {"tried": "pill-green", "not tried": "pill-dashed", "cannot tell": "pill-dashed"}


class _Rows(QWidget):
    """Rows with texts at the left and at most one button each; made anew for each decision."""

    wanted = Signal(object)
    """Action"""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.buttons: list[QPushButton] = []
        self._texts: list[str] = []
        self._inner: QWidget | None = None
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(8, 0, 4, 6)

    def words(self) -> str:
        """Return all texts."""
        return "\n".join(self._texts)

    def _begin(self) -> QGridLayout:
        if self._inner is not None:
            self._outer.removeWidget(self._inner)
            self._inner.hide()
            self._inner.deleteLater()
        self.buttons, self._texts = [], []
        self._inner = QWidget(self)
        self._outer.addWidget(self._inner)
        grid = QGridLayout(self._inner)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        return grid

    def _text(self, layout: QVBoxLayout, text: str, role: str = "") -> QLabel:
        made = label(unbroken(text), role)
        layout.addWidget(made)
        self._texts.append(text)
        return made

    def _act(self, action: Action) -> QPushButton:
        made = button(action.label, lambda: self.wanted.emit(action))
        made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.buttons.append(made)
        return made

    def _end_row(self, grid: QGridLayout, row: int, texts: QVBoxLayout, *beside: QWidget | None) -> None:
        texts.setSpacing(2)
        grid.addLayout(texts, 2 * row, 0)
        for column, widget in enumerate(beside, 1):
            if widget is not None:
                grid.addWidget(widget, 2 * row, column, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        grid.addWidget(line(), 2 * row + 1, 0, 1, 3)


class LeverList(_Rows):
    """The levers, those that fit the failures first."""

    def show_levers(self, levers: Sequence[Lever]) -> None:
        """Show levers."""
        grid = self._begin()
        for row, lever in enumerate(sorted(levers, key=_order)):
            texts = QVBoxLayout()
            needed = " (needed before training)" if lever.is_required else ""
            self._text(texts, f"{lever.title}{needed}", "heading")
            # The pill says the state; a sentence that only repeats it is left out.
            said = "" if lever.sentence.rstrip(".").lower() == lever.state else lever.sentence
            self._text(texts, " ".join(filter(None, (said, lever.explanation))) or lever.published)
            if said or lever.explanation:
                self._text(texts, lever.published, "muted")
            state = pill(lever.state, _STATES[lever.state])
            action = None if lever.state == "tried" else lever.action
            self._end_row(grid, row, texts, None if action is None else self._act(action), state)


def _order(lever: Lever) -> int:
    if lever.state == "tried":
        return 3
    return 0 if lever.is_required else 1 if lever.fits else 2


class ExperimentSteps(_Rows):
    """The steps of the experiment, in their order."""

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show steps."""
        grid = self._begin()
        for row, step in enumerate(steps):
            texts = QVBoxLayout()
            effort = effort_words(step)
            takes = f" · {effort}" if effort and not step.is_done else ""
            done = " ✓ done" if step.is_done else ""
            self._text(texts, f"{row + 1} {step.title}{takes}{done}", "heading")
            self._text(texts, step.sentence)
            if not step.is_done:
                for outcome in step.outcomes:
                    self._text(texts, f"{outcome.when}: {outcome.means[:1].lower()}{outcome.means[1:]}", "muted")
            action = None if step.is_done else step.action
            self._end_row(grid, row, texts, None if action is None else self._act(action))
