"""Search hits, marked in a text field.

Invariant: only visible hits are measured; the current one has a frame and a thick line besides its colour.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from workbench.ui.editor.marks import places
from workbench.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.editor.field import ExactField


class HitMarks:
    """The hits in one field: start and end in UTF-16 units of its text, in order."""

    def __init__(self, field: ExactField, theme: Theme) -> None:
        self._field, self._theme = field, theme
        self._spans: tuple[tuple[int, int], ...] = ()
        self._current = -1

    def show(self, spans: tuple[tuple[int, int], ...], current: int = -1) -> None:
        """Mark `spans`, and the one with the index `current` as the current hit."""
        if (spans, current) != (self._spans, self._current):
            self._spans, self._current = spans, current
            self._field.viewport().update()

    # Layer protocol

    def prepare(self) -> None:
        pass

    def under(self, painter: QPainter, exposed: QRectF) -> None:
        if not self._spans:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, rect in self._seen():
            if not rect.intersects(exposed):
                continue
            current = index == self._current
            ink = self._theme.color("accent" if current else "border")
            painter.setPen(QPen(ink, 1))
            painter.setBrush(self._theme.color("selected"))
            painter.drawRoundedRect(rect.adjusted(-0.5, 0.5, 0.5, -0.5), 2, 2)
            if current:
                painter.fillRect(QRectF(rect.left(), rect.bottom() - 2, rect.width(), 2), ink)
        painter.setPen(Qt.PenStyle.NoPen)

    def _seen(self) -> Iterator[tuple[int, QRectF]]:
        record = self._field.record
        for block in self._field.visible_blocks():
            start = record.plain(block.position())
            end = start + block.length() - 1
            corner = self._field.block_rect(block).topLeft()
            at = max(0, bisect_left(self._spans, start, key=lambda span: span[1]))
            for index in range(at, len(self._spans)):
                first, last = self._spans[index]
                if first > end:
                    break
                first, last = max(first, start) - start, min(last, end) - start
                for place in places(block, first, last - first):
                    yield index, place.translated(corner)
