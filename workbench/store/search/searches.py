"""Searches in the history.

Invariant: a search only reads, can be stopped at any time, and sees one snapshot of the history.
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
from workbench.store.runs.prompts import prompt_id
from workbench.store.search import search_index, search_pages
from workbench.store.search.fields import FIELDS
from workbench.store.search.saved_searches import SavedSearches
from workbench.store.search.search_plan import plan, restrict
from workbench.store.search.search_rows import rows_for
from workbench.store.sqlite import sqlite3

_LOOK_EVERY = 1000
_MOST_BEHIND = 10_000
_MOST_NAMES = 2000


class SearchStop:
    """Stops one search, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self.asked = False

    def stop(self) -> None:
        """Stop the search as soon as possible, or before it begins. Safe to repeat."""
        with self._lock:
            self.asked = True
            if self._connection is not None:
                self._connection.interrupt()

    def watch(self, connection: sqlite3.Connection | None) -> None:
        """Set the connection to interrupt, None for none. Raises StoreError (interrupted) if already stopped."""
        with self._lock:
            self._connection = connection
        if self.asked and connection is not None:
            raise failure("interrupted")


_FIND = {"newest": search_pages.newest, "oldest": search_pages.oldest, "best": search_pages.best}


class Searches:
    """Searches in one history. Reads block and belong on worker threads."""

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
        prompt: str = "",
    ) -> HistoryPage:
        """Return up to `limit` runs that match a query, after the cursor `after`.

        With the uid of a `prompt`, only its iterations. `moment` converts a time of the query language to its
        beginning, as stored. Raises StoreError; interrupted after `stop`.
        """
        halt = stop or SearchStop()
        with self._use() as connection:
            try:
                halt.watch(connection)
                connection.set_progress_handler(lambda: halt.asked, _LOOK_EVERY)
                return self._page(connection, query, moment, order, after, limit, prompt)
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
        prompt: str,
    ) -> HistoryPage:
        how = plan(connection, query, moment, FIELDS)
        if prompt:
            restrict(how, prompt_id(connection, prompt))
        found = _FIND[order](connection, how, after, limit)
        behind = search_index.behind(connection, _MOST_BEHIND + 1) if how.uses_index else 0
        rows = rows_for(connection, found.runs, query)
        return HistoryPage(rows, found.next, found.total, tuple(how.unknown), behind, found.within)

    def known(self) -> Known:
        """Return the names in the history that filters can match, newest first."""
        with self._use() as connection:
            return {name: row.source.names(connection, _MOST_NAMES) for name, row in FIELDS.items()}

    def find_run(self, beginning: str) -> list[str]:
        """Return the uids of up to two runs that begin with `beginning`."""
        with self._use() as connection:
            rows = connection.execute(
                "SELECT uid FROM runs WHERE uid >= ? AND uid < ? ORDER BY uid LIMIT 2",
                (beginning, beginning + "\U0010ffff"),
            )
            return [uid for (uid,) in rows]

    def behind(self, most: int = 1_000_000) -> int:
        """Return how many ended runs cannot be found by their words yet, counted up to `most`."""
        with self._use() as connection:
            return search_index.behind(connection, most)

    @property
    def trouble(self) -> StoreError | None:
        """Why runs cannot be indexed, None while they can."""
        return self._indexer.trouble

    def rebuild(self) -> Future[None]:
        """Rebuild the index, in the background; until then runs are found as they are indexed."""
        return self._write(self._indexer.rebuild)
