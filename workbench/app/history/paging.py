"""A search read again as deep as it was read before, so that runs that are gone are gone wherever they stood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from workbench.core.search.results import HistoryRow, SearchCursor
from workbench.usecases.searcher import SearchPage

Search = Callable[[SearchCursor | None], SearchPage]
"""Returns the page behind a place; blocks."""


class HistoryTablePage(NamedTuple):
    """Where a page begins, how many rows it has, and these; none where nobody looks."""

    after: SearchCursor | None
    size: int
    rows: tuple[HistoryRow, ...]


class PagedRows(NamedTuple):
    """What the first page found, all pages from the top, and what lies behind them (None for nothing)."""

    first: SearchPage
    pages: tuple[HistoryTablePage, ...]
    next: SearchCursor | None


def walk(search: Search, count: int, wanted: Sequence[range]) -> PagedRows:
    """Read pages until there are `count` rows or no more; keep those rows that stand on `wanted` places, or near.

    Raises what `search` raises.
    """
    first = found = search(None)
    pages: list[HistoryTablePage] = []
    after, begin = None, 0
    while True:
        rows = found.page.rows
        if rows:
            # What is gone above moves what is looked at up, by less than a page where few are.
            near = range(begin - len(rows), begin + 2 * len(rows))
            is_wanted = any(near.start < places.stop and places.start < near.stop for places in wanted)
            pages.append(HistoryTablePage(after, len(rows), rows if is_wanted or not pages else ()))
        after, begin = found.page.next, begin + len(rows)
        if after is None or begin >= count:
            return PagedRows(first, tuple(pages), after)
        found = search(after)
