"""How spans are painted: variables on a chip, odd characters with a mark.

Invariant: only paragraphs that can be seen are ever looked at, so the cost of a key does not grow with the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTextBlock, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from workbench.ui.editor.exact import from_document
from workbench.ui.editor.spans import GLYPHS, Span, spans
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.editor.field import ExactField

_RADIUS = 3.0


@dataclass(frozen=True, slots=True)
class _Seen:
    block: QTextBlock
    spans: tuple[Span, ...]


class Marks:
    """The spans of the visible paragraphs of one field."""

    def __init__(self, field: ExactField, theme: Theme) -> None:
        self._field = field
        self._theme = theme
        self._seen: list[_Seen] = []
        self._state: tuple[object, ...] = ()
        self._selected: list[tuple[int, int, str]] = []

    def refresh(self, state: tuple[object, ...]) -> None:
        """Look at the visible paragraphs, unless `state` is the one of the last time."""
        if state == self._state:
            return
        self._state = state
        seen = ((block, _settled(block, spans(block.text()))) for block in self._field.visible_blocks())
        self._seen = [_Seen(block, found) for block, found in seen if found]
        self._color()

    def under(self, painter: QPainter, exposed: QRectF) -> None:
        """Paint what lies below the text."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for _, span, rects in self._exposed(exposed):
            name = {"variable": "violet_soft", "stand_in": "warn_soft"}.get(span.kind)
            if name is not None:
                painter.setBrush(self._theme.color(name))
                for rect in rects:
                    painter.drawRoundedRect(rect.adjusted(-1, 0, 1, 0), _RADIUS, _RADIUS)

    def over(self, painter: QPainter, exposed: QRectF) -> None:
        """Paint what lies above the text."""
        painter.setPen(QPen(self._theme.color("warn"), 1))
        painter.setFont(self._field.font())
        for _, span, rects in self._exposed(exposed):
            for rect in rects[:1]:
                self._mark(painter, span, rect)

    def describe(self, point: QPoint) -> str:
        """Return what the odd character under `point` is, "" when there is none."""
        for _, span, rects in self._exposed(QRectF(self._field.viewport().rect())):
            if span.kind != "variable" and any(r.adjusted(-3, 0, 3, 0).contains(QPointF(point)) for r in rects):
                return name_of(from_document(span.text))
        return ""

    def _mark(self, painter: QPainter, span: Span, rect: QRectF) -> None:
        if span.kind == "space":
            bottom = rect.bottom() - 1.5
            painter.drawPolyline(
                [
                    QPointF(rect.left() + 1, bottom - 2),
                    QPointF(rect.left() + 1, bottom),
                    QPointF(rect.right() - 1, bottom),
                    QPointF(rect.right() - 1, bottom - 2),
                ]
            )
        elif span.kind == "hidden":
            x = rect.center().x()
            painter.drawLine(QPointF(x, rect.top() + 2), QPointF(x, rect.bottom() - 2))
            painter.drawLine(QPointF(x - 2, rect.top() + 2), QPointF(x + 2, rect.top() + 2))
        elif span.text in GLYPHS:
            room = rect.adjusted(-4, 0, 4, 0) if span.kind == "stand_in" else rect.adjusted(2, 0, 40, 0)
            align = Qt.AlignmentFlag.AlignCenter if span.kind == "stand_in" else Qt.AlignmentFlag.AlignLeft
            painter.drawText(room, align, GLYPHS[span.text])

    def _exposed(self, exposed: QRectF) -> Iterator[tuple[QTextBlock, Span, list[QRectF]]]:
        for seen in self._seen:
            geometry = self._field.block_rect(seen.block)
            if geometry.intersects(exposed):
                for span in seen.spans:
                    yield seen.block, span, _rects(seen.block, span, geometry.topLeft())

    def _color(self) -> None:
        """Colour the text itself. Selections of the widget do it at paint time and leave its layout alone."""
        wanted = [
            (seen.block.position() + span.start, span.length, self._ink(span.kind))
            for seen in self._seen
            for span in seen.spans
            if span.kind in ("variable", "stand_in")
        ]
        if wanted == self._selected:
            return
        self._selected = wanted
        document = self._field.document()
        chosen = []
        for start, length, ink in wanted:
            selection = QTextEdit.ExtraSelection()
            selection.cursor = QTextCursor(document)
            selection.cursor.setPosition(start)
            selection.cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
            selection.format = QTextCharFormat()
            selection.format.setForeground(QColor(ink))
            chosen.append(selection)
        self._field.setExtraSelections(chosen)

    def _ink(self, kind: str) -> str:
        return self._theme.tokens.violet if kind == "variable" else "#00000000"


def name_of(character: str) -> str:
    """Return code point and name of one character, as people can look it up."""
    code = f"U+{ord(character):04X}"
    controls = {"\r": "carriage return", "\0": "null", "\x1b": "escape", "\x7f": "delete"}
    name = controls.get(character) or unicodedata.name(character, "control character").lower()
    return f"{code} {name}"


def _settled(block: QTextBlock, found: tuple[Span, ...]) -> tuple[Span, ...]:
    """Leave out spans behind text that an input method is still composing: their places are not final."""
    layout = block.layout()
    if not found or not layout.preeditAreaText():
        return found
    return tuple(span for span in found if span.start + span.length <= layout.preeditAreaPosition())


def _rects(block: QTextBlock, span: Span, origin: QPointF) -> list[QRectF]:
    layout = block.layout()
    rects: list[QRectF] = []
    position, end = span.start, span.start + span.length
    while position < end:
        line = layout.lineForTextPosition(position)
        if not line.isValid():
            break
        stop = min(end, line.textStart() + line.textLength())
        first, last = _x(line.cursorToX(position)), _x(line.cursorToX(stop))
        rects.append(QRectF(origin.x() + min(first, last), origin.y() + line.y(), abs(last - first), line.height()))
        if stop <= position:
            break
        position = stop
    return rects


def _x(answer: object) -> float:
    """PySide returns the coordinate alone or with the position it belongs to, by version."""
    return float(answer[0] if isinstance(answer, tuple) else answer)  # type: ignore[arg-type]
