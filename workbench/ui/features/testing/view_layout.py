"""Where the parts of the Test view stand, and what the chosen cell is compared with at first.

Invariant: the grid gets all the height that the parts above it leave.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.testing.cell_reader import EARLIER
from workbench.app.testing.controller import SuiteController

_MARGIN = 18
_ROOMY_LINES, _LOW_LINES, _LOW_AND_NARROW = 32, 24, (30, 25)
"""Heights in lines of text below which the sentence shows only its conclusion, and below which all parts are low; and
height and width below which they are low because they wrap."""
_PANE_SHARE, _LEAST_PANE, _MOST_PANE = 0.32, 290, 460


class LeftSide(QWidget):
    """The part of the view beside the pane."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


def lay_out_left(left: QWidget, above: Sequence[QWidget], grid: QWidget) -> QVBoxLayout:
    """Place widgets below each other, and the grid below them; return the layout of those above."""
    top = QVBoxLayout()
    space_out(top, low=False)
    for widget in above:
        top.addWidget(widget)
    column = QVBoxLayout(left)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    column.addLayout(top)
    rest = QHBoxLayout()
    # The text of names is in line with the heading.
    rest.setContentsMargins(_MARGIN - 10, 0, _MARGIN - 10, 0)
    rest.addWidget(grid)
    column.addLayout(rest, 1)
    return top


def space_out(top: QVBoxLayout, *, low: bool) -> None:
    """Set the spaces between the parts above the grid; `low` is true if the view has little height."""
    top.setContentsMargins(_MARGIN, 5 if low else 14, _MARGIN, 0)
    top.setSpacing(5 if low else 10)


def is_brief(height: int, metrics: QFontMetrics) -> bool:
    """Whether there is little room for the sentence."""
    return height < _ROOMY_LINES * metrics.lineSpacing()


def is_low(size: QSize, metrics: QFontMetrics) -> bool:
    """Whether all parts have to do with little height, so that some rows of the grid are visible."""
    lines, wide = size.height() / metrics.lineSpacing(), size.width() / metrics.lineSpacing()
    height, width = _LOW_AND_NARROW
    return lines < _LOW_LINES or (lines < height and wide < width)


def pane_width(width: int, scale: float) -> int:
    """Return the width of the pane in a view of `width` pixels, at a text size of `scale`."""
    wanted = max(_LEAST_PANE * min(scale, 1.3), min(_MOST_PANE * scale, width * _PANE_SHARE))
    return round(min(wanted, width * 0.5))


def default_against(suites: SuiteController, column: int | None) -> int:
    """Return what a cell of a column is compared with: the baseline, and for one of the baseline the next column.

    In a probe it is the answer beside it.
    """
    if suites.probe_uid:
        return EARLIER
    columns = 0 if suites.run is None else len(suites.run.columns)
    if column == suites.baseline and columns > 1:
        return (suites.baseline + 1) % columns
    return suites.baseline
