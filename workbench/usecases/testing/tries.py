"""Reads the tries of a prompt: what fresh comparisons of champion and challenger show by the stopping rule.

Invariant: nothing of a try is stored but the run with its goals; the result is computed from its newest scoring, so
that overruled checks and changed checks count. Everything blocks: use it on worker threads.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from workbench.core.runs import VersionRow
from workbench.core.statistics.comparisons import ColumnComparison, PassComparison, compare_passes
from workbench.core.statistics.stopping import FEWEST_CASES, MARGIN, TryResult, settle
from workbench.core.statistics.wording import try_figures, try_words
from workbench.core.testing.change_kind import TriedVersion, change_kind
from workbench.core.testing.grid import SuiteColumn, SuiteRun
from workbench.core.testing.tries import ChampionTry, TryHistory, try_history
from workbench.core.version_name import at_start
from workbench.store.runs.technique_marks import VersionMarks
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.testing.column_titles import column_titles

_MOST_RUNS = 500
"""Newest runs of a prompt among which tries are searched."""


class SuiteTries:
    """The tries of all prompts; `marks` returns what is known about techniques of versions."""

    def __init__(
        self,
        records: SuiteRecords,
        version: Callable[[str, int], VersionRow],
        marks: Callable[[str, Collection[int]], list[VersionMarks]],
    ) -> None:
        self._records = records
        self._version = version
        self._marks = marks

    def history(self, prompt_uid: str) -> TryHistory:
        """Return the tries of a prompt. Raises StoreError."""
        runs = [run for run in self._records.runs(prompt_uid, _MOST_RUNS) if is_try(run)]
        if not runs:
            return TryHistory()
        numbers = {column.version for run in runs for column in run.columns}
        techniques = {one.number: one.used for one in self._marks(prompt_uid, numbers)}
        contents = {number: self._version(prompt_uid, number).content for number in numbers}

        def tried(column: SuiteColumn) -> TriedVersion:
            return TriedVersion(contents[column.version], column.lane, techniques.get(column.version, {}))

        return try_history([self._read(run, tried) for run in reversed(runs)])

    def _read(self, run: SuiteRun, tried: Callable[[SuiteColumn], TriedVersion]) -> ChampionTry:
        champion, challenger = run.columns[run.baseline], run.columns[1 - run.baseline]
        titles = column_titles(run, always=True)
        one = ChampionTry(
            run.uid,
            run.number,
            run.started_at,
            titles[champion.position],
            titles[challenger.position],
            (column_key(champion), column_key(challenger)),
            change_kind(tried(champion), tried(challenger)),
            TryResult("cannot_tell", "few_cases", FEWEST_CASES),
            MARGIN if run.goals.difference is None else run.goals.difference,
            run.set_name,
            open=run.cells - run.answered,
        )
        passes = self._compared(run, champion.position, challenger.position)
        if passes is None:
            return one
        is_fresh = not self._records.reused_cells(run.uid).get(champion.position)
        return replace(
            one,
            result=settle(passes, one.margin, is_champion_fresh=is_fresh),
            cases=passes.pairs,
            fixed=passes.fixed,
            broken=passes.broken,
            difference=passes.difference,
            interval=passes.interval_90,
            p=passes.p_greater,
        )

    def _compared(self, run: SuiteRun, champion: int, challenger: int) -> PassComparison | None:
        if not run.scoring_uid:
            return None
        results = self._records.results(run.uid, run.scoring_uid)
        if max(champion, challenger) >= len(results):
            return None
        return compare_passes(results[champion], results[challenger])


def is_try(run: SuiteRun) -> bool:
    """Whether a run compares a champion with a challenger."""
    return run.goals.purpose == "try" and len(run.columns) == 2 and not run.probe


def try_sentence(one: ChampionTry, comparison: ColumnComparison | None) -> str:
    """Return what the stopping rule says about a complete try, with the figures that it stands on."""
    said = try_words(one.result, one.margin)
    if one.result.is_settled and one.set_name == "tuning":
        said = f"{said} This is on the cases that you tuned on; run the hold-out to confirm it."
    about = f"{at_start(one.challenger)} against the champion {one.champion}, both asked afresh (changed: {one.kind})"
    figures = "" if comparison is None else try_figures(comparison)
    return f"{said} {about}: {figures}" if figures else f"{said} {about}."


def column_key(column: SuiteColumn) -> str:
    """Return what identifies a column in all tests of its prompt: version, model and parameters."""
    return f"{column.version} {column.lane.endpoint} {column.lane.model} {column.lane.params.to_json()}"
