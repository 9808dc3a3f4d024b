"""Reads the newest comparable results of each column that was tested on a set of cases.

Invariant: as in `versions_over_time`: every result is of cases that have the same values and checks as in the newest
scored test of the set, scored by the same rules. Two columns of one test are compared there, others across tests. A
column without a result is there only if all are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.core.decide.check_kinds import check_kind
from workbench.core.statistics.results import CaseResults, ColumnResults
from workbench.core.testing.grid import CaseSetName, SuiteColumn, SuiteRun
from workbench.store import Store
from workbench.store.decide.calls import StoredCall
from workbench.store.decide.cell_counts import CellCounts
from workbench.store.decide.prompt_facts import ComparedCase
from workbench.usecases.testing.tries import column_key

_MOST_RUNS = 60
_MOST_CELLS = 200_000
"""Cells that are read for one set; older tests are left out."""


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column of a test on the cases that are comparable. `is_fresh` if no answer is of an earlier test.

    `votes` if its answer to a case is the most frequent of its samples; its results are then those of these answers.
    """

    key: str
    run: SuiteRun
    column: SuiteColumn
    results: ColumnResults
    counts: CellCounts
    calls: tuple[StoredCall, ...]
    is_fresh: bool
    votes: bool = False

    @property
    def is_scored(self) -> bool:
        """Whether a case has a result."""
        return any(case.counts[1] for case in self.results.cases)


@dataclass(slots=True)
class ColumnSet:
    """The columns of a set of cases: the `newest` of each key, and those that stood beside the champion in a test."""

    set_name: CaseSetName
    newest: dict[str, ReadColumn] = field(default_factory=dict)
    together: dict[str, tuple[ReadColumn, ReadColumn]] = field(default_factory=dict)
    runs: list[SuiteRun] = field(default_factory=list)

    def pair(self, champion: str, key: str) -> tuple[ReadColumn, ReadColumn] | None:
        """Return the champion's column and another one, of the newest test of both if there is one."""
        if key in self.together:
            return self.together[key]
        both = self.newest.get(champion), self.newest.get(key)
        return None if both[0] is None or both[1] is None else (both[0], both[1])


class ColumnReader:
    """Reads columns of the tests of a prompt."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, runs: Sequence[SuiteRun], set_name: CaseSetName, champion: str) -> ColumnSet:
        """Return the columns of a set from tests, newest first; `champion` is a key. Raises StoreError."""
        found = ColumnSet(set_name)
        scored = [run for run in runs if is_evidence(run, set_name)][:_MOST_RUNS]
        if not scored:
            return found
        rules = self._store.decide.scoring_rules([run.uid for run in scored])
        reference = {case.uid: case for case in self._store.decide.cases(scored[0].uid)}
        cells = 0
        for run in scored:
            if rules.get(run.uid) != rules.get(scored[0].uid):
                continue
            keys = [read_key(run, column) for column in run.columns]
            if not _is_wanted(found, keys, champion):
                continue
            cells += run.answered
            if cells > _MOST_CELLS and found.runs:
                break
            self._add(found, run, reference, champion)
        if not found.newest:
            # What the newest test lacks is worth more than new cases.
            self._add(found, scored[0], reference, champion, unscored_too=True)
        return found

    def _add(
        self,
        found: ColumnSet,
        run: SuiteRun,
        reference: Mapping[str, ComparedCase],
        champion: str,
        *,
        unscored_too: bool = False,
    ) -> None:
        same = {
            case.uid: case.position
            for case in self._store.decide.cases(run.uid)
            if case.uid in reference and reference[case.uid].rules == case.rules
        }
        read: dict[str, ReadColumn] = {}
        for one in self._columns(run, same, reference):
            # Of equal columns the first counts.
            if one.is_scored or unscored_too:
                read.setdefault(one.key, one)
        if not read:
            return
        found.runs.append(run)
        for key, one in read.items():
            found.newest.setdefault(key, one)
            if champion in read and key != champion:
                found.together.setdefault(key, (read[champion], one))

    def _columns(
        self, run: SuiteRun, cases: Mapping[str, int], reference: Mapping[str, ComparedCase]
    ) -> Iterator[ReadColumn]:
        """Yield the columns of a test over some cases, given by uid with their positions."""
        store = self._store
        results = store.tests.results(run.uid, run.scoring_uid)
        counts = store.decide.counts(run.uid, run.scoring_uid, cases.values(), check_kind)
        calls = store.decide.calls(run.uid, cases.values())
        for column, result in zip(run.columns, results, strict=False):
            some = (_in_cluster(case, reference[case.case].cluster) for case in result.cases if case.case in cases)
            of_column = calls.get(column.position, ())
            yield ReadColumn(
                read_key(run, column),
                run,
                column,
                replace(result, cases=tuple(some)),
                counts.get(column.position, CellCounts()),
                of_column,
                bool(of_column) and all(call.is_own for call in of_column),
                column.lane.slot in run.goals.vote,
            )


def _in_cluster(case: CaseResults, cluster: str) -> CaseResults:
    """Return results with the cluster that the case has in the newest test, so that tests can be compared."""
    return case if case.cluster == cluster else replace(case, cluster=cluster)


def read_key(run: SuiteRun, column: SuiteColumn) -> str:
    """Return what identifies a column in all tests of its prompt; one that votes is another column."""
    vote = f" vote {run.samples}" if column.lane.slot in run.goals.vote else ""
    return f"{column_key(column)}{vote}"


def is_evidence(run: SuiteRun, set_name: CaseSetName) -> bool:
    """Whether a test of a set has results that may be shown: a hold-out has none before all answers are there."""
    if run.set_name != set_name or not run.scoring_uid or run.probe:
        return False
    return set_name != "holdout" or run.answered >= run.cells


def _is_wanted(found: ColumnSet, keys: Collection[str], champion: str) -> bool:
    if any(key not in found.newest for key in keys):
        return True
    return champion in keys and any(key not in found.together for key in keys if key != champion)
