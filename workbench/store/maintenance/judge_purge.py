"""What a purge deletes of judges: what they said of deleted answers, and were given of them.

Invariant: nothing of a deleted answer remains in a judge run, also not in that of another test that used the answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from workbench.store.runs import hidden_prompts
from workbench.store.runs.value_bodies import values_id
from workbench.store.sqlite import sqlite3

_RUNS = "(SELECT value FROM json_each(:runs))"
# Value sets of remaining judge runs that quote a deleted answer: they name it, or compare another one with it. Which
# answer that was in a test depends on its baseline, which may have changed since. Apart from tests, two neighbouring
# value sets name the two answers of a pair.
_QUOTING = (
    f"WITH gone AS (SELECT id, uid FROM outputs WHERE run_id IN {_RUNS}),"
    " compared AS (SELECT DISTINCT outputs.run_id, outputs.value_set FROM gone"
    "  JOIN run_cells AS c ON c.output_id = gone.id JOIN scorings ON scorings.run_id = c.run_id"
    "  JOIN judgements AS j ON j.scoring_id = scorings.id AND j.case_position = c.case_position"
    "  JOIN outputs ON outputs.id = j.output_id JOIN runs ON runs.id = outputs.run_id"
    "  JOIN judge_prompts ON judge_prompts.prompt_id = runs.prompt_id AND check_type = 'select-best'"
    "  WHERE j.sample = c.sample"
    " UNION SELECT twin.run_id, twin.position + 1 - 2 * (twin.position % 2) FROM gone"
    "  JOIN run_values AS twin ON twin.set_uid = gone.uid JOIN runs ON runs.id = twin.run_id AND runs.kind = 'judge'"
    "  WHERE NOT EXISTS (SELECT 1 FROM judge_runs WHERE judge_runs.run_id = runs.id))"
    " SELECT v.run_id, v.position FROM runs JOIN run_values AS v ON v.run_id = runs.id WHERE runs.kind = 'judge'"
    f" AND runs.id NOT IN {_RUNS} AND (v.set_uid IN (SELECT uid FROM gone) OR (v.run_id, v.position) IN compared)"
)
_OF_TESTS = (
    "SELECT judge_runs.run_id FROM judge_runs JOIN scorings ON scorings.id = scoring_id"
    " WHERE scorings.run_id IN (SELECT value FROM json_each(?))"
)
_JUDGED_BY = (
    "SELECT 1 FROM judge_prompts WHERE prompt_id = ?1 AND NOT EXISTS (SELECT 1 FROM versions"
    " WHERE versions.prompt_id = ?1 AND number > ?2)"
)


def with_judges(connection: sqlite3.Connection, runs: Sequence[int]) -> list[int]:
    """Return the keys of runs, and of the judge runs about those that are tests."""
    if not hidden_prompts.is_known(connection):
        return list(runs)
    judging = connection.execute(_OF_TESTS, (json.dumps(list(runs)),))
    return sorted({*runs, *(key for (key,) in judging)})


def quoting(connection: sqlite3.Connection, runs: Sequence[int]) -> list[tuple[int, int]]:
    """Return the value sets, by run and position, of remaining judge runs that quote answers of these runs."""
    if not hidden_prompts.is_known(connection):
        return []
    return connection.execute(_QUOTING, {"runs": json.dumps(runs)}).fetchall()


def forget_quotes(connection: sqlite3.Connection, places: Sequence[tuple[int, int]]) -> None:
    """Delete what judges replied about these value sets, and empty them, which keeps the positions of the others."""
    if not places:
        return
    empty = values_id(connection, ())
    for place in places:
        outputs = "SELECT id FROM outputs WHERE run_id = ? AND value_set = ?"
        connection.execute(f"DELETE FROM partials WHERE output_id IN ({outputs})", place)
        connection.execute("DELETE FROM outputs WHERE run_id = ? AND value_set = ?", place)
        connection.execute(
            "UPDATE run_values SET set_uid = NULL, name = '', values_id = ? WHERE run_id = ? AND position = ?",
            (empty, *place),
        )
    # Also where there was no reply, whose deletion would list the run.
    runs = json.dumps(sorted({run for run, _ in places}))
    connection.execute("INSERT OR REPLACE INTO unindexed (run_id) SELECT value FROM json_each(?)", (runs,))


def replies_about(connection: sqlite3.Connection, places: Sequence[tuple[int, int]]) -> int:
    """Return how many replies there are about these value sets, by run and position."""
    counted = "SELECT count(*) FROM outputs WHERE run_id = ? AND value_set = ?"
    return sum(connection.execute(counted, place).fetchone()[0] for place in places)


def is_next_judge(connection: sqlite3.Connection, prompt: int, number: int) -> bool:
    """Whether a version is the newest one of a judge prompt, with which the next judges are asked."""
    if not hidden_prompts.is_known(connection):
        return False
    return connection.execute(_JUDGED_BY, (prompt, number)).fetchone() is not None
