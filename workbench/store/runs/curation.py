"""Stars, tags, archiving and deletion of runs; folders and tags of prompts.

Invariant: nothing here changes what was run; triggers list the runs for indexing. Unused tags are removed. Deleted rows
are hidden everywhere and can be restored unchanged; `history_purge` removes them from the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future

from workbench.store.errors import StoreError, missing
from workbench.store.runs import hidden_prompts, prompts
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.visibility import ARCHIVED, DELETED, WITH_PROMPT
from workbench.store.sqlite import sqlite3

_KEYS = "SELECT id FROM tags WHERE name IN (SELECT value FROM json_each(?))"


class Curation:
    """Writes to one history. Each call is atomic, and its future raises StoreError (missing)."""

    def __init__(self, write: Callable[[Callable[[sqlite3.Connection], None]], Future[None]]) -> None:
        self._write = write

    def star(self, run_uids: Sequence[str], starred: bool) -> Future[None]:
        """Star or unstar runs."""
        return self._write(lambda c: _update(c, "starred = ?", int(starred), run_uids))

    def star_answers(self, output_uids: Sequence[str], starred: bool) -> Future[None]:
        """Star or unstar answers."""
        return self._write(lambda c: _star_answers(c, output_uids, starred))

    def archive(self, run_uids: Sequence[str], archived: bool) -> Future[None]:
        """Archive runs, or list them again."""
        change = f"archived = (archived & ~{ARCHIVED}) | ?"
        return self._write(lambda c: _update(c, change, ARCHIVED if archived else 0, run_uids))

    def delete(self, run_uids: Sequence[str], deleted: bool) -> Future[None]:
        """Hide runs everywhere, tests with their judges, or restore them, with their prompt if that is deleted.

        Raises StoreError (running) for a run in progress.
        """
        return self._write(lambda c: _delete(c, run_uids, deleted))

    def delete_prompt(self, uid: str, deleted: bool) -> Future[None]:
        """Hide a prompt with its judge prompts and all their runs, or restore it with what was hidden with it.

        Raises StoreError (running) while one of its runs is in progress.
        """
        return self._write(lambda c: _delete_prompt(c, uid, deleted))

    def tag(self, tags: Mapping[str, Sequence[str]]) -> Future[None]:
        """Set the tags of each run, by uid."""
        return self._write(lambda c: _tag(c, tags))

    def organise_prompt(self, uid: str, folder: str | None = None, tags: Sequence[str] | None = None) -> Future[None]:
        """Move a prompt to a folder ("" for none), and replace its tags; None changes neither."""
        return self._write(lambda c: prompts.organise(c, uid, folder, tags))

    def rename_folder(self, name: str, new: str) -> Future[None]:
        """Rename a folder of prompts, or join it with the one of the new name."""
        return self._write(lambda c: prompts.rename_folder(c, name, new))


def _star_answers(connection: sqlite3.Connection, output_uids: Sequence[str], starred: bool) -> None:
    for uid in output_uids:
        changed = connection.execute("UPDATE outputs SET starred = ? WHERE uid = ?", (int(starred), uid)).rowcount
        if changed == 0:
            raise missing("answer", uid)


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


def _update(connection: sqlite3.Connection, change: str, value: int, run_uids: Sequence[str]) -> None:
    for uid in run_uids:
        if connection.execute(f"UPDATE runs SET {change} WHERE uid = ?", (value, uid)).rowcount == 0:
            raise missing("run", uid)


def _delete(connection: sqlite3.Connection, run_uids: Sequence[str], deleted: bool) -> None:
    run_uids = _with_judges(connection, run_uids)
    refuse_running(connection, "runs.uid IN (SELECT value FROM json_each(?))", json.dumps(list(run_uids)))
    if deleted:
        _update(connection, "archived = archived | ?", DELETED, run_uids)
    else:
        _update(connection, "archived = archived & ~?", DELETED | WITH_PROMPT, run_uids)
        connection.execute(
            f"UPDATE prompts SET archived = archived & ~{DELETED} WHERE archived >= {DELETED} AND id IN"
            " (SELECT prompt_id FROM runs WHERE uid IN (SELECT value FROM json_each(?)))",
            (json.dumps(list(run_uids)),),
        )
    prompts = "SELECT prompt_id FROM runs WHERE uid IN (SELECT value FROM json_each(?))"
    count_iterations(connection, f"id IN ({prompts})", json.dumps(list(run_uids)))


def _with_judges(connection: sqlite3.Connection, run_uids: Sequence[str]) -> Sequence[str]:
    """Return the uids of runs, and of the judge runs about those that are tests: they quote the answers."""
    if not hidden_prompts.is_known(connection):
        return run_uids
    judges = connection.execute(
        "SELECT judges.uid FROM runs JOIN scorings ON scorings.run_id = runs.id"
        " JOIN judge_runs ON judge_runs.scoring_id = scorings.id JOIN runs AS judges ON judges.id = judge_runs.run_id"
        " WHERE runs.uid IN (SELECT value FROM json_each(?))",
        (json.dumps(list(run_uids)),),
    )
    return tuple(dict.fromkeys((*run_uids, *(uid for (uid,) in judges))))


def _delete_prompt(connection: sqlite3.Connection, uid: str, deleted: bool) -> None:
    keys = json.dumps(hidden_prompts.with_owned(connection, [prompt_id(connection, uid)]))
    of_keys = "IN (SELECT value FROM json_each(?))"
    refuse_running(connection, f"runs.prompt_id {of_keys}", keys)
    bit = "archived | ?" if deleted else "archived & ~?"
    connection.execute(f"UPDATE prompts SET archived = {bit} WHERE id {of_keys}", (DELETED, keys))
    connection.execute(f"UPDATE runs SET archived = {bit} WHERE prompt_id {of_keys}", (WITH_PROMPT, keys))
    count_iterations(connection, f"id {of_keys}", keys)


def refuse_running(connection: sqlite3.Connection, which: str, value: object) -> None:
    """Raise StoreError (running) if a run for which the condition `which`, with one value, holds is in progress."""
    row = connection.execute(
        f"SELECT runs.uid FROM in_flight JOIN runs ON runs.id = in_flight.run_id WHERE {which} LIMIT 1",
        (value,),
    ).fetchone()
    if row is not None:
        raise StoreError("A run in progress cannot be deleted. Stop it first.", f"run {row[0]}", "running")


def count_iterations(connection: sqlite3.Connection, which: str, value: object) -> None:
    """Recount the undeleted iterations of prompts for which the condition `which`, with one value, holds."""
    connection.execute(
        "UPDATE prompts SET iterations = (SELECT count(*) FROM runs WHERE runs.prompt_id = prompts.id"
        f" AND runs.kind = 'iteration' AND runs.archived < {DELETED}) WHERE {which}",
        (value,),
    )
