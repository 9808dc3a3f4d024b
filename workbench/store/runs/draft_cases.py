"""The cases that a draft uses.

Invariant: a stored draft names its cases by uid, and names and values are in the table of cases, written in the same
transaction as the draft. A case is changed only where the draft changed it, so that the checks of the case, and what
other processes wrote meanwhile, stay. A held-out case is in no draft.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.core.drafts import Draft, Values, ValueSet, holds_values
from workbench.core.json_parts import load
from workbench.core.value_kinds import Kinds, kinds_from_json
from workbench.store.connections import bounded
from workbench.store.encoding import dump, received
from workbench.store.runs import damaged_drafts
from workbench.store.runs.value_bodies import values_id
from workbench.store.sqlite import sqlite3

KnownCases = Mapping[str, ValueSet] | None
"""Cases as a writer knows them from the history, by uid; None for a draft that is written as a whole.

A draft changes only what differs from them. A case that the writer does not know is added if it is missing, and else
stays as it is: another window or an import made it.
"""

_BODIES = " FROM cases JOIN value_bodies ON value_bodies.id = cases.values_id WHERE prompt_id = ?"
_CHOSEN = (
    f"SELECT uid, name, {bounded('value_bodies.body')},"
    " iif(json_valid(cases.rest), json_extract(cases.rest, '$.kinds'), NULL)"
    f"{_BODIES} AND uid IN (SELECT value FROM json_each(?))"
)
_ONE = f"SELECT cases.id, name, values_id, {bounded('value_bodies.body')}, held_out{_BODIES} AND uid = ?"
_NEXT = "SELECT coalesce(max(position), -1) + 1 FROM cases WHERE prompt_id = ?"
_COPY = (
    "INSERT INTO cases (uid, prompt_id, position, name, values_id, checks, threshold, metadata, rest, expectation,"
    " tags, cluster, notes, held_out, used_at) SELECT ?, ?, position, name, values_id, checks, threshold, metadata,"
    " rest, expectation, tags, cluster, notes, held_out, used_at FROM cases WHERE prompt_id = ? AND uid = ?"
)
# Ids of bodies must not be used again, because records of imports name them: a body goes only if a later one is there.
_UNUSED = (
    "DELETE FROM value_bodies WHERE id = ?1 AND id < (SELECT max(id) FROM value_bodies)"
    " AND NOT EXISTS (SELECT 1 FROM cases WHERE values_id = ?1)"
    " AND NOT EXISTS (SELECT 1 FROM run_values WHERE values_id = ?1)"
)


@dataclass(frozen=True, slots=True)
class AdoptedSets:
    """The value sets of an earlier release that became cases, and what undoes this.

    `count` are all sets of the draft, `created` the uids of those that were not cases yet. `before` and `after` are the
    stored drafts.
    """

    prompt_uid: str
    count: int
    created: tuple[str, ...]
    before: str
    after: str


def chosen(connection: sqlite3.Connection, prompt: int, uids: Sequence[str]) -> dict[str, ValueSet]:
    """Return the cases with these uids, by uid, without those that are held out, missing or unreadable."""
    statement, found = _CHOSEN, dict[str, ValueSet]()
    # The history of an older release, opened read-only, lacks the column.
    if any(row[1] == "held_out" for row in connection.execute("PRAGMA table_info(cases)")):
        statement += " AND held_out = 0"
    for uid, name, body, kinds in connection.execute(statement, (prompt, dump(list(uids)))):
        if (values := _values(body)) is not None:
            found[uid] = ValueSet(uid, name, values, kinds=_kinds(kinds, values))
    return found


def _kinds(stored: object, values: Values) -> Kinds:
    try:
        data = load(stored) if isinstance(stored, str) else None
    except damaged_drafts.UNREADABLE:
        return ()
    return kinds_from_json(data, dict(values)) or ()


def resolved(connection: sqlite3.Connection, prompt: int, body: bytes) -> Draft:
    """Return a stored draft with names and values of its cases. Raises one of `damaged_drafts.UNREADABLE`."""
    draft = damaged_drafts.parse(body)
    if not draft.sets or _holds_values(body):
        return draft
    there = chosen(connection, prompt, [one.uid for one in draft.sets])
    sets = tuple(replace(there[one.uid], ticked=one.ticked) for one in draft.sets if one.uid in there)
    shown = there.get(draft.active)
    if shown is None:
        return replace(draft, sets=sets, active="")
    # What cannot be stored as text is in the draft only.
    as_stored = tuple((received(name), received(value)) for name, value in draft.values)
    return replace(draft, sets=sets, values=draft.values if as_stored == shown.values else shown.values)


def write(connection: sqlite3.Connection, prompt: int, draft: Draft, known: KnownCases) -> None:
    """Write names and values of a draft's cases where they differ from the `known` ones; new ones are appended."""
    for one in draft.current_sets:
        base = None if known is None else known.get(one.uid)
        if base is None or (base.name, dict(base.values)) != (one.name, dict(one.values)):
            row = connection.execute(_ONE, (prompt, one.uid)).fetchone()
            if row is None:
                _insert(connection, prompt, one)
            elif known is None or base is not None:
                _change(connection, row, one, base)


def adopt(connection: sqlite3.Connection, prompt: int, new_uid: Callable[[], str]) -> AdoptedSets | None:
    """Make cases of the value sets in a draft of an earlier release; None if there are none.

    A set whose uid belongs to a case with other values becomes a case of its own, so that both are kept.
    """
    body = damaged_drafts.body_of(connection, prompt)
    try:
        if body is None or not _holds_values(body):
            return None
        draft = damaged_drafts.parse(body)
    except damaged_drafts.UNREADABLE:
        return None
    sets, created, active = list[ValueSet](), list[str](), draft.active
    for one in draft.current_sets:
        row = connection.execute(_ONE, (prompt, one.uid)).fetchone()
        if row is not None and (row[4] or _values(row[3]) != _as_stored(one.values)):
            uid, row = new_uid(), None
            active = uid if one.uid == draft.active == active else active
            one = replace(one, uid=uid)
        if row is None:
            _insert(connection, prompt, one)
            created.append(one.uid)
        sets.append(one)
    after = dump(replace(draft, sets=tuple(sets), active=active).to_json())
    connection.execute("UPDATE drafts SET body = ? WHERE prompt_id = ?", (after, prompt))
    (uid,) = connection.execute("SELECT uid FROM prompts WHERE id = ?", (prompt,)).fetchone()
    return AdoptedSets(uid, len(sets), tuple(created), body.decode(), after)


def give_back(connection: sqlite3.Connection, prompt: int, adopted: AdoptedSets) -> bool:
    """Undo `adopt`; return False, and change nothing, if the draft was saved since."""
    changed = connection.execute(
        "UPDATE drafts SET body = ? WHERE prompt_id = ? AND body = ?", (adopted.before, prompt, adopted.after)
    ).rowcount
    if changed:
        connection.executemany(
            "DELETE FROM cases WHERE prompt_id = ? AND uid = ?", [(prompt, uid) for uid in adopted.created]
        )
    return bool(changed)


def holds_sets(connection: sqlite3.Connection, prompt: int) -> bool:
    """Whether the stored draft is one of an earlier release that has value sets."""
    body = damaged_drafts.body_of(connection, prompt)
    try:
        return body is not None and _holds_values(body)
    except damaged_drafts.UNREADABLE:
        return False


def copy(connection: sqlite3.Connection, source: int, target: int, new_uid: Callable[[], str]) -> dict[str, str]:
    """Copy the cases of a prompt to another one; return the new uids by the old ones."""
    uids = [uid for (uid,) in connection.execute("SELECT uid FROM cases WHERE prompt_id = ?", (source,))]
    copies = {uid: new_uid() for uid in uids}
    connection.executemany(_COPY, [(copies[uid], target, source, uid) for uid in uids])
    return copies


def _change(connection: sqlite3.Connection, row: tuple[Any, ...], one: ValueSet, base: ValueSet | None) -> None:
    key, name, old, body, held_out = row
    if held_out:
        return
    values = one.values
    if base is not None and (stored := _values(body)) is not None:
        values = _merged(stored, base.values, values)
    new = values_id(connection, _as_stored(values))
    if one.name and (base is None or base.name != one.name):
        name = received(one.name)
    connection.execute("UPDATE cases SET name = ?, values_id = ? WHERE id = ?", (name, new, key))
    if new > old:
        # One is left behind about every second while somebody types.
        connection.execute(_UNUSED, (old,))


def _insert(connection: sqlite3.Connection, prompt: int, one: ValueSet) -> None:
    (position,) = connection.execute(_NEXT, (prompt,)).fetchone()
    connection.execute(
        "INSERT INTO cases (uid, prompt_id, position, name, values_id) VALUES (?, ?, ?, ?, ?)",
        (received(one.uid), prompt, position, received(one.name), values_id(connection, _as_stored(one.values))),
    )


def _merged(stored: Values, base: Values, new: Values) -> Values:
    """Return the stored values with what changed from `base` to `new`."""
    before, after, there = dict(base), dict(new), dict(stored)
    for name in before.keys() | after.keys():
        if before.get(name) != after.get(name):
            if name in after:
                there[name] = after[name]
            else:
                there.pop(name, None)
    # In the new order, so that a case that nobody else changed has exactly the new values.
    ordered = (*(name for name in after if name in there), *(name for name in there if name not in after))
    return tuple((name, there[name]) for name in ordered)


def _as_stored(values: Values) -> Values:
    return tuple({received(name): received(value) for name, value in values}.items())


def _values(body: str | None) -> Values | None:
    try:
        values = load(body or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        return None
    return tuple(values.items())


def _holds_values(body: bytes) -> bool:
    return b'"sets"' in body and holds_values(load(body.decode()))
