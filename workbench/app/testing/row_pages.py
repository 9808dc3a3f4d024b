"""The rows of a grid in memory, page by page.

Invariant: where each page begins, and its cursor, are kept for all pages that were reached; the rows only of those used
last, as many as `_KEPT_CELLS` allow. Rows are numbered from 0 in the order of the query.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator

from workbench.core.testing.grid import GridRow

_KEPT_CELLS = 40_000
FEWEST_PAGES = 4
"""Pages that are kept however many cells they have, and at most wait to be read again."""


class RowPages:
    """`count` is the number of rows of all pages that were reached."""

    def __init__(self) -> None:
        self.count = 0
        self.stale: set[int] = set()
        """Pages in memory that are to be read again once they are shown."""
        self._starts: list[int] = []
        self._afters: list[str] = []
        self._pages: OrderedDict[int, list[GridRow]] = OrderedDict()
        self._missed: list[int] = []

    def append(self, after: str, rows: list[GridRow], page_cells: int) -> None:
        """Take the page behind the last one; `after` is the cursor with which it was read."""
        self._starts.append(self.count)
        self._afters.append(after)
        self.count += len(rows)
        self.keep(len(self._starts) - 1, rows, page_cells)

    def keep(self, number: int, rows: list[GridRow], page_cells: int) -> None:
        """Keep the rows of a page in memory; those used longest ago give way to pages of `page_cells` cells."""
        self._pages[number] = rows
        self._pages.move_to_end(number)
        most = max(FEWEST_PAGES, _KEPT_CELLS // max(1, page_cells))
        while len(self._pages) > most:
            gone, _ = self._pages.popitem(last=False)
            self.stale.discard(gone)

    def number_of(self, position: int) -> int:
        """Return the page of a row."""
        return bisect_right(self._starts, position) - 1

    def is_kept(self, number: int) -> bool:
        """Return whether the rows of a page are in memory."""
        return number in self._pages

    def row(self, position: int) -> GridRow | None:
        """Return a row in memory, and count its page as used; None for one that is not there."""
        number = self.number_of(position)
        if not 0 <= position < self.count or number not in self._pages:
            return None
        page, place = self._pages[number], position - self._starts[number]
        self._pages.move_to_end(number)
        return page[place] if place < len(page) else None

    def rows_of(self, number: int) -> list[GridRow] | None:
        """Return the rows of a page, None if they are not in memory."""
        return self._pages.get(number)

    def extent(self, number: int) -> tuple[int, int, str]:
        """Return the first row of a page, how many rows it had, and the cursor with which it is read."""
        start = self._starts[number]
        end = self._starts[number + 1] if number + 1 < len(self._starts) else self.count
        return start, end - start, self._afters[number]

    def in_memory(self) -> Iterator[tuple[int, GridRow]]:
        """Yield all rows in memory with their numbers."""
        for number, page in self._pages.items():
            for place, row in enumerate(page):
                yield self._starts[number] + place, row

    # Pages that are to be read again.

    def outdate(self) -> None:
        """Read every page in memory again once it is shown."""
        self.stale = set(self._pages)

    def want(self, number: int) -> None:
        """Read a page again. Of several, the last one wanted is read next, because the reader is there."""
        self.no_longer_wanted(number)
        self._missed.append(number)
        del self._missed[:-FEWEST_PAGES]

    def no_longer_wanted(self, number: int) -> None:
        """Forget that a page was wanted."""
        if number in self._missed:
            self._missed.remove(number)

    def next_wanted(self) -> int | None:
        """Take the page that is read next, None if none is wanted."""
        return self._missed.pop() if self._missed else None

    def give_up(self) -> None:
        """Forget which pages are to be read again."""
        self._missed.clear()
        self.stale.clear()
