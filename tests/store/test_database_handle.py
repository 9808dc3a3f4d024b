"""The file of an open history is replaced or removed."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import pytest

from tests.store.making import NOW, opened
from workbench.store import StoreError, database_handle
from workbench.store.connections import connect
from workbench.store.sqlite import sqlite3

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be moved on Windows")


@pytest.fixture
def other(path: Path) -> Path:
    """A second history, not open, with one prompt, uid "theirs"."""
    file = path.with_name("other.db")
    store = opened(file)
    store.create_prompt("theirs", "Their bot", NOW).result(60)
    store.close()
    return file


def uids(path: Path) -> list[str]:
    """Read the file by its name, like any other program."""
    connection = connect(path, mode="rw")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [str(uid) for (uid,) in connection.execute("SELECT uid FROM prompts ORDER BY uid")]
    finally:
        connection.close()


def kept(path: Path) -> list[Path]:
    return sorted(path.parent.glob("history.replaced-*.db"))


def test_replaced_open_history_is_kept_and_the_new_file_stays_intact(path: Path, other: Path) -> None:
    store = opened(path)
    for number in range(50):
        store.create_prompt(f"p{number:02}", "Order bot", NOW).result(60)
    assert store.look_at_place() is None
    other.replace(path)
    told = store.look_at_place()
    assert told is not None
    assert told.code == "moved"
    assert uids(path) == ["theirs"]
    (mine,) = kept(path)
    assert str(mine) in told.detail
    assert [prompt.uid for prompt in store.prompts()] == [f"p{number:02}" for number in reversed(range(50))]
    with pytest.raises(StoreError, match="Another file replaced"):
        store.create_prompt("late", "Late bot", NOW).result(60)
    store.close()
    assert uids(path) == ["theirs"]
    assert uids(mine) == [f"p{number:02}" for number in range(50)]
    assert kept(path) == [mine]


def test_history_replaced_before_closing_is_kept(path: Path, other: Path) -> None:
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW).result(60)
    other.replace(path)
    store.close()
    assert uids(path) == ["theirs"]
    assert [uids(mine) for mine in kept(path)] == [["p"]]


def test_closing_the_replaced_history_keeps_writes_to_the_new_file(path: Path, other: Path) -> None:
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW).result(60)
    other.replace(path)
    store.look_at_place()
    another = opened(path)
    another.create_prompt("later", "Later bot", NOW).result(60)
    assert [prompt.uid for prompt in store.prompts()] == ["p"]
    store.close()
    assert {prompt.uid for prompt in another.prompts()} == {"theirs", "later"}
    another.close()
    assert uids(path) == ["later", "theirs"]


def test_log_held_by_a_reader_does_not_affect_the_new_file(path: Path, other: Path) -> None:
    store = opened(path, busy_ms=50)
    store.create_prompt("p", "Order bot", NOW).result(60)
    reader = connect(path, mode="ro")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM prompts").fetchone()
    store.create_prompt("q", "Another bot", NOW).result(60)
    other.replace(path)
    store.look_at_place()
    assert uids(path) == ["theirs"]
    store.close()
    reader.close()
    assert uids(path) == ["theirs"]
    assert [uids(mine) for mine in kept(path)] == [["p", "q"]]


def test_reading_a_replaced_history_raises_an_error(path: Path, other: Path) -> None:
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW).result(60)
    other.replace(path)
    with pytest.raises(StoreError) as caught:
        store.prompts()
    assert caught.value.code == "moved"
    store.close()


def test_backup_and_shrink_of_a_replaced_history_are_refused(path: Path, other: Path) -> None:
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW).result(60)
    folder = path.with_name("backups")
    store.upkeep.backup(folder, NOW, by_hand=True)
    before = sorted(folder.iterdir())

    def replaced(_: float | None) -> bool:
        if other.exists():
            other.replace(path)
        return True

    for watch in (replaced, lambda _: True):
        with pytest.raises(StoreError) as caught:
            store.upkeep.backup(folder, NOW.replace("2026", "2027"), by_hand=False, watch=watch)
        assert caught.value.code == "moved"
    with pytest.raises(StoreError):
        store.upkeep.shrink()
    assert sorted(folder.iterdir()) == before
    store.close()


def test_replaced_history_is_kept_at_closing_if_the_disk_was_full(
    path: Path, other: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW).result(60)
    other.replace(path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as crowded:
        crowded.setattr(database_handle, "copy_whole", full)
        told = store.look_at_place()
    assert told is not None
    assert "could not be kept. Make room" in told.sentence
    assert "The disk is full" in told.detail
    assert uids(path) == ["theirs"]
    assert kept(path) == []
    store.close()
    assert [uids(mine) for mine in kept(path)] == [["p"]]
    assert uids(path) == ["theirs"]


def test_history_moved_away_and_back_can_be_used_again(path: Path) -> None:
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW).result(60)
    away = path.with_name("away.db")
    path.rename(away)
    told = store.look_at_place()
    assert told is not None
    assert told.code == "moved"
    away.rename(path)
    assert store.look_at_place() is None
    store.create_prompt("q", "Another bot", NOW).result(60)
    path.rename(away)
    store.close()
    assert kept(path) == []
    assert sqlite3.connect(away).execute("SELECT count(*) FROM prompts").fetchone() == (2,)
