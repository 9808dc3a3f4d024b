"""Partial copies left by a kill: included in a purge, and removed with the next backup."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.store import Store
from workbench.store.maintenance import backups
from workbench.store.maintenance.history_purge import PurgeTargets


def test_partial_copies_left_by_a_kill_are_found_and_removed(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    name = f"{store.path.stem}-2026-11-24T140000.000Z.db.unseen"
    going_on, half = folder / f"{name}.partial", folder / name
    stem = store.path.stem
    left = [
        store.path.with_name(f"{stem}.{end}")
        for end in ("repaired-1.db.partial", "db.fresh.partial", "db.moving.partial", "db.fresh")
    ]
    for path in (going_on, half, *left):
        path.write_bytes(b"a part")
    os.utime(half, (0, 0))
    assert set(store.deleting.copies(folder, PurgeTargets(("gone",)))) == {half, *left}
    store.deleting.remove_copies([half, *left])
    assert [path.name for path in folder.iterdir()] == [going_on.name]
    os.utime(going_on, (0, 0))
    journal = going_on.with_name(f"{going_on.name}-journal")
    journal.write_bytes(b"")
    os.utime(journal, (0, 0))
    made = backups.make(store.path, folder, "2026-11-24T15:00:00.000Z")
    assert list(folder.iterdir()) == [made.path]
    log = left[0].with_name(f"{left[0].name}-wal")
    for path in (left[0], log):
        path.write_bytes(b"a part")
        os.utime(path, (0, 0))
    backups.make(store.path, folder, "2026-11-24T16:00:00.000Z")
    assert not left[0].exists()
    assert not log.exists()
