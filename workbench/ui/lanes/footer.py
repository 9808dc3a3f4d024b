"""The foot of a column: mark, stop, copy, retry.

Invariant: an answer that still streams can be stopped and not marked; one that ended can be marked and not stopped.
No button is ever cut: where not all have room, those that the lane's menu has too are left to it.
"""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from workbench.app.lane_state import LaneHead, LaneStatus
from workbench.ui.lanes import wording
from workbench.ui.lanes.widgets import SPARE, KeyButton, quiet_button, safe_tip
from workbench.ui.shell.keybutton import KeyName
from workbench.ui.theme import Theme


class LaneFooter(QWidget):
    """The buttons under an answer."""

    def __init__(self, theme: Theme, key_name: KeyName, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key_name = key_name
        self.winner = KeyButton(theme, self)
        self.stop = KeyButton(theme, self)
        self.diff = quiet_button("Diff", "Show what differs from another answer (Ctrl+D: in every lane)", self)
        self.copy = quiet_button("Copy", "Copy the answer", self)
        self.retry = quiet_button("Retry", "Ask this lane again; the present answer stays as an earlier attempt", self)
        self._has_copy = False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 9, 10, 9)
        layout.setSpacing(2)
        layout.addWidget(self.winner)
        layout.addWidget(self.stop)
        layout.addStretch(1)
        layout.addWidget(self.diff)
        layout.addWidget(self.copy)
        layout.addWidget(self.retry)

    def show_status(self, head: LaneHead, status: LaneStatus, *, has_text: bool, focused: bool) -> None:
        """Offer what can be done with the shown output."""
        running, ended = wording.is_running(status), wording.has_ended(status)
        can_win = ended and not status.other_values and (has_text or status.state == "finished")
        self._show_winner(head, status, enabled=can_win)
        self._show_stop(head, focused=focused)
        self.stop.setVisible(running)
        self.winner.setVisible(not running)
        self._has_copy = has_text
        self.diff.setVisible(has_text and ended and not status.blind)
        # A lane that was changed since it ran is run again; a retry would repeat the call as it was.
        can_retry = ended and not head.read_only and not head.answered_by
        if self.retry.hasFocus() and not can_retry:
            # A hidden button would pass the focus on to the next lane.
            (self.stop if running else self.winner).setFocus()
        self.retry.setVisible(can_retry)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show what there is room for: first the menu has to do for Copy, then the keycap goes."""
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        first = self.winner if self.stop.isHidden() else self.stop
        rest = [button for button in (self.diff, self.retry) if not button.isHidden()]
        taken = sum(button.sizeHint().width() + layout.spacing() for button in rest)
        whole, copy = first.width_with_key() - SPARE, self.copy.sizeHint().width() + layout.spacing()
        shows_copy = self._has_copy and whole + copy + taken <= room
        if self.copy.hasFocus() and not shows_copy:
            first.setFocus()
        self.copy.setVisible(shows_copy)
        first.show_key(whole + taken <= room)

    def tab_stops(self) -> list[QWidget]:
        """Return the controls in reading order."""
        return [self.winner, self.stop, self.diff, self.copy, self.retry]

    def _show_winner(self, head: LaneHead, status: LaneStatus, *, enabled: bool) -> None:
        won = status.standing == "winner"
        key = str(head.number) if head.number <= 9 else ""
        self.winner.setEnabled(enabled)
        self.winner.set_face("★ Winner" if won else "☆ Winner", key, gold=won)
        name = wording.title(head, status.blind)
        self.winner.setAccessibleName(f"{name} is the winner; take it back" if won else f"Mark {name} the winner")
        tip = ("Takes the mark back" if won else "Marks this answer the winner") + (f" ({key})" if key else "")
        self.winner.setToolTip(safe_tip(tip if enabled else _why_not(status)))

    def _show_stop(self, head: LaneHead, *, focused: bool) -> None:
        key, all_key = self._key_name("stop_lane"), self._key_name("escape")
        self.stop.set_face("■ Stop", key if focused else "")
        self.stop.setAccessibleName(f"Stop lane {head.number}")
        keys = f"{key} in the focused lane, {all_key} for all" if key else f"{all_key} stops all"
        self.stop.setToolTip(safe_tip(f"Stops this lane and keeps its text ({keys})"))


def _why_not(status: LaneStatus) -> str:
    if status.other_values:
        return (
            f"This answer is from {status.kept}, to other values. Let the lane run again to judge it with the others."
        )
    return "An answer can be marked when it is complete."
