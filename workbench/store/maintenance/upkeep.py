"""Maintenance of an open history: backups, size, integrity.

Invariant: nothing here blocks writers for longer than one step, except `shrink`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from workbench.store.connections import Readers
from workbench.store.errors import StoreError, failure
from workbench.store.maintenance import backups, space
from workbench.store.maintenance.backups import Backup
from workbench.store.progress import Watch, go_on, watched
from workbench.store.sqlite import sqlite3

Work = Callable[[sqlite3.Connection], int]


class Upkeep:
    """Maintenance. All methods block, some for minutes, and belong on a worker thread. They raise StoreError."""

    def __init__(
        self,
        path: Path,
        readers: Readers,
        write: Callable[[Work], Future[int]],
        alone: Callable[[Work], Future[int]],
        require_place: Callable[[], None],
    ) -> None:
        """`write` runs work within a transaction of the writer, `alone` between two of them.

        `require_place` raises StoreError if the file at `path` is not the one that is open.
        """
        self._path = path
        self._readers = readers
        self._write = write
        self._alone = alone
        self._require_place = require_place

    def backup(self, folder: Path, now: str, *, by_hand: bool, watch: Watch = go_on) -> Backup:
        """Make a backup and verify it; `watch` can cancel."""
        return backups.make(self._path, folder, now, by_hand=by_hand, watch=watch, sure=self._require_place)

    def backups(self, folder: Path) -> list[Backup]:
        """Return the backups in a folder, newest first."""
        return backups.listed(self._path, folder)

    def prune(self, folder: Path, keep: int) -> list[Backup]:
        """Remove all automatic backups but the newest; return the removed ones."""
        return backups.prune(self._path, folder, keep)

    def changed_since(self, moment: str) -> bool:
        """Whether a run, verdict, draft or prompt is newer than a time; all other changes come with one of these."""
        with self._readers.use() as connection:
            (changed,) = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM runs WHERE started_at > ?1)"
                " OR EXISTS (SELECT 1 FROM verdicts WHERE created_at > ?1)"
                " OR EXISTS (SELECT 1 FROM drafts WHERE saved_at > ?1)"
                " OR EXISTS (SELECT 1 FROM prompts WHERE updated_at > ?1)",
                (moment,),
            ).fetchone()
            return bool(changed)

    def size(self, watch: Watch = go_on) -> space.HistorySize:
        """Return the size by kind; `watch` can cancel."""
        with self._readers.use() as connection, watched(connection, watch):
            return space.measure(connection)

    def droppable(self, watch: Watch = go_on) -> tuple[int, int]:
        """Return how many raw responses can be dropped, and their bytes; `watch` can cancel."""
        with self._readers.use() as connection, watched(connection, watch):
            return space.droppable(connection)

    def drop_raw(self, before: str | None = None) -> int:
        """Drop some raw responses, one step; return how many, 0 if none is left."""
        return self._write(lambda connection: space.drop_raw(connection, before)).result()

    def shrink(self, watch: Watch = go_on) -> int:
        """Return free space to the disk and return how many bytes; blocks other writes.

        `watch` can cancel; the space is then reused by later writes.
        """

        def work(connection: sqlite3.Connection) -> int:
            try:
                return space.shrink(connection, self._path, watch)
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                raise failure("busy", str(error)) from error

        return self._alone(work).result()

    def check(self, watch: Watch = go_on) -> list[str]:
        """Return what is damaged in the file, [] for a sound one; `watch` can cancel."""
        try:
            with self._readers.use() as connection, watched(connection, watch):
                return space.check(connection)
        except StoreError as error:
            if error.code not in ("corrupt", "not_a_database"):
                raise
            return [error.detail or error.sentence]

    def wrong_rows(self, watch: Watch = go_on) -> list[str]:
        """Return a sentence for each table with invalid rows; `watch` can cancel."""
        # Rarely needed.
        from workbench.store.maintenance.row_check import wrong_rows

        with self._readers.use() as connection, watched(connection, watch):
            return wrong_rows(connection, watch)
