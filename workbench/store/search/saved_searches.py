"""Saved searches.

Invariant: names are unique whatever their case; saving a deleted search again restores it unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass

from workbench.core.visible_text import VisibleFields
from workbench.store.encoding import typed
from workbench.store.errors import StoreError, missing
from workbench.store.safe_records import sound
from workbench.store.sqlite import sqlite3


@dataclass(frozen=True, slots=True)
class SavedSearch(VisibleFields):
    """A saved search: the query as typed into the search field, and its name."""

    uid: str
    name: str
    query: str
    created_at: str
    SHOWN = ("name",)


class SavedSearches:
    """The saved searches of one history. Reads block; futures raise StoreError: missing, or taken for a name in use."""

    def __init__(
        self,
        use: Callable[[], AbstractContextManager[sqlite3.Connection]],
        write: Callable[[Callable[[sqlite3.Connection], None]], Future[None]],
    ) -> None:
        self._use, self._write = use, write

    def all(self) -> list[SavedSearch]:
        """Return all saved searches, by name."""
        with self._use() as connection:
            query = "SELECT uid, name, query, created_at FROM saved_searches ORDER BY lower(name), id"
            return [sound(SavedSearch(*row)) for row in connection.execute(query)]

    def save(self, search: SavedSearch) -> Future[None]:
        """Save a search; one of the same name is replaced and keeps its uid."""

        def work(connection: sqlite3.Connection) -> None:
            known = _key(connection, search.name)
            if known is not None:
                connection.execute("UPDATE saved_searches SET query = ? WHERE id = ?", (typed(search.query), known))
                return
            connection.execute(
                "INSERT INTO saved_searches (uid, name, query, created_at) VALUES (?, ?, ?, ?)",
                (search.uid, typed(search.name), typed(search.query), search.created_at),
            )

        return self._write(work)

    def rename(self, uid: str, name: str) -> Future[None]:
        """Rename a search."""

        def work(connection: sqlite3.Connection) -> None:
            row = connection.execute("SELECT id FROM saved_searches WHERE uid = ?", (uid,)).fetchone()
            if row is None:
                raise missing("saved search", uid)
            if _key(connection, name) not in (None, row[0]):
                raise StoreError(f"A search “{name}” already exists. Choose another name.", name, "taken")
            connection.execute("UPDATE saved_searches SET name = ? WHERE id = ?", (typed(name), row[0]))

        return self._write(work)

    def delete(self, uid: str) -> Future[None]:
        """Delete a search; saving it again restores it."""

        def work(connection: sqlite3.Connection) -> None:
            if connection.execute("DELETE FROM saved_searches WHERE uid = ?", (uid,)).rowcount == 0:
                raise missing("saved search", uid)

        return self._write(work)


def _key(connection: sqlite3.Connection, name: str) -> int | None:
    """Return the key of the search with this name in any case, None if there is none."""
    wanted = name.casefold()
    rows = connection.execute("SELECT id, name FROM saved_searches")
    return next((key for key, known in rows if known.casefold() == wanted), None)
