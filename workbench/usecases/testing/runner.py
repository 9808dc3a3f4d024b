"""Running tests: from a plan to recorded and scored answers.

Invariant: a recorded cell is never asked again, neither by a resumed run nor by a later run of the same round. Methods
return at once, except `close`; whatever is refused later is in the handle. A run that is stopped, or whose process was
killed, is continued by `resume`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from workbench.core.cases import Case
from workbench.core.lanes import Endpoint
from workbench.core.runs import VersionRow
from workbench.core.testing.grid import GridQuery
from workbench.core.testing.settings import SuiteBudget, SuiteSettings
from workbench.engine.calls import Event
from workbench.store.testing.records import SuiteBegun, SuiteColumnStart, SuiteStart
from workbench.usecases.problems import RefusedError, problem_of
from workbench.usecases.testing.budget import BudgetLedger
from workbench.usecases.testing.cell_owners import ASKED_ELSEWHERE, RUNNING_ELSEWHERE
from workbench.usecases.testing.cell_requests import check_columns
from workbench.usecases.testing.estimate import SuiteEstimator
from workbench.usecases.testing.job import SuiteJob
from workbench.usecases.testing.plan import SuitePlan, SuitePlanner
from workbench.usecases.testing.progress import SuiteHandle
from workbench.usecases.testing.run_scorings import CLOSING, RunScorings
from workbench.usecases.testing.same_run import same_run
from workbench.usecases.testing.scheduler import SuiteScheduler
from workbench.usecases.testing.scorer import Scorer
from workbench.usecases.testing.scoring_orders import Sweep
from workbench.usecases.testing.start_thread import StartOrder, SuiteStartThread
from workbench.usecases.testing.suite_parts import SuiteLimits, SuiteTools

if TYPE_CHECKING:
    from workbench.store.runs.technique_marks import VersionMarks
    from workbench.usecases.testing.analysis import SuiteAnalyst
    from workbench.usecases.testing.tries import SuiteTries

_CLOSE_WITHIN_S = 10.0


class SuiteRunner:
    """Starts, stops and resumes tests. One per workbench; thread-safe. Several tests may run at once."""

    def __init__(
        self,
        tools: SuiteTools,
        *,
        endpoint: Callable[[str], Endpoint | None],
        version: Callable[[str, int], VersionRow],
        marks: Callable[[str, Collection[int]], list[VersionMarks]],
        planner: SuitePlanner,
        estimator: SuiteEstimator,
    ) -> None:
        self._tools = tools
        self.planner = planner
        self.estimator = estimator
        self._analyst: SuiteAnalyst | None = None
        self._endpoint, self._version, self._marks = endpoint, version, marks
        self._lock = threading.Lock()
        self._running: dict[str, SuiteStartThread] = {}
        self.scorings = RunScorings(tools, endpoint, version, planner.question)
        self._closing = False
        self.unsaved = 0
        """Number of answers that could not be recorded."""

    @property
    def analyst(self) -> SuiteAnalyst:
        """Reports on runs."""
        if self._analyst is None:
            # Statistics import numpy, which the first calls need not wait for.
            from workbench.usecases.judging.judge_reports import JudgeAnalyst
            from workbench.usecases.testing.analysis import SuiteAnalyst

            self._analyst = SuiteAnalyst(self._tools.records, self.tries, JudgeAnalyst(self._tools.judges))
        return self._analyst

    @property
    def tries(self) -> SuiteTries:
        """Reads comparisons of champion and challenger."""
        from workbench.usecases.testing.tries import SuiteTries

        return SuiteTries(self._tools.records, self._version, self._marks)

    @property
    def scorer(self) -> Scorer:
        """The scorer of all runs."""
        return self._tools.scorer

    def start(self, prompt_uid: str, plan: SuitePlan) -> SuiteHandle:
        """Record a new test run and ask its open cells. Raises RefusedError for another prompt, and while closing."""
        if plan.prompt_uid != prompt_uid:
            raise RefusedError("This plan belongs to another prompt. Plan the test again.")
        return self._enter(SuiteStartThread(self, SuiteHandle(self._tools.owner.new_uid()), plan=plan))

    def go_on_with(self, plan: SuitePlan, *, failed_too: bool = False) -> SuiteHandle:
        """Continue the newest run of these cases if it asks the same as a plan, else start a new one; blocks to read.

        A run with answers that the plan asks again is not continued. A continued run whose checks have changed gets a
        new scoring; with `failed_too` its calls that failed are made again. Raises as `resume` and `start`, and
        StoreError.
        """
        if plan.reuse_since:
            self.planner.check_plan(plan)
        run_uid = same_run(self._tools.records, plan, self._questions)
        if run_uid is None:
            return self.start(plan.prompt_uid, plan)
        self.planner.check_run(self._tools.records, run_uid, failed_too=failed_too)
        limits = SuiteLimits(plan.budget, plan.concurrency, failed_too)
        return self._enter(SuiteStartThread(self, SuiteHandle(run_uid), plan=plan, limits=limits))

    def resume(
        self,
        run_uid: str,
        *,
        failed_too: bool = False,
        budget: SuiteBudget | None = None,
        concurrency: int | None = None,
    ) -> SuiteHandle:
        """Ask the open cells of a stored run, and with `failed_too` make calls that failed again.

        `budget` limits this start alone. Answers are scored by the run's newest scoring. Raises RefusedError if the
        run is running, if it would ask a retired model, and while closing, and StoreError.
        """
        self.planner.check_run(self._tools.records, run_uid, failed_too=failed_too)
        limits = SuiteLimits(budget or SuiteBudget(), concurrency, failed_too)
        return self._enter(SuiteStartThread(self, SuiteHandle(run_uid), limits=limits))

    def rescore(self, run_uid: str, settings: SuiteSettings, cases: Mapping[str, Case] | None = None) -> Sweep:
        """Score the stored answers of a run by other checks, as a new scoring; blocks briefly.

        Rules need no calls. Judges are only asked what no stored judgement answers, within the budget of the settings.
        `cases` are those of the prompt now by uid; the checks of those whose values are unchanged are used. Raises
        RefusedError, StoreError.
        """
        return self.scorings.rescore(run_uid, settings, cases)

    def handle(self, run_uid: str) -> SuiteHandle | None:
        """Return the handle of a run that is running."""
        with self._lock:
            run = self._running.get(run_uid)
            return None if run is None else run.handle

    def running(self) -> tuple[str, ...]:
        """Return the uids of the runs that are running."""
        with self._lock:
            return tuple(self._running)

    def stop(self, run_uid: str) -> None:
        """Stop a run: running calls end as stopped, and nothing more is sent. `resume` continues it."""
        self._tell(run_uid, "stop")

    def pause(self, run_uid: str) -> None:
        """Send no more calls of a run until `go_on`; running ones end."""
        self._tell(run_uid, "pause")

    def go_on(self, run_uid: str) -> None:
        """End a pause."""
        self._tell(run_uid, "go_on")

    def on_event(self, event: Event) -> bool:
        """Take an event of the engine if it is about a call of a test."""
        # The dictionary is replaced, never changed, so no lock is needed.
        return any(run.offer(event) for run in self._running.values()) or self.scorings.on_event(event)

    def begin_close(self) -> None:
        """Refuse new runs and stop the running ones; afterwards close the engine, then call `close`."""
        with self._lock:
            self._closing = True
        for uid in self.running():
            self.stop(uid)
        self.scorings.begin_close()

    def close(self) -> int:
        """Wait until the ends are recorded; return how many answers could not be."""
        with self._lock:
            runs = tuple(self._running.values())
        self._tools.scorer.close()
        for run in runs:
            run.join(_CLOSE_WITHIN_S)
        self.scorings.close()
        return self.unsaved

    def _enter(self, run: SuiteStartThread) -> SuiteHandle:
        uid = run.handle.run_uid
        with self._lock:
            if self._closing:
                raise RefusedError(CLOSING)
            if uid in self._running:
                raise RefusedError("This test is running already.")
            self._running = {**self._running, uid: run}
        run.start()
        return run.handle

    def leave(self, run: SuiteStartThread, unsaved: int) -> None:
        """Forget a run that has ended."""
        with self._lock:
            self.unsaved += unsaved
            self._running = {uid: one for uid, one in self._running.items() if one is not run}
        self._tools.listeners.on_run_ended(run.handle.run_uid)

    def begin(self, plan: SuitePlan, run_uid: str) -> SuiteBegun:
        """Check the keys of a plan and record its run; blocks. Raises RefusedError, StoreError."""
        ends = (self._endpoint(lane.endpoint) for lane in plan.columns)
        check_columns(self._tools, zip(plan.columns, plan.contents, ends, strict=True))
        owner = self._tools.owner
        start = SuiteStart(
            uid=run_uid,
            prompt_uid=plan.prompt_uid,
            owner_uid=owner.uid,
            started_at=owner.now(),
            columns=tuple(SuiteColumnStart(owner.new_uid(), lane) for lane in plan.columns),
            cases=plan.cases,
            questions=plan.questions,
            content=plan.content,
            version_uid=owner.new_uid(),
            based_on=plan.based_on,
            round=plan.round,
            samples=plan.samples,
            set_name=plan.set_name,
            baseline=plan.baseline,
            budget=plan.budget,
            probe=plan.probe,
            techniques=plan.techniques,
            goals=plan.goals,
            reuse_since=plan.reuse_since,
            is_fresh=plan.is_fresh,
        )
        return self._tools.records.begin(start).result()

    def failed_calls(self, job: SuiteJob) -> int:
        """Return how many recorded cells of a run have no answer."""
        return self._tools.records.counts(job.uid, job.scoring_uid, GridQuery()).failed_calls

    def scheduler(
        self, job: SuiteJob, handle: SuiteHandle, limits: SuiteLimits, ledger: BudgetLedger
    ) -> SuiteScheduler:
        """Return a scheduler for a job."""
        return SuiteScheduler(self._tools, job, handle, limits, ledger)

    def start_engine(self) -> None:
        """Start the engine, and the checking process beside it."""
        self._tools.engine.start()
        self._tools.scorer.warm()

    def one_process(self, run_uid: str) -> AbstractContextManager[None]:
        """Let no other process work on a run. Raises RefusedError if one does, HostError."""
        return self._tools.sole_owner((f"test-{run_uid}",), RUNNING_ELSEWHERE)

    def one_asking(self, owners: Sequence[str]) -> AbstractContextManager[None]:
        """Let no other start ask the same cells. Raises RefusedError if one does, HostError."""
        return self._tools.sole_owner(owners, ASKED_ELSEWHERE)

    def problem(self, error: BaseException) -> None:
        """Report an error to the listeners."""
        self._tools.listeners.problem(problem_of(error))

    def _questions(self, run_uid: str) -> tuple[str, ...]:
        return tuple(column.question for column in self.scorings.job(run_uid).columns)

    def _tell(self, run_uid: str, what: StartOrder) -> None:
        with self._lock:
            run = self._running.get(run_uid)
        if run is not None:
            run.tell(what)
