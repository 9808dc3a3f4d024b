"""Repeats a search to the same depth, so that deleted runs disappear from all pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from workbench.core.search.results import HistoryRow, SearchCursor
from workbench.usecases.searcher import SearchPage

Search = Callable[[SearchCursor | None], SearchPage]
"""Returns the page behind a cursor; blocks."""


class HistoryTablePage(NamedTuple):
    """The cursor before a page, its number of rows, and the rows themselves if the page is needed in memory."""

    after: SearchCursor | None
    size: int
    rows: tuple[HistoryRow, ...]


class PagedRows(NamedTuple):
    """The first result, all pages from the top, and the cursor behind them (None at the end)."""

    first: SearchPage
    pages: tuple[HistoryTablePage, ...]
    next: SearchCursor | None


def walk(search: Search, count: int, wanted: Sequence[range]) -> PagedRows:
    """Read pages until there are `count` rows or no more; keep the rows at or near the positions in `wanted`.

    Raises what `search` raises.
    """
    first = found = search(None)
    pages: list[HistoryTablePage] = []
    after, begin = None, 0
    while True:
        rows = found.page.rows
        if rows:
            # Rows deleted above move the wanted rows up, by less than a page if they are few.
            near = range(begin - len(rows), begin + 2 * len(rows))
            is_wanted = any(near.start < places.stop and places.start < near.stop for places in wanted)
            pages.append(HistoryTablePage(after, len(rows), rows if is_wanted or not pages else ()))
        after, begin = found.page.next, begin + len(rows)
        if after is None or begin >= count:
            return PagedRows(first, tuple(pages), after)
        found = search(after)
