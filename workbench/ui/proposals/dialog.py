"""The dialog that asks a model about the prompt: the request on the left, the answer on the right.

Invariant: Esc first stops a running model, then closes. There is one primary button: Accept if there is something to
accept, else Ask. Ctrl+Enter presses it; after a change of the request it asks.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.core.dates import relative
from workbench.core.improvement import EarlierImprovement
from workbench.core.runs import RunKind
from workbench.core.version_name import at_start, run_name
from workbench.ui.proposals.answer_pane import AnswerPane
from workbench.ui.proposals.request_pane import RequestPane
from workbench.ui.widgets import geometry
from workbench.ui.widgets.choice_box import ChoiceBox
from workbench.ui.widgets.controls import line
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.theme import Theme, set_role

_NOT_WHOLE = frozenset({"failed", "stopped", "interrupted"})
_LARGEST_SCALE = 1.5


class RequestDialog(Dialog):
    """`earlier_wanted(run uid)` requests an earlier answer; the other signals belong to the panes.

    Subclasses make the panes, then call `_build`.
    """

    earlier_wanted = Signal(str)
    request_pane: RequestPane
    answer_pane: AnswerPane
    _pressed_by_key: QPushButton
    """The button that Ctrl+Enter presses."""

    def __init__(self, title: str, kind: RunKind, parent: QWidget | None = None) -> None:
        """`kind` is that of the runs in which the model is asked."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._running, self._kind = False, kind
        self.earlier = ChoiceBox()

    @property
    def is_running(self) -> bool:
        """Whether a model is running."""
        return self._running

    def set_running(self, *, running: bool) -> None:
        """Set whether a model is running."""
        self._running = running
        self.request_pane.set_running(running=running)
        self.earlier.setEnabled(not running)

    def set_earlier(self, found: Sequence[EarlierImprovement], now: str) -> None:
        """Offer earlier answers, newest first; none is selected."""
        self.earlier.clear()
        for one in found:
            name, when = at_start(run_name(self._kind, one.number)), relative(one.started_at, now)
            parts = (name, one.title, when, one.state if one.state in _NOT_WHOLE else "", self._opening(one))
            self.earlier.addItem(" · ".join(filter(None, parts)), one.run_uid)
        self.earlier.setPlaceholderText(f"Earlier proposals ({len(found)})")
        self.earlier.setCurrentIndex(-1)
        self.earlier.setVisible(bool(found))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._running and event.key() == Qt.Key.Key_Escape:
            self.request_pane.stop_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _opening(self, _: EarlierImprovement) -> str:
        """Return the words of an earlier answer that tell it from others, "" for none."""
        return ""

    def _build(self, request: RequestPane, answer: AnswerPane, theme: Theme, size: QSize) -> None:
        """Lay out the panes; `size` is the usual one at scale 1."""
        self.request_pane, self.answer_pane = request, answer
        self.earlier.setAccessibleName("Earlier proposals")
        self.earlier.setMinimumContentsLength(12)
        self.earlier.hide()
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setContentsMargins(14, 14, 12, 14)
        left.addWidget(request)
        right.setContentsMargins(12, 14, 14, 14)
        right.setSpacing(8)
        right.addWidget(self.earlier)
        right.addWidget(answer, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(left, 2)
        layout.addWidget(line("vline"))
        layout.addLayout(right, 3)
        QWidget.setTabOrder(request.ask, self.earlier)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, lambda: self._pressed_by_key.click())
        self.earlier.activated.connect(lambda index: self.earlier_wanted.emit(self.earlier.itemData(index)))
        answer.close_.clicked.connect(self.close)
        answer.offered.connect(self._make_primary)
        request.changed.connect(lambda: self._give_key(request.ask))
        self._give_key(request.ask)
        scale = min(theme.scale, _LARGEST_SCALE)
        self.resize(QSize(int(size.width() * scale), int(size.height() * scale)).boundedTo(geometry.room(self)))

    def _make_primary(self, offered: bool) -> None:
        set_role(self.request_pane.ask, "" if offered else "primary")
        primary = self.answer_pane.accept if offered else self.request_pane.ask
        primary.setDefault(True)
        self._give_key(primary)

    def _give_key(self, button: QPushButton) -> None:
        """Let Ctrl+Enter press `button`, which says so."""
        self._pressed_by_key = button
        for one, tip in ((self.request_pane.ask, "Ask the model"), (self.answer_pane.accept, "Accept the proposal")):
            one.setToolTip(f"{tip} (Ctrl+Enter)" if one is button else tip)
