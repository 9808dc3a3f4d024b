"""Scoring answers by the checks of their cases, on one thread with one checking process.

Invariant: a scoring has at most one result per cell. A cell is scored again only if its output changed. Answers that
arrive faster than they are checked are read back from the history later, so that a few hundred are in memory. Whatever
happens to the checking process, every answered cell gets a result; what could not be evaluated is unscored and says
why. A cell with judged checks gets its result when its judges have answered; this thread does not wait for them.
"""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace

from workbench.core.cases import Case
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.scoring import score_case
from workbench.core.judging.pairwise import applicable
from workbench.core.judging.questions import JudgedAnswer
from workbench.core.testing.cells import CellKey
from workbench.core.value_kinds import template_values
from workbench.store.testing.records import CellScored, ScoredInput
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.check_trial import CheckEvaluator
from workbench.usecases.problems import Problem, problem_of
from workbench.usecases.run_plan import Render
from workbench.usecases.testing.answer_checker import AnswerChecker
from workbench.usecases.testing.baseline_answers import BaselineAnswers
from workbench.usecases.testing.cell_judge import CellToJudge, is_compared, needs_judge
from workbench.usecases.testing.job import SuiteJob
from workbench.usecases.testing.scoring_orders import FreshCells, NoRoomError, Sweep, SweepOrder

MOST_WAITING = 256
"""Answers that wait in memory for the checker."""
_PAGE = 128
_MOST_RECENT = 4096
_STORED_WITHIN_S = 30.0
_IDLE_S = 20.0
"""After this time without work the checking process is ended."""
_NO_ANSWER = {
    "failed": "The call failed.",
    "stopped": "The call was stopped.",
    "interrupted": "The call was interrupted.",
}


class Scorer:
    """Scores cells. The thread and the checking process start with the first answer."""

    def __init__(
        self,
        store: SuiteRecords,
        evaluator: Callable[[], CheckEvaluator],
        render: Render,
        on_problem: Callable[[Problem], None],
    ) -> None:
        """`render` fills in Jinja templates, which checks may look at."""
        self._store = store
        self._checker = AnswerChecker(evaluator, render)
        self._on_problem = on_problem
        self._lock = threading.Lock()
        self._fewer = threading.Condition(self._lock)
        self._saving = 0
        self._recent: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._queued: set[tuple[str, str]] = set()
        self._orders: queue.SimpleQueue[FreshCells | SweepOrder | None] = queue.SimpleQueue()
        self._sweeps: set[Sweep] = set()
        self._suspended: dict[Sweep, SweepOrder] = {}
        self._baselines = BaselineAnswers(store)
        self._closing = threading.Event()
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def warm(self) -> None:
        """Start the checking process now, so that the first answer need not wait for it."""
        self._put(None)

    def score(self, job: SuiteJob, cells: Sequence[ScoredInput], on_scored: Callable[[int], None]) -> None:
        """Score cells whose ends are recorded; returns at once. Leaves them to the sweep if too many wait."""
        with self._lock:
            if len(self._queued) + len(cells) > MOST_WAITING:
                return
            # A sweep leaves these out until their scores are stored.
            self._queued.update((job.scoring_uid, one.output_uid) for one in cells)
        self._put(FreshCells(job, tuple(cells), on_scored))

    def sweep(
        self,
        job: SuiteJob,
        on_scored: Callable[[int], None] = lambda _: None,
        then: Callable[[], None] = lambda: None,
        *,
        is_last: bool = True,
    ) -> Sweep:
        """Score all recorded cells without a result in the job's scoring, after what is queued; returns at once.

        `then` is called at the end, on the scoring thread. Unless it `is_last`, answers are still to come, and those
        that are compared with one of them are left.
        """
        sweep = Sweep(job)
        with self._lock:
            self._sweeps.add(sweep)
        self._put(SweepOrder(sweep, on_scored, then, is_last))
        return sweep

    def take_judged(
        self, job: SuiteJob, scores: Sequence[CellScored], dropped: Sequence[str], on_scored: Callable[[int], None]
    ) -> None:
        """Store the scores of cells that were judged; `dropped` answers were not, and may be scored later."""
        with self._lock:
            for output_uid in dropped:
                self._recent.pop((job.scoring_uid, output_uid), None)
        self._save(job, scores, on_scored)

    def _resume(self, order: SweepOrder) -> None:
        with self._lock:
            if self._suspended.pop(order.sweep, None) is None:
                return
        self._put(order)

    def _suspend(self, order: SweepOrder, when: Callable[[Callable[[], None]], None]) -> None:
        """Put a sweep aside until the judge calls back."""
        with self._lock:
            self._suspended[order.sweep] = order
        when(lambda: self._resume(order))

    def close(self) -> None:
        """Stop after the current cell, end the checking process and wait; what is scored stays."""
        self._closing.set()
        with self._lock:
            thread, sweeps = self._thread, tuple(self._sweeps)
        for one in sweeps:
            one.cancel()
        if thread is not None:
            self._orders.put(None)
            thread.join()
        self._drop()

    def _drop(self) -> None:
        """End what waits after the thread has ended, so that nobody waits for it."""
        with self._lock:
            self._is_closed = True
            suspended, self._suspended = tuple(self._suspended.values()), {}
        for order in suspended:
            self._finish(order)
        while not self._orders.empty():
            waiting = self._orders.get()
            if isinstance(waiting, SweepOrder):
                self._finish(waiting)

    def _put(self, order: FreshCells | SweepOrder | None) -> None:
        with self._lock:
            self._orders.put(order)
            is_closed = self._is_closed
            if not is_closed and self._thread is None and not self._closing.is_set():
                # The checking process ends with the thread that started it, so there is one for all answers.
                self._thread = threading.Thread(target=self._run, name="suite-scorer", daemon=True)
                self._thread.start()
        if is_closed:
            self._drop()

    def _run(self) -> None:
        # Start the checking process before the first answer.
        self._checker.start()
        try:
            while True:
                order = self._next()
                if order is not None:
                    self._do(order)
                elif self._closing.is_set():
                    return
        finally:
            self._checker.end()

    def _next(self) -> FreshCells | SweepOrder | None:
        try:
            return self._orders.get(timeout=_IDLE_S if self._checker.is_running else None)
        except queue.Empty:
            self._checker.end()
            return None

    def _do(self, order: FreshCells | SweepOrder) -> None:
        if isinstance(order, SweepOrder):
            self._do_sweep(order)
            return
        saved = None
        try:
            if not self._closing.is_set():
                scores = self._scores(order.job, self._baselines.with_waiting(order.job, order.cells))
                # What judges or a later sweep score is theirs from now on.
                scored = {one.output_uid for one in scores}
                self._unqueue(order.job, [one for one in order.cells if one.output_uid not in scored])
                saved = self._save(order.job, scores, order.on_scored)
        except Exception as error:  # noqa: BLE001 - the sweep at the end of the run tries again
            self._on_problem(problem_of(error))
        if saved is None:
            self._unqueue(order.job, order.cells)
        else:
            saved.add_done_callback(lambda _: self._unqueue(order.job, order.cells))

    def _unqueue(self, job: SuiteJob, cells: Sequence[ScoredInput]) -> None:
        with self._lock:
            self._queued.difference_update((job.scoring_uid, one.output_uid) for one in cells)

    def _do_sweep(self, order: SweepOrder) -> None:
        sweep, judge = order.sweep, order.sweep.job.judge
        try:
            left = None if order.is_walked else self._walk(order)
            if left is not None and judge is not None and not sweep.is_cancelled:
                self._suspend(left, judge.when_room)
                return
            if judge is not None and not order.is_walked:
                self._suspend(replace(order, is_walked=True), judge.when_idle)
                return
            # Scores that are being stored belong to the sweep as well.
            with self._fewer:
                self._fewer.wait_for(lambda: not self._saving, _STORED_WITHIN_S)
            sweep.problem = None if judge is None else judge.problem
        except Exception as error:  # noqa: BLE001 - whoever waits for the sweep must be told
            sweep.problem = problem_of(error)
            self._on_problem(sweep.problem)
        self._finish(order)

    def _finish(self, order: SweepOrder) -> None:
        with self._lock:
            self._sweeps.discard(order.sweep)
        if order.is_last:
            self._baselines.forget(order.sweep.job.scoring_uid)
        order.sweep.finish()
        order.then()

    def _walk(self, order: SweepOrder) -> SweepOrder | None:
        """Score the cells of a sweep; return what is left of it if the judge has no room for more."""
        sweep, after = order.sweep, order.after
        saved: Future[None] | None = None
        left = None
        while left is None and not (sweep.is_cancelled or self._closing.is_set()):
            page = self._store.unscored_cells(sweep.job.uid, sweep.job.scoring_uid, after, _PAGE)
            if not page:
                break
            with self._lock:
                queued = {output for scoring, output in self._queued if scoring == sweep.job.scoring_uid}
            scores: list[CellScored] = []
            self._baselines.keep(sweep.job, page)
            try:
                for one in page:
                    if one.output_uid not in queued:
                        scores += self._scores(sweep.job, (one,), sweep, is_last=order.is_last)
                    after = one.key
            except NoRoomError:
                left = replace(order, after=after)
            if saved is not None:
                saved.result()
            saved = self._save(sweep.job, scores, order.on_scored)
            sweep.scored += len(scores)
        if saved is not None:
            saved.result()
        return left

    def _save(
        self, job: SuiteJob, scores: Sequence[CellScored], on_scored: Callable[[int], None]
    ) -> Future[None] | None:
        if not scores:
            return None
        with self._lock:
            self._saving += 1
        saved = self._store.save_scores(job.scoring_uid, scores)
        saved.add_done_callback(lambda done: self._saved(done, job, scores, on_scored))
        return saved

    def _saved(
        self, done: Future[None], job: SuiteJob, scores: Sequence[CellScored], on_scored: Callable[[int], None]
    ) -> None:
        error = done.exception()
        if error is None:
            on_scored(len(scores))
        else:
            self._on_problem(problem_of(error))
        with self._fewer:
            self._saving -= 1
            if error is not None:
                for one in scores:
                    self._recent.pop((job.scoring_uid, one.output_uid), None)
            self._fewer.notify_all()

    def _scores(
        self, job: SuiteJob, cells: Sequence[ScoredInput], sweep: Sweep | None = None, *, is_last: bool = False
    ) -> list[CellScored]:
        """Return the scores of those cells that have checks and need no judge; offer the others to the judge.

        A sweep raises NoRoomError at the first cell that the judge does not take now; other cells are left to it.
        """
        scores = []
        for one in cells:
            place = job.scoring_uid, one.output_uid
            if place in self._recent:
                # A sweep read the cell before its end arrived here.
                continue
            if self._closing.is_set() or (sweep is not None and sweep.is_cancelled):
                break
            case = _checked(job, one.key)
            if not case.checks:
                continue
            scored = self._score(job, case, one, sweep, is_last=is_last)
            if scored is not None:
                scores.append(scored)
                self._mark(place)
        return scores

    def _mark(self, place: tuple[str, str]) -> None:
        with self._lock:
            self._recent[place] = None
            if len(self._recent) > _MOST_RECENT:
                self._recent.popitem(last=False)

    def _score(
        self, job: SuiteJob, case: Case, cell: ScoredInput, sweep: Sweep | None, *, is_last: bool
    ) -> CellScored | None:
        """Return the score of a cell, None if it waits for a judge or for the baseline."""
        if cell.state != "finished":
            return _without_answer(cell)
        is_judged = job.judge is not None and needs_judge(case)
        baseline = self._baselines.find(job, cell.key) if is_judged and is_compared(case) else None
        if is_judged and baseline is None and is_compared(case) and not is_last:
            if sweep is None:
                self._baselines.wait(job, cell)
            return None
        results = self._checker.check(job, case, cell)
        if is_judged:
            prompt, values = self._checker.prompt(job, cell.key), template_values(dict(case.values), case.kinds)
            judged = JudgedAnswer(cell.text, prompt, values, case.expectation, baseline)
            self._offer(job, CellToJudge(cell, case, results, judged), sweep)
            return None
        return _scored(case, cell, results)

    def _offer(self, job: SuiteJob, asked: CellToJudge, sweep: Sweep | None) -> None:
        place = job.scoring_uid, asked.cell.output_uid
        # Before the judge may give it back.
        self._mark(place)
        taken = "stopped" if job.judge is None else job.judge.offer(asked)
        if taken != "taken":
            with self._lock:
                self._recent.pop(place, None)
        if taken == "full" and sweep is not None:
            raise NoRoomError


def _checked(job: SuiteJob, key: CellKey) -> Case:
    """Return the case of a cell with the checks that apply in its column."""
    case = job.scored(key.case)
    return replace(case, checks=applicable(case.checks)) if key.column == job.run.baseline else case


def _without_answer(cell: ScoredInput) -> CellScored:
    reason = _NO_ANSWER.get(cell.state, "There is no answer.")
    return CellScored(cell.key, cell.output_uid, "no_answer", None, reason)


def _scored(case: Case, cell: ScoredInput, results: Sequence[CheckResult]) -> CellScored:
    score = score_case(case, results)
    pairs = tuple(zip(case.checks, results, strict=True))
    return CellScored(cell.key, cell.output_uid, score.state, score.score, score.reason, pairs)
