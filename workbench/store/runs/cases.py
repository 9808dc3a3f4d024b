"""The cases of a prompt.

Invariant: what is read is what was written, including unknown checks. Equal values are stored once and shared with
runs, so that answers to a case are found by its values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as with_
from typing import Any

from workbench.core.cases import Case, CaseError, case_from_json, case_to_json
from workbench.core.json_parts import load
from workbench.store.encoding import dump, typed
from workbench.store.errors import StoreError
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.value_bodies import values_id
from workbench.store.sqlite import sqlite3

_SELECT = (
    "SELECT cases.uid, cases.name, value_bodies.body, cases.checks, cases.threshold, cases.metadata, cases.rest, {}"
    " FROM cases JOIN value_bodies ON value_bodies.id = cases.values_id WHERE prompt_id = ? ORDER BY position"
)
_FURTHER = "expectation, tags, cluster, notes, held_out"
_NO_FURTHER = "'', '[]', '', '', 0"
_TOTALS = (
    "SELECT ({}iif(json_valid(rest), coalesce(json_type(rest, '$.held_out') = 'true', 0), 0)) AS held, count(*),"
    " coalesce(sum(iif(json_valid(checks), json_array_length(checks), 0)), 0) FROM cases WHERE prompt_id = ?"
    " GROUP BY held"
)
_HELD_OUT = "held_out <> 0 OR "
_PUT = (
    "INSERT INTO cases (uid, prompt_id, position, name, values_id, checks, threshold, metadata, rest, expectation,"
    " tags, cluster, notes, held_out) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_CHANGED = ("position", "name", "values_id", "checks", "threshold", "metadata", "rest", *_FURTHER.split(", "))
# Of a case that is there, when it was used up stays.
_PUT_OR_CHANGE = (
    f"{_PUT} ON CONFLICT (prompt_id, uid) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _CHANGED)}"
)
# Whoever edits a case may have read it before the hold-out was set aside. An older release stored the set in `rest`.
_CHANGE = _PUT_OR_CHANGE.replace(
    "held_out = excluded.held_out",
    "held_out = max(held_out, iif(json_valid(rest), coalesce(json_extract(rest, '$.held_out') = 1, 0), 0))",
)


@dataclass(frozen=True, slots=True)
class RemovedCase:
    """A removed case and its position, for undo; `used_at` is when a held-out one was used up, None for never."""

    case: Case
    position: int
    used_at: str | None = None


@dataclass(frozen=True, slots=True)
class CaseTotals:
    """The numbers of a prompt's cases that are held out and of the others, and of the checks of all cases."""

    tuning: int = 0
    held_out: int = 0
    checks: int = 0


def listed(connection: sqlite3.Connection, prompt_uid: str) -> tuple[Case, ...]:
    """Return the cases of a prompt in order. Raises StoreError (missing, corrupt)."""
    statement = _SELECT.format(_FURTHER if _is_newer(connection) else _NO_FURTHER)
    return tuple(_case(*row) for row in connection.execute(statement, (prompt_id(connection, prompt_uid),)))


def totals(connection: sqlite3.Connection, prompt_uid: str) -> CaseTotals:
    """Count the cases of a prompt and their checks, without reading them. Raises StoreError (missing)."""
    statement = _TOTALS.format(_HELD_OUT if _is_newer(connection) else "")
    rows = connection.execute(statement, (prompt_id(connection, prompt_uid),))
    found = {is_held: (cases, checks) for is_held, cases, checks in rows}
    tuning, held_out = found.get(0, (0, 0)), found.get(1, (0, 0))
    return CaseTotals(tuning[0], held_out[0], tuning[1] + held_out[1])


def _is_newer(connection: sqlite3.Connection) -> bool:
    """Whether cases have all columns: the history of an older release, opened read-only, lacks some."""
    return any(row[1] == "held_out" for row in connection.execute("PRAGMA table_info(cases)"))


def replace(connection: sqlite3.Connection, prompt_uid: str, cases: Sequence[Case]) -> None:
    """Replace all cases of a prompt. Raises StoreError (missing, text)."""
    key = prompt_id(connection, prompt_uid)
    kept = dump([case.uid for case in cases])
    connection.execute(
        "DELETE FROM cases WHERE prompt_id = ? AND uid NOT IN (SELECT value FROM json_each(?))", (key, kept)
    )
    for position, case in enumerate(cases):
        _insert(connection, key, position, case, _PUT_OR_CHANGE)


def append(connection: sqlite3.Connection, prompt_uid: str, cases: Sequence[Case]) -> None:
    """Append cases to those of a prompt. Raises StoreError (missing, text)."""
    key = prompt_id(connection, prompt_uid)
    (next_,) = connection.execute(
        "SELECT coalesce(max(position), -1) + 1 FROM cases WHERE prompt_id = ?", (key,)
    ).fetchone()
    for position, case in enumerate(cases, start=next_):
        _insert(connection, key, position, case)


def remove(connection: sqlite3.Connection, prompt_uid: str, uids: Sequence[str]) -> None:
    """Remove cases from a prompt."""
    key = prompt_id(connection, prompt_uid)
    connection.execute(
        "DELETE FROM cases WHERE prompt_id = ? AND uid IN (SELECT value FROM json_each(?))", (key, dump(list(uids)))
    )


def change(connection: sqlite3.Connection, prompt_uid: str, case: Case) -> None:
    """Replace the case with the same uid, in its position; it stays in its set. Raises StoreError (missing, text)."""
    key = prompt_id(connection, prompt_uid)
    position = _position(connection, key, case.uid)
    _insert(connection, key, position, case, _CHANGE)


def take(connection: sqlite3.Connection, prompt_uid: str, uid: str) -> RemovedCase:
    """Remove a case and return it. Raises StoreError (missing, corrupt)."""
    key = prompt_id(connection, prompt_uid)
    position = _position(connection, key, uid)
    case = next(one for one in listed(connection, prompt_uid) if one.uid == uid)
    (used_at,) = connection.execute(
        "DELETE FROM cases WHERE prompt_id = ? AND uid = ? RETURNING used_at", (key, uid)
    ).fetchone()
    return RemovedCase(case, position, used_at)


def put_back(connection: sqlite3.Connection, prompt_uid: str, taken: RemovedCase) -> None:
    """Restore a case to its position, before the one that is there now. Raises StoreError (missing, text)."""
    key = prompt_id(connection, prompt_uid)
    place = (key, taken.position)
    if connection.execute("SELECT 1 FROM cases WHERE prompt_id = ? AND position = ?", place).fetchone():
        connection.execute("UPDATE cases SET position = position + 1 WHERE prompt_id = ? AND position >= ?", place)
    _insert(connection, key, taken.position, taken.case)
    connection.execute(
        "UPDATE cases SET used_at = ? WHERE prompt_id = ? AND uid = ?", (taken.used_at, key, taken.case.uid)
    )


def _position(connection: sqlite3.Connection, prompt: int, uid: str) -> int:
    row = connection.execute("SELECT position FROM cases WHERE prompt_id = ? AND uid = ?", (prompt, uid)).fetchone()
    if row is None:
        raise StoreError("This case is no longer in the history. Open the list of cases again.", uid, "missing")
    return int(row[0])


def _insert(connection: sqlite3.Connection, prompt: int, position: int, case: Case, statement: str = _PUT) -> None:
    data = case_to_json(case)
    connection.execute(
        statement,
        (
            typed(case.uid),
            prompt,
            position,
            typed(case.name),
            values_id(connection, case.values),
            dump(data.get("checks", [])),
            case.threshold,
            case.metadata or "{}",
            _rest(case),
            typed(case.expectation),
            dump(case.tags),
            typed(case.cluster),
            typed(case.notes),
            int(case.held_out),
        ),
    )


def _rest(case: Case) -> str:
    """Return the column `rest`, which also has the kinds of values."""
    if not case.kinds:
        return case.rest or "{}"
    return dump({**(load(case.rest) if case.rest else {}), "kinds": dict(case.kinds)})


def _case(
    uid: str, name: str, values: str, checks: str, threshold: float | None, metadata: str, rest: str, *further: Any
) -> Case:
    try:
        data = {"uid": uid, "name": name, "values": load(values), "checks": load(checks), "metadata": load(metadata)}
        case = case_from_json({**load(rest), **_further(*further), **data})
    except (CaseError, TypeError, ValueError, RecursionError) as error:
        raise StoreError(
            f"The case “{name or uid}” cannot be read. Remove it, or restore a backup.", str(error), "corrupt"
        ) from error
    return with_(case, threshold=threshold)


def _further(expectation: str, tags: str, cluster: str, notes: str, held_out: int) -> dict[str, Any]:
    """Return the columns that are set. Those of a case that an older release stored are in its `rest`."""
    data = {"expectation": expectation, "tags": load(tags), "cluster": cluster, "notes": notes}
    return {name: value for name, value in data.items() if value} | ({"held_out": True} if held_out else {})
