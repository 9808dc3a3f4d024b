"""Searching the history.

Invariant: a search reads and never writes, can be stopped at any time, and answers for one moment of the history.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager

from workbench.core.search.completion import Known
from workbench.core.search.query import SearchQuery
from workbench.core.search.results import HistoryPage, Order, SearchCursor
from workbench.store.errors import StoreError, failure
from workbench.store.search import search_index, search_pages
from workbench.store.search.fields import FIELDS
from workbench.store.search.saved_searches import SavedSearches
from workbench.store.search.search_plan import plan
from workbench.store.search.search_rows import rows_for
from workbench.store.sqlite import sqlite3

_LOOK_EVERY = 1000
_MOST_BEHIND = 10_000
_MOST_NAMES = 2000


class SearchStop:
    """A way to stop one search, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self.asked = False

    def stop(self) -> None:
        """Let the search end as soon as it can; before it began, it will not begin. Safe to repeat."""
        with self._lock:
            self.asked = True
            if self._connection is not None:
                self._connection.interrupt()

    def watch(self, connection: sqlite3.Connection | None) -> None:
        """Stop what runs on this connection from now on. Raises StoreError (interrupted) when it is asked already."""
        with self._lock:
            self._connection = connection
        if self.asked and connection is not None:
            raise failure("interrupted")


_FIND = {"newest": search_pages.newest, "oldest": search_pages.oldest, "best": search_pages.best}


class Searches:
    """What is asked of one history. Reads block and belong on worker threads."""

    def __init__(
        self,
        use: Callable[[], AbstractContextManager[sqlite3.Connection]],
        write: Callable[[Callable[[sqlite3.Connection], None]], Future[None]],
        indexer: search_index.Indexer,
    ) -> None:
        self._use, self._write, self._indexer = use, write, indexer
        self.saved = SavedSearches(use, write)

    def page(
        self,
        query: SearchQuery,
        moment: Callable[[str], str],
        *,
        order: Order = "newest",
        after: SearchCursor | None = None,
        limit: int = 50,
        stop: SearchStop | None = None,
    ) -> HistoryPage:
        """Return up to `limit` runs that a query finds, behind `after`.

        `moment` tells when a moment of the language begins, as stored. Raises StoreError; interrupted after `stop`.
        """
        halt = stop or SearchStop()
        with self._use() as connection:
            try:
                halt.watch(connection)
                connection.set_progress_handler(lambda: halt.asked, _LOOK_EVERY)
                return self._page(connection, query, moment, order, after, limit)
            finally:
                connection.set_progress_handler(None, 0)
                halt.watch(None)

    def _page(
        self,
        connection: sqlite3.Connection,
        query: SearchQuery,
        moment: Callable[[str], str],
        order: Order,
        after: SearchCursor | None,
        limit: int,
    ) -> HistoryPage:
        how = plan(connection, query, moment, FIELDS)
        found = _FIND[order](connection, how, after, limit)
        behind = search_index.behind(connection, _MOST_BEHIND + 1) if how.uses_index else 0
        rows = rows_for(connection, found.runs, query)
        return HistoryPage(rows, found.next, found.total, tuple(how.unknown), behind, found.within)

    def known(self) -> Known:
        """Return what the history has that filters can name, the newest first."""
        with self._use() as connection:
            return {name: row.source.names(connection, _MOST_NAMES) for name, row in FIELDS.items()}

    def find_run(self, beginning: str) -> list[str]:
        """Return the uids of up to two runs that begin so."""
        with self._use() as connection:
            rows = connection.execute(
                "SELECT uid FROM runs WHERE uid >= ? AND uid < ? ORDER BY uid LIMIT 2",
                (beginning, beginning + "\U0010ffff"),
            )
            return [uid for (uid,) in rows]

    def behind(self, most: int = 1_000_000) -> int:
        """Return how many runs have ended and cannot be found by their words yet, counted up to `most`."""
        with self._use() as connection:
            return search_index.behind(connection, most)

    @property
    def trouble(self) -> StoreError | None:
        """Why runs cannot be made findable, None while they can."""
        return self._indexer.trouble

    def rebuild(self) -> Future[None]:
        """Make the index anew, in the background; until then runs are found as they come back into it."""
        return self._write(self._indexer.rebuild)
