"""What a test run means: totals, statistics and sentences of its columns.

Invariant: every sentence comes from `core.statistics.wording`; a comparison with another run uses only cases with the
same values and checks, and counts the others as left out. Everything blocks: use it on worker threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.core.statistics.columns import summarise
from workbench.core.statistics.comparisons import ColumnComparison, compare_columns
from workbench.core.statistics.results import ColumnResults
from workbench.core.testing.answer_ages import age_in_days
from workbench.core.testing.grid import SuiteRun
from workbench.core.testing.judged_report import JudgedReport
from workbench.core.testing.report import ColumnReport, ReportCell, SuiteReport
from workbench.core.testing.settings import SuiteSettings
from workbench.core.testing.tries import TryHistory
from workbench.host.clock import utc_now
from workbench.store.errors import StoreError
from workbench.store.testing.records import StoredScoring, TestedCase
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.judging.judge_reports import JudgeAnalyst
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.bar import SuiteBar, judge
from workbench.usecases.testing.column_reports import column_report
from workbench.usecases.testing.column_titles import column_titles
from workbench.usecases.testing.comparable_cases import is_same_case, run_cases, scoring_rules, stored_scoring
from workbench.usecases.testing.conclusion_words import (
    conclusions,
    correction_of,
    set_words,
    vote_sentences,
)
from workbench.usecases.testing.holdout_totals import about_its_set, awaited, total_cells, with_names
from workbench.usecases.testing.idle_cases import idle_cases, without
from workbench.usecases.testing.probe_report import probe_report
from workbench.usecases.testing.progress import SuiteProgress
from workbench.usecases.testing.report_cells import report_cell
from workbench.usecases.testing.tries import SuiteTries, try_sentence
from workbench.usecases.testing.unscored_reasons import unscored_words

_CELLS_AT_ONCE = 100
"""Cells with whole answers that are in memory."""


@dataclass(frozen=True, slots=True)
class SuiteQuestion:
    """What is asked of a run.

    `baseline_run` compares every column with the baseline column of another run, "" for what the run was begun with.
    With `no_worse` all columns are also tested for being no worse by more than the margin of the settings, without it
    those that the settings name. `bar` is what a pipeline asks for, None for nothing. `notes` are added to those of the
    report; `left_out` says what of a foreign file is not tested.
    """

    scoring_uid: str = ""
    baseline_run: str = ""
    no_worse: bool = False
    bar: SuiteBar | None = None
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _OtherBaseline:
    """A column of another run that the columns are compared with."""

    version_name: str
    results: ColumnResults


class SuiteAnalyst:
    """Reports on test runs."""

    def __init__(
        self, records: SuiteRecords, tries: SuiteTries | None = None, judges: JudgeAnalyst | None = None
    ) -> None:
        """`tries` says what comparisons of champion and challenger show, `judges` how far judges can be trusted."""
        self._records = records
        self._tries = tries
        self._judges = judges

    def report(
        self,
        prompt: str,
        run_uid: str,
        settings: SuiteSettings,
        question: SuiteQuestion | None = None,
        progress: SuiteProgress | None = None,
        seconds: float | None = None,
    ) -> SuiteReport:
        """Return the report of a run; `prompt` is the name of its prompt, `progress` that of its last start.

        Raises StoreError, and RefusedError for another run that cannot be compared.
        """
        asked = question or SuiteQuestion()
        run = self._records.run(run_uid)
        scoring_uid = asked.scoring_uid or run.scoring_uid
        results = self._records.results(run_uid, scoring_uid) if scoring_uid else ()
        other, lost = self._against(run, asked.baseline_run, scoring_uid)
        titles = column_titles(run, () if other is None else (other.version_name,))
        results = tuple(replace(one, name=title) for one, title in zip(results, titles, strict=False)) or tuple(
            ColumnResults(title, ()) for title in titles
        )
        cases = self._records.tested_cases(run_uid)
        names = {case.uid: case.name or f"Case {number}" for number, case in enumerate(cases, start=1)}
        compared: dict[int, ColumnComparison]
        if awaited(run):
            compared, baseline, other = {}, run.baseline, None
        elif other is not None:
            compared = dict(zip(range(len(results)), compare_columns(other.results, results), strict=True))
            baseline = -1
        else:
            baseline, base_results = run.baseline, results[run.baseline]
            others = [position for position in range(len(results)) if position != baseline]
            found = compare_columns(base_results, [results[position] for position in others])
            compared = dict(zip(others, found, strict=True))
        hidden = self._hidden_uids(run, cases)
        summaries = [summarise(one) for one in results]
        base_summary = summaries[baseline] if other is None else summarise(other.results)
        judged = self._judged(run, scoring_uid, titles)
        columns = tuple(
            column_report(
                column,
                results[column.position],
                summaries[column.position],
                compared.get(column.position),
                base_summary,
                settings,
                names,
                hidden,
                judged,
                is_baseline=column.position == baseline,
                is_own_baseline=other is None,
                wants_no_worse=asked.no_worse or column.lane.slot in settings.no_worse,
                is_margin_late=run.goals.margin is not None and run.goals.margin != settings.margin,
                is_awaited=bool(awaited(run)),
            )
            for column in run.columns
        )
        if lost:
            asked = replace(asked, notes=(*asked.notes, lost))
        scoring = self._scoring(run_uid, scoring_uid)
        unchecked = 0 if scoring is not None and scoring.checks else sum(not case.checks for case in cases)
        whole = replace(
            self._whole(prompt, run, columns, asked, progress, seconds, unchecked),
            unscored_words=unscored_words(self._records, run, scoring_uid),
            **self._tried(run, columns, lost),
            **self._bar(run, columns, results, scoring, asked, progress),
        )
        whole = replace(whole, sentences=(*whole.sentences, *vote_sentences(columns, run.samples)))
        # Only now: the sentences count flaky cases over all columns, by uid.
        shown = tuple(replace(column, summary=with_names(column.summary, names, hidden)) for column in columns)
        whole = replace(whole, columns=shown)
        if asked.left_out:
            more = f", and {len(asked.left_out) - 1:,} more" if len(asked.left_out) > 1 else ""
            said = f"Not everything of the file is tested: {asked.left_out[0].rstrip('.')}{more}."
            whole = replace(whole, sentences=(*whole.sentences, said))
        if run.probe:
            return probe_report(whole, run, self._records)
        # Corrections are about the baseline of this run.
        apart = () if other is None else filter(None, map(correction_of, columns))
        whole = replace(whole, judged=judged, sentences=(*whole.sentences, *apart, *judged.sentences))
        return about_its_set(whole, self._records, run_uid, names.keys())

    def _judged(self, run: SuiteRun, scoring_uid: str, titles: Sequence[str]) -> JudgedReport:
        """Return what is known of the judges of a run, nothing for a probe and an incomplete hold-out."""
        if self._judges is None or awaited(run) or run.probe:
            return JudgedReport(columns=tuple(() for _ in run.columns))
        return self._judges.report(run, scoring_uid, titles)

    def newest(self, prompt: str, prompt_uid: str, run_uid: str) -> SuiteReport:
        """Return the report of a run by its newest scoring and the present settings; `prompt` is the prompt's name."""
        return self.report(prompt, run_uid, self._records.settings(prompt_uid))

    def _tried(self, run: SuiteRun, columns: tuple[ColumnReport, ...], lost: str) -> dict[str, Any]:
        """Return what tries add to a report: the sentences, what this run shows, and the history."""
        open_ = run.cells - run.answered
        if why := awaited(run):
            return {"sentences": (why,)}
        found = TryHistory() if self._tries is None else self._tries.history(self._records.prompt_of(run.uid))
        one = next((one for one in found.tries if one.run_uid == run.uid), None)
        if one is not None and one.is_complete:
            # It says what the sentence about the columns would, by the stricter rule.
            rest = conclusions([replace(column, sentence="") for column in columns], open_)
            challenger = next((column.comparison for column in columns if column.comparison is not None), None)
            corrections = tuple(filter(None, map(correction_of, columns)))
            said = f"{'Uncorrected: ' if corrections else ''}{try_sentence(one, challenger)}"
            sentences = (*corrections, said, *filter(None, (found.words,)), *rest)
        else:
            sentences = conclusions(columns, open_)
        sentences = (lost, *sentences) if lost else sentences
        return {"sentences": sentences, "tried": one, "tries": found if found.tries else None}

    def cells(self, run_uid: str, scoring_uid: str = "") -> Iterator[ReportCell]:
        """Yield the cells that have an output, column by column, case by case, sample by sample.

        Those of a hold-out are without names and answers; cases that were held out after the run are left out.
        """
        run = self._records.run(run_uid)
        titles = column_titles(run)
        if run.set_name == "holdout":
            results = self._records.results(run_uid, scoring_uid or run.scoring_uid)
            yield from total_cells(results, titles[: len(results)])
            return
        scoring_uid = scoring_uid or run.scoring_uid
        scoring = self._scoring(run_uid, scoring_uid)
        hidden = self._records.hidden_cases(run_uid)
        elected = self._records.elected(run_uid) if run.goals.vote else {}
        for column in run.columns:
            title, after = titles[column.position], None
            while some := self._records.report_cells(
                run_uid, scoring_uid, column.position, title, after, _CELLS_AT_ONCE
            ):
                after = some[-1][0]
                for key, cell in some:
                    if key.case in hidden:
                        continue
                    counts = elected.get((key.case, key.column), key.sample) == key.sample
                    if cell is not None:
                        yield cell if counts else replace(cell, counts=False)
                        continue
                    for detail in self._records.cells(run_uid, scoring_uid, [key]):
                        yield replace(report_cell(detail, title, scoring), counts=counts)

    def _whole(
        self,
        prompt: str,
        run: SuiteRun,
        columns: tuple[ColumnReport, ...],
        asked: SuiteQuestion,
        progress: SuiteProgress | None,
        seconds: float | None,
        unchecked: int,
    ) -> SuiteReport:
        known = progress or SuiteProgress()
        return SuiteReport(
            prompt=prompt,
            number=run.number,
            uid=run.uid,
            started_at=run.started_at,
            columns=columns,
            cases=run.cases,
            set_name=run.set_name,
            set_words=set_words(run),
            round=run.round,
            samples=run.samples,
            baseline=run.baseline,
            unchecked=unchecked,
            is_probe=bool(run.probe),
            unscored=sum(one.summary.unscored for one in columns),
            unanswered=sum(one.summary.unanswered for one in columns),
            open=run.cells - run.answered,
            calls=known.done,
            judge_calls=known.judge_calls,
            **_reused(known, run, self._records),
            spent_usd=_spent(known, columns),
            seconds=seconds,
            notes=asked.notes,
        )

    def _bar(
        self,
        run: SuiteRun,
        columns: Sequence[ColumnReport],
        results: Sequence[ColumnResults],
        scoring: StoredScoring | None,
        asked: SuiteQuestion,
        progress: SuiteProgress | None,
    ) -> dict[str, Any]:
        """Return whether the columns reach the bar, and the sentence about it; nothing if none is asked for."""
        if asked.bar is None:
            return {}
        idle = idle_cases(run_cases(self._records, run), () if scoring is None else scoring.checks)
        bar, words = judge(
            asked.bar,
            [
                (one.title, summarise(without(found, idle)) if idle else one.summary)
                for one, found in zip(columns, results, strict=True)
            ],
            [(one.title, one.no_worse) for one in columns if asked.no_worse and not one.is_baseline],
            is_over_budget=progress is not None and progress.state == "budget",
            is_complete=run.answered >= run.cells,
            awaited=awaited(run),
            idle=len(idle),
            left_out=len(asked.left_out),
        )
        return {"bar": bar, "bar_words": words}

    def _hidden_uids(self, run: SuiteRun, cases: Sequence[TestedCase]) -> frozenset[str]:
        """Return the cases of a test for tuning that were held out since: of these only totals are reported."""
        if run.set_name == "holdout":
            return frozenset()
        return frozenset(cases[position].uid for position in self._records.hidden_cases(run.uid))

    def _scoring(self, run_uid: str, scoring_uid: str) -> StoredScoring | None:
        return stored_scoring(self._records, run_uid, scoring_uid)

    def _against(self, run: SuiteRun, asked: str, scoring_uid: str) -> tuple[_OtherBaseline | None, str]:
        """Return the baseline in another run that is asked for, or that the run began with; None for one of its own.

        If that of the beginning cannot be compared any more, the reason is returned.
        """
        if asked:
            return self._other_baseline(run, asked, None, scoring_uid), ""
        if not run.goals.against_run or not scoring_uid:
            return None, ""
        try:
            return self._other_baseline(run, run.goals.against_run, run.goals.against_column, scoring_uid), ""
        except (StoreError, RefusedError) as error:
            return None, f"The stored answers of the baseline cannot be compared. {error.sentence}"

    def _other_baseline(self, run: SuiteRun, other_uid: str, at: int | None, scoring_uid: str) -> _OtherBaseline:
        """Return a column of another run, by default its baseline, with the cases that can be compared."""
        other = self._records.run(other_uid)
        at = other.baseline if at is None or at >= len(other.columns) else at
        here, there = self._scoring(run.uid, scoring_uid), self._scoring(other_uid, other.scoring_uid)
        if here is None or there is None:
            raise RefusedError(f"Test run {other.number} has no scores to compare with. Score it, then compare.")
        if scoring_rules(here) != scoring_rules(there):
            raise RefusedError(
                f"Test run {other.number} was scored by other checks. Score it by the present ones, then compare."
            )
        if awaited(other):
            raise RefusedError(f"Test run {other.number} of the hold-out is not complete. Continue it, then compare.")
        column = self._records.results(other_uid, other.scoring_uid)[at]
        mine = {case.uid: case for case in run_cases(self._records, run)}
        theirs = run_cases(self._records, other)
        equal = {case.uid for case in theirs if case.uid in mine and is_same_case(case, mine[case.uid])}
        version = other.columns[at].version_name
        beside = {version, *(one.version_name for one in run.columns)}
        title = f"{column_titles(other, beside)[at]} of test run {other.number}"
        cases = tuple(replace(case, cluster=mine[case.case].cluster) for case in column.cases if case.case in equal)
        return _OtherBaseline(version, ColumnResults(title, cases))


def _reused(known: SuiteProgress, run: SuiteRun, records: SuiteRecords) -> dict[str, Any]:
    """Return what a report says of answers that were used again: how many, and how old the oldest is."""
    # Calls of this start are newer than any answer from before it.
    oldest = records.oldest_answer(run.uid) if known.reused else ""
    days = age_in_days(oldest, utc_now())
    return {"reused": known.reused, "oldest_reused": oldest, "oldest_reused_days": days}


def _spent(progress: SuiteProgress, columns: Sequence[ColumnReport]) -> float | None:
    if progress.spent_usd or not progress.done:
        return progress.spent_usd
    return 0.0 if any(one.summary.cost_per_1000 is not None for one in columns) else None
