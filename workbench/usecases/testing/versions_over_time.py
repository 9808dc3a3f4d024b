"""Pass rate by version, for each model, from the newest comparable test of each.

Invariant: every rate is of cases that have the same values and checks as in the newest scored test of the set, scored
by the same rules. A version without such a test is left out, and named. Everything blocks: use it on worker threads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.core.cases import Case
from workbench.core.lanes import short_model
from workbench.core.statistics.columns import pass_rate
from workbench.core.statistics.judge_cells import UNMEASURED
from workbench.core.statistics.results import ColumnResults
from workbench.core.statistics.wording import rate_words
from workbench.core.testing.grid import CaseSetName, SuiteColumn, SuiteRun
from workbench.core.testing.version_chart import VersionChart, VersionPoint, VersionSeries
from workbench.core.text import counted, plural
from workbench.core.visible_text import visible_name
from workbench.store.judging.judge_records import JudgeRecords
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.testing.column_titles import parameter_words
from workbench.usecases.testing.comparable_cases import is_same_case, run_cases, scoring_rules, stored_scoring

MOST_RUNS = 60
"""Newest scored tests of a set that are read."""
_MOST_LISTED = 500
_UNMEASURED = "A judge whose error is unmeasured decides: label answers to see how far to trust these rates."

_Model = tuple[str, str, str]
_SET_WORDS: Mapping[CaseSetName, str] = {"tuning": "case", "holdout": "hold-out case"}


@dataclass(slots=True)
class _Found:
    """What is collected: points by model and version, columns that could not be compared, and whether a judge of
    unmeasured error decides about a point.
    """

    points: dict[_Model, dict[int, VersionPoint]] = field(default_factory=dict)
    titles: dict[_Model, str] = field(default_factory=dict)
    lost: dict[tuple[_Model, int], str] = field(default_factory=dict)
    is_unmeasured: bool = False


class VersionsOverTime:
    """Makes charts of pass rates."""

    def __init__(self, records: SuiteRecords, judges: JudgeRecords) -> None:
        self._records, self._judges = records, judges

    def chart(self, prompt_uid: str, set_name: CaseSetName) -> VersionChart:
        """Return the chart of a set of a prompt's cases, without series if none of its tests is scored.

        Raises StoreError.
        """
        listed = self._records.runs(prompt_uid, _MOST_LISTED)
        runs = [one for one in listed if one.set_name == set_name and one.scoring_uid and not one.probe][:MOST_RUNS]
        if not runs:
            return VersionChart(set_name)
        newest = runs[0]
        reference = {case.uid: case for case in run_cases(self._records, newest)}
        rules = self._rules(newest)
        found = _Found()
        for run in runs:
            if self._rules(run) != rules:
                self._lose(found, run)
            else:
                self._read(found, run, reference, newest)
        series = tuple(
            VersionSeries(found.titles[model], tuple(point for _, point in sorted(points.items())))
            for model, points in sorted(found.points.items(), key=lambda item: found.titles[item[0]].casefold())
        )
        return VersionChart(set_name, series, _about(found, newest, len(reference)))

    def _rules(self, run: SuiteRun) -> object:
        scoring = stored_scoring(self._records, run.uid, run.scoring_uid)
        return None if scoring is None else scoring_rules(scoring)

    def _lose(self, found: _Found, run: SuiteRun) -> None:
        for column in run.columns:
            key = _model(column), column.version
            if column.version not in found.points.get(key[0], {}):
                found.lost.setdefault(key, column.version_name)

    def _read(self, found: _Found, run: SuiteRun, reference: Mapping[str, Case], newest: SuiteRun) -> None:
        wanted = [one for one in run.columns if one.version not in found.points.get(_model(one), {})]
        if not wanted:
            return
        same = (
            frozenset(reference)
            if run is newest
            else frozenset(
                case.uid
                for case in run_cases(self._records, run)
                if case.uid in reference and is_same_case(case, reference[case.uid])
            )
        )
        baseline = newest.columns[newest.baseline]
        results = self._records.results(run.uid, run.scoring_uid)
        judged = UNMEASURED if self._judges.is_unmeasured(run.uid) else ""
        for column in wanted:
            if column.position >= len(results):
                continue
            model = _model(column)
            is_baseline = (model, column.version) == (_model(baseline), baseline.version)
            point = _point(run, column, results[column.position], same, len(reference), judged, is_baseline=is_baseline)
            if point is None:
                found.lost.setdefault((model, column.version), column.version_name)
                continue
            found.is_unmeasured |= bool(judged)
            found.titles.setdefault(model, _title(column))
            found.points.setdefault(model, {})[column.version] = point
            found.lost.pop((model, column.version), None)


def _point(
    run: SuiteRun,
    column: SuiteColumn,
    results: ColumnResults,
    same: frozenset[str],
    cases: int,
    judged: str,
    *,
    is_baseline: bool,
) -> VersionPoint | None:
    passes = pass_rate(case for case in results.cases if case.case in same)
    if passes is None:
        return None
    interval = passes.interval
    of = f"{passes.cases:,} of {counted(cases, 'case')}" if passes.cases != cases else counted(cases, "case")
    known = f" passes {rate_words(passes)}" if interval is not None else f" passes {passes.passing:,}"
    name = visible_name(column.version_name)
    more = "".join(f", {one}" for one in (judged, "baseline" if is_baseline else "") if one)
    words = f"{name} · {_title(column)}{known}, {of}, test {run.number}{more}"
    return VersionPoint(
        column.version,
        name,
        run.number,
        passes.rate,
        None if interval is None else interval.low,
        None if interval is None else interval.high,
        passes.cases,
        words,
        is_baseline,
    )


def _about(found: _Found, newest: SuiteRun, cases: int) -> tuple[str, ...]:
    said = [
        f"Pass rates with 95 % intervals on the {counted(cases, _SET_WORDS[newest.set_name])} of test {newest.number}."
    ]
    if found.is_unmeasured:
        said.append(_UNMEASURED)
    few = sum(point.cases < cases for points in found.points.values() for point in points.values())
    if few:
        said.append(
            f"{counted(few, 'point')} {plural(few, 'stands', 'stand')} on fewer of them, because the others were "
            "changed, new, or not scored then."
        )
    lost = list(
        dict.fromkeys(name for (model, version), name in sorted(found.lost.items(), key=lambda item: item[0][1]))
    )
    if lost:
        names = ", ".join(visible_name(name) for name in lost[:5]) + (
            f" and {len(lost) - 5} more" if len(lost) > 5 else ""
        )
        said.append(
            f"Left out, because their tests had other cases or checks: {names}. Run them again to see them here."
        )
    return tuple(said)


def _model(column: SuiteColumn) -> _Model:
    lane = column.lane
    return lane.endpoint, lane.model, str(lane.params.to_json())


def _title(column: SuiteColumn) -> str:
    lane = column.lane
    return " · ".join(filter(None, (visible_name(short_model(lane.model)), parameter_words(lane.params))))
