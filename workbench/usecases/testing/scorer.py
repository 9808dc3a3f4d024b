"""Scoring answers by the checks of their cases, on one thread with one checking process.

Invariant: a scoring has at most one result per cell. A cell is scored again only if its output changed. Answers that
arrive faster than they are checked are read back from the history later, so that a few hundred are in memory. Whatever
happens to the checking process, every answered cell gets a result; what could not be evaluated is unscored and says
why.
"""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from workbench.core.blocks import Tool
from workbench.core.cases import Case, Check
from workbench.core.checks.check_result import CheckResult, unscored
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.checks.scoring import score_case
from workbench.core.content import Content
from workbench.core.rendered_content import assemble, fill_case
from workbench.core.testing.cells import CellKey
from workbench.core.testing.probes import values_with_facts, with_facts
from workbench.core.value_kinds import template_values
from workbench.engine.calls import EngineError
from workbench.engine.checker.client import ENDED, NO_START
from workbench.store.testing.records import CellScored, ScoredInput
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.check_trial import CheckEvaluator
from workbench.usecases.problems import Problem, problem_of
from workbench.usecases.run_plan import RENDER_WITHIN_S, Render
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

    @property
    def is_cancelled(self) -> bool:
        """Whether it was told to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Stop after the current cell; what is scored stays."""
        self._cancelled.set()

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
    sweep: Sweep
    on_scored: Callable[[int], None]
    then: Callable[[], None]


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
        self, job: SuiteJob, on_scored: Callable[[int], None] = lambda _: None, then: Callable[[], None] = lambda: None
    ) -> Sweep:
        """Score all recorded cells without a result in the job's scoring, after what is queued; returns at once.

        `then` is called at the end, on the scoring thread.
        """
        sweep = Sweep(job)
        with self._lock:
            self._sweeps.add(sweep)
        self._put(_Whole(sweep, on_scored, then))
        if self._is_closed:
            self._drop()
        return sweep

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
        while not self._orders.empty():
            order = self._orders.get()
            if isinstance(order, _Whole):
                order.sweep.finish()
                order.then()

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
                saved = self._save(order.job, self._scores(order.job, order.cells), order.on_scored)
        except Exception as error:  # noqa: BLE001 - the sweep at the end of the run tries again
            self._on_problem(problem_of(error))
        if saved is None:
            self._unqueue(order)
        else:
            saved.add_done_callback(lambda _: self._unqueue(order))

    def _unqueue(self, order: _Fresh) -> None:
        with self._lock:
            self._queued.difference_update((order.job.scoring_uid, one.output_uid) for one in order.cells)

    def _do_sweep(self, order: _Whole) -> None:
        sweep = order.sweep
        try:
            self._walk(order)
        except Exception as error:  # noqa: BLE001 - whoever waits for the sweep must be told
            sweep.problem = problem_of(error)
            self._on_problem(sweep.problem)
        finally:
            with self._lock:
                self._sweeps.discard(sweep)
            sweep.finish()
            order.then()

    def _walk(self, order: _Whole) -> None:
        sweep, after = order.sweep, None
        saved: Future[None] | None = None
        while not (sweep.is_cancelled or self._closing.is_set()):
            page = self._store.unscored_cells(sweep.job.uid, sweep.job.scoring_uid, after, _PAGE)
            if not page:
                break
            with self._lock:
                queued = {output for scoring, output in self._queued if scoring == sweep.job.scoring_uid}
            scores = self._scores(sweep.job, [one for one in page if one.output_uid not in queued], sweep)
            if saved is not None:
                saved.result()
            saved = self._save(sweep.job, scores, order.on_scored)
            sweep.scored += len(scores)
            after = page[-1].key
        if saved is not None:
            saved.result()
        # Scores that are being stored belong to the sweep as well.
        with self._fewer:
            self._fewer.wait_for(lambda: not self._saving, _STORED_WITHIN_S)

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

    def _scores(self, job: SuiteJob, cells: Sequence[ScoredInput], sweep: Sweep | None = None) -> list[CellScored]:
        """Return the scores of those cells that have checks."""
        scores = []
        for one in cells:
            place = job.scoring_uid, one.output_uid
            if place in self._recent:
                # A sweep read the cell before its end arrived here.
                continue
            if self._closing.is_set() or (sweep is not None and sweep.is_cancelled):
                break
            case = job.scored(one.key.case)
            if case.checks:
                scores.append(self._score(job, case, one))
                with self._lock:
                    self._recent[place] = None
        with self._lock:
            while len(self._recent) > _MOST_RECENT:
                self._recent.popitem(last=False)
        return scores

    def _score(self, job: SuiteJob, case: Case, cell: ScoredInput) -> CellScored:
        if cell.state != "finished":
            reason = _NO_ANSWER.get(cell.state, "There is no answer.")
            return CellScored(cell.key, cell.output_uid, "no_answer", None, reason)
        content = job.columns[cell.key.column].content
        answer = CheckedAnswer(
            cell.text,
            dict(case.values),
            self._prompt(job, content, cell.key),
            cell.finish_reason,
            cell.latency_ms,
            cell.cost_usd,
            cell.steps,
            _offered(content),
        )
        results = self._evaluate(answer, case.checks)
        score = score_case(case, results)
        return CellScored(
            cell.key,
            cell.output_uid,
            score.state,
            score.score,
            score.reason,
            tuple(zip(case.checks, results, strict=True)),
        )

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
