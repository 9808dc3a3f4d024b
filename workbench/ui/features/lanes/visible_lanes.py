"""Lazy creation of the columns near the viewport.

Invariant: only columns near the viewport are created and filled, visible ones first: a few at once, then one per turn
of the event loop, because thirty columns at once would block the window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QScrollArea

from workbench.ui.features.lanes.column_widths import ColumnWidths
from workbench.ui.features.lanes.lane_slot import LaneSlot

AT_ONCE = 4
"""Columns created at once: as many as fit a usual window, and no more than a frame has time for."""


class VisibleLanes(QObject):
    """Updates the lanes near the viewport; `build` creates the column of a seat."""

    def __init__(
        self,
        area: QScrollArea,
        widths: ColumnWidths,
        seats: Callable[[], Sequence[LaneSlot]],
        build: Callable[[LaneSlot], object],
    ) -> None:
        super().__init__(area)
        self._area, self._widths, self._seats, self._build = area, widths, seats, build
        self._later = QTimer(self)
        self._later.timeout.connect(self._build_one)
        area.horizontalScrollBar().valueChanged.connect(self.look_around)
        area.horizontalScrollBar().rangeChanged.connect(self.look_around)

    @property
    def is_catching_up(self) -> bool:
        """Whether columns near the viewport are still to be created or filled."""
        return self._later.isActive()

    def look_around(self) -> None:
        """Find the lanes near the viewport and schedule their updates."""
        seats = self._seats()
        if not self._area.isVisible():
            for index, seat in enumerate(seats):
                seat.near = index < AT_ONCE
            return
        width = self._area.viewport().width()
        left = self._area.horizontalScrollBar().value()
        for seat, (start, end) in zip(seats, self._widths.spans(), strict=True):
            seat.seen = left < end and start < left + width
            seat.near = left - width // 2 < end and start < left + width + width // 2
            self.soon(seat)

    def begin(self) -> None:
        """Find the lanes near the viewport and update a few at once."""
        self.look_around()
        for _ in range(AT_ONCE):
            self._build_one()

    def soon(self, seat: LaneSlot) -> None:
        """Schedule the update of a lane if it is near the viewport."""
        if seat.near and seat.is_late and not self._later.isActive():
            self._later.start()

    def _next_late(self) -> LaneSlot | None:
        late = [seat for seat in self._seats() if seat.near and seat.is_late]
        return next((seat for seat in late if seat.seen), late[0] if late else None)

    def _build_one(self) -> None:
        if (seat := self._next_late()) is not None:
            self._build(seat)
        if self._next_late() is None:
            self._later.stop()
