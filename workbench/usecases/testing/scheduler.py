"""Asking the open cells of one test run.

Invariant: one thread decides everything. Nothing is sent before its start is durably recorded, and a call holds its
place at the endpoint until its end is durably recorded, so that a crash loses at most as many complete answers as calls
may run at once. A recorded cell is never asked again. A few hundred cells are in memory, whatever the size of the run.
The thread sleeps until something happens or a deadline passes.
"""

from __future__ import annotations

import queue
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from workbench.core.content import Content
from workbench.core.drafts import ValueSet
from workbench.core.lanes import Endpoint, Lane
from workbench.core.rendered_content import RenderedRequest, assemble
from workbench.core.runs import Failure, Result
from workbench.core.samples import nth
from workbench.core.templates import template_texts
from workbench.core.testing.cells import CellKey
from workbench.core.testing.settings import SuiteBudget
from workbench.engine.call_limits import CallPlace, place_of
from workbench.engine.calls import Call, CallEnded, CallRetrying, EngineError, Event
from workbench.host.keys import KeyStore
from workbench.store.testing.records import CellEnd, CellStart, ScoredInput
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.credentials import ProviderOf
from workbench.usecases.lane_calls import CallEngine, FilePaths, Lacks, call_for
from workbench.usecases.pricing import Pricing
from workbench.usecases.problems import Problem, RefusedError, problem_of
from workbench.usecases.recorder import END_UNSAVED
from workbench.usecases.run_listeners import RunListeners
from workbench.usecases.run_plan import Texts, render_content
from workbench.usecases.runner import RunOwner
from workbench.usecases.session import SessionTotals
from workbench.usecases.testing.budget import BudgetLedger, CallBound, Reservation, call_bound
from workbench.usecases.testing.concurrency import REFUSED, AdaptiveLimit
from workbench.usecases.testing.job import SuiteJob
from workbench.usecases.testing.progress import SuiteHandle, SuiteState
from workbench.usecases.testing.scorer import Scorer

GROUP_S = 0.05
"""Ends that arrive within this time are written together; sooner if writing is fast, or if half of the calls wait."""
_GROUP_WRITES = 2.0
"""Ends are collected for this multiple of the time that the last write took."""
TRY_AGAIN_S = 2.0
RETRIES = 6
"""Attempts of one call beyond the first. More than in Compose, because nobody waits for the single answer."""
MOST_TRIES = 3
"""Calls of one cell that end because the engine ended, before the cell counts as failed."""
_PAGE = 256
_BATCH = 64
_RENDERED = 64
ECHO_LIMIT = 16
"""Concurrent calls where the engine has no limit."""
_ENGINE_DIED = "engine_died"
_TIME_UP = "The limit of minutes was reached."
_REACHED = "The budget was reached."
_EMPTY = Failure("empty", "Every message is empty with these values, so nothing was sent. Fill one in.")


class SuiteEngine(CallEngine, Protocol):
    """The part of the engine's client that tests need."""

    def set_limit(self, endpoint_uid: str, limit: int) -> None:
        """Set the number of concurrent calls at one endpoint."""


@dataclass(frozen=True, slots=True)
class SuiteTools:
    """What schedulers use of a workbench; the same for all runs."""

    records: SuiteRecords
    engine: SuiteEngine
    keys: KeyStore
    provider_of: ProviderOf
    lacks: Lacks
    files: FilePaths
    pricing: Pricing
    session: SessionTotals
    listeners: RunListeners
    owner: RunOwner
    scorer: Scorer
    max_output: Callable[[Endpoint, str], int | None]


@dataclass(frozen=True, slots=True)
class SuiteLimits:
    """What one start of a run may do. `concurrency` is per endpoint, None for the engine's default.

    With `failed_too` calls that failed are made again.
    """

    budget: SuiteBudget = field(default_factory=SuiteBudget)
    concurrency: int | None = None
    failed_too: bool = False


@dataclass(slots=True)
class _Cell:
    """A cell from its start to its recorded end; `call` is a failure if it cannot be made."""

    key: CellKey
    uid: str
    place: str
    call: Call | Failure
    ticket: int = 0
    result: Result | None = None


@dataclass(frozen=True, slots=True)
class _Recorded:
    """Starts were recorded, or not."""

    cells: tuple[_Cell, ...]
    error: BaseException | None


@dataclass(frozen=True, slots=True)
class _Saved:
    """Ends were recorded, or not."""

    cells: tuple[_Cell, ...]
    ends: tuple[CellEnd, ...]
    error: BaseException | None


@dataclass(frozen=True, slots=True)
class _Rendered:
    place: tuple[int, int]
    texts: Texts
    error: BaseException | None


class _Gate:
    """The calls of one place: those that wait to be prepared, to be sent, and those that run."""

    def __init__(self, most: int) -> None:
        self.limit = AdaptiveLimit(most)
        self.pending: deque[CellKey] = deque()
        self.ready: deque[_Cell] = deque()
        self.preparing = 0
        self.running = 0

    @property
    def room(self) -> int:
        """How many more cells to prepare: as many as may run at once are kept ready."""
        return 2 * self.limit.limit - self.running - self.preparing - len(self.ready)

    @property
    def is_low(self) -> bool:
        """Whether it is time to prepare more cells, in groups for the sake of durable writes."""
        return bool(self.pending) and (not self.ready or self.room >= self.limit.limit)


class SuiteScheduler:
    """Runs the open cells of one job. `offer`, `stop`, `pause` and `go_on` may be called from any thread."""

    def __init__(self, tools: SuiteTools, job: SuiteJob, handle: SuiteHandle, limits: SuiteLimits) -> None:
        self._tools = tools
        self._job = job
        self._handle = handle
        self._limits = limits
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._ledger = BudgetLedger(limits.budget, time.monotonic)
        self._gates: dict[str, _Gate] = {}
        self._places: list[str] = []
        self._calls: dict[tuple[int, int], Call | Failure] = {}
        self._rendered: OrderedDict[tuple[int, int], RenderedRequest | Failure] = OrderedDict()
        self._rendering: dict[tuple[int, int], list[CellKey]] = {}
        self._live: dict[str, _Cell] = {}
        self._after: CellKey | None = None
        self._is_exhausted = False
        self._starting = 0
        self._ended: list[_Cell] = []
        self._flying = 0
        self._first_end = self._flew_at = 0.0
        self._group_s = GROUP_S
        self._try_again_at = 0.0
        self._tries: dict[CellKey, int] = {}
        self._is_paused = self._is_stopping = self._is_troubled = self._gives_up = False
        self._budget_why = ""
        self._is_dirty = True

    # Any thread

    def offer(self, event: Event) -> bool:
        """Take an event if it is about a call of this run."""
        if isinstance(event, CallEnded | CallRetrying) and event.id in self._live:
            self._inbox.put(event)
            return True
        return False

    def stop(self) -> None:
        """Stop the running calls and send no more."""
        self._inbox.put("stop")

    def pause(self) -> None:
        """Send no more calls until `go_on`; running ones end."""
        self._inbox.put("pause")

    def go_on(self) -> None:
        """End a pause."""
        self._inbox.put("go on")

    # The scheduling thread

    def unlock(self) -> None:
        """Build the call of each column, whose key may have to be unlocked. Raises RefusedError if one has none.

        Blocks as long as the keyring does.
        """
        for column in self._job.columns:
            call = self._template(column.position, 0, shape(column.content))
            if isinstance(call, Failure):
                what = f"Column {column.position + 1} ({column.lane.title})"
                raise RefusedError(f"{what} cannot be asked. {call.sentence}", call.detail)
            place = place_of(call.endpoint, call.model) or CallPlace(column.lane.endpoint, ECHO_LIMIT)
            most = self._limits.concurrency or place.limit
            if most != place.limit and call.endpoint.kind != "echo":
                self._tools.engine.set_limit(call.endpoint.uid, most)
            self._places.append(place.name)
            self._gates.setdefault(place.name, _Gate(most))
            self._tools.pricing.prepare(call.endpoint)

    def run(self) -> SuiteState:
        """Ask the cells until there is nothing to do, and return how it ended."""
        while True:
            self._pump()
            if self._is_over():
                break
            self._take(self._wait())
        if self._is_stopping:
            return "stopped"
        return "budget" if self._budget_why else "finished"

    @property
    def why(self) -> str:
        """The sentence about the budget that was reached, "" for none."""
        return self._budget_why

    @property
    def unsaved(self) -> int:
        """Number of ends that could not be recorded."""
        return len(self._ended)

    def _pump(self) -> None:
        if self._ledger.is_time_up and not self._budget_why:
            self._reach_budget(_TIME_UP)
        if not (self._is_stopping or self._is_paused or self._budget_why):
            self._refill()
            self._prepare()
        if not (self._is_stopping or self._is_paused):
            self._send()
        self._flush()
        if self._is_dirty:
            self._is_dirty = False
            self._tell()

    def _wait(self) -> object:
        now = time.monotonic()
        deadlines = []
        if self._ended and not self._flying:
            deadlines.append(max(self._first_end + self._group_s, self._try_again_at))
        if (left := self._ledger.seconds_left) is not None and not self._budget_why:
            deadlines.append(now + left)
        try:
            return self._inbox.get(timeout=max(0.0, min(deadlines) - now) if deadlines else None)
        except queue.Empty:
            return None

    def _take(self, first: object) -> None:
        message = first
        while message is not None:
            self._is_dirty = True
            self._handle_message(message)
            message = None if self._inbox.empty() else self._inbox.get()

    def _handle_message(self, message: object) -> None:
        match message:
            case CallEnded():
                self._call_ended(message)
            case CallRetrying():
                if message.code == REFUSED and (cell := self._live.get(message.id)) is not None:
                    self._gates[cell.place].limit.refused(cell.ticket)
            case _Recorded():
                self._starts_recorded(message)
            case _Saved():
                self._ends_saved(message)
            case _Rendered():
                self._texts_rendered(message)
            case "stop":
                self._begin_stop()
            case "pause":
                self._is_paused = True
            case "go on":
                self._is_paused = False

    def _is_over(self) -> bool:
        if self._live or self._starting or self._flying or any(gate.ready for gate in self._gates.values()):
            return False
        if self._ended:
            return self._gives_up
        if self._is_stopping or self._budget_why:
            return True
        is_waiting = self._rendering or any(gate.pending for gate in self._gates.values())
        return self._is_exhausted and not is_waiting

    # Preparing

    def _refill(self) -> None:
        if self._is_exhausted or sum(len(gate.pending) for gate in self._gates.values()) > _PAGE // 2:
            return
        keys = self._tools.records.open_cells(self._job.uid, self._after, _PAGE, failed_too=self._limits.failed_too)
        self._is_exhausted = len(keys) < _PAGE
        for key in keys:
            self._gates[self._places[key.column]].pending.append(key)
        if keys:
            self._after = keys[-1]

    def _prepare(self) -> None:
        if self._starting:
            return
        batch: list[_Cell] = []
        for gate in self._gates.values():
            if gate.is_low:
                for cell in self._built(gate, min(gate.room, _BATCH)):
                    gate.preparing += 1
                    batch.append(cell)
        if not batch:
            return
        starts = [CellStart(cell.key, cell.uid, self._job.identity(cell.key)) for cell in batch]
        owner = self._tools.owner
        self._starting += 1
        future = self._tools.records.start_outputs(self._job.uid, starts, owner.uid, owner.now())
        future.add_done_callback(lambda done: self._inbox.put(_Recorded(tuple(batch), done.exception())))

    def _built(self, gate: _Gate, most: int) -> Iterator[_Cell]:
        """Yield cells of a gate that are reserved and can be recorded."""
        for _ in range(most):
            if not gate.pending or self._budget_why:
                return
            key = gate.pending.popleft()
            rendered = self._request(key)
            if rendered is None:
                continue
            uid = self._tools.owner.new_uid()
            call = rendered if isinstance(rendered, Failure) else self._call(key, uid, rendered)
            if isinstance(call, Call) and isinstance(rendered, RenderedRequest):
                reserved = self._ledger.reserve(uid, self._bound(key, call, rendered))
                if reserved is not Reservation.MADE:
                    gate.pending.appendleft(key)
                    if reserved is Reservation.NEVER:
                        self._reach_budget(_REACHED)
                    return
            yield _Cell(key, uid, self._places[key.column], call)

    def _bound(self, key: CellKey, call: Call, rendered: RenderedRequest) -> CallBound:
        budget = self._limits.budget
        if budget.usd is None:
            return CallBound(None, 1 + (rendered.tool_rounds if rendered.tools else 0))
        lane = self._job.columns[key.column].lane
        rates = self._tools.pricing.rates_for(call.endpoint, lane.model)
        return call_bound(rendered, call.params, rates, self._tools.max_output(call.endpoint, lane.model))

    def _request(self, key: CellKey) -> RenderedRequest | Failure | None:
        """Return the rendered prompt of a cell; None if the engine is rendering it, which brings the cell back."""
        place = (self._job.run.columns[key.column].version, key.case)
        if (known := self._rendered.get(place)) is not None:
            return known
        if place in self._rendering:
            self._rendering[place].append(key)
            return None
        column = self._job.columns[key.column]
        case = self._job.cases[key.case]
        values = ValueSet(case.uid, case.name, case.values)
        if column.content.template != "plain":
            self._rendering[place] = [key]
            future = self._tools.engine.render(column.content, dict(case.values))
            future.add_done_callback(partial(self._answer_rendering, place))
            return None
        try:
            return self._remember(place, render_content(column.content, values, self._tools.engine.render))
        except RefusedError as error:
            return self._remember(place, Failure("refused", error.sentence, error.detail))

    def _answer_rendering(self, place: tuple[int, int], done: Future[Texts]) -> None:
        error = done.exception()
        self._inbox.put(_Rendered(place, () if error is not None else done.result(), error))

    def _texts_rendered(self, message: _Rendered) -> None:
        keys = self._rendering.pop(message.place)
        column = self._job.columns[keys[0].column]
        if message.error is None:
            rendered = assemble(column.content, message.texts)
            self._remember(message.place, rendered if rendered.messages else _EMPTY)
        elif _is_death(message.error) and self._tried(keys[0]) < MOST_TRIES:
            pass
        else:
            self._remember(message.place, _failure_of(message.error))
        for key in reversed(keys):
            self._gates[self._places[key.column]].pending.appendleft(key)

    def _remember(self, place: tuple[int, int], rendered: RenderedRequest | Failure) -> RenderedRequest | Failure:
        self._rendered[place] = rendered
        while len(self._rendered) > _RENDERED:
            self._rendered.popitem(last=False)
        return rendered

    def _call(self, key: CellKey, uid: str, rendered: RenderedRequest) -> Call | Failure:
        call = self._calls.get((key.column, key.sample))
        if call is None:
            call = self._template(key.column, key.sample, rendered)
        return call if isinstance(call, Failure) else replace(call, id=uid, messages=rendered.messages)

    def _template(self, column: int, sample: int, rendered: RenderedRequest) -> Call | Failure:
        """Return the call of a column and sample, whose messages are replaced for each case."""
        tools, asked = self._tools, self._job.columns[column]
        call = call_for(
            tools.keys,
            tools.provider_of,
            asked.endpoint,
            nth(asked.lane, sample),
            rendered,
            output_uid="",
            run_uid=self._job.uid,
            lacks=tools.lacks,
            files=tools.files,
        )
        if isinstance(call, Call):
            call = replace(call, stream=False, retries=RETRIES)
        self._calls[column, sample] = call
        return call

    def _starts_recorded(self, message: _Recorded) -> None:
        self._starting -= 1
        for cell in message.cells:
            self._gates[cell.place].preparing -= 1
        if message.error is not None:
            for cell in message.cells:
                self._ledger.settle(cell.uid, Result("stopped"))
            self._fail(message.error)
            return
        for cell in message.cells:
            self._gates[cell.place].ready.append(cell)
        if self._is_stopping or self._ledger.is_time_up:
            self._drop_ready()

    # Calling

    def _send(self) -> None:
        for gate in self._gates.values():
            while gate.ready and gate.running < gate.limit.limit:
                self._send_one(gate, gate.ready.popleft())

    def _send_one(self, gate: _Gate, cell: _Cell) -> None:
        gate.running += 1
        if isinstance(cell.call, Failure):
            self._end(cell, Result("failed", model=self._model(cell.key), failure=cell.call))
            return
        cell.ticket = gate.limit.send()
        self._live[cell.uid] = cell
        try:
            self._tools.engine.run(cell.call)
        except EngineError as error:
            del self._live[cell.uid]
            self._end(cell, Result("failed", model=cell.call.model, failure=error.failure))

    def _call_ended(self, event: CallEnded) -> None:
        cell = self._live.pop(event.id, None)
        if cell is None or not isinstance(cell.call, Call):
            return
        gate, result = self._gates[cell.place], event.result
        if result.state == "finished":
            gate.limit.answered()
        elif result.failure is not None and result.failure.code == REFUSED:
            gate.limit.refused(cell.ticket)
        elif result.state == "stopped":
            # The cell stays open, so that `resume` asks it.
            result = replace(result, state="interrupted")
        elif self._is_to_be_repeated(cell, result):
            result = replace(result, state="interrupted", failure=None)
            gate.pending.appendleft(cell.key)
        try:
            model = self._job.columns[cell.key.column].lane.model
            result = self._tools.pricing.price(result, cell.call.endpoint, model)
        except Exception as error:  # noqa: BLE001 - an answer without a price is still an answer
            self._tools.listeners.problem(problem_of(error))
        self._end(cell, result)

    def _is_to_be_repeated(self, cell: _Cell, result: Result) -> bool:
        """Whether the end of the engine interrupted the call."""
        if result.failure is None or result.failure.code != _ENGINE_DIED or self._is_stopping:
            return False
        return self._tried(cell.key) < MOST_TRIES

    def _tried(self, key: CellKey) -> int:
        """Count a try of a cell that the engine's end interrupted, and return the number so far."""
        self._tries[key] = self._tries.get(key, 0) + 1
        return self._tries[key]

    def _end(self, cell: _Cell, result: Result) -> None:
        cell.result = result
        self._ledger.settle(cell.uid, result)
        self._tools.session.ended(result)
        if not self._ended:
            self._first_end = time.monotonic()
        self._ended.append(cell)

    def _model(self, key: CellKey) -> str:
        return self._job.columns[key.column].lane.model

    # Recording ends

    def _flush(self) -> None:
        if not self._ended or self._flying:
            return
        now = time.monotonic()
        if now < self._try_again_at:
            return
        is_due = now - self._first_end >= self._group_s or 2 * len(self._ended) >= len(self._ended) + len(self._live)
        if not is_due:
            return
        cells, self._ended = tuple(self._ended), []
        ended_at = self._tools.owner.now()
        ends = tuple(CellEnd(cell.uid, cell.result, ended_at) for cell in cells if cell.result is not None)
        self._flying += 1
        self._flew_at = now
        future = self._tools.records.finish_outputs(ends)
        future.add_done_callback(lambda done: self._inbox.put(_Saved(cells, ends, done.exception())))

    def _ends_saved(self, message: _Saved) -> None:
        self._flying -= 1
        if message.error is not None:
            self._ended[:0] = message.cells
            self._try_again_at = time.monotonic() + TRY_AGAIN_S
            self._gives_up = self._is_stopping
            if not self._is_troubled:
                self._is_troubled = True
                problem = problem_of(message.error)
                self._tools.listeners.problem(Problem(f"{END_UNSAVED} {problem.sentence}", problem.detail))
            return
        self._is_troubled = False
        self._group_s = min(GROUP_S, _GROUP_WRITES * (time.monotonic() - self._flew_at))
        for cell in message.cells:
            self._gates[cell.place].running -= 1
        self._tell_ends([cell.result for cell in message.cells if cell.result is not None])
        if self._job.scoring_uid:
            ended = [(cell, cell.result) for cell in message.cells if cell.result is not None]
            inputs = [_scored_input(cell, result) for cell, result in ended if result.state in ("finished", "failed")]
            self._tools.scorer.score(self._job, inputs, self.count_scored)

    # Stopping

    def _begin_stop(self) -> None:
        self._is_stopping = True
        self._drop_ready()
        for gate in self._gates.values():
            gate.pending.clear()
        for uid in list(self._live):
            self._tools.engine.cancel(uid)

    def _drop_ready(self) -> None:
        """End cells that were recorded and will not be sent."""
        for gate in self._gates.values():
            while gate.ready:
                gate.running += 1
                cell = gate.ready.popleft()
                self._end(cell, Result("interrupted", model=self._model(cell.key)))

    def _reach_budget(self, why: str) -> None:
        self._budget_why = why
        if self._ledger.is_time_up:
            self._drop_ready()

    def _fail(self, error: BaseException) -> None:
        """Stop the run because its calls cannot be recorded."""
        problem = problem_of(error)
        what = "The test was stopped, because its calls could not be recorded."
        self._handle.refuse(Problem(f"{what} {problem.sentence}", problem.detail))
        self._tools.listeners.problem(Problem(f"{what} {problem.sentence}", problem.detail))
        self._begin_stop()

    # Progress

    def count_scored(self, count: int) -> None:
        """Add scored cells to the progress; called from any thread."""
        self._handle.update(lambda now: replace(now, scored=now.scored + count))

    def _tell_ends(self, results: Sequence[Result]) -> None:
        finished = sum(result.state == "finished" for result in results)
        failed = sum(result.state == "failed" for result in results)
        done = sum(result.state != "interrupted" for result in results)
        self._handle.update(
            lambda now: replace(now, answered=now.answered + finished, failed=now.failed + failed, done=now.done + done)
        )

    def _tell(self) -> None:
        state: SuiteState = "paused" if self._is_paused else "running"
        ledger, running = self._ledger, len(self._live)
        limits = sum(gate.limit.limit for gate in self._gates.values())
        unsaved = len(self._ended) if self._is_troubled else 0
        self._handle.update(
            lambda now: replace(
                now,
                state=now.state if now.has_ended else state,
                running=running,
                spent_usd=ledger.spent_usd,
                reserved_usd=ledger.reserved_usd,
                unknown=ledger.unknown,
                limits=limits,
                unsaved=unsaved,
            )
        )


def check_columns(tools: SuiteTools, columns: Iterable[tuple[Lane, Content, Endpoint | None]]) -> None:
    """Raise RefusedError for a column that has no key, or cannot be asked for another reason.

    Blocks as long as unlocking the keyring does.
    """
    for number, (lane, content, endpoint) in enumerate(columns, start=1):
        call = call_for(
            tools.keys,
            tools.provider_of,
            endpoint,
            lane,
            shape(content),
            output_uid="",
            run_uid="",
            lacks=tools.lacks,
        )
        if isinstance(call, Failure):
            raise RefusedError(f"Column {number} ({lane.title}) cannot be asked. {call.sentence}", call.detail)


def shape(content: Content) -> RenderedRequest:
    """Return the request of a content without values: what is sent beside the messages is the same for all cases."""
    return assemble(content, tuple(text for _, text in template_texts(content)))


def _is_death(error: BaseException) -> bool:
    return isinstance(error, EngineError) and error.failure.code == _ENGINE_DIED


def _failure_of(error: BaseException) -> Failure:
    if isinstance(error, EngineError):
        return error.failure
    problem = problem_of(error)
    return Failure("internal", problem.sentence, problem.detail)


def _scored_input(cell: _Cell, result: Result) -> ScoredInput:
    return ScoredInput(
        cell.key,
        cell.uid,
        result.state,
        result.text,
        result.finish_reason,
        result.timing.duration,
        result.cost_usd,
        result.steps,
    )
