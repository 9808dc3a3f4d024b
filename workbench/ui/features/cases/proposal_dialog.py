"""The dialog for asking a model for cases, and accepting them.

Invariant: Esc first stops a running model, then closes.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from workbench.core.dates import relative
from workbench.core.improvement import EarlierImprovement
from workbench.core.version_name import at_start, run_name
from workbench.ui.features.cases.proposal_request import ProposalRequest
from workbench.ui.features.cases.proposal_review import ProposalReview
from workbench.ui.widgets import geometry
from workbench.ui.widgets.choice_box import ChoiceBox
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.theme import Theme, set_role

_STATES = {"failed": "failed", "stopped": "stopped", "interrupted": "interrupted"}


class ProposalDialog(Dialog):
    """`earlier_wanted(run uid)` requests an earlier answer; the other signals belong to the panes."""

    earlier_wanted = Signal(str)

    def __init__(self, theme: Theme, prompt: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Propose cases for “{prompt}”")
        self._running = False
        self.request = ProposalRequest(theme, self)
        self.review = ProposalReview(theme, self)
        self.earlier = ChoiceBox()
        self.earlier.setAccessibleName("Earlier proposals")
        self.earlier.setMinimumContentsLength(12)
        self.earlier.hide()
        line = QFrame()
        set_role(line, "vline")
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setContentsMargins(14, 14, 12, 14)
        left.addWidget(self.request)
        right.setContentsMargins(12, 14, 14, 14)
        right.setSpacing(8)
        right.addWidget(self.earlier)
        right.addWidget(self.review, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(left, 2)
        layout.addWidget(line)
        layout.addLayout(right, 3)
        QWidget.setTabOrder(self.request.ask, self.earlier)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.request.ask.click)
        self.earlier.activated.connect(lambda index: self.earlier_wanted.emit(self.earlier.itemData(index)))
        self.review.close_.clicked.connect(self.close)
        self.review.offered.connect(self._make_primary)
        scale, room = min(theme.scale, 1.5), geometry.room(self)
        self.resize(QSize(int(960 * scale), int(660 * scale)).boundedTo(room))
        self.request.wish.setFocus()

    @property
    def is_running(self) -> bool:
        """Whether a model is running."""
        return self._running

    def set_running(self, *, running: bool) -> None:
        """Set whether a model is running."""
        self._running = running
        self.request.set_running(running=running)
        self.earlier.setEnabled(not running)

    def set_earlier(self, found: Sequence[EarlierImprovement], now: str) -> None:
        """Offer earlier answers, newest first; none is selected."""
        self.earlier.clear()
        for one in found:
            name, when = at_start(run_name("propose", one.number)), relative(one.started_at, now)
            parts = (name, one.title, when, _STATES.get(one.state, ""))
            self.earlier.addItem(" · ".join(filter(None, parts)), one.run_uid)
        self.earlier.setPlaceholderText(f"Earlier proposals ({len(found)})")
        self.earlier.setCurrentIndex(-1)
        self.earlier.setVisible(bool(found))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._running and event.key() == Qt.Key.Key_Escape:
            self.request.stop_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _make_primary(self, offered: bool) -> None:
        """Set the default button: Accept if there are cases to accept, else Ask."""
        set_role(self.request.ask, "" if offered else "primary")
        (self.review.accept if offered else self.request.ask).setDefault(True)
