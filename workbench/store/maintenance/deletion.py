"""Permanent deletion in an open history, and the copies that still hold what was deleted.

Invariant: what is reported as deleted is gone from the file, its log and its index; a failure is reported and can be
retried.
"""

from __future__ import annotations

import glob
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from workbench.store.connections import Readers, connect
from workbench.store.errors import StoreError, failure
from workbench.store.maintenance import backups, history_purge
from workbench.store.maintenance.database_copy import is_stale
from workbench.store.maintenance.history_purge import KeptVersion, PurgeExtent, PurgeTargets
from workbench.store.progress import limited, patience_s
from workbench.store.runs.prompts import meta
from workbench.store.schema.schema_check import check_schema
from workbench.store.sqlite import FILE_ERRORS, sqlite3

Work = Callable[[sqlite3.Connection], Any]
_TRIES = 20
_APART_S = 0.1


class Deletion:
    """Permanent deletion. All methods block, `clean` while it rewrites the file, and belong on a worker thread.

    They raise StoreError.
    """

    def __init__(
        self,
        path: Path,
        readers: Readers,
        write: Callable[[Work], Future[Any]],
        alone: Callable[[Work], Future[Any]],
    ) -> None:
        """`write` runs work within a transaction of the writer, `alone` between two of them."""
        self._path, self._readers, self._write, self._alone = path, readers, write, alone

    def deleted(self) -> PurgeTargets:
        """Return the deleted runs and prompts that can still be restored."""
        with self._readers.use() as connection:
            return history_purge.deleted(connection)

    def extent(self, doomed: PurgeTargets) -> PurgeExtent:
        """Return what permanent deletion would remove. Raises StoreError (running) if it would be refused."""
        with self._readers.use() as connection:
            return history_purge.extent(connection, doomed)

    def purge(
        self, doomed: PurgeTargets, now: str, uid: Callable[[], str]
    ) -> tuple[PurgeExtent, tuple[KeptVersion, ...]]:
        """Delete permanently; return what was removed, and the versions that are kept. `clean` must follow."""

        def work(connection: sqlite3.Connection) -> tuple[PurgeExtent, tuple[KeptVersion, ...]]:
            return history_purge.purge(connection, doomed, now, uid)

        gone: tuple[PurgeExtent, tuple[KeptVersion, ...]] = self._write(work).result()
        return gone

    @property
    def is_unclean(self) -> bool:
        """Whether bytes of permanently deleted rows may still be in the file."""
        with self._readers.use() as connection:
            return history_purge.is_unclean(connection)

    def clean(self) -> None:
        """Rewrite the file without any byte of permanently deleted rows; blocks other writes."""
        for _ in range(_TRIES):
            try:
                if self._alone(history_purge.clean).result():
                    return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                raise failure("busy", str(error)) from error
            time.sleep(_APART_S)
        raise StoreError(
            "Another program reads the history, so its log could not be emptied and may still hold deleted data."
            " Close that program and try again.",
            str(self._path),
            "busy",
        )

    def copies(self, folder: Path, doomed: PurgeTargets) -> list[Path]:
        """Return backups in a folder, and files left by upgrades, moves and repairs, that hold any of it or may do so.

        Former folders of the history and its backups are searched, too. A damaged history, and the list of rows that a
        repair could not place, cannot be checked.
        """
        with self._readers.use() as connection:
            earlier = backups.remembered_folders(meta(connection, backups.FOLDERS))
        found, unclear = [], []
        for place in dict.fromkeys((folder, backups.folder_of(self._path), *earlier)):
            found += [backup.path for backup in backups.listed(self._path, place)]
            unclear += [half for half in backups.halves(self._path, place) if is_stale(half)]
        for place in dict.fromkeys((self._path.parent, *earlier)):
            for what in ("before-upgrade", "moved", "repaired"):
                found += self._beside(place, f"{what}-*", self._path.suffix)
            if place != self._path.parent and (place / self._path.name).exists():
                # Another history is here now, and these files may belong to it.
                continue
            unclear += self._beside(place, "replaced-*", self._path.suffix)
            unclear += self._beside(place, "repaired-*.leftover", ".jsonl")
            unclear += backups.halves_beside(place / self._path.name)
        return [*(path for path in found if _holds(path, doomed)), *unclear]

    def _beside(self, folder: Path, what: str, suffix: str) -> list[Path]:
        return sorted(folder.glob(f"{glob.escape(self._path.stem)}.{what}{glob.escape(suffix)}"))

    def remove_copies(self, paths: Sequence[Path]) -> None:
        """Remove copies with their logs. Raises OSError."""
        for path in paths:
            for end in ("", "-wal", "-shm"):
                path.with_name(path.name + end).unlink(missing_ok=True)


def _holds(path: Path, doomed: PurgeTargets) -> bool:
    try:
        connection = connect(path, mode="ro", immutable=True)
        try:
            with limited(connection, patience_s(path)):
                check_schema(connection, connection.execute("PRAGMA user_version").fetchone()[0])
                return history_purge.holds(connection, doomed)
        finally:
            connection.close()
    except (*FILE_ERRORS, StoreError):
        # An unreadable copy may hold it.
        return True
