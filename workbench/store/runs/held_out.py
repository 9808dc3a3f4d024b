"""Which answers and cases of test runs are hidden, because their case is held out, and what judges said of them.

Invariant: no list of answers or cases, except that of the cases of a prompt, has one that is held out now. In a test of
the hold-out, only cases that were used up since are shown; one that was deleted stays hidden. Totals count all of them,
once all are answered. Copies, merges and backups are complete.
"""

from __future__ import annotations

from workbench.store.sqlite import sqlite3

_HELD = (
    "coalesce((SELECT held_out FROM run_values AS held JOIN cases ON cases.uid = held.set_uid"
    "  AND cases.prompt_id = {prompt} WHERE held.run_id = {run} AND held.position = {position}),"
    " (SELECT set_name = 'holdout' FROM test_runs WHERE test_runs.run_id = {run}), 0) = 0"
)
SHOWN_CASE = _HELD.format(prompt=":prompt", run="k.run_id", position="k.position")
"""Whether a case `k` of run_cases is shown; `:prompt` is the key of the prompt."""
_SHOWN_ANSWER = _HELD.format(prompt="runs.prompt_id", run="runs.id", position="outputs.value_set")
# The value sets of a judge run name the answers that were judged, and quote them.
_HIDDEN_JUDGED = (
    "FROM run_values AS given JOIN outputs AS answer ON answer.uid = given.set_uid"
    " JOIN runs AS tests ON tests.id = answer.run_id WHERE given.run_id = {run} AND NOT ("
    + _HELD.format(prompt="tests.prompt_id", run="tests.id", position="answer.value_set")
    + ")"
)
_ANY_HELD = (
    "SELECT EXISTS (SELECT 1 FROM cases WHERE held_out = 1) OR EXISTS (SELECT 1 FROM test_runs"
    " WHERE set_name = 'holdout')"
)


def is_known(connection: sqlite3.Connection) -> bool:
    """Whether the history has tables of tests; that of an older release, opened read-only, has none."""
    found = connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'test_runs'")
    return found.fetchone() is not None


def shown_answers(connection: sqlite3.Connection) -> str:
    """Return the condition, about the tables `runs` and `outputs`, that an answer is not hidden."""
    if not is_known(connection):
        return "1"
    judged = f"NOT EXISTS (SELECT 1 {_HIDDEN_JUDGED.format(run='runs.id')} AND given.position = outputs.value_set)"
    return f"(runs.kind NOT IN ('test', 'judge') OR iif(runs.kind = 'test', {_SHOWN_ANSWER}, {judged}))"


def hides(connection: sqlite3.Connection, run: int) -> bool:
    """Whether a test run may have hidden cases: it tests the hold-out, or its prompt has one."""
    return (
        connection.execute(
            "SELECT 1 FROM test_runs JOIN runs ON runs.id = run_id WHERE run_id = ? AND (set_name = 'holdout'"
            " OR EXISTS (SELECT 1 FROM cases WHERE cases.prompt_id = runs.prompt_id AND held_out = 1))",
            (run,),
        ).fetchone()
        is not None
    )


def hides_totals(connection: sqlite3.Connection, run: int) -> bool:
    """Whether a test run is one of the hold-out with cells that have no answer yet, so that not even totals are shown.

    They would change with every further case, and so say which one fails.
    """
    found = connection.execute(
        "SELECT (SELECT count(*) FROM run_cells WHERE run_cells.run_id = t.run_id) < samples"
        " * (SELECT count(*) FROM run_cases WHERE run_cases.run_id = t.run_id)"
        " * (SELECT count(*) FROM lanes WHERE lanes.run_id = t.run_id)"
        " FROM test_runs AS t WHERE t.run_id = ? AND set_name = 'holdout'",
        (run,),
    ).fetchone()
    return bool(found and found[0])


def hidden_positions(connection: sqlite3.Connection, run: int) -> frozenset[int]:
    """Return the positions of the hidden cases of a run, or of those that a judge saw; a run of Compose has none."""
    # First the kind, by its key: every run is looked at when it is indexed, and few are tests.
    kind = connection.execute("SELECT kind FROM runs WHERE id = ? AND kind IN ('test', 'judge')", (run,)).fetchone()
    if kind is None or not is_known(connection):
        return frozenset()
    if kind[0] == "judge":
        if not connection.execute(_ANY_HELD).fetchone()[0]:
            return frozenset()
        judged = connection.execute(f"SELECT given.position {_HIDDEN_JUDGED.format(run='?')}", (run,))
        return frozenset(position for (position,) in judged)
    if not hides(connection, run):
        return frozenset()
    rows = connection.execute(
        f"SELECT k.position FROM run_cases AS k WHERE k.run_id = :run AND NOT ({SHOWN_CASE})",
        {"run": run, "prompt": _prompt(connection, run)},
    )
    return frozenset(position for (position,) in rows)


def _prompt(connection: sqlite3.Connection, run: int) -> int:
    (prompt,) = connection.execute("SELECT prompt_id FROM runs WHERE id = ?", (run,)).fetchone()
    return int(prompt)
