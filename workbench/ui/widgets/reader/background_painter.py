"""The background of a text, and the block at its end.

Invariant: the gold gradient of a winner stays in place while the text scrolls over it.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QLinearGradient, QPainter
from PySide6.QtWidgets import QAbstractScrollArea

from workbench.ui.widgets.theme import Theme


class BackgroundPainter:
    """Paints behind and over the text of `view`; a wash is a gold gradient between two heights of it."""

    def __init__(self, view: QAbstractScrollArea, theme: Theme) -> None:
        self._view, self._theme = view, theme
        self._wash: tuple[float, float] | None = None
        self._brush = QBrush()
        # The stylesheet would make the viewport transparent: every character would repaint the column behind it, and
        # every new line the whole text instead of scrolling it.
        view.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.restyle()

    @property
    def is_washed(self) -> bool:
        """Whether there is a gradient, so that scrolling requires a full repaint."""
        return self._wash is not None

    def set_wash(self, wash: tuple[float, float] | None) -> None:
        """Set a gold gradient between two heights of the view (pixels, may lie outside), or None for none."""
        if wash != self._wash:
            self._wash = wash
            self.restyle()

    def restyle(self) -> None:
        """Apply the theme's colours."""
        surface = self._theme.color("surface")
        self._brush = QBrush(surface)
        if self._wash is not None:
            gradient = QLinearGradient(0, self._wash[0], 0, self._wash[1])
            gradient.setColorAt(0, self._theme.color("gold_soft"))
            gradient.setColorAt(1, surface)
            self._brush = QBrush(gradient)
        self._view.viewport().update()

    def paint(self, painter: QPainter, exposed: QRect) -> None:
        """Paint the background of the exposed area."""
        painter.fillRect(exposed, self._brush)

    def paint_end(self, place: QRectF) -> None:
        """Paint the block that marks an unfinished text."""
        with QPainter(self._view.viewport()) as painter:
            painter.fillRect(place, self._theme.color("accent"))

    def end(self, caret: QRect) -> QRectF:
        """Return the rectangle of that block for a text that ends at `caret`, at least one line high."""
        metrics = self._view.fontMetrics()
        width = metrics.horizontalAdvance("n") * 0.8
        left = min(float(caret.left()) + 1, self._view.viewport().width() - width - 2)
        height = max(caret.height() - 2, metrics.height())
        return QRectF(left, caret.bottom() - height, width, height)
