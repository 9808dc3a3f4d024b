"""The list of steps, for the foot of the side bar."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from workbench.ui.widgets.theme import set_role

_MARGIN, _GAP, _RIGHT = 10, 6, 8


class _StepRow(QWidget):
    """A button that does the step, and its key where there is room for both."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words
        self._text = words
        self.button, self._key = QPushButton(), QLabel()
        self.button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        set_role(self._key, "small")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, _RIGHT, 0)
        layout.setSpacing(_GAP)
        layout.addWidget(self.button, 1)
        layout.addWidget(self._key)

    def show_state(self, key: str, *, is_done: bool) -> None:
        """Show whether the step is done, and which key does it, "" for none."""
        self._text = f"{'✓' if is_done else '○'}  {self._words}"
        self.button.setText(self._text)
        self.button.setToolTip(f"{self._words} ({key})" if key else self._words)
        self.button.setAccessibleName(f"{self._words}, {'done' if is_done else 'to do'}")
        set_role(self.button, "step-done" if is_done else "step")
        self._key.setText("" if is_done else key)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics, edges = self.button.fontMetrics(), 2 * self.button.fontMetrics().averageCharWidth()
        words, key = metrics.horizontalAdvance(self._text) + edges, self._key.sizeHint().width() + _GAP
        self._key.setVisible(bool(self._key.text()) and words + key + _RIGHT <= self.width())
        room = self.width() - _RIGHT - edges
        self.button.setText(metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, max(0, room)))


class TourPanel(QWidget):
    """Steps as buttons that do them; done ones have a tick."""

    step_clicked = Signal(str)
    closed = Signal()

    def __init__(self, steps: Mapping[str, str]) -> None:
        """`steps` are the words of each step by its id."""
        super().__init__()
        head = QLabel("TOUR")
        set_role(head, "section")
        self.close_ = QToolButton()
        self.close_.setText("✕")
        self.close_.setAccessibleName("End the tour")
        self.close_.setToolTip("End the tour. The Help menu brings it back.")
        set_role(self.close_, "quiet")
        self.close_.clicked.connect(self.closed)
        top = QHBoxLayout()
        top.setContentsMargins(4, 0, 0, 0)
        top.addWidget(head, 1)
        top.addWidget(self.close_)
        self.steps = {step: _StepRow(words) for step, words in steps.items()}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_MARGIN, 4, 4, 8)
        layout.setSpacing(0)
        layout.addLayout(top)
        for step, row in self.steps.items():
            row.button.clicked.connect(lambda _=False, step=step: self.step_clicked.emit(step))
            layout.addWidget(row)

    def show_progress(self, done: Collection[str], keys: Mapping[str, str]) -> None:
        """Tick the steps in `done`; `keys` are the shown keys by step, "" for none."""
        for step, row in self.steps.items():
            row.show_state(keys.get(step, ""), is_done=step in done)

    def texts(self) -> Sequence[str]:
        """Return the shown lines."""
        return [row.button.text() for row in self.steps.values()]
