"""Pages of a search."""

from __future__ import annotations

from datetime import UTC

from tests.filters import parse
from workbench.core.search.date_values import stored_moment
from workbench.core.search.query import SearchQuery
from workbench.core.search.results import HistoryPage, Order, SearchCursor
from workbench.store import Store


def moment(text: str) -> str:
    return stored_moment(text, "2026-11-24T12:00:00.000Z", UTC)


def page(store: Store, query: SearchQuery | str, **more: object) -> HistoryPage:
    read = parse(query).query if isinstance(query, str) else query
    return store.searches.page(read, moment, **more)  # type: ignore[arg-type]


def uids(found: HistoryPage) -> list[str]:
    return [row.row.run_uid for row in found.rows]


def every(store: Store, query: SearchQuery | str, limit: int = 7, order: Order = "newest") -> list[str]:
    """Return all results, page by page."""
    found: list[str] = []
    after: SearchCursor | None = None
    while True:
        one = page(store, query, after=after, limit=limit, order=order)
        found += uids(one)
        assert len(one.rows) <= limit
        after = one.next
        if after is None:
            return found
