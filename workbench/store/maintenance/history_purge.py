"""Permanently deletes runs and prompts from the file.

Invariant: one transaction deletes a run with everything that only it used, and leaves unchanged what others use. Then
the file is rewritten, so that no byte of the deleted rows is left in it, in its log or in the index. Numbers are never
reused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workbench.store.maintenance import judge_purge
from workbench.store.maintenance.space import write_anew
from workbench.store.merging import pack_import_store
from workbench.store.runs import damaged_drafts, hidden_prompts, verdicts
from workbench.store.runs.curation import count_iterations, refuse_running
from workbench.store.runs.prompts import meta, set_meta
from workbench.store.runs.version_names import names as names_of
from workbench.store.runs.visibility import DELETED
from workbench.store.sqlite import sqlite3
from workbench.store.testing import suite_settings

UNCLEAN = "unclean"
"""The meta key that says that bytes of deleted rows may still be in the file."""

_RUNS = "(SELECT value FROM json_each(:runs))"
_OUTPUTS = f"(SELECT id FROM outputs WHERE run_id IN {_RUNS})"
_JUDGED = f"(SELECT verdict_id FROM verdict_outputs WHERE output_id IN {_OUTPUTS})"
# Current verdicts on remaining runs that lose their winner, or all but one of those tied.
_VOID = (
    "SELECT id, run_id, value_set, prompt_id, blind FROM verdicts"
    f" WHERE id IN {_JUDGED} AND run_id NOT IN {_RUNS} AND kind IN ('winner', 'tie')"
    " AND NOT EXISTS (SELECT 1 FROM verdicts AS later WHERE later.run_id = verdicts.run_id"
    "  AND later.value_set IS verdicts.value_set AND later.id > verdicts.id)"
    " AND (SELECT count(*) FROM verdict_outputs WHERE verdict_id = verdicts.id AND place = 1"
    f"  AND output_id NOT IN {_OUTPUTS}) < iif(kind = 'winner', 1, 2)"
)
_PAIRS = f"FROM verdicts WHERE run_id IS NULL AND id IN {_JUDGED}"
_BESIDE = f"FROM run_beside WHERE from_run_id IN {_RUNS} AND run_id NOT IN {_RUNS}"
_SHARED = ("contents", "value_bodies", "bodies", "case_bodies", "check_bodies")
"""Tables of shared rows: each row lives as long as any row of another table refers to it."""


@dataclass(frozen=True, slots=True)
class PurgeTargets:
    """What to delete, by uid: runs, and prompts with all their runs."""

    runs: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.runs or self.prompts)


@dataclass(frozen=True, slots=True)
class PurgeExtent:
    """What a purge deletes: runs with their answers, and prompts; and its effects elsewhere.

    `verdicts` counts other verdicts that become void because they are about a deleted answer, `beside` the other runs
    that showed such an answer beside their own, `cells` those of other test runs that used such an answer and are open
    again. `tests` of the runs are test runs. `judgements` counts replies of judges that go along: those about a deleted
    answer. Runs and prompts of judges that go along with others are not counted as such.
    """

    runs: int
    answers: int
    prompts: int
    verdicts: int
    beside: int
    cells: int = 0
    tests: int = 0
    judgements: int = 0


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version kept although its runs were deleted: the draft starts from it, a lane or a test pins it, or it has
    a label.

    `name` is what people called it; the iteration that named it may be gone.
    """

    prompt: str
    number: int
    name: str


def deleted(connection: sqlite3.Connection) -> PurgeTargets:
    """Return the deleted runs and prompts that can still be restored."""
    # Hidden prompts go with their owners.
    prompts = connection.execute(
        f"SELECT uid FROM prompts WHERE archived >= {DELETED} AND {hidden_prompts.listed(connection)} ORDER BY id"
    )
    runs = connection.execute(f"SELECT uid FROM runs WHERE archived >= {DELETED} ORDER BY id")
    return PurgeTargets(tuple(uid for (uid,) in runs), tuple(uid for (uid,) in prompts))


def extent(connection: sqlite3.Connection, doomed: PurgeTargets) -> PurgeExtent:
    """Return what a purge would delete. Raises StoreError (running) if it would be refused."""
    runs, prompts = _keys(connection, doomed)
    quoting = judge_purge.quoting(connection, runs)
    _refuse_running(connection, [*runs, *(run for run, _ in quoting)])
    given = {"runs": json.dumps(runs)}

    def count(what: str) -> int:
        return int(connection.execute(f"SELECT count(*) {what}", given).fetchone()[0])

    void = count(f"FROM ({_VOID})") + count(f"{_PAIRS} AND kind NOT IN ('none', 'judge')")
    beside = int(connection.execute(f"SELECT count(DISTINCT run_id) {_BESIDE}", given).fetchone()[0])
    cells = count(f"FROM run_cells WHERE output_id IN {_OUTPUTS} AND run_id NOT IN {_RUNS}")
    judge = f"FROM runs WHERE id IN {_RUNS} AND kind = 'judge'"
    replies = f"FROM outputs WHERE run_id IN (SELECT id {judge})"
    answers = count(f"FROM outputs WHERE run_id IN {_RUNS}") - count(replies)
    tests = count(f"FROM test_runs WHERE run_id IN {_RUNS}")
    judgements = count(replies) + judge_purge.replies_about(connection, quoting)
    (listed,) = connection.execute(
        "SELECT count(*) FROM prompts WHERE id IN (SELECT value FROM json_each(?))"
        f" AND {hidden_prompts.listed(connection)}",
        (json.dumps(prompts),),
    ).fetchone()
    return PurgeExtent(len(runs) - count(judge), answers, listed, void, beside, cells, tests, judgements)


def purge(
    connection: sqlite3.Connection, doomed: PurgeTargets, now: str, make_uid: Callable[[], str]
) -> tuple[PurgeExtent, tuple[KeptVersion, ...]]:
    """Delete permanently, inside a transaction; return what was deleted, and the versions that are kept.

    Raises StoreError (running), and then nothing is changed. The bytes leave the file only with `clean`.
    """
    size = extent(connection, doomed)
    runs, prompts = _keys(connection, doomed)
    quoting = judge_purge.quoting(connection, runs)
    given = {"runs": json.dumps(runs)}
    (secure,) = connection.execute("PRAGMA secure_delete").fetchone()
    connection.execute("PRAGMA secure_delete = ON")
    try:
        used = connection.execute(
            f"SELECT version_id FROM runs WHERE id IN {_RUNS}"
            f" UNION SELECT version_id FROM lanes WHERE run_id IN {_RUNS} ORDER BY 1 DESC",
            given,
        ).fetchall()
        names = connection.execute(
            f"SELECT label FROM lanes WHERE run_id IN {_RUNS} UNION SELECT model FROM lanes WHERE run_id IN {_RUNS}",
            given,
        ).fetchall()
        called = names_of(connection, [key for (key,) in used])
        _forget_origins(connection, given, prompts)
        pack_import_store.forget(connection, doomed.prompts)
        _remember_numbers(connection, given)
        void = connection.execute(_VOID, given).fetchall()
        connection.execute(f"DELETE {_PAIRS}", given)
        connection.execute(f"DELETE FROM partials WHERE output_id IN {_OUTPUTS}", given)
        judge_purge.forget_quotes(connection, quoting)
        touched = connection.execute(f"SELECT DISTINCT prompt_id FROM runs WHERE id IN {_RUNS}", given).fetchall()
        # Searches find them by the states of their cells, some of which are open again.
        connection.execute(
            "INSERT OR REPLACE INTO unindexed (run_id) SELECT DISTINCT run_id FROM run_cells"
            f" WHERE output_id IN {_OUTPUTS} AND run_id NOT IN {_RUNS}",
            given,
        )
        connection.execute(f"DELETE FROM runs WHERE id IN {_RUNS}", given)
        for verdict in void:
            _take_back(connection, verdict, make_uid(), now)
        connection.execute("DELETE FROM prompts WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(prompts),))
        count_iterations(connection, "id IN (SELECT value FROM json_each(?))", json.dumps([key for (key,) in touched]))
        kept = _drop_versions(connection, {key: called[key] for (key,) in used if key in called})
        _drop_unused(connection, [name for (name,) in names])
        set_meta(connection, UNCLEAN, "1")
    finally:
        connection.execute(f"PRAGMA secure_delete = {secure}")
    return size, kept


def is_unclean(connection: sqlite3.Connection) -> bool:
    """Whether something was purged and the file was not rewritten since."""
    return meta(connection, UNCLEAN) == "1"


def clean(connection: sqlite3.Connection) -> bool:
    """Rewrite index and file, outside of any transaction, so that nothing purged is left in them.

    Return whether the log is empty, too, which an active reader prevents. Raises sqlite3.Error, for example if the disk
    is full, and can be called again.
    """
    connection.execute("INSERT INTO run_search (run_search) VALUES ('optimize')")
    # Checkpoint while there is space, because what is in the log needs space in the file.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    try:
        write_anew(connection)
    finally:
        # On a full disk the log has used up the remaining space; free it for other programs.
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if not busy:
        set_meta(connection, UNCLEAN, "0")
    return not busy


def holds(connection: sqlite3.Connection, doomed: PurgeTargets) -> bool:
    """Whether a history, such as a copy, contains any of it."""
    runs, prompts = _keys(connection, doomed)
    return bool(runs or prompts)


def _keys(connection: sqlite3.Connection, doomed: PurgeTargets) -> tuple[list[int], list[int]]:
    """Return the keys of all runs, including those of the prompts and of judges of the runs, and of the prompts."""
    named = connection.execute(
        "SELECT id FROM prompts WHERE uid IN (SELECT value FROM json_each(?))", (json.dumps(doomed.prompts),)
    )
    prompts = hidden_prompts.with_owned(connection, [key for (key,) in named])
    runs = connection.execute(
        "SELECT id FROM runs WHERE uid IN (SELECT value FROM json_each(?))"
        " UNION SELECT id FROM runs WHERE prompt_id IN (SELECT value FROM json_each(?))",
        (json.dumps(doomed.runs), json.dumps(prompts)),
    )
    return judge_purge.with_judges(connection, [key for (key,) in runs]), prompts


def _refuse_running(connection: sqlite3.Connection, runs: Sequence[int]) -> None:
    refuse_running(connection, "runs.id IN (SELECT value FROM json_each(?))", json.dumps(runs))


def _forget_origins(connection: sqlite3.Connection, given: dict[str, str], prompts: Sequence[int]) -> None:
    """Forget the origins of what is deleted, so that it can be imported again."""
    connection.execute(f"DELETE FROM origins WHERE uid IN (SELECT uid FROM runs WHERE id IN {_RUNS})", given)
    connection.execute(
        # The uid of a case is unique only within its prompt, but its foreign id begins with that of the prompt.
        "WITH gone AS (SELECT id, uid FROM prompts WHERE id IN (SELECT value FROM json_each(?)))"
        " DELETE FROM origins WHERE uid IN (SELECT uid FROM gone"
        "  UNION SELECT uid FROM versions WHERE prompt_id IN (SELECT id FROM gone)"
        "  UNION SELECT uid FROM cases WHERE prompt_id IN (SELECT id FROM gone)"
        "   EXCEPT SELECT uid FROM cases WHERE prompt_id NOT IN (SELECT id FROM gone))"
        " OR (thing = 'case' AND EXISTS (SELECT 1 FROM origins AS prompt"
        "  WHERE prompt.thing = 'prompt' AND prompt.kind = origins.kind AND prompt.uid IN (SELECT uid FROM gone)"
        "  AND substr(origins.foreign_id, 1, length(prompt.foreign_id) + 1) = prompt.foreign_id || ':'))",
        (json.dumps(prompts),),
    )


def _remember_numbers(connection: sqlite3.Connection, given: dict[str, str]) -> None:
    connection.execute(
        "INSERT INTO last_numbers (prompt_id, kind, number)"
        f" SELECT prompt_id, kind, max(number) FROM runs WHERE id IN {_RUNS} GROUP BY prompt_id, kind"
        " ON CONFLICT (prompt_id, kind) DO UPDATE SET number = max(number, excluded.number)",
        given,
    )


def _take_back(connection: sqlite3.Connection, verdict: tuple[int, int, int, int, int], uid: str, now: str) -> None:
    """Withdraw a verdict on a run that remains."""
    old, run, value_set, prompt, blind = verdict
    key = connection.execute(
        "INSERT INTO verdicts (uid, prompt_id, run_id, value_set, kind, blind, supersedes_id, created_at)"
        " VALUES (?, ?, ?, ?, 'none', ?, ?, ?)",
        (uid, prompt, run, value_set, blind, old, now),
    ).lastrowid
    connection.execute(
        "INSERT INTO verdict_outputs (verdict_id, output_id, shown) SELECT ?, output_id, shown FROM verdict_outputs"
        " WHERE verdict_id = ?",
        (key, old),
    )
    verdicts.show_on_row(connection, run)


def _drop_versions(connection: sqlite3.Connection, versions: Mapping[int, str]) -> tuple[KeptVersion, ...]:
    """Delete those versions that nothing uses any more; return those that only a draft or a label uses.

    The newest version of a judge prompt stays, because the next judges are asked with it.

    `versions` are their names by key.
    """
    kept = []
    for version, called in versions.items():
        row = connection.execute(
            "SELECT prompt_id, number, versions.uid, prompts.name FROM versions JOIN prompts ON prompts.id = prompt_id"
            " WHERE versions.id = ?",
            (version,),
        ).fetchone()
        if row is None or any(
            connection.execute(f"SELECT 1 FROM {table} WHERE version_id = ? LIMIT 1", (version,)).fetchone()
            for table in ("runs", "lanes")
        ):
            continue
        prompt, number, uid, name = row
        if judge_purge.is_next_judge(connection, prompt, number):
            continue
        labelled = connection.execute("SELECT 1 FROM labels WHERE version_id = ?", (version,)).fetchone()
        if labelled or number in _drafted(connection, prompt):
            kept.append(KeptVersion(name, number, called))
            continue
        connection.execute(
            "INSERT INTO last_numbers (prompt_id, kind, number) VALUES (?, 'version', ?)"
            " ON CONFLICT (prompt_id, kind) DO UPDATE SET number = max(number, excluded.number)",
            (prompt, number),
        )
        # The summary of a change that only removed words quotes the deleted version.
        connection.execute(
            "UPDATE runs SET summary = '' WHERE based_on_id = ? AND added = 0 AND summary <> ''", (version,)
        )
        connection.execute(
            "UPDATE versions SET parent_id = (SELECT parent_id FROM versions WHERE id = ?1) WHERE parent_id = ?1",
            (version,),
        )
        connection.execute("DELETE FROM origins WHERE uid = ?", (uid,))
        connection.execute("DELETE FROM versions WHERE id = ?", (version,))
    return tuple(sorted(kept, key=lambda one: (one.prompt, one.number)))


def _drafted(connection: sqlite3.Connection, prompt: int) -> set[int]:
    """Return the versions that a draft starts from or pins, or the tests pin; all if one of both cannot be read."""
    body = damaged_drafts.body_of(connection, prompt)
    tests = connection.execute("SELECT body FROM suite_settings WHERE prompt_id = ?", (prompt,)).fetchone()
    try:
        draft = None if body is None else damaged_drafts.parse(body)
        columns = () if tests is None else suite_settings.parse(tests[0]).columns
    except damaged_drafts.UNREADABLE:
        numbers = connection.execute("SELECT number FROM versions WHERE prompt_id = ?", (prompt,))
        return {number for (number,) in numbers}
    lanes = (*columns, *(() if draft is None else draft.lanes))
    pinned = {lane.pinned for lane in lanes if lane.pinned is not None}
    return pinned | ({draft.based_on} if draft is not None and draft.based_on is not None else set())


def _drop_unused(connection: sqlite3.Connection, names: Sequence[str]) -> None:
    """Delete shared texts, files, tags and names that nothing uses any more.

    The schema tells which columns refer to shared rows. They get temporary indexes, because otherwise deleting each row
    would read through all answers.
    """
    users = [
        (table, user, column)
        for table in _SHARED
        for user, column in connection.execute(
            'SELECT sqlite_schema.name, key."from" FROM sqlite_schema, pragma_foreign_key_list(sqlite_schema.name)'
            " AS key WHERE sqlite_schema.type = 'table' AND key.\"table\" = ?",
            (table,),
        ).fetchall()
    ]
    for number, (_, user, column) in enumerate(users):
        connection.execute(f'CREATE INDEX purging_{number} ON "{user}" ("{column}") WHERE "{column}" IS NOT NULL')
    unused = {
        table: " AND ".join(
            f'NOT EXISTS (SELECT 1 FROM "{user}" WHERE "{user}"."{column}" = {table}.id)'
            for owner, user, column in users
            if owner == table
        )
        for table in _SHARED
    }
    files = _files_in(connection, [f"SELECT body FROM {table} WHERE {unused[table]}" for table in _SHARED])
    for table in _SHARED:
        connection.execute(f"DELETE FROM {table} WHERE {unused[table]}")
    for number in range(len(users)):
        connection.execute(f"DROP INDEX purging_{number}")
    rest = [f"SELECT body FROM {table}" for table in ("contents", "value_bodies", "drafts", "case_bodies")]
    gone = files - _files_in(connection, rest) if files else files
    connection.executemany("DELETE FROM blobs WHERE hash = ?", ((name,) for name in gone))
    connection.execute("DELETE FROM tags WHERE id NOT IN (SELECT tag_id FROM run_tags)")
    connection.execute(
        "DELETE FROM search_names WHERE kind = 'model' AND name IN (SELECT value FROM json_each(?))"
        " AND name NOT IN (SELECT label FROM lanes UNION SELECT model FROM lanes)",
        (json.dumps(names),),
    )


def _files_in(connection: sqlite3.Connection, bodies: Sequence[str]) -> set[str]:
    """Return the hashes of attached files that these texts contain."""
    every = connection.execute("SELECT hash FROM blobs").fetchall()
    if not every:
        return set()
    texts = " UNION ALL ".join(bodies)
    return {
        name
        for (name,) in every
        if connection.execute(f"SELECT 1 FROM ({texts}) WHERE instr(body, ?)", (name,)).fetchone()
    }
