"""The chart of pass rates by version, with what stands below the pointer or the keyboard in words.

Invariant: everything that is painted can be read as text: the current point in the line below the chart, all of them in
the accessible description. Models differ by the shape of their points, not only by colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from workbench.app.testing.controller import SuiteController
from workbench.core.testing.version_chart import VersionChart, VersionPoint
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.theme import Theme, set_role

_COLORS = ("accent", "teal", "violet", "warn", "gold", "muted")
_SHAPES = ("circle", "square", "diamond", "triangle")
_RADIUS = 4.5
_REACH = 18
"""Pixels around a point in which the pointer finds it."""
_GAP = 8
_NOTHING = "No scored test yet. Run the cases; each version that you test becomes a point here."
_READING = "Computing the pass rates…"
_HOW = "Arrow keys or the pointer read the points."


@dataclass(frozen=True, slots=True)
class _Place:
    """A point on the screen: its series and position in it, and its pixels."""

    series: int
    position: int
    at: QPointF
    low: float
    high: float
    point: VersionPoint


class VersionCanvas(QWidget):
    """Paints the chart; `current` is the point that is read, as series and position, None for none."""

    current_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._chart = VersionChart()
        self.current: tuple[int, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Pass rate by version")
        theme.changed.connect(self.update)

    def show_chart(self, chart: VersionChart) -> None:
        """Show a chart; the current point is kept if it is still there."""
        self._chart = chart
        if self.current is not None and self.point() is None:
            self.current = None
        if self.current is None and self.hasFocus():
            self.current = self._last()
        self.setAccessibleDescription("\n".join(point.words for one in chart.series for point in one.points))
        self.update()
        self.current_changed.emit()

    def point(self) -> VersionPoint | None:
        """Return the current point."""
        if self.current is None or self.current[0] >= len(self._chart.series):
            return None
        points = self._chart.series[self.current[0]].points
        return points[self.current[1]] if self.current[1] < len(points) else None

    def _last(self) -> tuple[int, int] | None:
        """Return the newest point of the first model."""
        return (0, len(self._chart.series[0].points) - 1) if self._chart.series else None

    # Geometry.

    @property
    def _radius(self) -> float:
        return _RADIUS * self._theme.scale

    def _fonts(self) -> tuple[QFont, QFontMetrics]:
        font = self._theme.font(-1, tabular=True)
        return font, QFontMetrics(font)

    def _room(self) -> QRectF:
        """Return where rates are painted, without axes and legend."""
        _, metrics = self._fonts()
        left = metrics.horizontalAdvance("100 %") + _GAP
        top = self._legend_rows()[1] + metrics.height() // 2 + 2
        return QRectF(left, top, self.width() - left - _GAP, self.height() - top - metrics.height() - _GAP)

    def _legend_rows(self) -> tuple[list[tuple[int, float, float, str]], float]:
        """Return (series, x, y, shown title) of the legend, and its height."""
        _, metrics = self._fonts()
        line, x, y = metrics.height() + 4, 0.0, 0.0
        found = []
        for number, series in enumerate(self._chart.series):
            title = metrics.elidedText(series.title, Qt.TextElideMode.ElideMiddle, max(60, self.width() - 30))
            width = metrics.horizontalAdvance(title) + 8 * self._radius
            if x and x + width > self.width():
                x, y = 0.0, y + line
            found.append((number, x, y, title))
            x += width
        return found, y + line if found else 0.0

    def _places(self) -> list[_Place]:
        room, versions = self._room(), [number for number, _ in self._chart.versions]
        if not versions:
            return []
        step = room.width() / len(versions)
        shown = max(1, len(self._chart.series))
        spread = min(2.6 * self._radius, step * 0.7 / shown)
        found = []
        for number, series in enumerate(self._chart.series):
            shift = (number - (shown - 1) / 2) * spread
            for position, point in enumerate(series.points):
                x = room.left() + step * (versions.index(point.version) + 0.5) + shift
                low, high = (point.rate if end is None else end for end in (point.low, point.high))
                place = QPointF(x, _level(room, point.rate))
                found.append(_Place(number, position, place, _level(room, low), _level(room, high), point))
        return found

    def sizeHint(self) -> QSize:
        line = self._fonts()[1].height()
        return QSize(40 * line, 16 * line)

    def minimumSizeHint(self) -> QSize:
        line = self._fonts()[1].height()
        return QSize(10 * line, 5 * line)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._chart.series:
            return
        places, room = self._places(), self._room()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self._fonts()[0])
            self._paint_axes(painter, room)
            self._paint_legend(painter)
            for number in range(len(self._chart.series)):
                line = [one.at for one in places if one.series == number]
                color = QColor(self._color(number))
                color.setAlphaF(0.45)
                painter.setPen(QPen(color, 1))
                painter.drawPolyline(QPolygonF(line))
            baseline = next((one for one in places if one.point.is_baseline), None)
            if baseline is not None:
                painter.setPen(QPen(self._theme.color("muted"), 1, Qt.PenStyle.DashLine))
                painter.drawLine(QPointF(room.left(), baseline.at.y()), QPointF(room.right(), baseline.at.y()))
                painter.drawText(QPointF(room.left() + 2, baseline.at.y() - 4), "baseline")
            for one in places:
                self._paint_point(painter, one, is_current=self.current == (one.series, one.position))

    def _paint_axes(self, painter: QPainter, room: QRectF) -> None:
        _, metrics = self._fonts()
        color = self._theme.color
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            y = _level(room, share)
            painter.setPen(QPen(color("line"), 1))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(color("muted"))
            words = f"{100 * share:.0f} %"
            if room.height() > 9 * metrics.height() or share in (0.0, 0.5, 1.0):
                beside = QRectF(0, y - metrics.height() / 2, room.left() - _GAP, metrics.height())
                painter.drawText(beside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        versions = self._chart.versions
        step = room.width() / max(1, len(versions))
        widest = max((metrics.horizontalAdvance(name) for _, name in versions), default=0) + _GAP
        each = max(1, -(-widest // max(1, int(step)))) if widest > step else 1
        for place, (_, name) in enumerate(versions):
            if place % each and place != len(versions) - 1:
                continue
            width = min(max(step * each, step), room.width())
            below = QRectF(room.left() + step * (place + 0.5) - width / 2, room.bottom() + 4, width, metrics.height())
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, int(width))
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, shown)

    def _paint_legend(self, painter: QPainter) -> None:
        _, metrics = self._fonts()
        for number, x, y, title in self._legend_rows()[0]:
            middle = y + metrics.height() / 2
            self._paint_mark(painter, QPointF(x + self._radius + 1, middle), number)
            painter.setPen(self._theme.color("text"))
            painter.drawText(QPointF(x + 3 * self._radius, y + metrics.ascent()), title)

    def _paint_point(self, painter: QPainter, one: _Place, *, is_current: bool) -> None:
        color = self._color(one.series)
        if one.point.low is not None:
            painter.setPen(QPen(color, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawLine(QPointF(one.at.x(), one.low), QPointF(one.at.x(), one.high))
            for y in (one.low, one.high):
                painter.drawLine(
                    QPointF(one.at.x() - self._radius / 1.5, y), QPointF(one.at.x() + self._radius / 1.5, y)
                )
        if one.point.is_baseline or is_current:
            ring = self._theme.color("text" if is_current else "muted")
            painter.setPen(QPen(ring, 2 if is_current else 1))
            painter.setBrush(self._theme.color("surface"))
            painter.drawEllipse(one.at, self._radius + 4, self._radius + 4)
        self._paint_mark(painter, one.at, one.series)

    def _paint_mark(self, painter: QPainter, at: QPointF, series: int) -> None:
        painter.setPen(QPen(self._theme.color("surface"), 1))
        painter.setBrush(self._color(series))
        shape, r = _SHAPES[series % len(_SHAPES)], self._radius
        if shape == "circle":
            painter.drawEllipse(at, r, r)
        elif shape == "square":
            painter.drawRect(QRectF(at.x() - r + 0.5, at.y() - r + 0.5, 2 * r - 1, 2 * r - 1))
        elif shape == "diamond":
            _draw_around(painter, at, ((0, -r - 1), (r + 1, 0), (0, r + 1), (-r - 1, 0)))
        else:
            _draw_around(painter, at, ((0, -r - 0.5), (r + 0.5, r), (-r - 0.5, r)))

    def _color(self, series: int) -> QColor:
        return self._theme.color(_COLORS[series % len(_COLORS)])

    # Reading.

    def _read(self, current: tuple[int, int] | None) -> None:
        if current != self.current:
            self.current = current
            self.update()
            self.current_changed.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pointer = event.position()
        near = min(self._places(), key=lambda one: (one.at - pointer).manhattanLength(), default=None)
        if near is not None and (near.at - pointer).manhattanLength() <= _REACH * self._theme.scale:
            self._read((near.series, near.position))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if not self.hasFocus():
            self._read(None)
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.current is None:
            self._read(self._last())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, current = event.key(), self.current
        moves = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        if current is None or key not in moves or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        down, right = moves[Qt.Key(key)]
        series = min(max(0, current[0] + down), len(self._chart.series) - 1)
        points = self._chart.series[series].points
        if down:
            # The nearest version of the other model.
            version = self._chart.series[current[0]].points[current[1]].version
            at = min(range(len(points)), key=lambda place: abs(points[place].version - version))
        else:
            at = min(max(0, current[1] + right), len(points) - 1)
        self._read((series, at))


class ChartPage(QWidget):
    """The chart, the point that is read, and what it stands on."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self.canvas = VersionCanvas(theme, self)
        self.words = label("", wrap=True)
        self.about = label("", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 4, 10, 12)
        layout.setSpacing(8)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.words)
        layout.addWidget(self.about)
        self.canvas.current_changed.connect(self._read_point)
        self._is_current = False
        self._shown = ("", "")
        self.show_chart(None)

    def follow(self, suites: SuiteController) -> None:
        """Show the chart of a controller whenever it is read."""
        suites.chart.changed.connect(lambda: self._show_read(suites))

    def set_current(self, suites: SuiteController, *, current: bool) -> None:
        """Tell whether the page is shown; one that is not takes no room from the head in low windows."""
        kind = QSizePolicy.Policy.Preferred if current else QSizePolicy.Policy.Ignored
        self.setSizePolicy(kind, kind)
        was_current, self._is_current = self._is_current, current
        if current and (not was_current or self._shown != (suites.prompt_uid, suites.set_name)):
            self._show_read(suites)
            suites.chart.read(suites.prompt_uid, suites.set_name)

    def read(self, suites: SuiteController) -> None:
        """Read the chart again if it is shown and there are new results."""
        if self._is_current and suites.figures.report is not None:
            suites.chart.read(suites.prompt_uid, suites.set_name)

    def _show_read(self, suites: SuiteController) -> None:
        self._shown = suites.prompt_uid, suites.set_name
        self.show_chart(suites.chart.of(suites.prompt_uid, suites.set_name))

    def show_chart(self, chart: VersionChart | None) -> None:
        """Show a chart, or that it is being computed."""
        self._chart = chart
        self.canvas.show_chart(chart or VersionChart())
        has_points = chart is not None and bool(chart.series)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.StrongFocus if has_points else Qt.FocusPolicy.NoFocus)
        self.about.setText(" ".join(chart.about) if chart is not None else "")
        self.about.setVisible(bool(self.about.text()))
        self._read_point()

    def _read_point(self) -> None:
        point = self.canvas.point()
        if self._chart is None:
            words = _READING
        elif not self._chart.series:
            words = _NOTHING
        else:
            words = _HOW if point is None else f"{point.words}."
        set_role(self.words, "muted" if point is None else "")
        self.words.setText(words)


def _draw_around(painter: QPainter, at: QPointF, corners: Sequence[tuple[float, float]]) -> None:
    painter.drawPolygon(QPolygonF([at + QPointF(*corner) for corner in corners]))


def _level(room: QRectF, share: float) -> float:
    return room.bottom() - share * room.height()
