"""Sentences of the Rank view, and the switch between its two rankings.

Invariant: a warning is said in words, because colour alone is not accessible.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from workbench.ui.features.rank.commands import WAYS, RankingWay
from workbench.ui.widgets.theme import set_role
from workbench.usecases.ranking_result import RankingRemark


def sentence_label(parent: QWidget) -> QLabel:
    """Return a label for sentences that can be selected."""
    label = QLabel(parent)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    set_role(label, "muted")
    return label


class RemarkList(QVBoxLayout):
    """Sentences below a table, one label each."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._page = page
        self._said: list[QLabel] = []
        self.setSpacing(6)

    def say(self, remarks: Sequence[RankingRemark]) -> None:
        """Replace the sentences."""
        for old in self._said:
            self.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._said = []
        for remark in remarks:
            label = sentence_label(self._page)
            label.setText(f"⚠ Could mislead: {remark.text}" if remark.warns else remark.text)
            self.addWidget(label)
            label.show()
            self._said.append(label)

    def texts(self) -> list[str]:
        """Return the sentences."""
        return [label.text() for label in self._said]


class WaySwitch(QWidget):
    """One button for each ranking, of which one is on."""

    chosen = Signal(str)
    """RankingWay"""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        group = QButtonGroup(self)
        self.buttons: dict[RankingWay, QPushButton] = {}
        for way, title in WAYS.items():
            button = self.buttons[way] = QPushButton(title, self)
            button.setCheckable(True)
            set_role(button, "chip")
            button.clicked.connect(lambda _=False, name=way: self.chosen.emit(name))
            group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        self.set_way("verdicts")

    def set_way(self, way: RankingWay) -> None:
        """Show which ranking is shown."""
        self.buttons[way].setChecked(True)
