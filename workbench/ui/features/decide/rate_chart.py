"""The chart of pass rates by version, with the target and the intervals.

Invariant: everything that is painted can be read as text: the point below the pointer or the keyboard in `words`, all
of them in the accessible description.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.app.decide.words import rate_words
from workbench.core.decide.decision import VersionRate
from workbench.core.decide.figure_words import goal_percent
from workbench.ui.widgets.theme import Theme

_RADIUS, _GAP, _REACH = 4.0, 8, 24
_BAR = 6
"""Width of an interval in pixels."""
_LINES = 11
"""Height in lines of text."""
_STEPS = (0.0, 0.25, 0.5, 0.75)
"""Where the axis may begin."""


class RateChart(QWidget):
    """`current` is the position of the point that is read, None for none."""

    current_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rates: tuple[VersionRate, ...] = ()
        self._target: float | None = None
        self.current: int | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Pass rate by version")
        theme.changed.connect(self.updateGeometry)

    def show_rates(self, rates: tuple[VersionRate, ...], target: float | None) -> None:
        """Show points, oldest version first; `target` is a fraction."""
        self._rates, self._target = rates, target
        self.current = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if rates else Qt.FocusPolicy.NoFocus)
        aim = [] if target is None else [f"Target {goal_percent(target)}"]
        self.setAccessibleDescription("\n".join((*aim, *map(rate_words, rates))))
        self.update()
        self.current_changed.emit()

    def words(self) -> str:
        """Return the current point in words; without one, the newest."""
        if not self._rates:
            return ""
        return rate_words(self._rates[-1 if self.current is None else self.current])

    def sizeHint(self) -> QSize:
        line = self._fonts()[1].height()
        return QSize(24 * line, _LINES * line)

    def minimumSizeHint(self) -> QSize:
        line = self._fonts()[1].height()
        return QSize(10 * line, _LINES * line)

    # Geometry.

    def _fonts(self) -> tuple[QFont, QFontMetrics]:
        font = self._theme.font(-1, tabular=True)
        return font, QFontMetrics(font)

    def _room(self) -> QRectF:
        metrics = self._fonts()[1]
        left = max(metrics.horizontalAdvance(goal_percent(rate)) for rate in self._ticks()) + _GAP
        line = metrics.height()
        return QRectF(left, line / 2 + 1, self.width() - left - _GAP, self.height() - 2 * line - _GAP)

    def _bottom(self) -> float:
        """Return where the axis begins."""
        lows = [one.rate if one.low is None else one.low for one in self._rates]
        least = min([*lows, *([] if self._target is None else [self._target])], default=0.0)
        return max(step for step in _STEPS if step <= max(0.0, least - 0.02) or not step)

    def _ticks(self) -> tuple[float, float, float]:
        bottom = self._bottom()
        return bottom, (1 + bottom) / 2, 1.0

    def _level(self, rate: float) -> float:
        room, bottom = self._room(), self._bottom()
        return room.bottom() - (rate - bottom) / (1 - bottom) * room.height()

    def _across(self, place: int) -> float:
        room = self._room()
        return room.left() + room.width() * (place + 0.5) / max(1, len(self._rates))

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rates:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self._fonts()[0])
            self._paint_axes(painter)
            self._paint_target(painter)
            for place, point in enumerate(self._rates):
                self._paint_point(painter, place, point)

    def _paint_axes(self, painter: QPainter) -> None:
        room, metrics = self._room(), self._fonts()[1]
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawLine(room.topLeft(), room.bottomLeft())
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.setPen(self._theme.color("muted"))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for rate in self._ticks():
            at = QRectF(0, self._level(rate) - metrics.height() / 2, room.left() - _GAP, metrics.height())
            painter.drawText(at, flags, goal_percent(rate))
        widest = max(metrics.horizontalAdvance(one.name) for one in self._rates) + _GAP
        step = room.width() / len(self._rates)
        each = max(1, -(-int(widest) // max(1, int(step))))
        for place, point in enumerate(self._rates):
            is_last = place == len(self._rates) - 1
            if (place % each or place + each > len(self._rates) - 1) and not is_last and place:
                continue
            width = min(max(step * each, step), room.width())
            left = min(max(self._across(place) - width / 2, 0), self.width() - width)
            below = QRectF(left, room.bottom() + 4, width, metrics.height())
            shown = metrics.elidedText(point.name, Qt.TextElideMode.ElideMiddle, int(width))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, shown)

    def _paint_target(self, painter: QPainter) -> None:
        if self._target is None:
            return
        room, metrics, at = self._room(), self._fonts()[1], self._level(self._target)
        painter.setPen(QPen(self._theme.color("warn"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(room.left(), at), QPointF(room.right(), at))
        words = f"target {goal_percent(self._target)}"
        top = at - metrics.height() if at - metrics.height() > 0 else at
        where = QRectF(room.left(), top, room.width() - 2, metrics.height())
        painter.drawText(where, Qt.AlignmentFlag.AlignRight, words)

    def _paint_point(self, painter: QPainter, place: int, point: VersionRate) -> None:
        scale, x, y = self._theme.scale, self._across(place), self._level(point.rate)
        color = self._theme.color("accent")
        if point.low is not None and point.high is not None:
            soft = self._theme.color("accent")
            soft.setAlphaF(0.3)
            high, low, width = self._level(point.high), self._level(point.low), _BAR * scale
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(soft)
            painter.drawRoundedRect(QRectF(x - width / 2, high, width, low - high), 2, 2)
        radius = _RADIUS * scale
        if place == self.current and self.hasFocus():
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, y), radius + 4, radius + 4)
        painter.setPen(QPen(color, 2) if point.low is None else Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("surface") if point.low is None else color)
        painter.drawEllipse(QPointF(x, y), radius, radius)

    # Reading.

    def _read(self, current: int | None) -> None:
        if current != self.current:
            self.current = current
            self.update()
            self.current_changed.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        near = min(range(len(self._rates)), key=lambda place: abs(self._across(place) - x), default=None)
        if near is not None and abs(self._across(near) - x) <= _REACH * self._theme.scale:
            self._read(near)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self._read(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.current is None and self._rates:
            self._read(len(self._rates) - 1)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or self.current is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        self._read(min(max(0, self.current + step), len(self._rates) - 1))
