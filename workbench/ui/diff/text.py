"""Changed text to read, with a way from change to change.

Invariant: what is copied is the new text of the selection (the old one on a side of its own), exactly; what was removed
is for the eye only. The change that is looked at is selected, and keeps the colours of what came and went. Long texts
are put into the document in slices, so that the window never waits for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QBrush, QFont, QPainter, QPaintEvent, QPen, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QWidget

from workbench.core.diff import TextDiff
from workbench.ui.diff.outline import outline
from workbench.ui.lanes.answer import AnswerView
from workbench.ui.lanes.shown import for_clipboard
from workbench.ui.theme import Theme

_SLICE = 12_000
_PIECES = 400
"""Pieces at a time: each has a format of its own, which costs more than its letters."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece as it is shown: `kind` is same, removed, added, declined (an addition that a person left), heading, or
    filler, which keeps two sides level and is no text.

    `change` numbers its change, or is -1.
    """

    kind: str
    text: str
    change: int = -1


def runs_of(diff: TextDiff, first: int = 0) -> Iterator[Run]:
    """Yield a text diff as it is shown; its changes are numbered from `first`."""
    for piece in diff.pieces():
        yield Run(piece.kind, piece.text, piece.hunk + first if piece.hunk >= 0 else -1)


class DiffView(AnswerView):
    """Read-only text in which changes are marked. `current_changed(change, count)`: the change that is looked at."""

    current_changed = Signal(int, int)

    def __init__(self, theme: Theme, *, mono: bool = False, old: bool = False, parent: QWidget | None = None) -> None:
        """`old`: show and copy the text as it was before the changes."""
        super().__init__(theme, mono=mono, parent=parent)
        self._ghosts = {"filler"} if old else {"filler", "removed", "declined"}
        self._runs: tuple[Run, ...] = ()
        self._queue: deque[Run] = deque()
        self._removed: list[tuple[int, int]] = []
        self._places: dict[int, tuple[int, int]] = {}
        self._count = 0
        self._current = -1
        self._formats: dict[str, QTextCharFormat] = {}
        self.setAccessibleName("Changes")
        theme.changed.connect(self._show_again)

    @property
    def count(self) -> int:
        """How many changes there are."""
        return self._count

    @property
    def current(self) -> int:
        """The change that is looked at, -1 for none yet."""
        return self._current

    @property
    def is_complete(self) -> bool:
        """Whether everything is in the document."""
        return not self._queue

    def show_diff(self, diff: TextDiff) -> None:
        """Show one text diff."""
        self.show_runs(runs_of(diff))

    def show_runs(self, runs: Iterable[Run], count: int | None = None) -> None:
        """Show pieces in order, from the beginning. `count`: changes in all, where some have nothing to show here."""
        self._runs = tuple(runs)
        self._count = 1 + max((run.change for run in self._runs), default=-1) if count is None else count
        self._show_again()

    def next_change(self, step: int = 1) -> None:
        """Select the next change, or with -1 the previous one; from the last on it begins anew."""
        if not self._count:
            return
        if self._current < 0:
            wanted = 0 if step > 0 else self._count - 1
        else:
            wanted = (self._current + step) % self._count
        self.go_to(wanted)

    def go_to(self, change: int) -> None:
        """Select a change and bring it into view."""
        while change not in self._places and self._queue:
            self._insert_slice()
        place = self._places.get(change)
        self._current = change
        self.viewport().update()  # the frame is wider than the text
        if place is None:
            self.current_changed.emit(change, self._count)
            return
        cursor = QTextCursor(self.document())
        cursor.setPosition(place[1])
        cursor.setPosition(place[0], QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.centerCursor()
        self.current_changed.emit(change, self._count)

    def createMimeDataFromSelection(self) -> QMimeData:
        cursor = self.textCursor()
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        parts: list[str] = []
        for gone_from, gone_to in self._removed:
            if gone_to <= start or gone_from >= end:
                continue
            if gone_from > start:
                parts.append(self._shown.exact(start, gone_from))
            start = min(gone_to, end)
        if start < end:
            parts.append(self._shown.exact(start, end))
        data = QMimeData()
        data.setText(for_clipboard("".join(parts)))
        return data

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        place = self._places.get(self._current)
        if place is not None:
            with QPainter(self.viewport()) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(self._theme.color("accent"), 1.5))
                painter.drawPath(outline(self, *place))

    def _restyle(self) -> None:
        super()._restyle()
        palette = self.palette()
        palette.setBrush(palette.ColorRole.Highlight, self._theme.color("selected"))
        # Without a colour of its own what is selected keeps red and green.
        palette.setBrush(palette.ColorRole.HighlightedText, QBrush(Qt.BrushStyle.NoBrush))
        self.setPalette(palette)

    def _show_again(self) -> None:
        self._formats = {
            kind: self._format(kind) for kind in ("same", "removed", "added", "declined", "heading", "filler")
        }
        self._queue.clear()
        self._removed, self._places, self._current = [], {}, -1
        self.set_text("")
        for run in self._runs:
            for at in range(0, len(run.text), _SLICE):
                self._queue.append(Run(run.kind, run.text[at : at + _SLICE], run.change))
        if self._insert_slice():
            self._turns.ask(self, self._insert_slice)
        self.setTextCursor(QTextCursor(self.document()))

    def _insert_slice(self) -> bool:
        self.following.set(False)
        length = pieces = 0
        while self._queue and length < _SLICE and pieces < _PIECES:
            run = self._queue.popleft()
            start = self._tail.position()
            self._tail.setCharFormat(self._formats[run.kind])
            self._insert(run.text)
            end = self._tail.position()
            if run.kind in self._ghosts:
                self._removed.append((start, end))
            if run.change >= 0:
                self._places[run.change] = (self._places.get(run.change, (start, end))[0], end)
            length += len(run.text)
            pieces += 1
        return bool(self._queue)

    def _format(self, kind: str) -> QTextCharFormat:
        made = QTextCharFormat()
        color = self._theme.color
        if kind == "removed":
            made.setFontStrikeOut(True)
            made.setForeground(color("red"))
            made.setBackground(color("red_soft"))
        elif kind == "added":
            made.setFontUnderline(True)
            made.setForeground(color("green"))
            made.setBackground(color("green_soft"))
        elif kind == "declined":
            made.setFontStrikeOut(True)
            made.setForeground(color("muted"))
        elif kind == "heading":
            made.setFontWeight(QFont.Weight.DemiBold)
            made.setForeground(color("muted"))
        return made
