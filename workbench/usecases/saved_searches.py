"""Saving searches under a name.

Invariant: the typed text is stored, so that a relative time such as `7d` stays relative; a name is one line.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from workbench.store import Store
from workbench.store.search.saved_searches import SavedSearch
from workbench.usecases.problems import RefusedError

__all__ = ["Bookmarks", "SavedSearch"]
_MOST_LETTERS = 80


class Bookmarks:
    """Stores searches. Reads block and raise StoreError; writes return futures and raise RefusedError at once."""

    def __init__(self, store: Store, now: Callable[[], str], new_uid: Callable[[], str]) -> None:
        self._saved, self._now, self._new_uid = store.searches.saved, now, new_uid

    def all(self) -> list[SavedSearch]:
        """Return all saved searches, by name."""
        return self._saved.all()

    def named(self, name: str) -> SavedSearch:
        """Return a search by name, ignoring case. Raises RefusedError with the existing names."""
        every = self.all()
        found = next((one for one in every if one.name.casefold() == name.strip().casefold()), None)
        if found is None:
            others = ", ".join(f"“{one.name}”" for one in every[:10])
            known = f"There are: {others}." if every else "There are none yet; save one in the window with Ctrl+S."
            raise RefusedError(f"No search is saved as “{name}”. {known}")
        return found

    def save(self, name: str, query: str) -> Future[None]:
        """Save a search under a name, replacing one of the same name."""
        if not query.strip():
            raise RefusedError("The search is empty. Type one first, then save it.")
        return self._saved.save(SavedSearch(self._new_uid(), _checked(name), query.strip(), self._now()))

    def rename(self, search: SavedSearch, name: str) -> Future[None]:
        """Rename a search."""
        return self._saved.rename(search.uid, _checked(name))

    def delete(self, search: SavedSearch) -> Future[None]:
        """Delete a search."""
        return self._saved.delete(search.uid)

    def bring_back(self, search: SavedSearch) -> Future[None]:
        """Undo a deletion."""
        return self._saved.save(search)


def _checked(name: str) -> str:
    plain = " ".join(name.split())
    if not plain:
        raise RefusedError("A saved search needs a name. Type one, such as what it finds.")
    if len(plain) > _MOST_LETTERS:
        raise RefusedError(f"This name is too long. Use at most {_MOST_LETTERS} characters.")
    return plain
