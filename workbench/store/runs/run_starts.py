"""Stores the start of runs and retries.

Invariant: a run is stored completely before anything of it is sent, and its lanes, versions and values never change
again. Its outputs are in flight until they end, owned by the process that will end them.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.core.changes import Change, count_change
from workbench.core.content import Content
from workbench.core.run_changes import RunSetup, setup_change
from workbench.store.encoding import dump, typed
from workbench.store.errors import missing
from workbench.store.records import LaneStart, RunBegun, RunStart
from workbench.store.runs import technique_marks, timeline, value_sets, version_names, versions
from workbench.store.runs.prompts import prompt_id, touch
from workbench.store.runs.value_bodies import values_id
from workbench.store.sqlite import sqlite3

_LAST = (
    "SELECT (SELECT max(number) FROM runs WHERE prompt_id = ?1 AND kind = ?2),"
    " (SELECT number FROM last_numbers WHERE prompt_id = ?1 AND kind = ?2)"
)
_MOST_SETS = 200
"""Value sets that are compared with those of an earlier run."""
_OUTPUT = "INSERT INTO outputs (uid, run_id, lane, value_set, sample, attempt, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)"


def begin_run(connection: sqlite3.Connection, start: RunStart) -> RunBegun:
    """Store a run with its lanes and waiting outputs; return the numbers it got.

    Raises StoreError (missing) for an unknown prompt or version, ValueError for a run without lanes, without value sets
    or without the content that a lane needs.
    """
    if not start.lanes or not start.sets:
        raise ValueError("a run has at least one lane and one value set")
    prompt = prompt_id(connection, start.prompt_uid)
    base = None if start.based_on is None else versions.stored(connection, prompt, start.based_on)
    current, change, is_new = _current_version(connection, prompt, start, base)
    lane_keys = [_lane_version(connection, prompt, lane, current) for lane in start.lanes]
    if change == Change():
        change = Change(summary=typed(_setup_change(connection, start, (current or lane_keys[0])[0])))
    run, number = insert_run(connection, prompt, start, current, lane_keys, change, base and base[0])
    # A run that was refused is not in the table, and has no answers to show.
    connection.executemany(
        "INSERT INTO run_beside (run_id, place, slot, from_run_id, hidden, baseline)"
        " SELECT ?, ?, ?, runs.id, ?, ? FROM runs WHERE runs.uid = ? AND runs.prompt_id = ?",
        [(run, one.place, one.slot, int(one.hidden), int(one.baseline), one.run_uid, prompt) for one in start.beside],
    )
    touch(connection, prompt, start.started_at, int(start.kind == "iteration"))
    if is_new and start.kind == "iteration":
        name = version_names.of_new(number)
    else:
        name = version_names.name_of(connection, (current or lane_keys[0])[0])
    return RunBegun(start.uid, number, current and current[1], tuple(n for _, n in lane_keys), change, name)


def insert_run(
    connection: sqlite3.Connection,
    prompt: int,
    start: RunStart,
    current: tuple[int, int] | None,
    lane_keys: Sequence[tuple[int, int]],
    change: Change,
    based_on: int | None = None,
) -> tuple[int, int]:
    """Insert a run with its value sets, lanes and waiting outputs; return its key and its number.

    `current` and `lane_keys` are keys and numbers of versions: of the current text, and of each lane; `based_on` is the
    key of the one that the text started from.
    """
    newest, deleted = connection.execute(_LAST, (prompt, start.kind)).fetchone()
    number = max(newest or 0, deleted or 0) + 1
    cursor = connection.execute(
        "INSERT INTO runs (uid, prompt_id, kind, number, version_id, based_on_id, owner_uid, started_at, summary,"
        " added, removed, note, blind) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            start.uid,
            prompt,
            start.kind,
            number,
            (current or lane_keys[0])[0],
            based_on,
            start.owner_uid,
            start.started_at,
            change.summary,
            change.added,
            change.removed,
            typed(start.note),
            int(start.blind),
        ),
    )
    run = int(cursor.lastrowid or 0)
    connection.executemany(
        "INSERT INTO run_values (run_id, position, set_uid, name, values_id) VALUES (?, ?, ?, ?, ?)",
        [
            (run, position, one.uid or None, typed(one.name), values_id(connection, one.values))
            for position, one in enumerate(start.sets)
        ],
    )
    insert_lanes(connection, run, start.lanes, [version for version, _ in lane_keys])
    connection.executemany(
        _OUTPUT,
        [
            (output.uid, run, lane.position, output.value_set, output.sample, 1, start.started_at)
            for lane in start.lanes
            for output in lane.outputs
        ],
    )
    connection.execute(
        "INSERT INTO in_flight (run_id, output_id, owner_uid) SELECT run_id, id, ? FROM outputs WHERE run_id = ?",
        (start.owner_uid, run),
    )
    return run, number


def insert_lanes(connection: sqlite3.Connection, run: int, lanes: Sequence[LaneStart], keys: Sequence[int]) -> None:
    """Insert lanes of a run; `keys` are the keys of their versions."""
    connection.executemany(
        "INSERT INTO lanes (run_id, position, uid, slot, label, endpoint_uid, model, params, version_id, pinned)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [_lane(run, lane, version) for lane, version in zip(lanes, keys, strict=True)],
    )


def _setup_change(connection: sqlite3.Connection, start: RunStart, version: int) -> str:
    """Return what differs from the latest iteration with the same text, "" if there is none."""
    row = connection.execute(
        "SELECT id FROM runs WHERE version_id = ? AND kind = 'iteration' ORDER BY number DESC LIMIT 1", (version,)
    ).fetchone()
    if row is None or start.kind != "iteration" or len(start.sets) > _MOST_SETS:
        return ""
    (run,) = row
    slots = connection.execute("SELECT slot FROM run_beside WHERE run_id = ?", (run,)).fetchall()
    lanes = tuple(lane.lane for lane in timeline.lanes_of(connection, run))
    before = RunSetup(lanes, value_sets.listed(connection, run, _MOST_SETS), frozenset(slot for (slot,) in slots))
    after = RunSetup(tuple(one.lane for one in start.lanes), start.sets, frozenset(one.slot for one in start.beside))
    return setup_change(before, after, blind=start.blind)


def _current_version(
    connection: sqlite3.Connection, prompt: int, start: RunStart, base: tuple[int, bytes] | None
) -> tuple[tuple[int, int] | None, Change, bool]:
    """Return key and number of the current text's version, its change from the version it is based on, and whether it
    was created.
    """
    if start.content is None or all(lane.lane.pinned is not None for lane in start.lanes):
        return None, Change(), False
    content = versions.content_id(connection, start.content)
    current = versions.find_version(connection, prompt, content)
    is_new = current is None
    if current is None:
        parent = None if base is None else (base[0], start.based_on or 0)
        current = versions.make_version(connection, prompt, start.version_uid, content, parent, start.started_at)
        technique_marks.pass_on(connection, prompt, current[0], start.based_on, start.content, start.techniques)
    before = None if base is None else _readable(base[1])
    return current, Change() if before == start.content else count_change(before, start.content), is_new


def _readable(body: bytes) -> Content | None:
    """Return the content of a version, None if it is damaged: the change is then counted against nothing."""
    try:
        return versions.parsed(body or b"")[0]
    except (ValueError, RecursionError):
        return None


def _lane_version(
    connection: sqlite3.Connection, prompt: int, lane: LaneStart, current: tuple[int, int] | None
) -> tuple[int, int]:
    pinned = lane.lane.pinned
    if pinned is not None:
        return versions.version_id(connection, prompt, pinned), pinned
    if current is None:
        raise ValueError("a lane runs the current text, and there is none")
    return current


def _lane(run: int, start: LaneStart, version: int) -> tuple[object, ...]:
    lane = start.lane
    return (
        run,
        start.position,
        start.uid,
        lane.slot,
        typed(lane.label),
        lane.endpoint,
        typed(lane.model),
        dump(lane.params.to_json()),
        version,
        int(lane.pinned is not None),
    )


def add_attempt(connection: sqlite3.Connection, old_uid: str, new_uid: str, now: str, owner: str | None) -> int:
    """Add a waiting attempt beside the one with `old_uid` and return its number; `owner` None is the run's owner."""
    row = connection.execute(
        "SELECT outputs.run_id, lane, value_set, sample, runs.owner_uid FROM outputs"
        " JOIN runs ON runs.id = outputs.run_id WHERE outputs.uid = ?",
        (old_uid,),
    ).fetchone()
    if row is None:
        raise missing("answer", old_uid)
    run, lane, value_set, sample, run_owner = row
    (newest,) = connection.execute(
        "SELECT max(attempt) FROM outputs WHERE run_id = ? AND lane = ? AND value_set = ? AND sample = ?",
        (run, lane, value_set, sample),
    ).fetchone()
    attempt = int(newest) + 1
    output = connection.execute(_OUTPUT, (new_uid, run, lane, value_set, sample, attempt, now)).lastrowid
    connection.execute(
        "INSERT INTO in_flight (run_id, output_id, owner_uid) VALUES (?, ?, ?)", (run, output, owner or run_owner)
    )
    return attempt
