"""The outline of a text range.

Invariant: only visible lines are processed, so the cost does not depend on the length of the range.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainterPath, QTextBlock, QTextLine
from PySide6.QtWidgets import QPlainTextEdit

from workbench.ui.editor.marks import cursor_x

_TO_THE_LEFT = frozenset({"R", "AL", "AN"})
_ROOM = 1.5
"""Pixels between the text and the frame at the left and right."""


def outline(view: QPlainTextEdit, start: int, end: int) -> QPainterPath:
    """Return the outline, in viewport coordinates, of the visible part of the text between two positions."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    block, bottom = view.firstVisibleBlock(), view.viewport().height()
    top = view.blockBoundingGeometry(block).translated(view.contentOffset()).top()
    while block.isValid() and top <= bottom and block.position() < end:
        if block.position() + block.length() > start:
            for at in range(block.layout().lineCount()):
                for rect in _parts(block, block.layout().lineAt(at), start, end):
                    path.addRect(rect.translated(view.contentOffset().x(), top))
        top += view.blockBoundingRect(block).height()
        block = block.next()
    return path.simplified()


def _parts(block: QTextBlock, line: QTextLine, start: int, end: int) -> Iterator[QRectF]:
    """Yield the rectangles of the range in a line, relative to the paragraph."""
    first = max(start - block.position(), line.textStart())
    last = min(end - block.position(), line.textStart() + line.textLength())
    if last <= first:
        return
    text = block.text()[line.textStart() : line.textStart() + line.textLength()]
    if text.isascii() or not any(unicodedata.bidirectional(character) in _TO_THE_LEFT for character in text):
        edges = [(cursor_x(line, first), cursor_x(line, last))]
    else:
        # In bidirectional text, one logical range may be several visual ones.
        trailing = QTextLine.Edge.Trailing
        edges = [(cursor_x(line, at), cursor_x(line, at, trailing)) for at in range(first, last)]
    for one, other in edges:
        yield QRectF(min(one, other) - _ROOM, line.y(), abs(other - one) + 2 * _ROOM, line.height())
