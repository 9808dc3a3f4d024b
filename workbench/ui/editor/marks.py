"""How spans are painted: variables on a chip, odd characters with a mark.

Invariant: only paragraphs that can be seen are ever looked at, so the cost of a key does not grow with the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTextBlock, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from workbench.ui.editor.exact import from_document
from workbench.ui.editor.spans import GLYPHS, Span, spans
from workbench.ui.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.editor.field import ExactField

_RADIUS = 3.0


_ODD = ("stand_in", "space", "hidden", "line")
_CHIPS = {"variable": "violet_soft", "stand_in": "warn_soft"}


@dataclass(frozen=True, slots=True)
class _Seen:
    """A visible paragraph, its spans with their places in it, and the cursors of those that are coloured."""

    block: QTextBlock
    text: str
    spans: tuple[Span, ...]
    places: tuple[tuple[QRectF, ...], ...]
    cursors: tuple[QTextCursor, ...]

    def still(self, block: QTextBlock, found: tuple[Span, ...]) -> bool:
        """Whether its cursors are right for `block`: they move with edits before them."""
        if found != self.spans:
            return False
        first = next((span.start for span in found if span.kind in _CHIPS), 0)
        return not self.cursors or self.cursors[0].selectionStart() == block.position() + first


class Marks:
    """The spans of the visible paragraphs of one field."""

    def __init__(self, field: ExactField, theme: Theme) -> None:
        self._field = field
        self._theme = theme
        self._seen: list[_Seen] = []
        self._state: tuple[object, ...] = ()
        self._size = QSize()

    def forget(self) -> None:
        """Look at everything again: fonts or colours have changed."""
        self._seen, self._state, self._size = [], (), QSize()
        self._field.setExtraSelections([])

    def refresh(self, state: tuple[object, ...], size: QSize) -> None:
        """Look at the visible paragraphs, unless `state` and `size` of the view are those of the last time."""
        if (state, size) == (self._state, self._size):
            return
        before = {seen.text: seen for seen in self._seen} if size == self._size else {}
        now = [self._look(block, before) for block in self._field.visible_blocks()]
        kept = [seen for seen in now if seen.spans]
        if [seen.cursors for seen in kept] != [seen.cursors for seen in self._seen]:
            self._color(kept)
        self._seen, self._state, self._size = kept, state, size

    def under(self, painter: QPainter, exposed: QRectF) -> None:
        """Paint what lies below the text."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        brushes = {kind: self._theme.color(name) for kind, name in _CHIPS.items()}
        for span, rects in self._exposed(exposed, _CHIPS):
            painter.setBrush(brushes[span.kind])
            for rect in rects:
                painter.drawRoundedRect(rect.adjusted(-1, 0, 1, 0), _RADIUS, _RADIUS)

    def over(self, painter: QPainter, exposed: QRectF) -> None:
        """Paint what lies above the text."""
        painter.setPen(QPen(self._theme.color("warn"), 1))
        painter.setFont(self._field.font())
        for span, rects in self._exposed(exposed, _ODD):
            for rect in rects[:1]:
                self._mark(painter, span, rect)

    def describe(self, point: QPoint) -> str:
        """Return what the odd character under `point` is, "" when there is none."""
        for span, rects in self._exposed(QRectF(self._field.viewport().rect()), _ODD):
            if any(rect.adjusted(-3, 0, 3, 0).contains(QPointF(point)) for rect in rects):
                return name_of(from_document(span.text))
        return ""

    def _look(self, block: QTextBlock, before: dict[str, _Seen]) -> _Seen:
        text = block.text()
        known = before.get(text)
        found = _settled(block, known.spans if known else spans(text))
        if known and known.still(block, found):
            return _Seen(block, text, found, known.places, known.cursors)
        position, cursors = block.position(), []
        for span in found:
            if span.kind in _CHIPS:
                cursor = QTextCursor(block)
                cursor.setPosition(position + span.start)
                cursor.setPosition(position + span.start + span.length, QTextCursor.MoveMode.KeepAnchor)
                cursors.append(cursor)
        places = tuple(_places(block, span) for span in found)
        return _Seen(block, text, found, places, tuple(cursors))

    def _color(self, seen: list[_Seen]) -> None:
        """Colour the text itself. Selections of the widget do it at paint time and leave its layout alone."""
        inks = {"variable": self._theme.color("violet"), "stand_in": QColor(Qt.GlobalColor.transparent)}
        chosen = []
        for one in seen:
            kinds = [span.kind for span in one.spans if span.kind in _CHIPS]
            for kind, cursor in zip(kinds, one.cursors, strict=True):
                selection = QTextEdit.ExtraSelection()
                selection.cursor = cursor
                selection.format = QTextCharFormat()
                selection.format.setForeground(inks[kind])
                chosen.append(selection)
        self._field.setExtraSelections(chosen)

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

    def _exposed(self, exposed: QRectF, kinds: Container[str]) -> Iterator[tuple[Span, list[QRectF]]]:
        for seen in self._seen:
            corner = self._field.block_rect(seen.block).topLeft()
            inside = exposed.translated(-corner)
            for span, places in zip(seen.spans, seen.places, strict=True):
                if span.kind in kinds:
                    rects = [place.translated(corner) for place in places if _meets(place, inside)]
                    if rects:
                        yield span, rects


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


def _places(block: QTextBlock, span: Span) -> tuple[QRectF, ...]:
    """Return where a span is in its paragraph, a rectangle for each line."""
    layout = block.layout()
    places: list[QRectF] = []
    position, end = span.start, span.start + span.length
    while position < end:
        line = layout.lineForTextPosition(position)
        stop = min(end, line.textStart() + line.textLength()) if line.isValid() else position
        if line.isValid():
            first, last = _x(line.cursorToX(position)), _x(line.cursorToX(stop))
            places.append(QRectF(min(first, last), line.y(), abs(last - first), line.height()))
        if stop <= position:
            break
        position = stop
    return tuple(places)


def _meets(place: QRectF, exposed: QRectF) -> bool:
    """Whether the lines of both overlap; marks are wider than what they mark, which may have no width at all."""
    return place.top() <= exposed.bottom() and place.bottom() >= exposed.top()


def _x(answer: object) -> float:
    """PySide returns the coordinate alone or with the position it belongs to, by version."""
    return float(answer[0] if isinstance(answer, tuple) else answer)  # type: ignore[arg-type]
