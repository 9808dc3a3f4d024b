"""Stars, tags and archiving, as stored and as found by searches."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.filters import parse
from tests.store.making import LATER, NOW, done, opened, run, text
from workbench.store import Store, StoreError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db")
    store.create_prompt("p", "Order bot", NOW)
    for number in range(3):
        store.begin_run(run(f"r{number}", text("Where is it?")))
        store.finish_output(f"r{number}.0.0", done("On its way."), LATER).result(60)
    yield store
    store.close()


def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{store.path}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def found(store: Store, query: str) -> list[str]:
    """Search once the index is up to date: the writer indexes before it takes the next task."""
    for _ in range(1000):
        if not store.searches.behind():
            break
        store.set_meta("wait", "").result(60)
    page = store.searches.page(parse(query).query, lambda moment: moment)
    return [row.row.run_uid for row in page.rows]


def test_stars_can_be_set_and_removed(store: Store) -> None:
    store.curation.star(["r0", "r2"], True).result(60)
    assert found(store, "is:starred") == ["r2", "r0"]
    store.curation.star(["r2"], False).result(60)
    assert found(store, "is:starred") == ["r0"]


def test_archived_runs_are_found_only_with_the_archived_filter(store: Store) -> None:
    store.curation.archive(["r1"], True).result(60)
    assert found(store, "way") == ["r2", "r0"]
    assert found(store, "is:archived") == ["r1"]
    store.curation.archive(["r1"], False).result(60)
    assert found(store, "way") == ["r2", "r1", "r0"]


def test_tagging_replaces_the_tags_and_removes_unused_ones(store: Store) -> None:
    store.curation.tag({"r0": ["good", "short", "good"], "r1": ["good"]}).result(60)
    assert found(store, "tag:good") == ["r1", "r0"]
    assert found(store, "tag:short") == ["r0"]
    store.curation.tag({"r0": ["good"]}).result(60)
    assert rows(store, "SELECT name FROM tags") == [("good",)]
    store.curation.tag({"r0": [], "r1": []}).result(60)
    assert rows(store, "SELECT 1 FROM tags UNION SELECT 1 FROM run_tags") == []


def test_change_that_includes_a_missing_run_changes_no_run(store: Store) -> None:
    for write in (
        lambda: store.curation.star(["r0", "gone"], True),
        lambda: store.curation.archive(["r0", "gone"], True),
        lambda: store.curation.tag({"r0": ["good"], "gone": ["good"]}),
    ):
        with pytest.raises(StoreError, match="not in the history"):
            write().result(60)
    assert rows(store, "SELECT 1 FROM runs WHERE starred OR archived") == []
    assert rows(store, "SELECT 1 FROM tags") == []
