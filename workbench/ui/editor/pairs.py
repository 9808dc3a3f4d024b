"""Matching brackets and tags at the caret.

Invariant: pure except for the layer; at most `REACH` characters on each side are searched, so the cost of a caret move
does not depend on the length of the text. Positions are code points.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPen

from workbench.ui.editor.exact_text import units
from workbench.ui.editor.marks import places
from workbench.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from workbench.ui.editor.field import ExactField

REACH = 20_000
Span = tuple[int, int]
"""Start and end."""
_OPENS = {"(": ")", "[": "]", "{": "}"}
_CLOSES = {closing: opening for opening, closing in _OPENS.items()}
_TAG = re.compile(r"<(/?)([^\W\d][\w:.-]*)(?:\s[^<>]*?)?(/?)>")


def pair_at(text: str, caret: int) -> tuple[Span, Span] | None:
    """Return the bracket or tag next to or around `caret`, and its partner; None if there is none."""
    for position in (caret - 1, caret):
        if 0 <= position < len(text) and text[position] in (*_OPENS, *_CLOSES):
            partner = _partner(text, position)
            return None if partner is None else ((position, position + 1), (partner, partner + 1))
    return _tags(text, caret)


def _partner(text: str, position: int) -> int | None:
    mine = text[position]
    forward = mine in _OPENS
    other = _OPENS[mine] if forward else _CLOSES[mine]
    both = re.compile(f"[{re.escape(mine + other)}]")
    depth = 0
    if forward:
        found = [match.start() for match in both.finditer(text, position)]
    else:
        found = [match.start() for match in both.finditer(text, 0, position + 1)][::-1]
    for at in found:
        depth += 1 if text[at] == mine else -1
        if depth == 0:
            return at
    return None


def _tags(text: str, caret: int) -> tuple[Span, Span] | None:
    if not _is_in_tag(text, caret):
        return None
    tags = [match for match in _TAG.finditer(text) if not match[3]]
    mine = next((index for index, tag in enumerate(tags) if tag.start() <= caret <= tag.end()), None)
    if mine is None:
        return None
    name, closes = tags[mine][2], bool(tags[mine][1])
    depth = 0
    for tag in tags[mine::-1] if closes else tags[mine:]:
        if tag[2] == name:
            depth += 1 if bool(tag[1]) == closes else -1
            if depth == 0:
                return tags[mine].span(), tag.span()
    return None


def _is_in_tag(text: str, caret: int) -> bool:
    """Whether `caret` is in or next to a tag; decided by the nearest "<", since a tag contains no other."""
    starts = (text.rfind("<", 0, caret + 1), text.rfind("<", 0, caret))
    found = (_TAG.match(text, start) for start in starts if start >= 0)
    return any(tag is not None and not tag[3] and caret <= tag.end() for tag in found)


class BracketPairs(QObject):
    """Frames the pair at the caret of one field while it has the focus."""

    def __init__(self, field: ExactField, theme: Theme) -> None:
        super().__init__(field)
        self._field, self._theme = field, theme
        self._spans: tuple[Span, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._look)
        field.cursorPositionChanged.connect(self._timer.start)
        field.focus_changed.connect(self._timer.start)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The framed ranges, in UTF-16 units of the text."""
        return self._spans

    def _look(self) -> None:
        caret = self._field.caret()
        spans: tuple[Span, ...] = ()
        if self._field.hasFocus() and not self._field.textCursor().hasSelection():
            start = max(0, caret - REACH)
            before, behind = self._field.record.around(caret, REACH)
            window = before + behind
            pair = pair_at(window, len(before))
            spans = tuple((start + units(window[:a]), start + units(window[:b])) for a, b in pair or ())
        if spans != self._spans:
            self._spans = spans
            self._field.viewport().update()

    # Layer protocol

    def prepare(self) -> None:
        pass

    def under(self, painter: QPainter, exposed: QRectF) -> None:
        if not self._spans:
            return
        painter.setPen(QPen(self._theme.color("muted"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        record = self._field.record
        for block in self._field.visible_blocks():
            begin = record.plain(block.position())
            corner = self._field.block_rect(block).topLeft()
            for start, end in self._spans:
                first, last = max(start - begin, 0), min(end - begin, block.length() - 1)
                for place in places(block, first, last - first) if first < last else ():
                    painter.drawRect(place.translated(corner).adjusted(-0.5, 1, 0.5, -1))
        painter.setPen(Qt.PenStyle.NoPen)
