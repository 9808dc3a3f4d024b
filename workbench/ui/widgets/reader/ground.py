"""What is behind a text, and the block at its end.

Invariant: the gold of a winner stays where it is while the text over it moves.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QLinearGradient, QPainter
from PySide6.QtWidgets import QAbstractScrollArea

from workbench.ui.theme import Theme


class Ground:
    """Paints behind and over the text of `view`; a wash is gold that fades between two heights of it."""

    def __init__(self, view: QAbstractScrollArea, theme: Theme) -> None:
        self._view, self._theme = view, theme
        self._wash: tuple[float, float] | None = None
        self._brush = QBrush()
        # The stylesheet would leave the viewport transparent: every letter would repaint the column behind it, and
        # every new line the whole text instead of moving it.
        view.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.restyle()

    @property
    def is_washed(self) -> bool:
        """Whether there is gold, so that nothing can be moved without being painted again."""
        return self._wash is not None

    def set_wash(self, wash: tuple[float, float] | None) -> None:
        """Fade gold between two heights of the view (pixels, may lie outside), or not at all."""
        if wash != self._wash:
            self._wash = wash
            self.restyle()

    def restyle(self) -> None:
        """Take the colours of the theme again."""
        surface = self._theme.color("surface")
        self._brush = QBrush(surface)
        if self._wash is not None:
            gradient = QLinearGradient(0, self._wash[0], 0, self._wash[1])
            gradient.setColorAt(0, self._theme.color("gold_soft"))
            gradient.setColorAt(1, surface)
            self._brush = QBrush(gradient)
        self._view.viewport().update()

    def paint(self, painter: QPainter, exposed: QRect) -> None:
        """Paint what is behind the text."""
        painter.fillRect(exposed, self._brush)

    def paint_end(self, place: QRectF) -> None:
        """Paint the block that says that more is to come."""
        with QPainter(self._view.viewport()) as painter:
            painter.fillRect(place, self._theme.color("accent"))

    def end(self, caret: QRect) -> QRectF:
        """Return where that block is when the text ends at `caret`; it is no lower than a line."""
        metrics = self._view.fontMetrics()
        width = metrics.horizontalAdvance("n") * 0.8
        left = min(float(caret.left()) + 1, self._view.viewport().width() - width - 2)
        height = max(caret.height() - 2, metrics.height())
        return QRectF(left, caret.bottom() - height, width, height)
