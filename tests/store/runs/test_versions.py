"""Versions: immutable, numbered, shared by content."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, text
from workbench.core.content import Content, content_hash
from workbench.store import Store, StoreError


def add(store: Store, words: str, parent: int | None, name: str = "") -> int:
    return store.add_version("p", name or f"v-{words}", text(words), parent, NOW).result(60).number


def test_versions_have_numbers_and_parents(store: Store) -> None:
    assert [add(store, "one", None), add(store, "two", 1), add(store, "three", 1)] == [1, 2, 3]
    rows = store.versions("p")
    assert [(v.number, v.parent, v.uid) for v in rows] == [(1, None, "v-one"), (2, 1, "v-two"), (3, 1, "v-three")]
    assert rows[2].hash == content_hash(text("three"))
    assert store.version("p", 2) == rows[1]


def test_adding_an_old_text_returns_the_existing_version(store: Store) -> None:
    add(store, "one", None)
    add(store, "two", 1)
    again = store.add_version("p", "another-uid", text("one"), 2, LATER).result(60)
    assert (again.number, again.uid, again.parent, again.created_at) == (1, "v-one", None, NOW)
    assert len(store.versions("p")) == 2
    assert add(store, "three", 1) == 3


def test_prompts_with_the_same_text_share_its_content(store: Store, path: Path) -> None:
    add(store, "one", None)
    store.create_prompt("q", "Other", NOW).result(60)
    assert store.add_version("q", "q-one", text("one"), None, NOW).result(60).number == 1
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT count(*) FROM contents").fetchone() == (1,)
    other.close()


def test_unknown_version_or_parent_raises_an_error(store: Store) -> None:
    with pytest.raises(StoreError, match="version is not in the history"):
        store.version("p", 7)
    with pytest.raises(StoreError, match="version is not in the history"):
        add(store, "one", 7)
    assert store.versions("p") == []


def test_content_keeps_unknown_keys_of_a_newer_release(store: Store) -> None:
    content = Content(text("one").messages, "jinja", '{"later":[{"in":"a","out":"b"}],"more":[]}')
    row = store.add_version("p", "v", content, None, NOW).result(60)
    assert row.content == content
    assert row.hash == content_hash(content)


def test_content_of_an_unknown_format_is_reported_as_damaged(store: Store, path: Path) -> None:
    add(store, "one", None)
    with sqlite3.connect(path) as other:
        other.execute("UPDATE contents SET body = '{\"format\":9}'")
    other.close()
    with pytest.raises(StoreError, match="format 9") as caught:
        store.version("p", 1)
    assert caught.value.code == "corrupt"
