"""Reads how many cases pass by version, for the timeline.

Invariant: a share is that of the newest run of the tuning set that has results of the version, probes left out; of its
columns with this version the one with the baseline's model counts, else the first. A prompt without tests costs one
look into an index.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from typing import Any

from workbench.core.lanes import short_model
from workbench.core.testing.pass_share import PassShare
from workbench.store.connections import Readers
from workbench.store.judging.measured import NEWEST_SCORING, is_unmeasured
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import sound
from workbench.store.sqlite import sqlite3
from workbench.store.testing import votes

_MOST_RUNS = 200
"""Newest test runs that are looked at."""
_COLUMNS = (
    "SELECT tests.id, tests.number, tests.started_at, tests.baseline, lanes.position, versions.number,"
    " lanes.endpoint_uid, lanes.model, lanes.label FROM"
    " (SELECT runs.id, runs.number, runs.started_at, test_runs.baseline FROM runs"
    "  JOIN test_runs ON test_runs.run_id = runs.id WHERE runs.prompt_id = ? AND runs.kind = 'test'"
    f"  AND runs.archived < {DELETED} AND test_runs.set_name = 'tuning' AND test_runs.probe = ''"
    "  ORDER BY runs.number DESC LIMIT ?) AS tests"
    " JOIN lanes ON lanes.run_id = tests.id JOIN versions ON versions.id = lanes.version_id"
    " ORDER BY tests.number DESC, lanes.position"
)
# By case, as the statistics count: a case passes if most of its scored samples do. A score of an answer that was
# replaced since does not count.
_SHARES = (
    "SELECT lane, total(2 * passed > scored), count(*) FROM"
    " (SELECT s.lane, sum(s.state = 'pass') AS passed, count(*) AS scored FROM cell_scores AS s"
    "  JOIN run_cells AS c ON c.run_id = :run AND c.case_position = s.case_position AND c.lane = s.lane"
    "   AND c.sample = s.sample AND c.output_id = s.output_id"
    f"  WHERE s.scoring_id = {NEWEST_SCORING.format(run=':run')}"
    f"   AND s.state IN ('pass', 'fail'){{counts}} GROUP BY s.case_position, s.lane) GROUP BY lane"
)
_CASES = "SELECT count(*) FROM run_cases WHERE run_id = ?"


class PassShareRecords:
    """Pass shares of one history; apart from `SuiteRecords`, which imports checks. Safe to use from any thread."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def of_versions(self, prompt_uid: str, versions: Collection[int]) -> dict[int, PassShare]:
        """Return how many tuning cases pass by version, of those versions that have a scored test. Blocks.

        Raises StoreError.
        """
        with self._readers.use() as connection:
            return read(connection, prompt_uid, versions)


def read(connection: sqlite3.Connection, prompt_uid: str, versions: Collection[int]) -> dict[int, PassShare]:
    """Return the share of each of these versions that has one. Raises StoreError (missing)."""
    wanted, found = set(versions), dict[int, PassShare]()
    rows = connection.execute(_COLUMNS, (prompt_id(connection, prompt_uid), _MOST_RUNS))
    for run, group in itertools.groupby(rows, lambda row: row[0]):
        columns = list(group)
        if not wanted.intersection(row[5] for row in columns):
            continue
        given: dict[str, Any] = {"run": run}
        query = _SHARES.format(counts=votes.condition(connection, run, given))
        shares = {lane: (int(passed), scored) for lane, passed, scored in connection.execute(query, given)}
        if not shares:
            continue
        (cases,) = connection.execute(_CASES, (run,)).fetchone()
        is_judged = is_unmeasured(connection, run)
        for row in _chosen(columns):
            _, number, started_at, _, lane, version, _, model, label = row
            if version in wanted and lane in shares:
                passed, scored = shares[lane]
                title = label or short_model(model)
                found[version] = sound(PassShare(passed, scored, cases, title, number, started_at, is_judged))
                wanted.discard(version)
        if not wanted:
            break
    return found


def _chosen(columns: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the column of each version that counts: that with the baseline's model, else the first."""
    rows = list(columns)
    baseline = next((row[6:8] for row in rows if row[4] == row[3]), None)
    chosen: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        if row[5] not in chosen or (row[6:8] == baseline and chosen[row[5]][6:8] != baseline):
            chosen[row[5]] = row
    return list(chosen.values())
