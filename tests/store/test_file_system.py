"""A file system without locks or shared memory is reported as the reason, and nothing else is."""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
from pathlib import Path

import pytest

from tests.bench.histories import echo_history
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import StoreError, open_store
from workbench.store.file_system import lack_of
from workbench.store.sqlite import sqlite3


def refuse(*_: object) -> None:
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))


def test_ordinary_folder_passes_and_no_files_are_left(tmp_path: Path) -> None:
    assert lack_of(tmp_path) == ""
    assert lack_of(tmp_path / "missing") == ""
    assert list(tmp_path.iterdir()) == []


def test_missing_locks_or_shared_memory_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mmap, "mmap", refuse)
    assert lack_of(tmp_path) == "no shared memory"
    monkeypatch.setattr(fcntl, "lockf", refuse)
    assert lack_of(tmp_path) == "no file locks"
    assert list(tmp_path.iterdir()) == []


def test_missing_file_locks_are_reported_instead_of_a_busy_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite takes a lock that cannot be had for one that another program has."""
    db = tmp_path / "w.db"
    echo_history(db)
    other = sqlite3.connect(db, isolation_level=None)
    try:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError) as caught:
            open_store(db, now=utc_now(), uid=new_uid, busy_ms=0)
        assert caught.value.code == "busy"
        monkeypatch.setattr(fcntl, "lockf", refuse)
        with pytest.raises(StoreError) as caught:
            open_store(db, now=utc_now(), uid=new_uid, busy_ms=0)
        assert caught.value.code == "file_system"
        assert str(tmp_path) in caught.value.sentence
        assert "--db" in caught.value.sentence
    finally:
        other.close()
