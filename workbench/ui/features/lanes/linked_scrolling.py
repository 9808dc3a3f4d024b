"""Synchronised scrolling of lanes.

Invariant: only user input moves other lanes. Wheel, drags and clicks arrive as slider actions of a scroll bar, keys
through an event filter; following a stream, or being moved along, triggers neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar

from workbench.ui.features.lanes.column import LaneColumn

_WATCHED = "scrolls_with_others"


class LinkedScrolling(QObject):
    """Scrolls the columns that `columns` returns to the same fraction of their text while `is_on`."""

    def __init__(self, columns: Callable[[], Iterable[LaneColumn]], parent: QObject) -> None:
        super().__init__(parent)
        self._columns = columns
        self.is_on = False
        self._keyed: QScrollBar | None = None
        self._key_done = QTimer(self)
        self._key_done.setSingleShot(True)
        self._key_done.timeout.connect(self._forget_key)

    def turn(self, on: bool) -> None:
        """Turn synchronised scrolling on or off; does not scroll by itself."""
        self.is_on = on
        if on:
            for column in self._columns():
                self._watch(column)

    def take(self, column: LaneColumn) -> None:
        """Register a new column."""
        column.reading.changed.connect(lambda: self._watch(column))
        self._watch(column)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and self.is_on and isinstance(watched, QAbstractScrollArea):
            # The key press scrolls the text before the timer fires.
            self._keyed = watched.verticalScrollBar()
            self._key_done.start()
        return False

    def _watch(self, column: LaneColumn) -> None:
        area = _area(column) if self.is_on else None
        if area is None or area.property(_WATCHED):
            return
        area.setProperty(_WATCHED, True)
        area.installEventFilter(self)
        bar = area.verticalScrollBar()
        bar.actionTriggered.connect(lambda _: self._lead(bar, bar.sliderPosition()))
        bar.valueChanged.connect(lambda value: self._lead(bar, value) if bar is self._keyed else None)

    def _lead(self, bar: QScrollBar, value: int) -> None:
        if not self.is_on or bar.maximum() <= 0:
            return
        share = value / bar.maximum()
        for column in self._columns():
            area = _area(column)
            if area is not None and area.verticalScrollBar() is not bar:
                other = area.verticalScrollBar()
                other.setValue(round(share * other.maximum()))

    def _forget_key(self) -> None:
        self._keyed = None


def _area(column: LaneColumn) -> QAbstractScrollArea | None:
    """Return the scroll area of the current page, or None."""
    stops = column.reading.page.tab_stops()
    return next((stop for stop in stops if isinstance(stop, QAbstractScrollArea) and not stop.isHidden()), None)
