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
from dataclasses import dataclass, replace

from workbench.core.blocks import Tool
from workbench.core.cases import Case, Check
from workbench.core.checks.check_result import CheckResult, unscored
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.checks.scoring import score_case
from workbench.core.content import Content
from workbench.core.judging.pairwise import applicable
from workbench.core.judging.questions import JudgedAnswer
from workbench.core.rendered_content import assemble, fill_case
from workbench.core.testing.cells import CellKey
from workbench.core.testing.probes import values_with_facts, with_facts
from workbench.core.value_kinds import template_values
from workbench.engine.calls import EngineError
from workbench.engine.checker.client import ENDED, NO_START
from workbench.store.errors import StoreError
from workbench.store.testing.records import CellScored, ScoredInput
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.check_trial import CheckEvaluator
from workbench.usecases.problems import Problem, problem_of
from workbench.usecases.run_plan import RENDER_WITHIN_S, Render
from workbench.usecases.testing.cell_judge import CellToJudge, is_compared, needs_judge
from workbench.usecases.testing.job import SuiteJob, prompt_text

MOST_WAITING = 256
"""Answers that wait in memory for the checker."""
_PAGE = 128
_MOST_RECENT = 4096
_MORE_TRIES = 2
"""Further evaluations of an answer during which the checking process was ended."""
_STORED_WITHIN_S = 30.0
_IDLE_S = 20.0
"""After this time without work the checking process is ended."""
_FIRST = (Check("equals", value='""'),)
_NO_ANSWER = {
    "failed": "The call failed.",
    "stopped": "The call was stopped.",
    "interrupted": "The call was interrupted.",
}


class Sweep:
    """A pass over all cells of a run that have no result in the job's scoring."""

    def __init__(self, job: SuiteJob) -> None:
        self.job = job
        self.scored = 0
        """Number of cells scored so far."""
        self.problem: Problem | None = None
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._then: Callable[[], None] = lambda: None

    @property
    def is_cancelled(self) -> bool:
        """Whether it was told to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Stop after the current cell; what is scored stays."""
        self._cancelled.set()
        self._then()

    def on_cancel(self, then: Callable[[], None]) -> None:
        """Also call `then` when it is told to stop."""
        self._then = then
        if self.is_cancelled:
            then()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it has ended; return False on timeout."""
        return self._done.wait(timeout_s)

    def finish(self) -> None:
        """Mark it as ended."""
        self._done.set()


@dataclass(frozen=True, slots=True)
class _Fresh:
    """Cells that have just ended."""

    job: SuiteJob
    cells: tuple[ScoredInput, ...]
    on_scored: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Whole:
    """A sweep, its cells after `after`. It `is_last` if no more cells are answered meanwhile, and `is_walked` when only
    judges still work on its cells.
    """

    sweep: Sweep
    on_scored: Callable[[int], None]
    then: Callable[[], None]
    is_last: bool
    after: CellKey | None = None
    is_walked: bool = False


class _NoRoomError(Exception):
    """The judge takes no cell now."""


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
        self._evaluator = evaluator
        self._render = render
        self._on_problem = on_problem
        self._lock = threading.Lock()
        self._fewer = threading.Condition(self._lock)
        self._saving = 0
        self._recent: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._queued: set[tuple[str, str]] = set()
        self._orders: queue.SimpleQueue[_Fresh | _Whole | None] = queue.SimpleQueue()
        self._sweeps: set[Sweep] = set()
        self._suspended: dict[Sweep, _Whole] = {}
        self._early: dict[tuple[str, int, int], list[ScoredInput]] = {}
        """Answers that wait for the baseline's, to which a judge compares them."""
        self._baselines: OrderedDict[tuple[str, int, int], str] = OrderedDict()
        self._closing = threading.Event()
        self._is_closed = False
        self._thread: threading.Thread | None = None
        self._client: CheckEvaluator | None = None
        self._prompts: OrderedDict[tuple[str, int, int], str] = OrderedDict()

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
        self._put(_Fresh(job, tuple(cells), on_scored))

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
        self._enter(_Whole(sweep, on_scored, then, is_last))
        return sweep

    def take_judged(
        self, job: SuiteJob, scores: Sequence[CellScored], dropped: Sequence[str], on_scored: Callable[[int], None]
    ) -> None:
        """Store the scores of cells that were judged; `dropped` answers were not, and may be scored later."""
        with self._lock:
            for output_uid in dropped:
                self._recent.pop((job.scoring_uid, output_uid), None)
        self._save(job, scores, on_scored)

    def _enter(self, order: _Whole) -> None:
        self._put(order)
        if self._is_closed:
            self._drop()

    def _resume(self, order: _Whole) -> None:
        with self._lock:
            if self._suspended.pop(order.sweep, None) is None:
                return
        self._enter(order)

    def _suspend(self, order: _Whole, when: Callable[[Callable[[], None]], None]) -> None:
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
            if isinstance(waiting, _Whole):
                self._finish(waiting)

    def _put(self, order: _Fresh | _Whole | None) -> None:
        with self._lock:
            self._orders.put(order)
            if self._is_closed:
                return
            if self._thread is None and not self._closing.is_set():
                # The checking process ends with the thread that started it, so there is one for all answers.
                self._thread = threading.Thread(target=self._run, name="suite-scorer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        # Start the checking process before the first answer.
        self._evaluate(CheckedAnswer(""), _FIRST)
        try:
            while True:
                order = self._next()
                if order is not None:
                    self._do(order)
                elif self._closing.is_set():
                    return
        finally:
            self._end_client()

    def _next(self) -> _Fresh | _Whole | None:
        try:
            return self._orders.get(timeout=_IDLE_S if self._client is not None else None)
        except queue.Empty:
            self._end_client()
            return None

    def _do(self, order: _Fresh | _Whole) -> None:
        if isinstance(order, _Whole):
            self._do_sweep(order)
            return
        saved = None
        try:
            if not self._closing.is_set():
                scores = self._scores(order.job, self._with_early(order.job, order.cells))
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

    def _do_sweep(self, order: _Whole) -> None:
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
        except Exception as error:  # noqa: BLE001 - whoever waits for the sweep must be told
            sweep.problem = problem_of(error)
            self._on_problem(sweep.problem)
        self._finish(order)

    def _finish(self, order: _Whole) -> None:
        with self._lock:
            self._sweeps.discard(order.sweep)
        if order.is_last:
            scoring = order.sweep.job.scoring_uid
            self._early = {place: cells for place, cells in self._early.items() if place[0] != scoring}
        order.sweep.finish()
        order.then()

    def _walk(self, order: _Whole) -> _Whole | None:
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
            for one in page:
                if one.key.column == sweep.job.run.baseline:
                    self._keep_baseline(sweep.job, one)
            try:
                for one in page:
                    if one.output_uid not in queued:
                        scores += self._scores(sweep.job, (one,), sweep, is_last=order.is_last)
                    after = one.key
            except _NoRoomError:
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

    def _with_early(self, job: SuiteJob, cells: Sequence[ScoredInput]) -> list[ScoredInput]:
        """Return cells, and those that waited for one of them as their baseline."""
        found = list(cells)
        for one in cells:
            if one.key.column == job.run.baseline:
                self._keep_baseline(job, one)
                found += self._early.pop((job.scoring_uid, one.key.case, one.key.sample), [])
        return found

    def _scores(
        self, job: SuiteJob, cells: Sequence[ScoredInput], sweep: Sweep | None = None, *, is_last: bool = False
    ) -> list[CellScored]:
        """Return the scores of those cells that have checks and need no judge; offer the others to the judge.

        A sweep raises _NoRoomError at the first cell that the judge does not take now; other cells are left to it.
        """
        scores = []
        for one in cells:
            place = job.scoring_uid, one.output_uid
            if place in self._recent:
                # A sweep read the cell before its end arrived here.
                continue
            if self._closing.is_set() or (sweep is not None and sweep.is_cancelled):
                break
            case = self._checked(job, one.key)
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
            while len(self._recent) > _MOST_RECENT:
                self._recent.popitem(last=False)

    def _checked(self, job: SuiteJob, key: CellKey) -> Case:
        """Return the case of a cell with the checks that apply in its column."""
        case = job.scored(key.case)
        return replace(case, checks=applicable(case.checks)) if key.column == job.run.baseline else case

    def _score(
        self, job: SuiteJob, case: Case, cell: ScoredInput, sweep: Sweep | None, *, is_last: bool
    ) -> CellScored | None:
        """Return the score of a cell, None if it waits for a judge or for the baseline."""
        if cell.state != "finished":
            reason = _NO_ANSWER.get(cell.state, "There is no answer.")
            return CellScored(cell.key, cell.output_uid, "no_answer", None, reason)
        is_judged = job.judge is not None and needs_judge(case)
        baseline = self._baseline(job, case, cell) if is_judged else None
        if is_judged and baseline is None and is_compared(case) and not is_last:
            if sweep is None and sum(map(len, self._early.values())) < MOST_WAITING:
                self._early.setdefault((job.scoring_uid, cell.key.case, cell.key.sample), []).append(cell)
            return None
        content = job.columns[cell.key.column].content
        values, prompt = dict(case.values), self._prompt(job, content, cell.key)
        answer = CheckedAnswer(
            cell.text,
            values,
            prompt,
            cell.finish_reason,
            cell.latency_ms,
            cell.cost_usd,
            cell.steps,
            _offered(content),
        )
        results = self._evaluate(answer, case.checks)
        if is_judged:
            judged = JudgedAnswer(cell.text, prompt, values, case.expectation, baseline)
            self._offer(job, CellToJudge(cell, case, results, judged), sweep)
            return None
        score = score_case(case, results)
        return CellScored(
            cell.key,
            cell.output_uid,
            score.state,
            score.score,
            score.reason,
            tuple(zip(case.checks, results, strict=True)),
        )

    def _offer(self, job: SuiteJob, asked: CellToJudge, sweep: Sweep | None) -> None:
        place = job.scoring_uid, asked.cell.output_uid
        # Before the judge may give it back.
        self._mark(place)
        taken = "stopped" if job.judge is None else job.judge.offer(asked)
        if taken != "taken":
            with self._lock:
                self._recent.pop(place, None)
        if taken == "full" and sweep is not None:
            raise _NoRoomError

    def _keep_baseline(self, job: SuiteJob, cell: ScoredInput) -> None:
        if cell.state == "finished":
            self._baselines[job.uid, cell.key.case, cell.key.sample] = cell.text
            while len(self._baselines) > MOST_WAITING:
                self._baselines.popitem(last=False)

    def _baseline(self, job: SuiteJob, case: Case, cell: ScoredInput) -> str | None:
        """Return the baseline's answer to the same case and sample if a check needs it; None if there is none."""
        if cell.key.column == job.run.baseline:
            self._keep_baseline(job, cell)
            return None
        if not is_compared(case):
            return None
        known = self._baselines.get((job.uid, cell.key.case, cell.key.sample))
        if known is not None:
            return known
        place = CellKey(cell.key.case, job.run.baseline, cell.key.sample)
        try:
            result = self._store.cell(job.uid, job.scoring_uid, place).result
        except StoreError:
            return None
        return result.text if result is not None and result.state == "finished" else None

    def _evaluate(self, answer: CheckedAnswer, checks: Sequence[Check]) -> tuple[CheckResult, ...]:
        try:
            results = self._ready().evaluate(answer, checks)
            for _ in range(_MORE_TRIES):
                if not any(map(_is_ended, results)):
                    break
                # The process may have been ended by something else than the check, for example for want of memory.
                results = self._ready().evaluate(answer, checks)
            return results
        except Exception as error:  # noqa: BLE001 - one answer must not end the scoring of all others
            self._end_client()
            sentence = problem_of(error).sentence
            return tuple(unscored(f"The check could not be evaluated. {sentence}") for _ in checks)

    def _prompt(self, job: SuiteJob, content: Content, key: CellKey) -> str:
        """Return the prompt of a cell as it was sent, "" if it cannot be rendered now."""
        place = (job.uid, job.run.columns[key.column].version, key.case)
        known = self._prompts.get(place)
        if known is None:
            self._prompts[place] = known = self._rendered(content, job.cases[key.case], job.facts)
            while len(self._prompts) > MOST_WAITING:
                self._prompts.popitem(last=False)
        return known

    def _rendered(self, content: Content, case: Case, facts: str) -> str:
        given = values_with_facts(content, dict(case.values), facts)
        try:
            if content.template == "plain":
                request = fill_case(content, given, case.kinds)
            else:
                texts = self._render(content, template_values(given, case.kinds)).result(RENDER_WITHIN_S)
                request = assemble(content, texts)
            return prompt_text(with_facts(content, request, facts))
        except (EngineError, TimeoutError):
            return ""

    def _ready(self) -> CheckEvaluator:
        if self._client is None:
            self._client = self._evaluator()
        return self._client

    def _end_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def _is_ended(result: CheckResult) -> bool:
    return result.reason in (ENDED, NO_START) or any(map(_is_ended, result.parts))


def _offered(content: Content) -> tuple[Tool, ...]:
    return tuple(tool for tool in content.tools if tool.enabled)
