"""Saved searches: one per name, case-insensitively, and restored exactly by undo."""

from __future__ import annotations

import pytest

from tests.store.making import LATER, NOW
from workbench.store import Store, StoreError
from workbench.store.search.saved_searches import SavedSearch

CHEAP = SavedSearch("u1", "Cheap winners", "winner:yes cost:<0.01", NOW)
ANGRY = SavedSearch("u2", "angry", '"this is wrong"', LATER)


def test_saved_searches_are_listed_by_name(store: Store) -> None:
    assert store.searches.saved.all() == []
    store.searches.saved.save(CHEAP).result(60)
    store.searches.saved.save(ANGRY).result(60)
    assert store.searches.saved.all() == [ANGRY, CHEAP]


def test_saved_search_names_are_unique_ignoring_case(store: Store) -> None:
    saved = store.searches.saved
    saved.save(CHEAP).result(60)
    saved.save(SavedSearch("u3", "CHEAP WINNERS", "winner:yes", LATER)).result(60)
    assert saved.all() == [SavedSearch("u1", "Cheap winners", "winner:yes", NOW)]
    saved.save(ANGRY).result(60)
    with pytest.raises(StoreError, match="A search “") as caught:
        saved.rename("u2", "cheap Winners").result(60)
    assert caught.value.code == "taken"
    saved.rename("u2", "Angry").result(60)
    assert [one.name for one in saved.all()] == ["Angry", "Cheap winners"]


def test_changing_a_deleted_saved_search_raises_an_error(store: Store) -> None:
    saved = store.searches.saved
    saved.save(CHEAP).result(60)
    saved.delete("u1").result(60)
    for write in (saved.delete("u1"), saved.rename("u1", "new")):
        with pytest.raises(StoreError, match="saved search is not in the history"):
            write.result(60)
    saved.save(CHEAP).result(60)
    assert saved.all() == [CHEAP]
