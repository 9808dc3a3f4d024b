"""Text with marked changes, and navigation between them.

Invariant: copying yields exactly the new text of the selection (in a view of the `old` side, the old text); removed
text is only displayed. The current change is selected and keeps the colours of removed and added text. Long texts are
inserted in slices, so that the UI thread is not blocked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QBrush, QFont, QPainter, QPaintEvent, QPen, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QWidget

from workbench.core.content_diff import PartDiff
from workbench.core.diff import TextDiff
from workbench.ui.editor.exact_text import encodable, text_data
from workbench.ui.widgets.diff.outline import outline
from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.theme import Theme

SLICE = 12_000
PIECES = 60
"""Characters and runs per slice: each run has its own format, which costs more than its characters."""


@dataclass(frozen=True, slots=True)
class DiffRun:
    """A run of displayed text: `kind` is same, removed, added, declined (a rejected addition), heading, or filler,
    which aligns two sides and is not text.

    `change` is the number of its change, or -1.
    """

    kind: str
    text: str
    change: int = -1


def runs_of(diff: TextDiff, first: int = 0) -> Iterator[DiffRun]:
    """Yield the runs of a text diff, its changes numbered from `first`."""
    for piece in diff.pieces():
        yield DiffRun(piece.kind, piece.text, piece.hunk + first if piece.hunk >= 0 else -1)


class DiffView(AnswerView):
    """Read-only text with marked changes. `current_changed(change, count)` reports the current one."""

    current_changed = Signal(int, int)

    def __init__(self, theme: Theme, *, mono: bool = False, old: bool = False, parent: QWidget | None = None) -> None:
        """`old`: show and copy the text before the changes."""
        super().__init__(theme, mono=mono, parent=parent)
        self._ghosts = {"filler"} if old else {"filler", "removed", "declined"}
        self._runs: Callable[[], Iterable[DiffRun]] = tuple
        self._rest: Iterator[DiffRun] = iter(())
        self._next: DiffRun | None = None
        self._wanted = -1
        self._removed: list[tuple[int, int]] = []
        self._places: dict[int, tuple[int, int]] = {}
        self._count = 0
        self._current = -1
        self._formats: dict[str, QTextCharFormat] = {}
        self.setAccessibleName("Changes")
        self.following.moved.connect(self._stay)
        # AnswerView's restyle would lay out a long text that is rewritten right afterwards.
        theme.changed.disconnect(self._restyle)
        theme.changed.connect(self._dress_again)

    @property
    def count(self) -> int:
        """Number of changes."""
        return self._count

    @property
    def current(self) -> int:
        """Number of the current change, -1 for none yet."""
        return self._current

    @property
    def is_complete(self) -> bool:
        """Whether everything has been inserted."""
        return self._next is None

    def show_diff(self, diff: TextDiff) -> None:
        """Show one text diff."""
        self.show_made(lambda: runs_of(diff), len(diff.hunks))

    def show_runs(self, runs: Iterable[DiffRun], count: int | None = None) -> None:
        """Show runs from the beginning. `count`: all changes, including those without a run here."""
        known = tuple(runs)
        self.show_made(lambda: known, 1 + max((run.change for run in known), default=-1) if count is None else count)

    def show_made(self, make: Callable[[], Iterable[DiffRun]], count: int) -> None:
        """Show runs from a factory, which is called again when the colours change; `count`: all changes."""
        self._runs, self._count = make, count
        self._clear_runs()
        self._begin()

    def next_change(self, step: int = 1) -> None:
        """Select the next change, or with -1 the previous one; wraps around."""
        if not self._count:
            return
        if self._current < 0:
            wanted = 0 if step > 0 else self._count - 1
        else:
            wanted = (self._current + step) % self._count
        self.go_to(wanted)

    def go_to(self, change: int) -> None:
        """Select a change and scroll to it once it has been inserted."""
        self._current = self._wanted = change
        self.viewport().update()  # the frame is wider than the text
        self._go_to_wanted()
        self.current_changed.emit(change, self._count)

    def _go_to_wanted(self) -> None:
        place = self._places.get(self._wanted)
        if place is None or (self._next is not None and self._next.change == self._wanted):
            return
        self._wanted = -1
        cursor = QTextCursor(self.document())
        cursor.setPosition(place[1])
        cursor.setPosition(place[0], QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.centerCursor()

    def _stay(self) -> None:
        self._wanted = -1

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
        return text_data(encodable("".join(parts)))

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
        # Without a brush for highlighted text, the selection keeps its red and green.
        palette.setBrush(palette.ColorRole.HighlightedText, QBrush(Qt.BrushStyle.NoBrush))
        self.setPalette(palette)

    def _dress_again(self) -> None:
        current, bar = self._current, self.verticalScrollBar()
        place = bar.value()
        self._clear_runs()
        self._restyle()
        self._begin()
        if current >= 0:
            self.go_to(current)
        if self.is_complete:
            bar.setValue(place)

    def _clear_runs(self) -> None:
        self._next, self._current, self._wanted = None, -1, -1
        self._removed, self._places = [], {}
        self.set_text("")

    def _begin(self) -> None:
        self._formats = {
            kind: self._format(kind) for kind in ("same", "removed", "added", "declined", "heading", "filler")
        }
        self._rest = _short(self._runs())
        self._next = next(self._rest, None)
        if self._insert_slice():
            self._turns.ask(self, self._insert_slice)
        self.setTextCursor(QTextCursor(self.document()))

    def _insert_slice(self) -> bool:
        self.following.set(False)
        length = pieces = 0
        while self._next is not None and length < SLICE and pieces < PIECES:
            run = self._next
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
            self._next = next(self._rest, None)
        if self._wanted >= 0:
            self._go_to_wanted()
        return self._next is not None

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


def _short(runs: Iterable[DiffRun]) -> Iterator[DiffRun]:
    """Yield the runs split into pieces of at most `SLICE` characters."""
    for run in runs:
        for at in range(0, len(run.text), SLICE):
            yield DiffRun(run.kind, run.text[at : at + SLICE], run.change)


_STATES = {"same": "unchanged", "changed": "changed", "added": "added", "removed": "removed", "moved": "moved"}


def part_runs(parts: Sequence[PartDiff], *, unchanged: bool) -> Iterator[DiffRun]:
    """Yield the runs of the parts in order, each part under its title."""
    first = 0
    for part in parts:
        if part.state == "same" and not unchanged:
            continue
        yield DiffRun("heading", f"{part.title} · {_STATES[part.state]}\n")
        yield from runs_of(part.diff, first)
        first += len(part.diff.hunks)
        yield DiffRun("same", "\n\n")
