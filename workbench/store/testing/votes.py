"""Which sample of each case counts in the columns of a test run that vote.

Invariant: the rule is that of `core.testing.vote`, and which columns vote was chosen before the run began. Texts are
read of columns that vote only, those of a hold-out too: what is returned names no answer.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Any

from workbench.core.json_parts import load
from workbench.core.testing.goals import RunGoals
from workbench.core.testing.vote import FEWEST_SAMPLES, Election, elect, vote_key
from workbench.store.connections import bounded
from workbench.store.runs.damaged_drafts import UNREADABLE
from workbench.store.runs.output_endings import step
from workbench.store.safe_records import as_text
from workbench.store.sqlite import sqlite3

_LANES = "SELECT position, slot FROM lanes WHERE run_id = ? ORDER BY position"
_ANSWERS = (
    f"SELECT c.case_position, c.lane, c.sample, c.output_id, {bounded('outputs.text')} FROM run_cells AS c"
    " JOIN outputs ON outputs.id = c.output_id WHERE c.run_id = ?1 AND c.state = 'finished'"
    " AND c.lane IN (SELECT value FROM json_each(?2))"
    " AND (?3 IS NULL OR c.case_position IN (SELECT value FROM json_each(?3)))"
    " ORDER BY c.case_position, c.lane, c.sample"
)
_CALLS = (
    "SELECT c.output_id, steps.body FROM run_cells AS c JOIN steps ON steps.output_id = c.output_id"
    " WHERE c.run_id = ?1 AND steps.kind = 'tool_call' AND c.lane IN (SELECT value FROM json_each(?2))"
    " AND (?3 IS NULL OR c.case_position IN (SELECT value FROM json_each(?3)))"
    " ORDER BY c.output_id, steps.seq"
)
# Which samples count: all, in a column that votes the elected ones.
_COUNTS = (
    " AND (c.lane NOT IN (SELECT value FROM json_each({voting})) OR (c.case_position, c.lane, c.sample) IN"
    " (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]')"
    "  FROM json_each({elected})))"
)
Elections = dict[tuple[int, int], Election]
"""By case and column."""


def voting_lanes(connection: sqlite3.Connection, run: int) -> tuple[int, ...]:
    """Return the positions of the columns that vote, () for a run of an older history."""
    has_goals = connection.execute("SELECT 1 FROM pragma_table_info('test_runs') WHERE name = 'goals'").fetchone()
    if has_goals is None:
        return ()
    found = connection.execute("SELECT goals, samples FROM test_runs WHERE run_id = ?", (run,)).fetchone()
    if found is None or found[1] < FEWEST_SAMPLES:
        return ()
    try:
        slots = RunGoals.from_json(load(as_text(found[0]))).vote
    except UNREADABLE:
        return ()
    if not slots:
        return ()
    return tuple(position for position, slot in connection.execute(_LANES, (run,)) if slot in slots)


def elections(
    connection: sqlite3.Connection, run: int, lanes: Collection[int], cases: Sequence[int] | None = None
) -> Elections:
    """Return the elections of some columns, in all cases or in these; a case without an answer has none."""
    if not lanes:
        return {}
    given = (run, json.dumps(list(lanes)), None if cases is None else json.dumps(list(cases)))
    calls: dict[int, list[tuple[str, str]]] = {}
    for output, body in connection.execute(_CALLS, given):
        one = step("tool_call", body)
        calls.setdefault(output, []).append((one.name, one.text))
    found: Elections = {}
    for place, samples in _by_place(connection, given):
        keys = {sample: vote_key(text, calls.get(output, ())) for sample, output, text in samples}
        if (election := elect(keys)) is not None:
            found[place] = election
    return found


def condition(connection: sqlite3.Connection, run: int, given: dict[str, Any], prefix: str = "") -> str:
    """Return the SQL condition that a row `c` of `run_cells` counts, "" if no column of the run votes.

    Its parameters, whose names begin with `prefix`, are added to `given`.
    """
    voting = voting_lanes(connection, run)
    if not voting:
        return ""
    found = elections(connection, run, voting)
    given[f"{prefix}voting"] = json.dumps(voting)
    given[f"{prefix}elected"] = json.dumps([[case, lane, one.sample] for (case, lane), one in found.items()])
    return _COUNTS.format(voting=f":{prefix}voting", elected=f":{prefix}elected")


def _by_place(
    connection: sqlite3.Connection, given: tuple[int, str, str | None]
) -> Iterator[tuple[tuple[int, int], list[tuple[int, int, str]]]]:
    rows = connection.execute(_ANSWERS, given)
    for place, group in groupby(rows, lambda row: (row[0], row[1])):
        yield place, [(sample, output, as_text(text)) for _, _, sample, output, text in group]
