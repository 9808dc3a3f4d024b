"""What people put on runs: stars, tags, and putting them away.

Invariant: nothing here changes what was run; triggers tell the index. A tag that no run has any more is gone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future

from workbench.store.errors import missing
from workbench.store.sqlite import sqlite3

_KEYS = "SELECT id FROM tags WHERE name IN (SELECT value FROM json_each(?))"


class Curation:
    """Writes to one history. Each call is all or nothing, and its future raises StoreError (missing)."""

    def __init__(self, write: Callable[[Callable[[sqlite3.Connection], None]], Future[None]]) -> None:
        self._write = write

    def star(self, run_uids: Sequence[str], starred: bool) -> Future[None]:
        """Star runs, or take their stars away."""
        return self._write(lambda c: _update(c, "starred", run_uids, starred))

    def archive(self, run_uids: Sequence[str], archived: bool) -> Future[None]:
        """Put runs away, or bring them back."""
        return self._write(lambda c: _update(c, "archived", run_uids, archived))

    def tag(self, tags: Mapping[str, Sequence[str]]) -> Future[None]:
        """Give each run, by uid, exactly these tags."""
        return self._write(lambda c: _tag(c, tags))


def _tag(connection: sqlite3.Connection, tags: Mapping[str, Sequence[str]]) -> None:
    for uid, names in tags.items():
        row = connection.execute("SELECT id FROM runs WHERE uid = ?", (uid,)).fetchone()
        if row is None:
            raise missing("run", uid)
        given = json.dumps(list(dict.fromkeys(names)))
        connection.execute("INSERT OR IGNORE INTO tags (name) SELECT value FROM json_each(?)", (given,))
        connection.execute(f"DELETE FROM run_tags WHERE run_id = ? AND tag_id NOT IN ({_KEYS})", (row[0], given))
        connection.execute(
            f"INSERT OR IGNORE INTO run_tags (run_id, tag_id) SELECT ?, id FROM ({_KEYS})", (row[0], given)
        )
    connection.execute("DELETE FROM tags WHERE id NOT IN (SELECT tag_id FROM run_tags)")


def _update(connection: sqlite3.Connection, column: str, run_uids: Sequence[str], value: bool) -> None:
    for uid in run_uids:
        if connection.execute(f"UPDATE runs SET {column} = ? WHERE uid = ?", (int(value), uid)).rowcount == 0:
            raise missing("run", uid)
