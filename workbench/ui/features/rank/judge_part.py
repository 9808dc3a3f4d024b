"""Above the ranking by a judge: what the judge would compare next and its price, or how far it is.

Invariant: nothing is sent from here; the button opens the dialog that starts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.ui.features.rank.remarks import sentence_label
from workbench.ui.widgets.small_controls import safe_tip

if TYPE_CHECKING:
    from workbench.usecases.judging.pair_judging import PairRun
    from workbench.usecases.judging.pair_plan import PairPlan

OFFER = "Let a judge compare pairs…"
READING = "Reading the verdicts of the judge…"
FAILED = "The verdicts of the judge could not be read."
HOW = (
    "A judge is a model that says which of two answers is better. Each pair is asked in both orders; if the judge "
    "prefers neither answer, or the same place in both orders, it counts as a tie. The model behind the table is the "
    "same as for your verdicts, but the verdicts of both are never put together, nor those of two judges.\n\n"
    "Agreement is the share of pairs that the judge and you both compared and decided alike, by the latest verdict of "
    "each; a tie of yours is like a pair for which the judge prefers neither. Its 95 % interval is Wilson's, with the "
    "effective number of pairs over runs. Below 20 such pairs it is unmeasured, and the ranking shows only what this "
    "judge likes."
)


class JudgePart(QWidget):
    """The offer to compare pairs, or the progress of a run."""

    offer_clicked = Signal()
    stop_clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_writable = True
        self.offer = QPushButton(OFFER, self)
        self.offer.clicked.connect(self.offer_clicked)
        self.stop = QPushButton("■ Stop", self)
        self.stop.setAccessibleName("Stop the judge")
        self.stop.clicked.connect(self.stop_clicked)
        self.stop.hide()
        self.told = sentence_label(self)
        self.told.hide()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.offer)
        row.addWidget(self.stop)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(row)
        layout.addWidget(self.told)

    def set_writable(self, writable: bool) -> None:
        """Enable the offer only if verdicts can be stored."""
        self._is_writable = writable
        self.offer.setEnabled(writable)
        self.offer.setToolTip("" if writable else "The history is read-only, so verdicts cannot be saved")

    def show_plan(self, plan: PairPlan) -> None:
        """Offer what the judge would compare next."""
        text = plan.offer if plan.offer.endswith("…") else f"{plan.offer}…"
        self.offer.setText(text)
        if self._is_writable:
            self.offer.setToolTip(safe_tip(plan.words))

    def show_run(self, run: PairRun) -> None:
        """Show how far a run is, or how it ended."""
        is_running = not run.ended.is_set()
        had_focus = self.offer.hasFocus() or self.stop.hasFocus()
        self.offer.setVisible(not is_running)
        self.stop.setVisible(is_running)
        self.say(run.words)
        if had_focus:
            (self.stop if is_running else self.offer).setFocus()

    def show_idle(self) -> None:
        """Forget the last plan and run."""
        self.offer.setText(OFFER)
        self.offer.show()
        self.stop.hide()
        self.say("")

    def say(self, sentence: str) -> None:
        """Show a sentence below the offer, "" for none."""
        self.told.setText(sentence)
        self.told.setVisible(bool(sentence))
