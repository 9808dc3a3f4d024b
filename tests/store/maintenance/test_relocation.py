"""Moving the history to another folder: complete in both, or unchanged."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.making import NOW, done, opened, run, text
from workbench.store import StoreError
from workbench.store.connections import connect
from workbench.store.maintenance.relocation import MovedHistory, move


@pytest.fixture
def history(path: Path) -> Path:
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW)
    for number in range(30):
        store.begin_run(run(f"r{number}", text(f"Ask {number}")))
        store.finish_output(f"r{number}.0.0", done("words " * 300), NOW).result(60)
    store.close()
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "away"
    folder.mkdir()
    return folder / "history.db"


def nothing() -> None:
    """Leave no forwarding note."""


def count(path: Path) -> int:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        (found,) = connection.execute("SELECT count(*) FROM outputs").fetchone()
        return int(found)
    finally:
        connection.close()


def test_both_files_are_complete_when_the_forwarding_note_is_written(history: Path, target: Path) -> None:
    seen: list[tuple[int, int]] = []
    moved = move(history, target, NOW, lambda: seen.append((count(history), count(target))), keep=False)
    assert moved == MovedHistory(target, None)
    assert seen == [(30, 30)]
    assert count(target) == 30
    assert [path.name for path in history.parent.iterdir()] == ["away"]
    assert target.stat().st_mode & 0o077 == 0


def test_move_can_keep_the_old_history_under_another_name(history: Path, target: Path) -> None:
    moved = move(history, target, NOW, nothing, keep=True)
    assert moved.kept is not None
    assert count(moved.kept) == count(target) == 30
    assert not history.exists()


def test_move_is_abandoned_if_another_program_writes_to_the_history(history: Path, target: Path) -> None:
    def write() -> None:
        connection = sqlite3.connect(history)
        connection.execute("UPDATE prompts SET name = 'Changed'")
        connection.commit()
        connection.close()

    with pytest.raises(StoreError) as caught:
        move(history, target, NOW, write, keep=False)
    assert caught.value.code == "busy"
    assert count(history) == 30
    assert not target.exists()


def _taken(history: Path, target: Path) -> None:
    target.write_text("mine")


def _gone(history: Path, target: Path) -> None:
    target.parent.rmdir()


def _damaged(history: Path, target: Path) -> None:
    with history.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(8 * 4096))


@pytest.mark.parametrize(
    ("obstacle", "words"),
    [(_taken, "already"), (_gone, "is not there"), (_damaged, "Repair it first")],
)
def test_obstacle_to_a_move_is_reported_and_the_history_stays_unchanged(
    history: Path, target: Path, obstacle: Callable[[Path, Path], None], words: str
) -> None:
    obstacle(history, target)
    before = history.read_bytes()
    with pytest.raises(StoreError) as caught:
        move(history, target, NOW, nothing, keep=False)
    assert words in caught.value.sentence
    assert history.read_bytes()[100:] == before[100:]
    assert not target.exists() or target.read_text() == "mine"


def test_history_open_elsewhere_is_not_moved(history: Path, target: Path) -> None:
    other = connect(history, mode="rw")
    other.execute("SELECT count(*) FROM prompts").fetchone()
    try:
        with pytest.raises(StoreError) as caught:
            move(history, target, NOW, nothing, keep=False, busy_ms=50)
    finally:
        other.close()
    assert caught.value.code == "busy"
    assert count(history) == 30
    assert list(target.parent.iterdir()) == []


def test_cancelled_move_leaves_the_new_folder_empty(history: Path, target: Path) -> None:
    with pytest.raises(StoreError) as caught:
        move(history, target, NOW, nothing, keep=False, watch=lambda _: False)
    assert caught.value.code == "interrupted"
    assert list(target.parent.iterdir()) == []
    assert count(history) == 30
