"""Whether the end of a text that grows is followed.

Invariant: what a person reads never moves. New text is followed only while the end is in view; who scrolls up stays
where they are until they come back to the end. Qt lays a long text out in steps after its width or font changed, and
for that time it is shorter than it is: that is no scrolling, and the place comes back with the text that it is in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar


class Following(QObject):
    """Looks after the vertical scroll bar of `view`; `at_end` says whether the end of its text can be seen."""

    changed = Signal(bool)
    """Whether new text is followed; False once the reader has scrolled up."""
    moved = Signal()
    """The reader scrolled."""

    def __init__(self, view: QAbstractScrollArea, at_end: Callable[[], bool]) -> None:
        super().__init__(view)
        self._view, self._at_end = view, at_end
        self._is_on = True
        self._is_streaming = self._is_writing = False
        self._is_cut = False
        """The value that is told next is one that a shorter text led to."""
        self._lost: int | None = None
        """Where the bar stood before that."""
        self._bar.rangeChanged.connect(self._ranged)
        self._bar.valueChanged.connect(self._scrolled)

    @property
    def _bar(self) -> QScrollBar:
        return self._view.verticalScrollBar()

    @property
    def is_on(self) -> bool:
        """Whether new text is followed."""
        return self._is_on

    @property
    def is_streaming(self) -> bool:
        """Whether more is to come."""
        return self._is_streaming

    def set(self, on: bool) -> None:
        """Follow from now on, or do not."""
        if on != self._is_on:
            self._is_on = on
            self.changed.emit(on)

    def stream(self, streaming: bool) -> bool:
        """Say whether more is to come; a stream is followed from its start. Returns whether that is news."""
        if streaming == self._is_streaming:
            return False
        self._is_streaming = streaming
        if streaming:
            self.go_to_end()
        return True

    def go_to_end(self) -> None:
        """Show the end and follow it."""
        self._lost = None
        self._bar.setValue(self._bar.maximum())
        self.set(True)

    def go_to(self, value: int) -> None:
        """Show a place that nobody scrolled to."""
        outer, self._is_writing, self._lost = self._is_writing, True, None
        self._bar.setValue(value)
        self._is_writing = outer

    def look(self) -> None:
        """Follow if the end is in view."""
        self.set(self._at_end())

    @contextmanager
    def writing(self, *, is_more: bool = True) -> Iterator[None]:
        """Change the text meanwhile: what is read stays in its place, or the end is followed.

        What is not `is_more` changes only the looks of what is there: then the end is followed in a stream alone.
        """
        value, outer, self._is_writing = self._bar.value(), self._is_writing, True
        self._lost = None
        try:
            yield
        finally:
            follows = self._is_on and (is_more or self._is_streaming)
            self._bar.setValue(self._bar.maximum() if follows else value)
            self._is_writing = outer

    @contextmanager
    def resizing(self, event: QResizeEvent) -> Iterator[None]:
        """Change the size of the view meanwhile; a stream that was followed still is.

        Also when it has just ended: what is said about a failure takes room below its last words.
        """
        is_lower = event.size().height() < event.oldSize().height() and self._bar.value() > 0
        followed = self._is_on and (self._is_streaming or is_lower)
        yield
        if followed:
            self.go_to_end()

    def _ranged(self, _: int, high: int) -> None:
        """Qt tells of another range before it takes the value there."""
        value = self._bar.value()
        if self._is_writing:
            return
        if value > high:
            self._is_cut = True
            self._lost = value if self._lost is None else self._lost
        elif self._lost is not None and value < (back := min(self._lost, high)):
            lost = self._lost
            self.go_to(back)
            self._lost = lost if back < lost else None

    def _scrolled(self) -> None:
        if self._is_cut:
            self._is_cut = False
        elif not self._is_writing:
            self._lost = None
            self.look()
            self.moved.emit()
