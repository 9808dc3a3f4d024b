"""What a test run means: totals, statistics and sentences of its columns.

Invariant: every sentence comes from `core.statistics.wording`; a comparison with another run uses only cases with the
same values and checks, and counts the others as left out. Everything blocks: use it on worker threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.core.cases import Case, Check
from workbench.core.lanes import Params, short_model
from workbench.core.parameters import parameter
from workbench.core.statistics.columns import ColumnSummary, summarise
from workbench.core.statistics.comparisons import ColumnComparison, NoWorseResult, compare_columns, no_worse
from workbench.core.statistics.power import more_cases
from workbench.core.statistics.results import CellState, ColumnResults, is_majority
from workbench.core.statistics.wording import (
    SHORT,
    comparison_words,
    gaps_words,
    no_worse_words,
    rate_words,
    score_words,
)
from workbench.core.testing.cells import CellKey
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.grid import CellDetail, SuiteColumn, SuiteRun
from workbench.core.testing.report import MOST_FAILING, ColumnReport, ReportCell, SuiteReport
from workbench.core.testing.scored_case import overruled_score, scored_case
from workbench.core.testing.settings import SuiteSettings
from workbench.core.text import counted, plural
from workbench.core.visible_text import visible_name
from workbench.store.testing.records import StoredScoring
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.bar import SuiteBar, judge
from workbench.usecases.testing.holdout_totals import about_its_set, total_cells
from workbench.usecases.testing.progress import SuiteProgress

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class SuiteQuestion:
    """What is asked of a run.

    `baseline_run` compares every column with the baseline column of another run, "" for that of this run. With
    `no_worse` columns are also tested for being no worse by more than the margin of the settings. `bar` is what a
    pipeline asks for, None for nothing. `notes` are added to those of the report.
    """

    scoring_uid: str = ""
    baseline_run: str = ""
    no_worse: bool = False
    bar: SuiteBar | None = None
    notes: tuple[str, ...] = ()


class SuiteAnalyst:
    """Reports on test runs."""

    def __init__(self, records: SuiteRecords) -> None:
        self._records = records

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
        titles = column_titles(run)
        results = tuple(replace(one, name=title) for one, title in zip(results, titles, strict=False)) or tuple(
            ColumnResults(title, ()) for title in titles
        )
        names = self._names(run)
        if asked.baseline_run:
            other = self._other_baseline(run, asked.baseline_run, scoring_uid)
            compared = dict(zip(range(len(results)), compare_columns(other, results), strict=True))
            baseline, base_results = -1, other
        else:
            baseline, base_results = run.baseline, results[run.baseline]
            others = [position for position in range(len(results)) if position != baseline]
            found = compare_columns(base_results, [results[position] for position in others])
            compared = dict(zip(others, found, strict=True))
        base_summary = summarise(base_results)
        columns = tuple(
            self._column(
                column,
                results[column.position],
                compared.get(column.position),
                base_summary,
                settings,
                names,
                is_baseline=column.position == baseline,
                wants_no_worse=asked.no_worse,
            )
            for column in run.columns
        )
        whole = self._whole(prompt, run, columns, asked, progress, seconds, self._unchecked(run, scoring_uid))
        return about_its_set(whole, self._records, run_uid, names.keys())

    def newest(self, prompt: str, prompt_uid: str, run_uid: str) -> SuiteReport:
        """Return the report of a run by its newest scoring and the present settings; `prompt` is the prompt's name."""
        return self.report(prompt, run_uid, self._records.settings(prompt_uid))

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
        scoring = self._scoring(run_uid, scoring_uid or run.scoring_uid)
        hidden = self._records.hidden_cases(run_uid)
        for column in run.columns:
            for position in (one for one in range(run.cases) if one not in hidden):
                for sample in range(run.samples):
                    key = CellKey(position, column.position, sample)
                    detail = self._records.cell(run_uid, scoring_uid or run.scoring_uid, key)
                    if detail.result is not None:
                        yield _report_cell(detail, titles[column.position], scoring)

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
        open_ = run.cells - run.answered
        is_over = progress is not None and progress.state == "budget"
        bar, bar_words = (
            judge(
                asked.bar,
                [(one.title, one.summary) for one in columns],
                [(one.title, one.no_worse) for one in columns if asked.no_worse and not one.is_baseline],
                is_over_budget=is_over,
                is_complete=not open_,
            )
            if asked.bar is not None
            else ("none", "")
        )
        known = progress or SuiteProgress()
        return SuiteReport(
            prompt=prompt,
            number=run.number,
            uid=run.uid,
            started_at=run.started_at,
            columns=columns,
            cases=run.cases,
            set_name=run.set_name,
            set_words=_set_words(run),
            round=run.round,
            samples=run.samples,
            baseline=run.baseline,
            sentences=_sentences(columns, open_),
            unchecked=unchecked,
            is_probe=bool(run.probe),
            unscored=sum(one.summary.unscored for one in columns),
            unanswered=sum(one.summary.unanswered for one in columns),
            open=open_,
            calls=known.done,
            reused=known.reused,
            spent_usd=_spent(known, columns),
            seconds=seconds,
            bar=bar,
            bar_words=bar_words,
            notes=asked.notes,
        )

    def _column(
        self,
        column: SuiteColumn,
        results: ColumnResults,
        comparison: ColumnComparison | None,
        baseline: ColumnSummary,
        settings: SuiteSettings,
        names: Mapping[str, str],
        *,
        is_baseline: bool,
        wants_no_worse: bool,
    ) -> ColumnReport:
        summary = summarise(results)
        failing = [
            names.get(case.case, case.case)
            for case in results.cases
            if case.counts[1] and not is_majority(*case.counts)
        ]
        found, no_worse_sentence = None, ""
        if comparison is not None and wants_no_worse:
            found, no_worse_sentence = _no_worse(comparison, settings.margin, summary, baseline)
        return ColumnReport(
            title=results.name,
            version_name=column.version_name,
            model=column.lane.model,
            is_baseline=is_baseline,
            summary=summary,
            comparison=comparison,
            rate_words=rate_words(summary.passes),
            gaps_words=gaps_words(summary),
            verdict="" if comparison is None else SHORT[comparison.verdict],
            sentence="" if comparison is None else _sentence(comparison, settings.difference),
            score_sentence=_score_sentence(comparison),
            no_worse=found,
            no_worse_sentence=no_worse_sentence,
            parameters=parameter_words(column.lane.params),
            failing=tuple(failing[:MOST_FAILING]),
            failing_total=len(failing),
        )

    def _chunks(self, run: SuiteRun) -> Iterator[Case]:
        for start in range(0, run.cases, _CHUNK):
            yield from self._records.cases(run.uid, start, min(run.cases, start + _CHUNK))

    def _names(self, run: SuiteRun) -> dict[str, str]:
        return {case.uid: case.name or f"Case {number}" for number, case in enumerate(self._chunks(run), start=1)}

    def _unchecked(self, run: SuiteRun, scoring_uid: str) -> int:
        scoring = self._scoring(run.uid, scoring_uid)
        if scoring is not None and scoring.checks:
            return 0
        return sum(not case.checks for case in self._chunks(run))

    def _scoring(self, run_uid: str, scoring_uid: str) -> StoredScoring | None:
        return next((one for one in self._records.scorings(run_uid) if one.uid == scoring_uid), None)

    def _other_baseline(self, run: SuiteRun, other_uid: str, scoring_uid: str) -> ColumnResults:
        """Return the baseline column of another run with the cases that can be compared."""
        other = self._records.run(other_uid)
        here, there = self._scoring(run.uid, scoring_uid), self._scoring(other_uid, other.scoring_uid)
        if here is None or there is None:
            raise RefusedError(f"Test run {other.number} has no scores to compare with. Score it, then compare.")
        if _rules(here) != _rules(there):
            raise RefusedError(
                f"Test run {other.number} was scored by other checks. Score it by the present ones, then compare."
            )
        column = self._records.results(other_uid, other.scoring_uid)[other.baseline]
        mine = {case.uid: case for case in self._chunks(run)}
        equal = {case.uid for case in self._chunks(other) if case.uid in mine and _is_equal(case, mine[case.uid])}
        title = f"{column_titles(other)[other.baseline]} of test run {other.number}"
        cases = tuple(replace(case, cluster=mine[case.case].cluster) for case in column.cases if case.case in equal)
        return ColumnResults(title, cases)


def column_titles(run: SuiteRun) -> tuple[str, ...]:
    """Return a unique title for each column, such as "#14 · gpt-5-mini", with parameters where they tell it apart."""
    titles = [_title(column) for column in run.columns]
    if len(set(titles)) < len(titles):
        titles = [
            " · ".join(filter(None, (title, parameter_words(column.lane.params) if titles.count(title) > 1 else "")))
            for title, column in zip(titles, run.columns, strict=True)
        ]
    if len(set(titles)) < len(titles):
        titles = [
            f"{title} ({number})" if titles.count(title) > 1 else title for number, title in enumerate(titles, start=1)
        ]
    return tuple(titles)


def parameter_words(params: Params) -> str:
    """Return the set parameters in a few words, such as "temp 0.2, 2 stops"; "" for none."""
    rows = ((parameter(name), value) for name, value in params.values)
    words = [row.summary(value) for row, value in rows if row is not None]
    return ", ".join([*words, "extra"] if params.extra else words)


def _title(column: SuiteColumn) -> str:
    lane = column.lane
    name = lane.label or visible_name(short_model(lane.model))
    return " · ".join(filter(None, (column.version_name, name)))


def _sentence(comparison: ColumnComparison, difference: float) -> str:
    need = None
    if comparison.passes is not None and comparison.verdict == "no_difference":
        need = more_cases(comparison.passes, difference, comparison.columns)
    return comparison_words(comparison, need)


def _score_sentence(comparison: ColumnComparison | None) -> str:
    if comparison is None or comparison.scores is None:
        return ""
    scores, passes = comparison.scores, comparison.passes
    if passes is not None and scores.difference == passes.difference:
        # Checks without partial scores: the sentence about passes has said it.
        return ""
    return score_words(scores)


def _no_worse(
    comparison: ColumnComparison, margin: float, summary: ColumnSummary, baseline: ColumnSummary
) -> tuple[NoWorseResult | None, str]:
    saved = None
    costs = summary.cost_per_1000, baseline.cost_per_1000
    if costs[0] is not None and costs[1] is not None and any(costs):
        saved = costs[1] - costs[0]
    if comparison.passes is None:
        return None, no_worse_words(comparison, NoWorseResult(margin, None, None), saved)
    found = no_worse(comparison.passes, margin)
    return found, no_worse_words(comparison, found, saved)


def _set_words(run: SuiteRun) -> str:
    if run.set_name == "holdout":
        return f"on {counted(run.cases, 'hold-out case')}"
    return f"on {counted(run.cases, 'case')}"


def _sentences(columns: Sequence[ColumnReport], open_: int) -> tuple[str, ...]:
    """Return the conclusions, those with a difference first."""
    shown = ("better", "worse")
    compared = [one for one in columns if one.comparison is not None]
    compared.sort(key=lambda one: one.comparison is not None and one.comparison.verdict not in shown)
    found = [sentence for one in compared for sentence in (one.no_worse_sentence, one.sentence) if sentence]
    flaky = len({case for one in columns for case in one.summary.flaky})
    if flaky:
        found.append(f"{counted(flaky, 'case')} {plural(flaky, 'passes', 'pass')} only sometimes.")
    if open_:
        found.append(f"{counted(open_, 'answer')} {plural(open_, 'is', 'are')} still to come.")
    return tuple(found)


def _spent(progress: SuiteProgress, columns: Sequence[ColumnReport]) -> float | None:
    if progress.spent_usd or not progress.done:
        return progress.spent_usd
    return 0.0 if any(one.summary.cost_per_1000 is not None for one in columns) else None


def _rules(scoring: StoredScoring) -> tuple[tuple[str, ...], float | None]:
    return tuple(check_hash(check) for check in scoring.checks), scoring.threshold


def _is_equal(one: Case, other: Case) -> bool:
    return dict(one.values) == dict(other.values) and _own(one.checks) == _own(other.checks)


def _own(checks: Sequence[Check]) -> list[str]:
    return [check_hash(check) for check in checks]


def _report_cell(detail: CellDetail, title: str, scoring: StoredScoring | None) -> ReportCell:
    result, case = detail.result, detail.case
    state, score, reason = _outcome(detail, scoring)
    took = None if result is None else result.timing.duration
    return ReportCell(
        case=detail.key.case,
        case_name=case.name or f"Case {detail.key.case + 1}",
        column=detail.key.column,
        column_title=title,
        sample=detail.key.sample,
        state=state,
        score=score,
        reason=reason,
        seconds=None if took is None else took / 1000,
        cost_usd=None if result is None else result.cost_usd,
        text="" if result is None else result.text,
    )


def _outcome(detail: CellDetail, scoring: StoredScoring | None) -> tuple[CellState, float | None, str]:
    """Return state, score and reason of a cell, with what a person overruled."""
    result = detail.result
    if result is None or result.state != "finished":
        failure = None if result is None else result.failure
        return "no_answer", None, "The call has no answer." if failure is None else failure.sentence
    if not detail.results:
        return "unscored", None, "No checks."
    case = detail.case if scoring is None else scored_case(detail.case, scoring.checks, scoring.threshold)
    decisions = {index: one.state for index, one in enumerate(detail.overruled) if one is not None}
    if len(case.checks) != len(detail.results):
        # The checks of the case were changed after the run, and its answers scored again.
        case = replace(case, checks=tuple(Check("") for _ in detail.results), threshold=None)
    found = overruled_score(case, detail.results, decisions)
    return found.state, found.score, found.reason
