"""The report of a test run in short: its conclusions, and a line for each column.

Invariant: it shows the report that was set last; nothing is computed here.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from workbench.app.history.suite_detail import SuiteDetailView
from workbench.core.text import counted, unbroken
from workbench.ui.widgets.small_controls import breakable
from workbench.ui.widgets.theme import set_role

_WRAPPED = range(3)
"""Title, rate and verdict: with what is known of judges they are longer than the page is wide."""


class SuiteSummary(QWidget):
    """Sentences above a table of columns."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.heading = QLabel("RESULTS", self)
        set_role(self.heading, "section")
        self.sentences = QLabel(self)
        self.sentences.setTextFormat(Qt.TextFormat.PlainText)
        self.sentences.setWordWrap(True)
        self.sentences.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.card = QFrame(self)
        set_role(self.card, "card")
        self._grid = QGridLayout(self.card)
        self._grid.setContentsMargins(12, 8, 12, 8)
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(6)
        for place in _WRAPPED:
            self._grid.setColumnStretch(place, 2 if place == 1 else 1)
        self._cells: list[list[QLabel]] = []
        self.more = QLabel(self)
        set_role(self.more, "small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.heading, self.sentences, self.card, self.more):
            column.addWidget(widget)

    def show_suite(self, suite: SuiteDetailView) -> None:
        """Show a report, or why there is none yet."""
        self.sentences.setText(breakable("\n".join(suite.sentences)))
        self.sentences.setVisible(bool(suite.sentences))
        self.card.setVisible(bool(suite.columns))
        for number, line in enumerate(suite.columns):
            if number == len(self._cells):
                self._cells.append(self._make_line(number))
            texts = (breakable(line.title), unbroken(line.rate), line.verdict, line.cost, line.latency)
            for label, text in zip(self._cells[number], texts, strict=True):
                label.setText(text)
                label.show()
        for labels in self._cells[len(suite.columns) :]:
            for label in labels:
                label.hide()
        self.more.setText(f"{counted(suite.left_out, 'more column')}: open the run in Test.")
        self.more.setVisible(suite.left_out > 0)

    def texts(self) -> list[list[str]]:
        """Return the shown lines, each as its texts."""
        return [
            [label.text().replace("\u00a0", " ") for label in labels]
            for labels in self._cells
            if not labels[0].isHidden()
        ]

    def _make_line(self, row: int) -> list[QLabel]:
        labels = [QLabel(self.card) for _ in range(5)]
        for place, label in enumerate(labels):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(place in _WRAPPED)
            set_role(label, "small" if place else "heading")
            self._grid.addWidget(label, row, place)
        return labels
