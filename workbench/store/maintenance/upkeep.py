"""Looking after an open history: its copies, its size, its soundness.

Invariant: nothing here keeps writers waiting for longer than a step takes, but `shrink`, which says so.
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
    """All methods block, some for minutes, and belong on a worker thread. They raise StoreError."""

    def __init__(
        self,
        path: Path,
        readers: Readers,
        write: Callable[[Work], Future[int]],
        alone: Callable[[Work], Future[int]],
        require_place: Callable[[], None],
    ) -> None:
        """`write` runs work within a transaction of the writer, `alone` between two of them.

        `require_place` raises StoreError where another file stands at `path` than the one that is open.
        """
        self._path = path
        self._readers = readers
        self._write = write
        self._alone = alone
        self._require_place = require_place

    def backup(self, folder: Path, now: str, *, by_hand: bool, watch: Watch = go_on) -> Backup:
        """Make a copy and look whether it is sound; `watch` can stop it."""
        return backups.make(self._path, folder, now, by_hand=by_hand, watch=watch, sure=self._require_place)

    def backups(self, folder: Path) -> list[Backup]:
        """Return the copies in a folder, newest first."""
        return backups.listed(self._path, folder)

    def prune(self, folder: Path, keep: int) -> list[Backup]:
        """Remove all but the newest copies that were made by themselves."""
        return backups.prune(self._path, folder, keep)

    def changed_since(self, moment: str) -> bool:
        """Whether a run, a verdict or a draft is newer than a moment; what else changes is found by their company."""
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
        """Return what takes room; `watch` can stop it."""
        with self._readers.use() as connection, watched(connection, watch):
            return space.measure(connection)

    def droppable(self, watch: Watch = go_on) -> tuple[int, int]:
        """Return how many raw responses could be dropped, and their bytes; `watch` can stop it."""
        with self._readers.use() as connection, watched(connection, watch):
            return space.droppable(connection)

    def drop_raw(self, before: str | None = None) -> int:
        """Drop some raw responses, one step; 0 when there is nothing left to drop."""
        return self._write(lambda connection: space.drop_raw(connection, before)).result()

    def shrink(self, watch: Watch = go_on) -> int:
        """Give free room back to the disk and return how many bytes; nothing else is written meanwhile.

        `watch` can stop it; the room is then used by what comes next.
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
        """Return what is damaged of the file, nothing for a sound one; `watch` can stop it."""
        try:
            with self._readers.use() as connection, watched(connection, watch):
                return space.check(connection)
        except StoreError as error:
            if error.code not in ("corrupt", "not_a_database"):
                raise
            return [error.detail or error.sentence]

    def wrong_rows(self, watch: Watch = go_on) -> list[str]:
        """Return a sentence about each table whose rows hold wrong values; `watch` can stop it."""
        # Few processes check a history.
        from workbench.store.maintenance.row_check import wrong_rows

        with self._readers.use() as connection, watched(connection, watch):
            return wrong_rows(connection, watch)
