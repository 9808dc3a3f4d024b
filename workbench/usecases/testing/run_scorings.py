"""The scorings of test runs: which one answers get, who judges them, and scoring stored answers again.

Invariant: a scoring has one set of rules and one judge per check; other rules or judges get another scoring. Judgements
that are stored are not made again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace

from workbench.core.cases import Case
from workbench.core.content import Content
from workbench.core.lanes import Endpoint, Lane
from workbench.core.runs import VersionRow
from workbench.core.testing.settings import JudgeSettings, SuiteSettings
from workbench.engine.calls import Event
from workbench.store.testing.records import StoredScoring
from workbench.usecases.judging.judge_models import JudgeModels
from workbench.usecases.judging.judge_progress import JudgeProgress
from workbench.usecases.judging.judge_prompt_versions import JudgePrompts
from workbench.usecases.judging.judged_scorings import JudgedScorings, with_stored_judges
from workbench.usecases.judging.judging import Judging
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.budget import BudgetLedger
from workbench.usecases.testing.job import SuiteJob, read_job
from workbench.usecases.testing.plan import SuitePlan
from workbench.usecases.testing.scoring_orders import Sweep
from workbench.usecases.testing.suite_parts import SuiteLimits, SuiteTools

CLOSING = "Prompt Workbench is closing. Start it again to run this."


class RunScorings:
    """Scorings of the runs of one workbench. Thread-safe."""

    def __init__(
        self,
        tools: SuiteTools,
        endpoint: Callable[[str], Endpoint | None],
        version: Callable[[str, int], VersionRow],
        question: Callable[[Lane, Content], str],
    ) -> None:
        """`question` returns the `question_hash` of a lane."""
        self._tools, self._endpoint, self._version, self._question = tools, endpoint, version, question
        self._lock = threading.Lock()
        self._rescoring: dict[str, Judging] = {}
        self._closing = False

    def job(self, run_uid: str) -> SuiteJob:
        """Return the job of a stored run without a scoring; blocks. Raises StoreError, RefusedError."""
        return read_job(self._tools.records, self._version, self._endpoint, self._question, run_uid)

    def scored_job(self, run_uid: str, plan: SuitePlan | None, *, failed_too: bool) -> tuple[SuiteJob, JudgeSettings]:
        """Return the job of a stored run with its newest scoring, and who judges; blocks.

        A run without one, or with one that has other rules than the plan, gets a scoring by the settings of its plan,
        or by those of the prompt. So does one that other judges began, or that left judged checks unscored, because a
        scoring has one result per cell; judgements that are stored are not made again.
        """
        job = self.job(run_uid)
        newest = next(iter(self._tools.records.scorings(run_uid)), None)
        settings = self._tools.records.settings(job.prompt_uid) if plan is None else plan.settings
        if newest is None or (plan is not None and not _has_rules(newest, plan.settings)):
            job = replace(job, checks=settings.checks, threshold=settings.threshold)
            return self._with_new_scoring(job), settings.judge
        job = replace(job, checks=newest.checks, threshold=newest.threshold, scoring_uid=newest.uid)
        judge = settings.judge
        if plan is None:
            # They were named when the run was started; the prompt may have none.
            judge = with_stored_judges(judge, self._tools.judges.judges(newest.uid))
        states = JudgedScorings(self._tools.records, self._tools.judges, self._models(judge))
        if states.is_stale(job, is_repeated=failed_too or plan is not None):
            job = self._with_new_scoring(job)
        return job, judge

    def judging(
        self,
        job: SuiteJob,
        judge: JudgeSettings,
        limits: SuiteLimits,
        ledger: BudgetLedger,
        on_scored: Callable[[int], None],
        tell: Callable[[JudgeProgress], None] = lambda progress: None,
    ) -> Judging:
        """Return who judges the cells of a job's scoring; its thread starts with the first cell."""
        tools = self._tools
        return Judging(
            tools,
            scoring_uid=job.scoring_uid,
            models=self._models(judge),
            prompts=JudgePrompts(tools.judges, job.prompt_uid, tools.owner.new_uid, tools.owner.now),
            repeats=judge.repeats,
            budget=limits.budget,
            ledger=ledger,
            concurrency=limits.concurrency,
            on_judged=lambda scores, dropped: tools.scorer.take_judged(job, scores, dropped, on_scored),
            tell=tell,
        )

    def rescore(self, run_uid: str, settings: SuiteSettings, cases: Mapping[str, Case] | None) -> Sweep:
        """Score the stored answers of a run by other checks, as a new scoring; blocks briefly."""
        job = replace(
            self.job(run_uid), checks=settings.checks, threshold=settings.threshold, current=dict(cases or {})
        )
        job = self._with_new_scoring(job)
        limits = SuiteLimits(settings.budget)
        judging = self.judging(job, settings.judge, limits, ledger_of(limits), lambda count: None)
        with self._lock:
            if self._closing:
                raise RefusedError(CLOSING)
            # One that has ended may still record its ends.
            running = {of: one for of, one in self._rescoring.items() if not one.has_ended}
            self._rescoring = {**running, job.scoring_uid: judging}
        sweep = self._tools.scorer.sweep(replace(job, judge=judging), then=judging.end)
        sweep.on_cancel(judging.stop)
        return sweep

    def on_event(self, event: Event) -> bool:
        """Take an event of the engine if it is about judging stored answers again."""
        # The dictionary is replaced, never changed, so no lock is needed.
        return any(one.offer_event(event) for one in self._rescoring.values())

    def begin_close(self) -> None:
        """Stop judging."""
        with self._lock:
            self._closing = True
        for one in self._rescoring.values():
            one.stop()

    def close(self) -> None:
        """Wait until what was judged is recorded."""
        for one in self._rescoring.values():
            one.close()

    def _with_new_scoring(self, job: SuiteJob) -> SuiteJob:
        job = replace(job, scoring_uid=self._tools.owner.new_uid())
        self._begin_scoring(job).result()
        return job

    def _begin_scoring(self, job: SuiteJob) -> Future[None]:
        return self._tools.records.begin_scoring(
            job.uid, job.scoring_uid, job.checks, self._tools.owner.now(), threshold=job.threshold
        )

    def _models(self, judge: JudgeSettings) -> JudgeModels:
        return JudgeModels(judge, self._endpoint, self._tools.endpoints, self._question)


def ledger_of(limits: SuiteLimits) -> BudgetLedger:
    """Return an empty ledger of one start."""
    return BudgetLedger(limits.budget, time.monotonic)


def _has_rules(scoring: StoredScoring, settings: SuiteSettings) -> bool:
    return (scoring.checks, scoring.threshold) == (settings.checks, settings.threshold)
