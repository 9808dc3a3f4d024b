"""Column widths: equal, or by content.

Invariant: widths by content are not measured again while any lane streams, so that no column moves with every word.
Changing a width keeps the scroll positions.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from workbench.ui.features.lanes.column import minimum_width
from workbench.ui.features.lanes.lane_slot import LaneSlot
from workbench.ui.features.lanes.row_end import RowEnd
from workbench.ui.widgets.reader.answer import MARGIN
from workbench.ui.widgets.reader.page import ReadingPage
from workbench.ui.widgets.theme import Theme
from workbench.ui.widgets.wording import is_running

MOST_CHARACTERS = 72
"""Maximum line length; longer lines read badly and are wrapped."""
_LOOKED_AT = 100_000
_MEASURED = 8
_BESIDE_TEXT = 2 * MARGIN + 18
"""Pixels of margins and scroll bar."""


def shares(needs: Sequence[int], room: int, least: int, most: int) -> list[int]:
    """Return column widths (px) between `least` and `most` for the given needs; the rest of `room` is distributed.

    If the columns do not fit, the widths add up to more than `room`.
    """
    widths = [max(least, min(need, most)) for need in needs]
    left = room - sum(widths)
    if widths and left > 0:
        each, odd = divmod(left, len(widths))
        widths = [width + each + (index < odd) for index, width in enumerate(widths)]
    return widths


def need(text: str, metrics: QFontMetrics) -> int:
    """Return the width (px) of the longest line of a text, up to `MOST_CHARACTERS`."""
    lines = heapq.nlargest(_MEASURED, text[:_LOOKED_AT].split("\n"), key=len)
    return max((metrics.horizontalAdvance(line[: 2 * MOST_CHARACTERS]) for line in lines), default=0) + _BESIDE_TEXT


class ColumnWidths(QObject):
    """Sets the widths of a row's columns. `is_alone` returns whether one lane has the full width."""

    def __init__(
        self,
        theme: Theme,
        area: QScrollArea,
        row: QWidget,
        end: RowEnd,
        seats: Callable[[], Sequence[LaneSlot]],
        is_alone: Callable[[], bool],
    ) -> None:
        super().__init__(area)
        layout = row.layout()
        assert isinstance(layout, QHBoxLayout)
        self._theme, self._area, self._row, self._layout, self._end = theme, area, row, layout, end
        self._seats, self._is_alone = seats, is_alone
        self.by_content = False
        self._needs: dict[str, int] = {}
        self._texts: dict[str, str] = {}
        self._given: tuple[int, ...] = ()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.arrange)
        theme.changed.connect(self._restyle)

    def turn(self, by_content: bool) -> None:
        """Switch between widths by content and equal widths."""
        self.by_content = by_content
        self.arrange()

    def soon(self) -> None:
        """Schedule one `arrange` after the current turn of the event loop."""
        if self.by_content:
            self._later.start()

    def arrange(self) -> None:
        """Set the width of every column."""
        seats = self._seats()
        self._fit_end(len(seats))
        widths: tuple[int, ...] = ()
        if self.by_content and seats and not self._is_alone():
            self._measure(seats)
            widths = tuple(shares([self._needs.get(s.slot, 0) for s in seats], self._room(), *self._limits()))
        if widths == self._given and all(self._layout.stretch(i) == width for i, width in enumerate(widths)):
            return
        self._given = widths
        with _kept_places(seats):
            self._row.setMinimumWidth(sum(widths) + self._end.room if widths else 0)
            for index in range(len(seats)):
                self._layout.setStretch(index, widths[index] if widths else 1)
            # The area would do this in a later turn of the event loop, after the scroll positions are restored.
            least = self._row.minimumWidth() or self._layout.minimumSize().width()
            self._row.resize(max(self._area.viewport().width(), least), self._row.height())
            self._layout.activate()

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield the left and right edges of the columns (px), predicted for those not laid out yet."""
        seats = self._seats()
        count = max(1, len(seats))
        if self._is_alone():
            widths: Sequence[int] = [max(1, self._area.viewport().width() // count)] * count
        elif len(self._given) == len(seats):
            widths = self._given
        else:
            least = max((seat.widget.minimumWidth() for seat in seats[:1]), default=1)
            widths = [max(least, self._room() // count, 1)] * count
        left = 0
        for width in widths[: len(seats)]:
            yield left, left + width
            left += width

    def _measure(self, seats: Sequence[LaneSlot]) -> None:
        slots = {seat.slot for seat in seats}
        self._needs = {slot: width for slot, width in self._needs.items() if slot in slots}
        self._texts = {slot: text for slot, text in self._texts.items() if slot in slots}
        if not any(is_running(seat.status) for seat in seats):
            metrics = QFontMetrics(self._theme.font())
            for seat in seats:
                text = seat.text()
                if text and self._texts.get(seat.slot) != text:
                    self._needs[seat.slot], self._texts[seat.slot] = need(text, metrics), text

    def _fit_end(self, count: int) -> None:
        """Switch the controls behind the columns to their narrow layout if that makes all columns fit."""
        room = self._area.viewport().width() - count * minimum_width(self._row, self._theme)
        fits = {less: self._end.room_for(less=less) <= room for less in (False, True)}
        self._end.say_less(fits[True] and not fits[False] and not self._is_alone())

    def _restyle(self) -> None:
        self._texts = {}
        self._later.start()

    def _room(self) -> int:
        return self._area.viewport().width() - self._end.room

    def _limits(self) -> tuple[int, int]:
        least = minimum_width(self._row, self._theme)
        most = QFontMetrics(self._theme.font()).averageCharWidth() * MOST_CHARACTERS + _BESIDE_TEXT
        return least, max(least, most)


@contextmanager
def _kept_places(seats: Sequence[LaneSlot]) -> Iterator[None]:
    """Preserve the first visible line of every answer, except for a stream that scrolls to its end."""
    pages: list[tuple[ReadingPage, int]] = [
        (page, page.place())
        for seat in seats
        if seat.built is not None
        and not (page := seat.built.reading.page).has_selection()
        and not (page.is_following and is_running(seat.status))
    ]
    yield
    for page, place in pages:
        if place > 0:
            page.set_place(place)
