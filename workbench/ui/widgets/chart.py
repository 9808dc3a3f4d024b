"""Intervals painted by pyqtgraph over a table column.

Invariant: each interval is level with its table row at any scroll position, and all share one axis. The chart accepts
neither mouse nor keyboard input; the cells below it state the values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pyqtgraph as pg
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QFrame, QWidget

from workbench.ui.widgets.theme import Theme

# pyqtgraph would shut Qt down at exit; the application does that itself.
pg.setConfigOptions(exitCleanup=False)
_MARGIN = 0.04
_DOT = 9
_BAR = 3
_CAP = 0.11
"""Half the height of an interval's end cap, in rows."""


class ChartInterval(Protocol):
    """An estimate and its interval, on the shared axis."""

    @property
    def low(self) -> float:
        """Lower bound."""

    @property
    def estimate(self) -> float:
        """Point estimate, drawn as a dot."""

    @property
    def high(self) -> float:
        """Upper bound."""


class IntervalChart(pg.GraphicsView):
    """Row guides, a dashed line for the average, the intervals, and a dot for each estimate.

    Uses a bare ViewBox: a pyqtgraph plot would add axes, a title and menus that outlive the window.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, background=None)
        self._theme = theme
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # The selected row and the lines between rows show through.
        self.viewport().setAutoFillBackground(False)
        self.setStyleSheet("background: transparent")
        self.setAccessibleName("Strengths with their intervals")
        self._box = pg.ViewBox(enableMouse=False, enableMenu=False, invertY=True, defaultPadding=0)
        self._box.disableAutoRange()
        self.setCentralItem(self._box)
        self._guides = pg.PlotCurveItem(connect="pairs", antialias=False)
        self._average = pg.InfiniteLine(0, angle=90)
        self._bars = pg.PlotCurveItem(connect="pairs", antialias=True)
        self._dots = pg.ScatterPlotItem(size=_DOT, symbol="o", antialias=True)
        for item in (self._guides, self._average, self._bars, self._dots):
            self._box.addItem(item)
        self.paint()

    def set_intervals(self, rows: Sequence[ChartInterval]) -> None:
        """Draw one interval per row, from the top."""
        if not rows:
            return
        left, right = min(0.0, *(row.low for row in rows)), max(0.0, *(row.high for row in rows))
        edge = (right - left) * _MARGIN
        self._box.setXRange(left - edge, right + edge, padding=0)
        guides: list[tuple[float, float]] = []
        bars: list[tuple[float, float]] = []
        for number, row in enumerate(rows):
            middle, low, high = number + 0.5, row.low, row.high
            guides += [(left - edge, middle), (right + edge, middle)]
            bars += [(low, middle), (high, middle)]
            # The end caps.
            bars += [(end, middle + side) for end in (low, high) for side in (-_CAP, _CAP)]
        self._guides.setData(*_across_and_down(guides))
        self._bars.setData(*_across_and_down(bars))
        self._dots.setData([row.estimate for row in rows], [number + 0.5 for number in range(len(rows))])

    def lie(self, over: QRect, row_height: int, scrolled: int) -> None:
        """Cover the column at `over`; `scrolled` is the vertical scroll offset in pixels."""
        self.setGeometry(over)
        if row_height > 0 and over.height() > 0:
            top = scrolled / row_height
            self._box.setYRange(top, top + over.height() / row_height, padding=0)

    def paint(self) -> None:
        """Apply the theme's colours."""
        color = self._theme.color
        self._guides.setPen(pg.mkPen(color("line"), width=1))
        self._average.setPen(pg.mkPen(color("muted"), width=1, style=Qt.PenStyle.DashLine))
        self._bars.setPen(pg.mkPen(color("accent"), width=_BAR, capStyle=Qt.PenCapStyle.FlatCap))
        self._dots.setPen(pg.mkPen(color("surface"), width=1))
        self._dots.setBrush(pg.mkBrush(color("text")))


def _across_and_down(points: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [across for across, _ in points], [down for _, down in points]
