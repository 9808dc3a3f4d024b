"""The chart of costs by calls a month, and the bars of what moves the break-even.

Invariant: everything that is painted is also said, in the accessible description of each widget.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from workbench.app.decide.words import bar_words, cost_words
from workbench.core.decide.cost_figures import CostLine, CostPicture, SensitivityBar
from workbench.core.decide.figure_words import dollars, number
from workbench.ui.widgets.theme import Theme

_GAP = 8
_LINES = 11
_PENS: dict[str, tuple[str, Qt.PenStyle]] = {
    "prompt": ("accent", Qt.PenStyle.SolidLine),
    "prompt_after": ("accent", Qt.PenStyle.DashLine),
    "tuned": ("text", Qt.PenStyle.SolidLine),
}
_MOST_BREAK_EVEN = 5
"""A break-even farther away than so many times the volume is not on the axis."""


class CostChart(QWidget):
    """Lines of cost, the volume of the person, and the break-even."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cost = CostPicture()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Cost a month by calls a month")
        theme.changed.connect(self.updateGeometry)

    def show_cost(self, cost: CostPicture) -> None:
        """Show a picture of costs."""
        self._cost = cost
        self.setAccessibleDescription("\n".join((*self._lines_in_words(), *cost_words(cost))))
        self.update()

    def _lines_in_words(self) -> Iterator[str]:
        for line in self._cost.lines:
            per = dollars(1000 * line.call_usd)
            yield f"{line.title}: {dollars(line.monthly_usd)} a month and {per} per 1,000 calls"

    def sizeHint(self) -> QSize:
        line = self._fonts()[1].height()
        return QSize(24 * line, _LINES * line)

    def minimumSizeHint(self) -> QSize:
        line = self._fonts()[1].height()
        return QSize(10 * line, _LINES * line)

    def _fonts(self) -> tuple[QFont, QFontMetrics]:
        font = self._theme.font(-1, tabular=True)
        return font, QFontMetrics(font)

    def _ends(self) -> tuple[float, float]:
        """Return the ends of the axes: calls and dollars a month."""
        cost = self._cost
        volume, even = cost.volume or 0.0, cost.break_even or 0.0
        if volume and even > _MOST_BREAK_EVEN * volume:
            even = 0.0
        calls = 1.5 * max(volume, even) or 1.0
        return calls, max((line.monthly_usd + line.call_usd * calls for line in cost.lines), default=1.0) or 1.0

    def _room(self) -> QRectF:
        metrics = self._fonts()[1]
        left = metrics.horizontalAdvance(dollars(self._ends()[1])) + _GAP
        line = metrics.height()
        return QRectF(left, line / 2 + 1, self.width() - left - _GAP, self.height() - 2 * line - _GAP)

    # Painting.

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._cost.lines:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self._fonts()[0])
            self._paint_axes(painter)
            self._paint_volume(painter)
            taken: list[QRectF] = []
            for line in self._cost.lines:
                self._paint_line(painter, line, taken)
            self._paint_break_even(painter)

    def _at(self, calls: float, usd: float) -> QPointF:
        room, (most_calls, most_usd) = self._room(), self._ends()
        return QPointF(room.left() + calls / most_calls * room.width(), room.bottom() - usd / most_usd * room.height())

    def _paint_axes(self, painter: QPainter) -> None:
        room, metrics, (calls, usd) = self._room(), self._fonts()[1], self._ends()
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.drawLine(room.topLeft(), room.bottomLeft())
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.setPen(self._theme.color("muted"))
        line = metrics.height()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, room.top() - line / 2, room.left() - _GAP, line), right, dollars(usd))
        painter.drawText(QRectF(0, room.bottom() - line / 2, room.left() - _GAP, line), right, "$0")
        below = QRectF(room.left(), room.bottom() + 4, room.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0 calls")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, number(calls))

    def _paint_volume(self, painter: QPainter) -> None:
        volume = self._cost.volume
        if not volume:
            return
        room, metrics = self._room(), self._fonts()[1]
        x = self._at(volume, 0).x()
        painter.setPen(QPen(self._theme.color("muted"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))
        painter.setPen(self._theme.color("muted"))
        words = f"your {number(volume)}"
        width = metrics.horizontalAdvance(words)
        left = min(max(x - width / 2, room.left()), room.right() - width)
        painter.drawText(QPointF(left, room.bottom() + 4 + metrics.ascent()), words) if self._has_room(
            left, width
        ) else None

    def _has_room(self, left: float, width: float) -> bool:
        """Whether words below the axis do not touch those at its ends."""
        room, metrics, (calls, _) = self._room(), self._fonts()[1], self._ends()
        start = room.left() + metrics.horizontalAdvance("0 calls") + _GAP
        end = room.right() - metrics.horizontalAdvance(number(calls)) - _GAP
        return left >= start and left + width <= end

    def _paint_line(self, painter: QPainter, line: CostLine, taken: list[QRectF]) -> None:
        token, style = _PENS[line.id]
        calls, _ = self._ends()
        start, end = self._at(0, line.monthly_usd), self._at(calls, line.monthly_usd + line.call_usd * calls)
        painter.setPen(QPen(self._theme.color(token), 2, style))
        painter.drawLine(start, end)
        metrics = self._fonts()[1]
        width, height = metrics.horizontalAdvance(line.title), metrics.height()
        place = self._free_place(start, end, width, height, taken)
        taken.append(place)
        painter.setPen(self._theme.color(token))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, line.title)

    def _free_place(self, start: QPointF, end: QPointF, width: float, height: float, taken: list[QRectF]) -> QRectF:
        """Return where the title of a line touches no other line and no other title, or the best of all places."""
        room = self._room()
        found, best = QRectF(), 1e9
        for step in range(11):
            left = room.left() + 4 + (room.width() - width - 8) * step / 10
            for is_above in (True, False):
                ends = [start.y() + (end.y() - start.y()) * (x - start.x()) / max(1.0, end.x() - start.x())
                        for x in (left, left + width)]  # fmt: skip
                top = min(ends) - height - 2 if is_above else max(ends) + 2
                place = QRectF(left, top, width, height)
                cost = self._crossings(place) + 3 * sum(place.intersects(one) for one in taken)
                if not room.adjusted(0, -height, 0, 0).contains(place):
                    cost += 5
                if cost < best:
                    found, best = place, cost
        return found

    def _crossings(self, place: QRectF) -> int:
        """Return how many lines run through a place."""
        calls, _ = self._ends()
        count = 0
        for line in self._cost.lines:
            start, end = self._at(0, line.monthly_usd), self._at(calls, line.monthly_usd + line.call_usd * calls)
            across = max(1.0, end.x() - start.x())
            ends = [start.y() + (end.y() - start.y()) * (x - start.x()) / across for x in (place.left(), place.right())]
            count += min(ends) <= place.bottom() and max(ends) >= place.top()
        volume = self._cost.volume
        if volume:
            count += place.left() <= self._at(volume, 0).x() <= place.right()
        return count

    def _paint_break_even(self, painter: QPainter) -> None:
        even = self._cost.break_even
        tuned = next((one for one in self._cost.lines if one.id == "tuned"), None)
        if even is None or tuned is None or even > self._ends()[0]:
            return
        painter.setPen(QPen(self._theme.color("text"), 2))
        painter.setBrush(self._theme.color("surface"))
        radius = 4 * self._theme.scale
        painter.drawEllipse(self._at(even, tuned.monthly_usd + tuned.call_usd * even), radius, radius)


class SensitivityBars(QWidget):
    """A bar for each input: from the break-even with half of it to that with twice of it, around today's."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: tuple[SensitivityBar, ...] = ()
        self._middle = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What moves the break-even: each figure at half and at twice")
        theme.changed.connect(self.updateGeometry)

    def show_bars(self, cost: CostPicture) -> None:
        """Show the bars of a picture of costs, the longest first."""
        self._bars, self._middle = cost.bars, cost.break_even or 0.0
        self.setAccessibleDescription("\n".join(map(bar_words, self._bars)))
        self.updateGeometry()
        self.update()

    def words(self) -> str:
        """Return all bars in words."""
        return self.accessibleDescription()

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._theme.font(-1, tabular=True))

    def _line(self) -> int:
        return self._metrics().height() + 4

    def sizeHint(self) -> QSize:
        return QSize(24 * self._line(), len(self._bars) * self._line())

    def minimumSizeHint(self) -> QSize:
        return QSize(10 * self._line(), len(self._bars) * self._line())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._bars:
            return
        metrics, line = self._metrics(), self._line()
        words = [_ends_words(one) for one in self._bars]
        # Metrics may be a pixel short of the painted text.
        beside = max(map(metrics.horizontalAdvance, words)) + 2
        titles = max(metrics.horizontalAdvance(one.title) for one in self._bars) + 2
        titles = min(titles, max(0, self.width() - beside - 2 * _GAP) // 2)
        left, right = titles + _GAP, self.width() - beside - _GAP
        most = max((end for one in self._bars for end in (one.at_half, one.at_double) if end), default=1.0)
        with QPainter(self) as painter:
            painter.setFont(self._theme.font(-1, tabular=True))
            for row, bar in enumerate(self._bars):
                top = row * line
                painter.setPen(self._theme.color("muted"))
                title = metrics.elidedText(bar.title, Qt.TextElideMode.ElideRight, titles)
                painter.drawText(QRectF(0, top, titles, line), Qt.AlignmentFlag.AlignVCenter, title)
                self._paint_bar(painter, bar, QRectF(left, top, max(1, right - left), line), most)
                painter.setPen(self._theme.color("text"))
                flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
                painter.drawText(QRectF(right + _GAP, top, beside, line), flags, words[row])
            middle = left + max(1, right - left) * min(1.0, self._middle / most)
            painter.setPen(QPen(self._theme.color("text"), 1))
            painter.drawLine(QPointF(middle, 0), QPointF(middle, len(self._bars) * line))

    def _paint_bar(self, painter: QPainter, bar: SensitivityBar, room: QRectF, most: float) -> None:
        width = room.width()
        ends = [width if end is None else width * min(1.0, end / most) for end in (bar.at_half, bar.at_double)]
        soft = self._theme.color("accent")
        soft.setAlphaF(0.3)
        low, high = min(ends), max(ends)
        painter.fillRect(QRectF(room.left() + low, room.top() + 4, max(2.0, high - low), room.height() - 8), soft)


def _ends_words(bar: SensitivityBar) -> str:
    return " to ".join("never" if end is None else number(end) for end in sorted_ends(bar))


def sorted_ends(bar: SensitivityBar) -> tuple[float | None, float | None]:
    """Return the smaller and the larger break-even of a bar; None, "never", is the largest."""
    ends = (bar.at_half, bar.at_double)
    return (ends[1], ends[0]) if ends[0] is None or (ends[1] is not None and ends[0] > ends[1]) else ends
