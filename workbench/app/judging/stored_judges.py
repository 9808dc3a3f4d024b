"""Judged checks and labels of an open history.

Invariant: nothing is computed here; the order of answers, sentences and rates come from the use cases of judges.
Everything blocks. Steps of one session are taken one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.app.judging.labelling import (
    BlindAnswer,
    LabelledCheck,
    LabelPage,
    LabelStep,
    MeasuredJudge,
    progress_words,
    question_of,
    stage_words,
)
from workbench.app.testing.words import column_title
from workbench.core.statistics.judge_cells import FEWEST_LABELS
from workbench.core.testing.grid import SuiteColumn, SuiteRun
from workbench.core.visible_text import visible_name

if TYPE_CHECKING:
    from workbench.store import Store
    from workbench.usecases.judging.judge_book import JudgeBook
    from workbench.usecases.judging.label_files import LabelImportPlan
    from workbench.usecases.judging.labelling import AnswerToLabel, LabellingSession

_MOST_RUNS = 50


class StoredJudges:
    """Finds judged checks, labels answers, and reads labels from files."""

    def __init__(self, store: Store, new_uid: Callable[[], str], now: Callable[[], str]) -> None:
        self._store, self._new_uid, self._now = store, new_uid, now

    @property
    def _book(self) -> JudgeBook:
        from workbench.usecases.judging.judge_book import JudgeBook

        return JudgeBook(self._store, self._new_uid, self._now)

    def newest(self, prompt_uid: str) -> SuiteRun | None:
        """Return the newest scored run of a prompt that counts, None without one. Raises StoreError."""
        runs = self._store.tests.runs(prompt_uid, _MOST_RUNS)
        return next((run for run in runs if run.scoring_uid and not run.probe and run.set_name == "tuning"), None)

    def checks(self, run_uid: str, scoring_uid: str) -> tuple[LabelledCheck, ...]:
        """Return the judged checks whose answers can be labelled. Raises StoreError, RefusedError if there is none."""
        from workbench.usecases.judging.judge_reports import check_title
        from workbench.usecases.judging.labelled_checks import labelled_checks

        return tuple(
            LabelledCheck(fact.check_hash, fact.check, check_title(fact.check), fact.labels)
            for fact in labelled_checks(self._store.judges, run_uid, scoring_uid)
        )

    def session(self, run: SuiteRun, check: LabelledCheck) -> StoredLabelling:
        """Return a session of labelling. Raises StoreError, RefusedError."""
        session = self._book.labelling(run.uid, check.check_hash)
        return StoredLabelling(session, check, lambda: self.measured(run, check))

    def measured(self, run: SuiteRun, check: LabelledCheck) -> MeasuredJudge:
        """Return how far the judge can be trusted by the labels of now. Raises StoreError."""
        # It loads the statistics.
        from workbench.app.judging.measured_words import measured_words
        from workbench.usecases.judging.judge_reports import JudgeAnalyst

        now = self._store.tests.run(run.uid)
        report = JudgeAnalyst(self._store.judges).report(now, now.scoring_uid, short_titles(run.columns))
        found = [place for place, one in enumerate(report.judges) if one.check_hash == check.check_hash]
        if not found:
            return MeasuredJudge(())
        judge = report.judges[found[0]]
        columns = [said for column in report.columns for said in column if said.judge == found[0]]
        error = judge.error
        disagreements = 0 if error is None else error.missed + error.alarms
        return MeasuredJudge(measured_words(judge, columns), disagreements, judge.is_measured)

    # Files.

    def read_file(self, path: Path, run: SuiteRun) -> LabelImportPlan:
        """Return what a file with labels brings. Raises RefusedError, StoreError."""
        from workbench.core.testing.case_table import watch_nothing
        from workbench.usecases.case_import import CaseImporter

        table = CaseImporter(self._store, self._new_uid).read_file(path, watch_nothing)
        return self._book.files.plan(run.uid, table)

    def add_labels(self, plan: LabelImportPlan) -> int:
        """Store what a file brings, and return how many labels are new. Raises StoreError."""
        return self._book.files.run(plan)

    def sheet_text(self, run: SuiteRun, check: LabelledCheck) -> str:
        """Return the random sample as CSV that a person fills in, blind. Raises StoreError."""
        import csv
        import io

        made = io.StringIO(newline="")
        csv.writer(made).writerows(self._book.files.sheet(run.uid, check.check_hash))
        return made.getvalue()


class StoredLabelling:
    """One session of labelling, in the words of the window. Not thread-safe."""

    def __init__(self, session: LabellingSession, check: LabelledCheck, measured: Callable[[], MeasuredJudge]) -> None:
        self._session, self._check, self._measured = session, check, measured

    def take(self, step: LabelStep) -> LabelPage:
        """Take a step, and return what to show then. Raises StoreError; the current answer stays then."""
        session = self._session
        match step:
            case "start":
                answer = session.start()
            case "skip":
                answer = session.skip()
            case "undo":
                answer = session.undo()
            case _:
                answer = session.label(step)
        progress, is_measured = session.progress(), session.measuring >= FEWEST_LABELS
        is_sampled = progress.labelled >= progress.sample
        return LabelPage(
            progress_words(progress.labelled, progress.sample),
            stage_words(session.picked, is_measured=is_measured, is_sampled=is_sampled),
            session.can_undo,
            None if answer is None else self._shown(answer),
            self._measured() if answer is None else None,
            is_measured or is_sampled,
        )

    def measured(self) -> MeasuredJudge:
        """Return how far the judge can be trusted by the labels of now. Raises StoreError."""
        return self._measured()

    def _shown(self, answer: AnswerToLabel) -> BlindAnswer:
        check = self._check
        criterion = _criterion(check, dict(answer.values), answer.expectation)
        return BlindAnswer(answer.text, question_of(check.check), criterion, answer.values, answer.expectation)


def short_titles(columns: Sequence[SuiteColumn]) -> list[str]:
    """Return the models of columns, with the versions if a model is in several."""
    models = [visible_name(column.lane.title) for column in columns]
    return models if len(set(models)) == len(models) else [column_title(column) for column in columns]


def _criterion(check: LabelledCheck, values: dict[str, Any], expectation: str) -> str:
    """Return what the judge is told to look at, with the values of the case filled in."""
    from workbench.core.checks.check_result import UnscoredError
    from workbench.core.judging.judge_prompts import value_words
    from workbench.core.judging.judged_checks import prepared_check
    from workbench.core.judging.questions import JudgedAnswer

    try:
        words = value_words(prepared_check(check.check, JudgedAnswer("-", "-", values, expectation, "-")).value)
    except UnscoredError:
        words = check.title
    return words or expectation
