"""One start of a test run: its thread, from recording the run to its last score.

Invariant: a handle is finished once, whatever happens; the judges of a start end with it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Literal, Protocol

from workbench.engine.calls import Event
from workbench.store.testing.records import SuiteBegun
from workbench.usecases.judging.judge_progress import JudgeProgress
from workbench.usecases.judging.judging import Judging
from workbench.usecases.problems import problem_of
from workbench.usecases.testing.budget import BudgetLedger
from workbench.usecases.testing.cell_owners import owners_of_job, owners_of_plan
from workbench.usecases.testing.job import SuiteJob
from workbench.usecases.testing.plan import SuitePlan
from workbench.usecases.testing.progress import SuiteHandle, SuiteProgress
from workbench.usecases.testing.run_scorings import RunScorings, ledger_of
from workbench.usecases.testing.scheduler import SuiteScheduler
from workbench.usecases.testing.scorer import Scorer
from workbench.usecases.testing.scoring_orders import Sweep
from workbench.usecases.testing.suite_parts import SuiteLimits

StartOrder = Literal["stop", "pause", "go_on"]


class StartHost(Protocol):
    """What a start needs of the runner."""

    scorings: RunScorings

    @property
    def scorer(self) -> Scorer:
        """The scorer of all runs."""

    def start_engine(self) -> None:
        """Start the engine, and the checking process beside it."""

    def one_process(self, run_uid: str) -> AbstractContextManager[None]:
        """Let no other process work on a run."""

    def one_asking(self, owners: Sequence[str]) -> AbstractContextManager[None]:
        """Let no other start ask the cells of these owners."""

    def begin(self, plan: SuitePlan, run_uid: str) -> SuiteBegun:
        """Check the keys of a plan and record its run."""

    def failed_calls(self, job: SuiteJob) -> int:
        """Return how many recorded cells of a run have no answer."""

    def scheduler(
        self, job: SuiteJob, handle: SuiteHandle, limits: SuiteLimits, ledger: BudgetLedger
    ) -> SuiteScheduler:
        """Return a scheduler for a job."""

    def problem(self, error: BaseException) -> None:
        """Report an error to the listeners."""

    def leave(self, run: SuiteStartThread, unsaved: int) -> None:
        """Forget a start that has ended."""


def _do(what: StartOrder, part: SuiteScheduler | Judging) -> None:
    match what:
        case "stop":
            part.stop()
        case "pause":
            part.pause()
        case "go_on":
            part.go_on()


class SuiteStartThread:
    """One start of a run: its thread, from recording it to its last score."""

    def __init__(
        self,
        runner: StartHost,
        handle: SuiteHandle,
        *,
        plan: SuitePlan | None = None,
        limits: SuiteLimits | None = None,
    ) -> None:
        self.handle = handle
        self._runner = runner
        self._plan = plan
        # A new run has the limits of its plan.
        self._is_continued = limits is not None
        self._limits = limits or SuiteLimits()
        if plan is not None and limits is None:
            self._limits = SuiteLimits(plan.budget, plan.concurrency)
        self._lock = threading.Lock()
        self._scheduler: SuiteScheduler | None = None
        self._judging: Judging | None = None
        self._told: list[StartOrder] = []
        self._sweep: Sweep | None = None
        self._thread = threading.Thread(target=self._work, name="suite", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def join(self, timeout_s: float) -> None:
        """Wait for its end."""
        self._thread.join(timeout_s)

    def offer(self, event: Event) -> bool:
        """Take an event of the engine if it is about a call of this run."""
        scheduler, judging = self._scheduler, self._judging
        return (scheduler is not None and scheduler.offer(event)) or (
            judging is not None and judging.offer_event(event)
        )

    def tell(self, what: StartOrder) -> None:
        """Tell the scheduler and the judges something, at once or when they are there."""
        with self._lock:
            if self._scheduler is None or self._judging is None:
                self._told.append(what)
                return
            scheduler, judging, sweep = self._scheduler, self._judging, self._sweep
        _do(what, scheduler)
        _do(what, judging)
        if sweep is not None and what == "stop":
            sweep.cancel()

    def _work(self) -> None:
        unsaved = 0
        try:
            with self._runner.one_process(self.handle.run_uid), ExitStack() as held:
                unsaved = self._ask(held)
        except Exception as error:  # noqa: BLE001 - report every error, so that no handle hangs
            if self.handle.refuse(problem_of(error)):
                self._runner.problem(error)
        finally:
            if self._judging is not None:
                self._judging.close()
            self._runner.leave(self, unsaved)
            self.handle.finish()

    def _record(self, held: ExitStack) -> None:
        """Let no other start ask the same cells while `held` is open, and record the run if it is new."""
        runner, uid, plan = self._runner, self.handle.run_uid, self._plan
        if plan is not None and not self._is_continued:
            held.enter_context(runner.one_asking(owners_of_plan(plan)))
            runner.begin(plan, uid)
            if not plan.is_fresh:
                return
        held.enter_context(runner.one_asking(owners_of_job(runner.scorings.job(uid))))

    def _ask(self, held: ExitStack) -> int:
        runner, handle, plan = self._runner, self.handle, self._plan
        runner.start_engine()
        self._record(held)
        handle.begin()
        job, judge = runner.scorings.scored_job(handle.run_uid, plan, failed_too=self._limits.failed_too)
        handle.scoring_uid = job.scoring_uid
        # A run that has just begun has no failed calls.
        is_new = plan is not None and not self._is_continued
        without = 0 if is_new else runner.failed_calls(job)
        answered, failed = job.run.answered - without, 0 if self._limits.failed_too else without
        start = SuiteProgress(
            cells=job.run.cells,
            answered=answered,
            failed=failed,
            reused=answered,
            new=job.run.cells - answered - failed,
        )
        handle.update(lambda _: start)
        ledger = ledger_of(self._limits)
        judging = runner.scorings.judging(job, judge, self._limits, ledger, self._count_scored, self._show_judging)
        job = replace(job, judge=judging)
        scheduler = runner.scheduler(job, handle, self._limits, ledger)
        scheduler.unlock()
        with self._lock:
            self._scheduler, self._judging = scheduler, judging
            for what in self._told:
                _do(what, scheduler)
                _do(what, judging)
        if answered:
            # What earlier runs answered is scored while the rest is asked.
            runner.scorer.sweep(job, scheduler.count_scored, is_last=False)
        state = scheduler.run()
        if state == "stopped":
            judging.stop()
        self._score_rest(job, scheduler)
        if state != "stopped" and judging.was_stopped:
            state = "stopped"
            if judging.problem is not None:
                handle.refuse(judging.problem)
        elif state == "finished" and judging.why:
            state = "budget"
        why = scheduler.why or judging.why
        handle.update(lambda now: replace(now, state=state, running=0, why=now.why or why))
        return scheduler.unsaved

    def _count_scored(self, count: int) -> None:
        self.handle.update(lambda now: replace(now, scored=now.scored + count))

    def _show_judging(self, shown: JudgeProgress) -> None:
        self.handle.update(
            lambda now: replace(
                now,
                judging=shown.waiting,
                judge_calls=shown.done,
                judge_failed=shown.failed,
                judge_running=shown.running,
                requests=shown.requests,
                spent_usd=shown.spent_usd,
                reserved_usd=shown.reserved_usd,
                unknown=shown.unknown,
            )
        )

    def _score_rest(self, job: SuiteJob, scheduler: SuiteScheduler) -> None:
        sweep = self._runner.scorer.sweep(job, scheduler.count_scored)
        with self._lock:
            self._sweep = sweep
        sweep.wait()
