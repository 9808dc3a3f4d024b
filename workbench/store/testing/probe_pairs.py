"""The results that stand beside those of a probe.

Invariant: cells are paired by the uid of the case and the slot of the column, and the newest scoring of the other run
counts. A run that is no probe, or whose other run is gone, has no pairs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from workbench.core.testing.cells import CellKey
from workbench.core.testing.probes import Probe
from workbench.store.sqlite import sqlite3

_BESIDE = (
    "SELECT id, (SELECT scorings.id FROM scorings WHERE run_id = runs.id ORDER BY created_at DESC, id DESC LIMIT 1)"
    " FROM runs WHERE uid = ?"
)
_PAIRS = (
    # One pass over the cases of the other run, which may be thousands.
    "WITH mine AS MATERIALIZED (SELECT position, set_uid FROM run_values"
    "  WHERE run_id = :run AND position IN (SELECT value FROM json_each(:positions))),"
    " theirs AS MATERIALIZED (SELECT position, set_uid FROM run_values"
    "  WHERE run_id = :beside AND set_uid IN (SELECT set_uid FROM mine))"
    "SELECT mine.position, here.position, s.state, count(*) FROM mine JOIN theirs ON theirs.set_uid = mine.set_uid"
    " JOIN lanes AS here ON here.run_id = :run"
    " JOIN lanes AS there ON there.run_id = :beside AND there.slot = here.slot"
    " JOIN run_cells AS c ON c.run_id = :beside AND c.case_position = theirs.position AND c.lane = there.position"
    " LEFT JOIN cell_scores AS s ON s.scoring_id = :scoring AND s.case_position = c.case_position"
    "  AND s.lane = c.lane AND s.sample = c.sample AND s.output_id = c.output_id"
    " GROUP BY mine.position, here.position, s.state"
)
_COUNTERPART = (
    "SELECT theirs.position, there.position FROM runs AS here JOIN runs AS other ON other.uid = ?"
    " JOIN run_values AS mine ON mine.run_id = here.id AND mine.position = ?"
    " JOIN run_values AS theirs ON theirs.run_id = other.id AND theirs.set_uid = mine.set_uid"
    " JOIN lanes AS lane ON lane.run_id = here.id AND lane.position = ?"
    " JOIN lanes AS there ON there.run_id = other.id AND there.slot = lane.slot"
    " JOIN test_runs ON test_runs.run_id = other.id AND samples > ?"
    " WHERE here.uid = ? ORDER BY theirs.position LIMIT 1"
)


def counterpart(connection: sqlite3.Connection, run_uid: str, other_uid: str, key: CellKey) -> CellKey | None:
    """Return the place of a cell in another run, by the uid of its case and the slot of its column."""
    row = connection.execute(_COUNTERPART, (other_uid, key.case, key.column, key.sample, run_uid)).fetchone()
    return None if row is None else CellKey(row[0], row[1], key.sample)


def tallies(
    connection: sqlite3.Connection, run: int, positions: Sequence[int]
) -> dict[tuple[int, int], dict[str | None, int]]:
    """Return how many samples of the cells beside some cases of a probe have each state, by case and column."""
    (text,) = connection.execute("SELECT probe FROM test_runs WHERE run_id = ?", (run,)).fetchone()
    probe = Probe.from_text(text)
    beside = None if probe is None else connection.execute(_BESIDE, (probe.beside,)).fetchone()
    if beside is None:
        return {}
    given = {"run": run, "beside": beside[0], "scoring": beside[1] or 0, "positions": json.dumps(list(positions))}
    found: dict[tuple[int, int], dict[str | None, int]] = {}
    for case, column, state, count in connection.execute(_PAIRS, given):
        found.setdefault((case, column), {})[state] = count
    return found
