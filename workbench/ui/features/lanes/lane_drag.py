"""Moving a lane by dragging its header.

Invariant: nothing moves before the button is released, and Esc ends a drag without a move. A click, or a drag over a
few pixels, stays a click.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from workbench.ui.features.lanes.column import LaneColumn
from workbench.ui.features.lanes.lane_slot import LaneSlot
from workbench.ui.widgets.theme import Theme

_EDGE, _STEP = 32, 24
"""How near to an edge of the view a drag scrolls, and by how much with each movement (px)."""
_LINE = 3


class _DropLine(QWidget):
    """The vertical line where the lane will be placed."""

    def __init__(self, theme: Theme, row: QWidget) -> None:
        super().__init__(row)
        self._theme, self._row = theme, row
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_at(self, x: int) -> None:
        self.setGeometry(QRect(max(0, x - _LINE // 2), 0, _LINE, self._row.height()))
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._theme.color("accent"))


class LaneDrag(QObject):
    """Watches the headers of the columns of one row; `placed(slot, slot of the next lane or "")` ends a drag."""

    placed = Signal(str, str)

    def __init__(self, theme: Theme, row: QWidget, area: QScrollArea, seats: Callable[[], Sequence[LaneSlot]]) -> None:
        super().__init__(area)
        self._row, self._area, self._seats = row, area, seats
        self._line = _DropLine(theme, row)
        self._slots: dict[QObject, str] = {}
        self._pressed: QPoint | None = None
        """Where the button was pressed on a header, in global coordinates."""
        self._header: QWidget | None = None
        """The header that is dragged."""

    def take(self, column: LaneColumn) -> None:
        """Let the header of a column be dragged."""
        header = column.header
        self._slots[header] = column.slot
        header.installEventFilter(self)
        header.destroyed.connect(lambda: self._slots.pop(header, None))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent):
            return self._mouse(watched, event)
        if self._header is not None and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
                self._end()
            event.accept()  # no shortcut acts during a drag
            return True
        return super().eventFilter(watched, event)

    def _mouse(self, watched: QObject, event: QMouseEvent) -> bool:
        at = event.globalPosition().toPoint()
        if event.type() == QEvent.Type.MouseButtonPress:
            movable = event.button() == Qt.MouseButton.LeftButton and self._is_movable(self._slots.get(watched, ""))
            self._pressed = at if movable else None
        elif event.type() == QEvent.Type.MouseMove and self._pressed is not None:
            if self._header is None and isinstance(watched, QWidget):
                self._begin(watched, at)
            if self._header is not None:
                self._follow(at)
                return True
        elif event.type() == QEvent.Type.MouseButtonRelease:
            slot, header = self._slots.get(watched, ""), self._header
            before = self._before(at)
            self._end()
            if header is not None:
                if before not in (slot, self._next(slot)):
                    self.placed.emit(slot, before)
                return True
        return False

    def _is_movable(self, slot: str) -> bool:
        """Return whether a lane of the draft has visible neighbours; blind lanes stand in no order of the draft's."""
        seats = self._shown()
        seat = next((seat for seat in seats if seat.slot == slot), None)
        return seat is not None and len(seats) > 1 and not seat.head.read_only and not seat.status.blind

    def _begin(self, header: QWidget, at: QPoint) -> None:
        assert self._pressed is not None
        if (at - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._header = header
            header.setCursor(Qt.CursorShape.ClosedHandCursor)
            header.grabKeyboard()

    def _follow(self, at: QPoint) -> None:
        x, bar = self._area.viewport().mapFromGlobal(at).x(), self._area.horizontalScrollBar()
        if x < _EDGE:
            bar.setValue(bar.value() - _STEP)
        elif x > self._area.viewport().width() - _EDGE:
            bar.setValue(bar.value() + _STEP)
        before, seats = self._before(at), self._shown()
        places = [seat.widget.geometry() for seat in seats]
        lefts = [place.left() for seat, place in zip(seats, places, strict=True) if seat.slot == before]
        self._line.show_at(lefts[0] if lefts else places[-1].right() - _LINE // 2)

    def _end(self) -> None:
        self._line.hide()
        self._pressed = None
        header, self._header = self._header, None
        if header is not None:
            header.unsetCursor()
            header.releaseKeyboard()

    def _before(self, at: QPoint) -> str:
        """Return the lane that a lane dropped here is placed before, "" for the end."""
        x = self._row.mapFromGlobal(at).x()
        return next((seat.slot for seat in self._shown() if x < seat.widget.geometry().center().x()), "")

    def _next(self, slot: str) -> str:
        slots = [seat.slot for seat in self._shown()]
        return dict(zip(slots, [*slots[1:], ""], strict=True)).get(slot, "")

    def _shown(self) -> list[LaneSlot]:
        return [seat for seat in self._seats() if not seat.widget.isHidden()]
