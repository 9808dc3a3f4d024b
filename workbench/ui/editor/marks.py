"""Paints spans of text: variables on a chip, unusual characters with a mark.

Invariant: only visible paragraphs are scanned and only visible lines measured, so that the cost of a key press does not
grow with the text.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QTextBlock, QTextCharFormat, QTextCursor, QTextLine
from PySide6.QtWidgets import QTextEdit

from workbench.ui.editor.exact_text import from_document
from workbench.ui.editor.heights import MeasuredField
from workbench.ui.editor.spans import GLYPHS, TemplateSpan, spans
from workbench.ui.widgets.theme import Theme

_RADIUS = 3.0


_ODD = ("stand_in", "space", "hidden", "line")
_CHIPS = ("variable",)


class _Seen(NamedTuple):
    """A visible paragraph, its spans, and a cursor for each coloured one on a visible line."""

    block: QTextBlock
    text: str
    spans: tuple[TemplateSpan, ...]
    chips: tuple[TemplateSpan, ...]
    cursors: tuple[QTextCursor, ...]
    places: dict[int, tuple[QRectF, ...]]
    """The rectangles of spans in the paragraph, by span index; computed lazily."""

    def still(self, block: QTextBlock, chips: tuple[TemplateSpan, ...]) -> bool:
        """Whether the cursors, which move with edits before them, still fit `block`."""
        return chips == self.chips and (
            not chips or self.cursors[0].selectionStart() == block.position() + chips[0].start
        )

    def meeting(self, exposed: QRectF) -> Iterator[tuple[TemplateSpan, list[QRectF]]]:
        """Yield the spans on lines that overlap `exposed`, a rectangle of the paragraph, with their rectangles."""
        first, last = _between(self.block, exposed)
        # A span that begins on an earlier line may reach into the first one.
        at = max(0, bisect_left(self.spans, first, key=lambda span: span.start) - 1)
        for index in range(at, len(self.spans)):
            span = self.spans[index]
            if span.start > last:
                return
            if index not in self.places:
                self.places[index] = _places(self.block, span)
            if rects := [place for place in self.places[index] if _meets(place, exposed)]:
                yield span, rects


class VariableMarks:
    """The spans of the visible paragraphs of one field."""

    def __init__(self, field: MeasuredField, theme: Theme) -> None:
        self._field = field
        self._theme = theme
        self._seen: list[_Seen] = []
        self._state: tuple[object, ...] = ()
        self._size = QSize()

    def forget(self) -> None:
        """Drop all cached spans, after a change of fonts or colours."""
        self._seen, self._state, self._size = [], (), QSize()
        self._field.setExtraSelections([])

    def refresh(self, state: tuple[object, ...], size: QSize) -> None:
        """Scan the visible paragraphs, unless `state` and `size` of the view are unchanged since the last scan."""
        if (state, size) == (self._state, self._size):
            return
        before = {seen.text: seen for seen in self._seen} if size == self._size else {}
        now = [self._look(block, before) for block in self._field.visible_blocks()]
        kept = [seen for seen in now if seen.spans]
        if [seen.cursors for seen in kept] != [seen.cursors for seen in self._seen]:
            self._color(kept)
        self._seen, self._state, self._size = kept, state, size

    def under(self, painter: QPainter, exposed: QRectF) -> None:
        """Paint below the text."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("violet_soft"))
        for _, rects in self._exposed(exposed, _CHIPS):
            for rect in rects:
                painter.drawRoundedRect(rect.adjusted(-1, 0, 1, 0), _RADIUS, _RADIUS)

    def over(self, painter: QPainter, exposed: QRectF) -> None:
        """Paint above the text."""
        painter.setPen(QPen(self._theme.color("warn"), 1))
        painter.setFont(self._field.font())
        for span, rects in self._exposed(exposed, _ODD):
            for rect in rects[:1]:
                self._mark(painter, span, rect)

    def describe(self, point: QPoint) -> str:
        """Return the name of the unusual character under `point`, "" for none."""
        for span, rects in self._exposed(QRectF(self._field.viewport().rect()), _ODD):
            if any(rect.adjusted(-3, 0, 3, 0).contains(QPointF(point)) for rect in rects):
                return _names_of(from_document(span.text))
        return ""

    def _look(self, block: QTextBlock, before: dict[str, _Seen]) -> _Seen:
        text = block.text()
        known = before.get(text)
        found = _settled(block, known.spans if known else spans(text))
        places = known.places if known and known.spans == found else {}
        chips = self._chips(block, found)
        if known and known.still(block, chips):
            return _Seen(block, text, found, chips, known.cursors, places)
        position, cursors = block.position(), []
        for span in chips:
            cursor = QTextCursor(block)
            cursor.setPosition(position + span.start)
            cursor.setPosition(position + span.start + span.length, QTextCursor.MoveMode.KeepAnchor)
            cursors.append(cursor)
        return _Seen(block, text, found, chips, tuple(cursors), places)

    def _chips(self, block: QTextBlock, found: tuple[TemplateSpan, ...]) -> tuple[TemplateSpan, ...]:
        """Return the coloured spans on visible lines; every selection costs time on every line of a block."""
        if not found:
            return ()
        view = QRectF(self._field.viewport().rect())
        first, last = _between(block, view.translated(-self._field.block_rect(block).topLeft()))
        return tuple(
            span for span in found if span.kind in _CHIPS and span.start <= last and span.start + span.length >= first
        )

    def _color(self, seen: list[_Seen]) -> None:
        """Colour the text by extra selections, which apply at paint time and do not change the layout."""
        ink = self._theme.color("violet")
        chosen = []
        for one in seen:
            for cursor in one.cursors:
                selection = QTextEdit.ExtraSelection()
                selection.cursor = cursor
                selection.format = QTextCharFormat()
                selection.format.setForeground(ink)
                chosen.append(selection)
        self._field.setExtraSelections(chosen)

    def _mark(self, painter: QPainter, span: TemplateSpan, rect: QRectF) -> None:
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
            if span.kind == "stand_in":
                # No font has a glyph for it. Hiding the box with a selection would make Qt search all fonts for each
                # one.
                painter.fillRect(rect.adjusted(-1, 0, 1, 0), self._theme.color("warn_soft"))
            room = rect.adjusted(-4, 0, 4, 0) if span.kind == "stand_in" else rect.adjusted(2, 0, 40, 0)
            align = Qt.AlignmentFlag.AlignCenter if span.kind == "stand_in" else Qt.AlignmentFlag.AlignLeft
            painter.drawText(room, align, GLYPHS[span.text])

    def _exposed(self, exposed: QRectF, kinds: Container[str]) -> Iterator[tuple[TemplateSpan, list[QRectF]]]:
        for seen in self._seen:
            corner = self._field.block_rect(seen.block).topLeft()
            for span, places in seen.meeting(exposed.translated(-corner)):
                if span.kind in kinds:
                    yield span, [place.translated(corner) for place in places]


def name_of(character: str) -> str:
    """Return the code point and Unicode name of a character."""
    code = f"U+{ord(character):04X}"
    controls = {"\r": "carriage return", "\0": "null", "\x1b": "escape", "\x7f": "delete"}
    name = controls.get(character) or unicodedata.name(character, "control character").lower()
    return f"{code} {name}"


def _names_of(characters: str) -> str:
    more = len(characters) - 1
    return (
        name_of(characters[0])
        + (f" and {more:,} more hidden characters" if more > 1 else "")
        + (f" and {name_of(characters[1])}" if more == 1 else "")
    )


def _between(block: QTextBlock, exposed: QRectF) -> tuple[int, int]:
    """Return the first and last position on the lines of `block` that overlap `exposed`; (0, -1) for none."""
    layout = block.layout()
    count = layout.lineCount()
    first = bisect_left(range(count), exposed.top(), key=lambda i: layout.lineAt(i).y() + layout.lineAt(i).height())
    last = bisect_right(range(count), exposed.bottom(), key=lambda i: layout.lineAt(i).y()) - 1
    if first >= count or last < first:
        return 0, -1
    end = layout.lineAt(last)
    return layout.lineAt(first).textStart(), end.textStart() + end.textLength()


def _settled(block: QTextBlock, found: tuple[TemplateSpan, ...]) -> tuple[TemplateSpan, ...]:
    """Leave out spans after text composed by an input method, because their positions are not final."""
    layout = block.layout()
    if not found or not layout.preeditAreaText():
        return found
    return tuple(span for span in found if span.start + span.length <= layout.preeditAreaPosition())


def _places(block: QTextBlock, span: TemplateSpan) -> tuple[QRectF, ...]:
    return places(block, span.start, span.length)


def places(block: QTextBlock, start: int, length: int) -> tuple[QRectF, ...]:
    """Return the rectangles of a range of a paragraph within it, one per line; UTF-16 units of the paragraph."""
    layout = block.layout()
    found: list[QRectF] = []
    position, end = start, start + length
    while position < end:
        line = layout.lineForTextPosition(position)
        stop = min(end, line.textStart() + line.textLength()) if line.isValid() else position
        if line.isValid():
            first, last = cursor_x(line, position), cursor_x(line, stop)
            found.append(QRectF(min(first, last), line.y(), abs(last - first), line.height()))
        if stop <= position:
            break
        position = stop
    return tuple(found)


def _meets(place: QRectF, exposed: QRectF) -> bool:
    """Whether the lines of both overlap; marks are wider than their characters, which may have no width."""
    return place.top() <= exposed.bottom() and place.bottom() >= exposed.top()


def cursor_x(line: QTextLine, position: int, edge: QTextLine.Edge = QTextLine.Edge.Leading) -> float:
    """Return the x coordinate of a position in a line, in pixels."""
    found: object = line.cursorToX(position, edge)
    # Depending on its version, PySide returns the coordinate alone or with the cursor position.
    return float(found[0] if isinstance(found, tuple) else found)  # type: ignore[arg-type]
