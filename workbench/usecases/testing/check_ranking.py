"""Ranks versions × models by the checks of their test runs, apart from what people judged.

Invariant: all rows stand on the same cases, scored by the same checks: those of the newest scored run. A row is the
newest result of its version, model and parameters; what had to be left out is counted and said. Hold-outs and probes
are not ranked: choosing by them would use them up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from workbench.core.statistics.columns import summarise
from workbench.core.statistics.comparisons import LEVEL, compare_columns
from workbench.core.statistics.proportions import holm
from workbench.core.statistics.results import ColumnResults
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.grid import SuiteColumn, SuiteRun
from workbench.core.testing.judged_report import JudgedReport
from workbench.core.text import counted, plural
from workbench.store.testing.records import StoredScoring
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.testing.check_rows import CheckRanking, CheckRankRow
from workbench.usecases.testing.column_titles import column_titles

_MOST_RUNS = 40
_MOST_CELLS = 60_000
"""Cells that are read; further runs are older, and left out."""
MOST_ROWS = 40
_MOST_COMPARED = 8
"""Columns of which all pairs are tested."""
_UNCORRECTED = "Order and differences are not corrected for the judge's errors; open the test to see what changes."
_LEAST_SHARE = 0.8
"""A column with fewer of the newest run's cases would leave too few in common."""
_CHUNK = 500
NOTHING = "No test of this prompt has been scored. Run its cases in Test; the versions and models are then ranked here."


@dataclass(frozen=True, slots=True)
class _Entry:
    column: SuiteColumn
    run: SuiteRun
    results: ColumnResults


def rank_by_checks(
    records: SuiteRecords, prompt_uid: str, judged: Callable[[SuiteRun], JudgedReport] = lambda run: JudgedReport()
) -> CheckRanking:
    """Return the ranking of a prompt's versions and models by checks; blocks. Raises StoreError.

    `judged` returns what is known of the judges of a run, whose verdicts are part of its results.
    """
    runs = [run for run in records.runs(prompt_uid, _MOST_RUNS) if run.set_name == "tuning" and not run.probe]
    found, other_checks, other_cases = _entries(records, [run for run in runs if run.scoring_uid])
    if not found:
        return CheckRanking(prompt_uid, sentence=NOTHING)
    found = found[:MOST_ROWS]
    shared = set.intersection(*({case.case for case in one.results.cases if case.counts[1]} for one in found))
    if not shared:
        sentence = "No case is scored in every column. Run the open cells in Test, or score the newest run again."
        return CheckRanking(prompt_uid, sentence=sentence)
    titles = _titles(found)
    columns = [
        ColumnResults(title, tuple(case for case in one.results.cases if case.case in shared))
        for title, one in zip(titles, found, strict=True)
    ]
    order = sorted(range(len(found)), key=lambda at: (-_rate(columns[at]), titles[at]))
    judges = {uid: judged(run) for uid, run in {one.run.uid: one.run for one in found}.items()}
    rows = tuple(
        _row(columns[at], found[at].run, judges[found[at].run.uid].beside_rate(found[at].column.position))
        for at in order
    )
    remarks = (
        f"All rows stand on the same {counted(len(shared), 'tuning case')}; hold-outs are never ranked.",
        *_differences([columns[at] for at in order]),
        *([_UNCORRECTED] if any(one.is_measured for report in judges.values() for one in report.judges) else ()),
        *_left_out(other_checks, other_cases),
        *(one.words for one in judges[found[0].run.uid].judges if one.words),
    )
    return CheckRanking(prompt_uid, rows, len(shared), remarks)


def _entries(records: SuiteRecords, runs: Sequence[SuiteRun]) -> tuple[list[_Entry], int, int]:
    """Return the newest results of each column, and how many were left out for other checks or for other cases."""
    found: dict[object, _Entry] = {}
    wanted: dict[str, tuple[object, ...]] = {}
    rules: object = None
    other_checks, other_cases, left = set[object](), set[object](), _MOST_CELLS
    for run in runs:
        if (left := left - run.answered) < 0 and found:
            break
        scoring = next(one for one in records.scorings(run.uid) if one.uid == run.scoring_uid)
        if rules is None:
            rules, wanted = _rules(scoring), dict(_cases(records, run))
        elif _rules(scoring) != rules:
            other_checks |= {_identity(column) for column in run.columns}
            continue
        equal = wanted.keys() if not found else {uid for uid, body in _cases(records, run) if wanted.get(uid) == body}
        for column, results in zip(run.columns, records.results(run.uid, run.scoring_uid), strict=True):
            key = _identity(column)
            cases = tuple(case for case in results.cases if case.case in equal and case.counts[1])
            if key in found or not cases:
                continue
            if len(cases) < _LEAST_SHARE * len(wanted) and run is not runs[0]:
                other_cases.add(key)
                continue
            found[key] = _Entry(column, run, ColumnResults(results.name, cases))
    return list(found.values()), len(other_checks - found.keys()), len(other_cases - found.keys())


def _rules(scoring: StoredScoring) -> object:
    return tuple(check_hash(check) for check in scoring.checks), scoring.threshold


def _identity(column: SuiteColumn) -> object:
    return column.version, column.lane.endpoint, column.lane.model, column.lane.params


def _cases(records: SuiteRecords, run: SuiteRun) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the uid of each case, and what must be equal for its results to be comparable."""
    for start in range(0, run.cases, _CHUNK):
        for case in records.cases(run.uid, start, min(run.cases, start + _CHUNK)):
            checks = tuple(check_hash(check) for check in case.checks)
            yield case.uid, (tuple(sorted(case.values)), checks, case.threshold, case.cluster)


def _titles(found: Sequence[_Entry]) -> tuple[str, ...]:
    return column_titles(replace(found[0].run, columns=tuple(one.column for one in found)), always=True)


def _rate(column: ColumnResults) -> float:
    passes = summarise(column).passes
    return 0.0 if passes is None else passes.rate


def _row(column: ColumnResults, run: SuiteRun, judged: str) -> CheckRankRow:
    summary = summarise(column)
    passes = summary.passes
    assert passes is not None
    interval = passes.interval
    return CheckRankRow(
        column.name,
        passes.rate,
        None if interval is None else interval.low,
        None if interval is None else interval.high,
        passes.passing,
        passes.cases,
        summary.cost_per_1000,
        summary.latency,
        run.number,
        judged,
    )


def _differences(columns: Sequence[ColumnResults]) -> Iterator[str]:
    """Yield what is shown about the first column, by exact tests of all pairs, adjusted by Holm."""
    compared = list(columns[:_MOST_COMPARED])
    if len(compared) < 2:
        return
    pairs = list(combinations(range(len(compared)), 2))
    found = [compare_columns(compared[low], [compared[high]])[0].passes for high, low in pairs]
    tested = [(pair, passes) for pair, passes in zip(pairs, found, strict=True) if passes is not None]
    known = [(pair, passes.p) for pair, passes in tested if passes.p is not None]
    if not known:
        yield "There are too few cases to show a difference."
        return
    adjusted = dict(zip((pair for pair, _ in known), holm([p for _, p in known]), strict=True))
    first = compared[0].name
    others = range(1, len(compared))
    beaten = [compared[at].name for at in others if adjusted.get((0, at), 1.0) < LEVEL]
    open_ = [compared[at].name for at in others if adjusted.get((0, at), 1.0) >= LEVEL]
    how = "exact test of the same cases"
    adjusted_for = f", adjusted for {len(pairs)} pairs" if len(pairs) > 1 else ""
    if beaten:
        yield f"{first} is better than {_list(beaten)} ({how}{adjusted_for})."
    if open_:
        yield f"No difference shown between {first} and {_list(open_, 'or')}."
    if len(columns) > len(compared):
        yield f"The other {len(columns) - len(compared)} are not compared with it."


def _list(names: Sequence[str], word: str = "and") -> str:
    return f" {word} ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _left_out(other_checks: int, other_cases: int) -> Iterator[str]:
    for number, one, many in (
        (other_checks, "it was scored by other checks", "they were scored by other checks"),
        (other_cases, "it ran on too few of these cases", "they ran on too few of these cases"),
    ):
        if number:
            why = plural(number, one, many)
            yield f"{counted(number, 'column')} {plural(number, 'is', 'are')} left out, because {why}."
