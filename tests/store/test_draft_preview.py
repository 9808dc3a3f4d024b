"""The preview of the draft at the start equals the store's draft, or is missing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, lane, opened, text
from workbench.core.drafts import Draft
from workbench.store.draft_preview import DraftPreview, fact, read_preview

DRAFT = Draft(text("Hello {{name}}\u2028\r\n", "Be brief."), (("name", "a\u00a0b"),), (lane("A"), lane("B")), 3)


def made(path: Path) -> Path:
    store = opened(path)
    for uid, now in (("first", NOW), ("second", LATER)):
        store.create_prompt(uid, uid, now)
        store.save_draft(uid, DRAFT if uid == "first" else Draft(text(uid)), now)
    store.set_meta("last_prompt", "first").result()
    store.close()
    return path


def test_preview_is_the_draft_of_the_last_prompt(tmp_path: Path) -> None:
    db = made(tmp_path / "h.db")
    assert read_preview(db) == DraftPreview("first", DRAFT.content, DRAFT.values, 2, 3)
    store = opened(db)
    assert store.last_prompt() == "first"
    store.archive_prompt("first", True, LATER).result()
    assert store.last_prompt() == "second"
    found = read_preview(db)
    store.close()
    assert found is not None
    assert found.prompt_uid == "second"


def test_preview_does_not_change_the_file(tmp_path: Path) -> None:
    db = made(tmp_path / "h.db")
    before = db.read_bytes()
    assert read_preview(db) is not None
    assert db.read_bytes() == before


def test_preview_includes_changes_that_are_only_in_the_log(tmp_path: Path) -> None:
    db = made(tmp_path / "h.db")
    store = opened(db)
    store.save_draft("first", Draft(text("newer")), LATER).result()
    found = read_preview(db)
    store.close()
    assert found is not None
    assert found.content == text("newer")


@pytest.mark.parametrize(
    ("table", "column"), [("drafts", "body"), ("meta", "value"), ("value_bodies", "body"), ("cases", "name")]
)
def test_generated_columns_are_not_read(tmp_path: Path, table: str, column: str) -> None:
    db = made(tmp_path / "h.db")
    with sqlite3.connect(db) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO stored")
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT AS (stored || '')")
    connection.close()
    assert read_preview(db) is None
    assert table != "meta" or fact(db, "last_prompt") == ""


def test_missing_foreign_or_empty_history_has_no_preview(tmp_path: Path) -> None:
    assert read_preview(tmp_path / "missing.db") is None
    assert not (tmp_path / "missing.db").exists()
    assert read_preview(tmp_path) is None
    (tmp_path / "foreign.db").write_text("not a database at all")
    assert read_preview(tmp_path / "foreign.db") is None
    opened(tmp_path / "new.db").close()
    assert read_preview(tmp_path / "new.db") is None


@pytest.mark.parametrize(
    "body", ["", "[]", "null", "{", '{"content": {"format": 2}}', '{"content": {"format": 1}, "values": []}', "\x00"]
)
def test_unreadable_draft_has_no_preview(tmp_path: Path, body: str) -> None:
    db = made(tmp_path / "h.db")
    with sqlite3.connect(db) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute("UPDATE drafts SET body = ?", (body,))
    connection.close()
    assert read_preview(db) is None


def test_locked_history_has_no_preview(tmp_path: Path) -> None:
    db = made(tmp_path / "h.db")
    with sqlite3.connect(db, isolation_level=None) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert read_preview(db) is None
        other.execute("ROLLBACK")
    other.close()


def test_oversized_draft_has_no_preview(tmp_path: Path) -> None:
    db = made(tmp_path / "h.db")
    with sqlite3.connect(db) as connection:
        connection.execute("UPDATE drafts SET body = json_set(body, '$.more', printf('%.*c', 9000000, 'x'))")
    assert read_preview(db) is None
    store = opened(db)
    assert store.draft("first") == DRAFT
    store.close()
