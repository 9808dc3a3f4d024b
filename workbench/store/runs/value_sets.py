"""Reads the value sets of runs.

Invariant: there is at least one, because code that shows runs relies on it; a damaged history may have lost them.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.core.runs import RunSet
from workbench.store.connections import bounded
from workbench.store.encoding import values_of
from workbench.store.runs.held_out import hidden_positions
from workbench.store.safe_records import sound
from workbench.store.sqlite import sqlite3

_EVERY = 2**62


def listed(connection: sqlite3.Connection, run: int, stop: int = _EVERY) -> tuple[RunSet, ...]:
    """Return the value sets of a run at positions before `stop`, in order."""
    rows = connection.execute(
        f"SELECT set_uid, name, {bounded('value_bodies.body')} FROM run_values"
        " JOIN value_bodies ON value_bodies.id = run_values.values_id WHERE run_id = ? AND position < ?"
        " ORDER BY position",
        (run, stop),
    )
    return tuple(sound(RunSet(uid or "", name, values_of(body))) for uid, name, body in rows) or (RunSet("", "", ()),)


def of_judge(connection: sqlite3.Connection, run: int, stop: int) -> tuple[RunSet, ...]:
    """Return the value sets of a judge run before `stop` (0 for all), without names and values of hidden answers.

    Already the name would tell that a judge was asked about a case.
    """
    hidden = hidden_positions(connection, run)
    found = listed(connection, run, stop or _EVERY)
    return tuple(replace(one, name="", values=()) if place in hidden else one for place, one in enumerate(found))
