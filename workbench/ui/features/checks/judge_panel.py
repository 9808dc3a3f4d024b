"""A judged check in the form of checks: what evaluates it, what a trial costs, and what the judge said.

Invariant: the judge is asked only after a click, and the price stands beside the button.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.judging.judged_among import choosing
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.visible_text import visible_name
from workbench.ui.widgets.check_results import CheckResultList, ShownCheck
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.theme import Theme, set_role

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPushButton

    from workbench.app.judging.judge_trial import JudgeTrialOffer
    from workbench.app.lanes.shown_answers import LaneAnswer, ShownAnswers
    from workbench.core.cases import Check

_ABOUT = (
    "A judge evaluates this check: a model that reads the answer. How far it can be trusted is unmeasured until you "
    "label answers of a test."
)
_ABOUT_VECTORS = "An embedding model evaluates this check: it compares what the texts mean."
_NO_ANSWERS = "Run the prompt to try this check on the answers."
_MOST_BUTTONS = 6


class JudgePanel(QWidget):
    """`ask_wanted` carries a LaneAnswer, `choose_wanted` the command that chooses the model which is missing."""

    ask_wanted = Signal(object)
    choose_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.about, self.price = label("", "muted"), label("", "small")
        self._command, words = choosing("")
        self.choose = button(words, lambda: self.choose_wanted.emit(self._command))
        self.asks: list[QPushButton] = []
        self.results = CheckResultList(theme)
        self._row = QWidget()
        self._flow = FlowLayout(8)
        self._row.setLayout(self._flow)
        chosen = QHBoxLayout()
        chosen.addWidget(self.choose)
        chosen.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.about)
        layout.addLayout(chosen)
        layout.addWidget(self._row)
        layout.addWidget(self.price)
        layout.addWidget(self.results)
        self.hide()

    def show_check(self, check: Check, shown: ShownAnswers) -> None:
        """Show a judged check, whose price is not known yet."""
        row = CHECK_TYPES.get(check.type)
        self.about.setText(_ABOUT if row is None or row.needs_judge else _ABOUT_VECTORS)
        self.choose.hide()
        for made in self.asks:
            self._flow.removeWidget(made)
            made.hide()
            made.deleteLater()
        self.asks = []
        for answer in shown.answers[:_MOST_BUTTONS]:
            title = visible_name(answer.lane).replace("&", "&&")
            made = button(f"Ask about {title}'s answer", partial(self.ask_wanted.emit, answer))
            made.setEnabled(False)
            self._flow.addWidget(made)
            self.asks.append(made)
        self._row.setVisible(bool(self.asks))
        self.price.setText("" if shown.answers else _NO_ANSWERS)
        self.results.show_rows(())

    def show_offer(self, offer: JudgeTrialOffer) -> None:
        """Show what a trial costs, or why there is none."""
        self._command, words = choosing(offer.why_not)
        self.choose.setText(words)
        self.choose.setVisible(offer.lacks)
        set_role(self.price, "small")
        self.price.setText(offer.why_not or f"One call of {visible_name(offer.judge)}, {offer.price}.")
        self._row.setVisible(bool(self.asks) and not offer.why_not)
        for made in self.asks:
            made.setEnabled(not offer.why_not)

    def say(self, sentence: str, *, is_error: bool = False) -> None:
        """Show a sentence in place of the price."""
        set_role(self.price, "small-error" if is_error else "small")
        self.price.setText(sentence)

    def wait(self, lane: str) -> None:
        """Show that the judge is asked."""
        for made in self.asks:
            made.setEnabled(False)
        self.say(f"Asking the judge about {visible_name(lane)}'s answer…")

    def show_results(self, found: Mapping[str, tuple[LaneAnswer, CheckResult]]) -> None:
        """Show what the judge said, by output."""
        self.results.show_rows([ShownCheck(one.lane, result) for one, result in found.values()])
