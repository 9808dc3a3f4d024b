"""Where the parts of the Test view stand, and what the chosen cell is compared with at first.

Invariant: the grid gets all the height that the parts above it leave.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.app.testing.cell_reader import EARLIER
from workbench.app.testing.controller import SuiteController

_MARGIN = 18
_PANE_SHARE, _LEAST_PANE, _MOST_PANE = 0.32, 290, 460


def lay_out_left(left: QWidget, above: Sequence[QWidget], grid: QWidget) -> None:
    """Place widgets below each other, and the grid below them."""
    top = QVBoxLayout()
    top.setContentsMargins(_MARGIN, 14, _MARGIN, 0)
    top.setSpacing(10)
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
