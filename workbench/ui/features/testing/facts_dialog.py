"""The dialog of the probe "facts pasted in".

Invariant: before anything is asked, it says which message gets the facts, how many calls are made and what they cost.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.app.testing.probes import FactsOffer
from workbench.app.testing.source import ShownEstimate
from workbench.core.text import counted
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.theme import Theme, set_role

_PAUSE_MS = 300


class FactsDialog(Dialog):
    """`estimate_wanted(column, facts)` is answered with `show_estimate`; `chosen(column, facts)` comes once."""

    estimate_wanted = Signal(int, str)
    chosen = Signal(int, str)

    def __init__(self, theme: Theme, offer: FactsOffer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Probe: facts pasted in")
        self._offer = offer
        cases = counted(len(offer.positions), "case fails", "cases fail")
        self.about = label(
            f"{cases} in every version and model. Paste what the model would need to know to answer. Each case is asked"
            " with it and without it, because failing cases partly pass by themselves. The probe never counts in the"
            " test."
        )
        self.field = ExactField(theme)
        self.field.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.field.setTabChangesFocus(True)
        self.field.setAccessibleName("Facts")
        self.field.setPlaceholderText("The passage of the manual, the order's record, the price list")
        set_role(self.field, "field")
        self.columns = QComboBox()
        self.columns.setAccessibleName("Version and model that are asked")
        self.columns.addItems(list(offer.columns))
        self.columns.setCurrentIndex(offer.best)
        self.place, self.price = label("", "small"), label("", "small")
        self.run, cancel = QPushButton(f"Run {counted(offer.calls, 'call')}"), QPushButton("Cancel")
        cancel.setAutoDefault(False)
        self.run.setDefault(True)
        set_role(self.run, "primary")
        row, buttons = QHBoxLayout(), QHBoxLayout()
        row.addWidget(label("Ask", wrap=False))
        row.addWidget(self.columns, 1)
        buttons.addStretch(1)
        for button in (cancel, self.run):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(8)
        layout.addWidget(self.about)
        layout.addWidget(self.field, 1)
        layout.addLayout(row)
        layout.addWidget(self.place)
        layout.addWidget(self.price)
        layout.addLayout(buttons)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._want_estimate)
        self.field.textChanged.connect(self._changed)
        self.columns.currentIndexChanged.connect(lambda _: self._changed())
        cancel.clicked.connect(self.reject)
        self.run.clicked.connect(self._choose)
        scale, room = min(theme.scale, 1.5), geometry.room(self)
        self.resize(QSize(int(620 * scale), int(460 * scale)).boundedTo(room))
        self._changed()

    def show_estimate(self, column: int, facts: str, estimate: ShownEstimate) -> None:
        """Show what the probe takes; ignored if something else was typed or chosen meanwhile."""
        if (column, facts) == self.asked():
            self.price.setText(self._offer.price_words(estimate))

    def asked(self) -> tuple[int, str]:
        """Return the chosen column and the facts."""
        return self.columns.currentIndex(), self.field.exact()

    def _changed(self) -> None:
        column, facts = self.asked()
        self.place.setText(self._offer.place_words(column))
        self.price.setText(self._offer.price_words(None))
        self.run.setEnabled(bool(facts.strip()))
        self.run.setToolTip("" if facts.strip() else "Paste the facts first")
        self._timer.start()

    def _want_estimate(self) -> None:
        self.estimate_wanted.emit(*self.asked())

    def _choose(self) -> None:
        asked = self.asked()
        self.accept()
        self.chosen.emit(*asked)
