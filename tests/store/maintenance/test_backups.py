"""Backups: complete, intact, few, and restored without a moment in which the history is missing."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, done, opened, run, text
from workbench.store import StoreError
from workbench.store.connections import connect
from workbench.store.maintenance import backups, file_replacement


def fill(path: Path, answer: str, name: str = "r") -> None:
    store = opened(path)
    if not store.prompts():
        store.create_prompt("p", "Order bot", NOW)
    store.begin_run(run(name, text("Hi")))
    store.finish_output(f"{name}.0.0", done(answer), NOW).result(60)
    store.close()


def answers(path: Path) -> list[str]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return [row for (row,) in connection.execute("SELECT text FROM outputs ORDER BY id")]
    finally:
        connection.close()


@pytest.fixture
def folder(path: Path) -> Path:
    return backups.folder_of(path)


def test_backup_is_complete_and_private(path: Path, folder: Path) -> None:
    fill(path, "first")
    made = backups.make(path, folder, NOW)
    assert made.path.parent == folder
    assert made.size == made.path.stat().st_size > 0
    assert answers(made.path) == ["first"]
    assert made.path.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    assert [p.name for p in folder.iterdir()] == [made.path.name]


def test_backup_of_open_history_includes_the_log_and_allows_writes(path: Path, folder: Path) -> None:
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW)
    store.begin_run(run("r", text("Hi")))
    store.finish_output("r.0.0", done("in the log"), NOW).result(60)
    made = backups.make(path, folder, NOW)
    store.create_prompt("q", "Another", NOW).result(60)
    store.close()
    assert answers(made.path) == ["in the log"]
    again = opened(made.path)
    assert [row.name for row in again.prompts()] == ["Order bot"]
    again.close()


def test_backups_are_listed_newest_first_with_time_and_kind(path: Path, folder: Path) -> None:
    fill(path, "first")
    old = backups.make(path, folder, NOW)
    kept = backups.make(path, folder, LATER, by_hand=True)
    (folder / "notes.txt").write_text("mine")
    (folder / f"{path.stem}-of-something-else{path.suffix}").write_text("mine")
    assert backups.listed(path, folder) == [kept, old]
    assert [(b.made_at, b.by_hand) for b in backups.listed(path, folder)] == [(LATER, True), (NOW, False)]


def test_pruning_keeps_the_newest_and_all_manual_backups(path: Path, folder: Path) -> None:
    fill(path, "first")
    times = [f"2026-11-{day:02}T08:00:00.000Z" for day in range(1, 6)]
    for at in times:
        backups.make(path, folder, at)
    by_hand = backups.make(path, folder, "2026-01-01T00:00:00.000Z", by_hand=True)
    gone = backups.prune(path, folder, 2)
    assert [b.made_at for b in gone] == times[2::-1]
    assert [b.made_at for b in backups.listed(path, folder)] == [times[4], times[3], by_hand.made_at]
    backups.prune(path, folder, 0)
    assert [b.made_at for b in backups.listed(path, folder)] == [times[4], by_hand.made_at]


def test_damaged_history_is_not_backed_up(path: Path, folder: Path) -> None:
    fill(path, "words " * 5000)
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(os.urandom(8 * 4096))
    with pytest.raises(StoreError) as caught:
        backups.make(path, folder, NOW)
    assert caught.value.code == "corrupt"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("damage", ["truncated", "overwritten", "another program's", "claims an older format", "gone"])
def test_invalid_backup_is_refused_and_history_stays_unchanged(path: Path, folder: Path, damage: str) -> None:
    fill(path, "words " * 5000)
    made = backups.make(path, folder, NOW)
    match damage:
        case "truncated":
            os.truncate(made.path, made.size // 2)
        case "overwritten":
            with made.path.open("r+b") as file:
                file.seek(5 * 4096)
                file.write(os.urandom(3 * 4096))
        case "another program's":
            made.path.unlink()
            connection = sqlite3.connect(made.path)
            connection.execute("CREATE TABLE theirs (x)")
            connection.close()
        case "claims an older format":
            connection = sqlite3.connect(made.path)
            connection.execute("PRAGMA user_version = 1003")
            connection.close()
        case "gone":
            made.path.unlink()
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        file_replacement.put_in_place(path, made.path, LATER)
    assert caught.value.sentence.endswith((".", "NEW.db"))
    assert path.read_bytes() == before
    # Readers leave the (empty) files of the write-ahead log.
    logs = {path.name + end for end in ("-wal", "-shm")}
    assert {p.name for p in path.parent.iterdir()} - logs == {path.name, folder.name}


def test_restoring_replaces_the_history_and_keeps_the_old_one_as_backup(path: Path, folder: Path) -> None:
    fill(path, "first")
    made = backups.make(path, folder, NOW)
    fill(path, "second", "s")
    kept = file_replacement.put_in_place(path, made.path, LATER)
    assert answers(path) == ["first"]
    assert answers(kept) == ["first", "second"]
    assert made.path.is_file()
    assert [backup.path for backup in backups.listed(path, folder)] == [kept, made.path]
    assert kept.stat().st_nlink == 1, "a backup must not share its file with the history"
    store = opened(path)
    assert [row.name for row in store.prompts()] == ["Order bot"]
    store.close()


def test_a_restore_can_be_undone(path: Path, folder: Path) -> None:
    fill(path, "first")
    made = backups.make(path, folder, NOW)
    fill(path, "second", "s")
    kept = file_replacement.put_in_place(path, made.path, LATER)
    file_replacement.put_in_place(path, kept, "2026-11-24T13:21:00.000Z")
    assert answers(path) == ["first", "second"]


def test_restoring_replaces_the_target_of_a_symlink_and_keeps_the_link(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere" / "real.db"
    real.parent.mkdir()
    fill(real, "first")
    made = backups.make(real, backups.folder_of(real), NOW)
    fill(real, "second", "s")
    path.symlink_to(real)
    file_replacement.put_in_place(path, made.path, LATER)
    assert path.is_symlink()
    assert answers(real) == ["first"]


def test_replaced_history_stays_in_its_folder_if_backup_folder_is_missing(path: Path, folder: Path) -> None:
    fill(path, "first")
    made = backups.make(path, folder, NOW)
    fill(path, "second", "s")
    kept = file_replacement.put_in_place(path, made.path, LATER, folder=path.parent / "unplugged")
    assert kept.parent == path.parent
    assert answers(kept) == ["first", "second"]


def test_cancelled_backup_leaves_no_files(path: Path, folder: Path) -> None:
    fill(path, "words " * 200)
    shares: list[float | None] = []

    def watch(share: float | None) -> bool:
        shares.append(share)
        return len(shares) < 3

    with pytest.raises(StoreError) as caught:
        backups.make(path, folder, NOW, watch=watch)
    assert caught.value.code == "interrupted"
    assert list(folder.iterdir()) == []
    assert all(share is None or 0 <= share <= 1 for share in shares)


def test_history_open_elsewhere_is_not_replaced(path: Path, folder: Path) -> None:
    fill(path, "first")
    made = backups.make(path, folder, NOW)
    other = connect(path, mode="rw")
    other.execute("SELECT count(*) FROM prompts").fetchone()
    try:
        with pytest.raises(StoreError) as caught:
            file_replacement.put_in_place(path, made.path, LATER, busy_ms=50)
    finally:
        other.close()
    assert caught.value.code == "busy"
    assert answers(path) == ["first"]


@pytest.mark.parametrize("header_too", [False, True])
def test_replaced_damaged_history_is_kept_with_its_log(path: Path, folder: Path, header_too: bool) -> None:
    fill(path, "words " * 5000)
    made = backups.make(path, folder, NOW)
    with path.open("r+b") as file:
        file.seek(0 if header_too else 4096)
        file.write(os.urandom(64 * 1024))
    log = path.with_name(path.name + "-wal")
    log.write_bytes(b"what was a log")
    kept = file_replacement.put_in_place(path, made.path, LATER)
    assert answers(path) == ["words " * 5000]
    assert kept.stat().st_size > 64 * 1024
    assert not log.exists()
    if header_too:
        assert kept.with_name(kept.name + "-wal").read_bytes() == b"what was a log"


def test_too_old_backup_is_refused_and_the_error_suggests_salvage(path: Path, tmp_path: Path) -> None:
    fill(path, "now")
    old = tmp_path / "old.db"
    fill(old, "then")
    connection = sqlite3.connect(old)
    connection.execute("PRAGMA user_version = 1002")
    connection.close()
    with pytest.raises(StoreError, match=r"“old\.db” cannot be restored\. This history has format 1\.2") as caught:
        file_replacement.put_in_place(path, old, LATER)
    assert caught.value.code == "too_old"
    assert f"and restore that: workbench history salvage --db {old} NEW.db" in caught.value.sentence
    assert answers(path) == ["now"]
