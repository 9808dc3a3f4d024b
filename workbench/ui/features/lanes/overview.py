"""The overview above many lanes: a small button for each, with its state, checks and cost; a click goes there.

Invariant: the overview shows what the columns show, blind ones without figures, and takes no room with fewer lanes than
`FEWEST`. Changes are shown together, some times a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from workbench.app.lanes.lane_state import ColumnState, LaneStatus
from workbench.ui.features.lanes import wording
from workbench.ui.features.lanes.lane_intents import LaneIntents
from workbench.ui.features.lanes.lane_slot import LaneSlot
from workbench.ui.widgets.check_results import checks_summary
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.small_controls import safe_tip
from workbench.ui.widgets.theme import Theme, set_role

FEWEST = 5
_PAUSE_MS, _CALM_PAUSE_MS = 150, 1000
_SIGNS: dict[ColumnState, tuple[str, str]] = {
    "idle": ("○", "not run"),
    "waiting": ("…", "waiting"),
    "queued": ("…", "queued"),
    "streaming": ("▸", "streaming"),
    "finished": ("●", "finished"),
    "failed": ("✕", "failed"),
    "stopped": ("■", "stopped"),
    "interrupted": ("✕", "interrupted"),
}


class LaneOverview(QWidget):
    """The buttons. `enter` focuses the lane at an index."""

    def __init__(
        self,
        theme: Theme,
        intents: LaneIntents,
        seats: Callable[[], Sequence[LaneSlot]],
        enter: Callable[[int], object],
    ) -> None:
        super().__init__()
        self._theme = theme
        self._seats, self._enter = seats, enter
        self.buttons: list[QPushButton] = []
        self._texts: list[tuple[str, ...]] = []
        self._flow = FlowLayout(gap=2)
        self._flow.setContentsMargins(8, 4, 8, 4)
        self.setLayout(self._flow)
        self.setAccessibleName("Overview of the lanes")
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._show)
        intents.slot_touched.connect(self._touched)
        self.hide()

    def _touched(self) -> None:
        if not self._pause.isActive() and (self.buttons or len(self._seats()) >= FEWEST):
            self._pause.start(_CALM_PAUSE_MS if self._theme.motion == "reduced" else _PAUSE_MS)

    def _show(self) -> None:
        seats = self._seats()
        wanted = len(seats) if len(seats) >= FEWEST else 0
        while len(self.buttons) > wanted:
            self.buttons.pop().deleteLater()
        while len(self.buttons) < wanted:
            self._add()
        self._texts = [_forms(seat) for seat in seats[:wanted]]
        for button, seat in zip(self.buttons, seats, strict=False):
            words = _words(seat)
            button.setToolTip(safe_tip(words))
            button.setAccessibleName(words)
            set_role(button, "overview-won" if seat.status.standing == "winner" else "overview")
        self._fit()
        self.setVisible(wanted > 0)

    def _add(self) -> None:
        button, index = QPushButton(self), len(self.buttons)
        button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        button.clicked.connect(lambda: self._enter(index))
        self._flow.addWidget(button)
        self.buttons.append(button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show the longest form with which all buttons fit on one line, else the shortest one."""
        if not self._texts:
            return
        metrics, edges = self.fontMetrics(), 14
        most = max(map(len, self._texts))
        for form in range(most):
            texts = [forms[min(form, len(forms) - 1)] for forms in self._texts]
            width = sum(metrics.horizontalAdvance(text) + edges for text in texts)
            if width <= self.width() - 16:
                break
        for button, text in zip(self.buttons, texts, strict=False):
            button.setText(text)


class LanesPage(QWidget):
    """The lanes, with the overview above them."""

    def __init__(self, overview: LaneOverview, lanes: QWidget) -> None:
        super().__init__()
        self.overview = overview
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(overview)
        layout.addWidget(lanes, 1)


def _sign(status: LaneStatus) -> tuple[str, str]:
    return ("★", "the winner") if status.standing == "winner" else _SIGNS[status.state]


def _forms(seat: LaneSlot) -> tuple[str, ...]:
    """Return the texts of a lane's button, longest first."""
    short = f"{seat.head.number} {_sign(seat.status)[0]}"
    if seat.status.blind:
        return (short,)
    checked = f"{short} {checks}" if (checks := _checks(seat)) else short
    return (f"{checked} {seat.status.cost}" if seat.status.cost else checked, checked, short)


def _words(seat: LaneSlot) -> str:
    status = seat.status
    parts = [wording.title(seat.head, status.blind), _sign(status)[1]]
    if not status.blind:
        parts += [_checks(seat) and f"{_checks(seat)} checks", status.cost]
    return f"Lane {seat.head.number}: {', '.join(filter(None, parts))}"


def _checks(seat: LaneSlot) -> str:
    if seat.checks is None or not seat.checks.results:
        return ""
    return checks_summary(seat.checks.results)[1].rpartition(" ")[0]
