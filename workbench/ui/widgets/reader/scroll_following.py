"""Automatic scrolling to the end of a growing text.

Invariant: text being read never moves. New text is followed only while the end is in view; scrolling up stops that
until the reader is back at the end. After its width or font changed, Qt lays out a long text in steps, and its height
is too small meanwhile. The scroll bar change caused by this does not count as scrolling, and the position is restored
once the text reaches it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar


class ScrollFollowing(QObject):
    """Manages the vertical scroll bar of `view`; `at_end` returns whether the end of its text is visible."""

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
        """Whether the next value change results from a shortened range."""
        self._lost: int | None = None
        """The bar's value before that, to be restored."""
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
        """Whether more text is expected."""
        return self._is_streaming

    def set(self, on: bool) -> None:
        """Start or stop following."""
        if on != self._is_on:
            self._is_on = on
            self.changed.emit(on)

    def stream(self, streaming: bool) -> bool:
        """Set whether more text is expected; a stream is followed from its start. Returns whether that changed."""
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
        """Scroll to a value without treating it as scrolling by the reader."""
        outer, self._is_writing, self._lost = self._is_writing, True, None
        self._bar.setValue(value)
        self._is_writing = outer

    def look(self) -> None:
        """Follow if and only if the end is in view."""
        self.set(self._at_end())

    @contextmanager
    def writing(self, *, is_more: bool = True) -> Iterator[None]:
        """Keep the reading position, or follow the end, during changes of the text.

        With `is_more` False only the appearance changes; then the end is followed only while streaming.
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
        """Keep following a followed stream while the view is resized.

        This includes a stream that has just ended: the message about a failure takes space below its last line.
        """
        is_lower = event.size().height() < event.oldSize().height() and self._bar.value() > 0
        followed = self._is_on and (self._is_streaming or is_lower)
        yield
        if followed:
            self.go_to_end()

    def _ranged(self, _: int, high: int) -> None:
        """Handle a new range, which Qt reports before it clamps the value."""
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
