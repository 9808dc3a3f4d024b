"""The dialog for requesting, reviewing and accepting an improved prompt.

Invariant: Esc first stops a running model, then closes; the prompt does not change before `accepted`.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from workbench.core.dates import relative
from workbench.core.improvement import EarlierImprovement
from workbench.core.text import opening_words
from workbench.core.version_name import at_start, run_name
from workbench.core.visible_text import visible_name
from workbench.ui.features.improve.proposal import ProposalPane
from workbench.ui.features.improve.question import QuestionPane
from workbench.ui.widgets import geometry
from workbench.ui.widgets.choice_box import ChoiceBox
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.theme import Theme, set_role

_OPENING = 60
_STATES = {"failed": "failed", "stopped": "stopped", "interrupted": "interrupted"}


class ImproveDialog(Dialog):
    """`earlier_wanted(run uid)` requests an earlier proposal; the other signals belong to the panes."""

    earlier_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Improve this prompt")
        self._running = False
        self.question = QuestionPane(theme, self)
        self.proposal = ProposalPane(theme, self)
        self.earlier = ChoiceBox()
        self.earlier.setAccessibleName("Earlier proposals")
        self.earlier.setMinimumContentsLength(12)
        self.earlier.hide()
        line = QFrame()
        set_role(line, "vline")
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setContentsMargins(14, 14, 12, 14)
        left.addWidget(self.question)
        right.setContentsMargins(12, 14, 14, 14)
        right.setSpacing(8)
        right.addWidget(self.earlier)
        right.addWidget(self.proposal, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(left, 2)
        layout.addWidget(line)
        layout.addLayout(right, 3)
        QWidget.setTabOrder(self.question.ask, self.earlier)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.question.ask.click)
        self.earlier.activated.connect(self._earlier_chosen)
        self.proposal.close_.clicked.connect(self.close)
        self.proposal.offered.connect(self._make_primary)
        scale, room = min(theme.scale, 1.5), geometry.room(self)
        self.resize(QSize(int(940 * scale), int(640 * scale)).boundedTo(room))
        self.question.feedback.setFocus()

    @property
    def is_running(self) -> bool:
        """Whether a model is running."""
        return self._running

    def set_running(self, *, running: bool) -> None:
        """Set whether a model is running."""
        self._running = running
        self.question.set_running(running=running)
        self.earlier.setEnabled(not running)

    def set_earlier(self, found: Sequence[EarlierImprovement], now: str) -> None:
        """Offer earlier proposals, newest first; none is selected."""
        self.earlier.clear()
        for one in found:
            when, said = relative(one.started_at, now), visible_name(opening_words(one.opening, _OPENING))
            parts = (at_start(run_name("improve", one.number)), one.title, when, _STATES.get(one.state, ""), said)
            self.earlier.addItem(" · ".join(filter(None, parts)), one.run_uid)
        self.earlier.setPlaceholderText(f"Earlier proposals ({len(found)})")
        self.earlier.setCurrentIndex(-1)
        self.earlier.setVisible(bool(found))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._running and event.key() == Qt.Key.Key_Escape:
            self.question.stop_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _make_primary(self, offered: bool) -> None:
        """Set the default button: Accept if there are changes to accept, else Ask."""
        set_role(self.question.ask, "" if offered else "primary")
        (self.proposal.accept if offered else self.question.ask).setDefault(True)

    def _earlier_chosen(self, index: int) -> None:
        self.earlier_wanted.emit(self.earlier.itemData(index))
