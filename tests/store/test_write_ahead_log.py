"""Write-ahead logs that SQLite would read only in part."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, done, opened, run, text
from workbench.store import StoreError
from workbench.store.maintenance.file_replacement import put_in_place, set_aside, without_log
from workbench.store.write_ahead_log import damaged_log


@pytest.fixture
def crashed(path: Path, tmp_path: Path) -> Path:
    """A history as a killed process leaves it: eight runs, some only in the log."""
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW)
    for number in range(8):
        store.begin_run(run(f"r{number}", text(f"Ask {number}")))
        store.finish_output(f"r{number}.0.0", done("words"), NOW).result(60)
    assert damaged_log(path) == "", "an active log is not damaged"
    copy = tmp_path / "crashed" / "history.db"
    copy.parent.mkdir()
    for end in ("", "-wal"):
        shutil.copyfile(f"{path}{end}", f"{copy}{end}")
    store.close()
    return copy


def log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}-wal")


def turn(log: Path, at: int) -> bytes:
    body = bytearray(log.read_bytes())
    body[at] ^= 0xFF
    log.write_bytes(body)
    return bytes(body)


def runs(database: Path) -> int:
    store = opened(database)
    count = len(store.iterations("p"))
    store.close()
    return count


def test_log_left_by_a_crash_is_not_damaged(crashed: Path) -> None:
    assert damaged_log(crashed) == ""
    body = log_of(crashed).read_bytes()
    log_of(crashed).write_bytes(body[:-1000])
    assert damaged_log(crashed) == "", "an incomplete last transaction is no damage"
    assert 7 <= runs(crashed) <= 8


def test_log_extended_to_a_huge_size_is_not_damaged(crashed: Path) -> None:
    os.truncate(log_of(crashed), 1 << 40)
    assert damaged_log(crashed) == ""


def test_last_frame_without_its_page_is_not_damage(crashed: Path) -> None:
    """As where the log was begun anew: what an earlier one left stands where the last page was to be written."""
    body = log_of(crashed).read_bytes()
    log_of(crashed).write_bytes(body[:-4096] + bytes(4096))
    assert damaged_log(crashed) == ""
    assert 7 <= runs(crashed) <= 8


def test_damage_before_the_newest_frame_is_reported(crashed: Path) -> None:
    turn(log_of(crashed), log_of(crashed).stat().st_size - 4096 - 24 - 100)
    assert "are sound" in damaged_log(crashed)


@pytest.mark.parametrize("place", ["header", "middle"])
def test_history_with_a_damaged_log_is_refused_and_the_log_kept(crashed: Path, place: str) -> None:
    log = log_of(crashed)
    body = turn(log, 2 if place == "header" else log.stat().st_size // 2)
    with pytest.raises(StoreError) as caught:
        opened(crashed)
    assert caught.value.code == "log"
    assert log.read_bytes() == body


def test_history_opens_without_the_damaged_end_of_its_log(crashed: Path) -> None:
    body = turn(log_of(crashed), log_of(crashed).stat().st_size // 2)
    kept = without_log(crashed, LATER)
    assert kept.read_bytes() == body
    assert 0 < runs(crashed) < 8


def test_a_history_set_aside_keeps_its_log(crashed: Path) -> None:
    file, log = crashed.read_bytes(), log_of(crashed).read_bytes()
    kept = set_aside(crashed, LATER)
    assert not crashed.exists()
    assert not log_of(crashed).exists()
    assert (kept.read_bytes(), log_of(kept).read_bytes()) == (file, log)
    assert runs(kept) == 8


def test_empty_file_with_a_log_is_reported_as_damaged(crashed: Path) -> None:
    log = log_of(crashed).read_bytes()
    crashed.write_bytes(b"")
    with pytest.raises(StoreError) as caught:
        opened(crashed)
    assert caught.value.code == "corrupt"
    assert log_of(crashed).read_bytes() == log


def test_restoring_a_backup_keeps_the_damaged_log_with_the_old_history(crashed: Path, path: Path) -> None:
    body = turn(log_of(crashed), 2)
    kept = put_in_place(crashed, path, LATER)
    assert runs(crashed) == 8
    assert log_of(kept).read_bytes() == body
