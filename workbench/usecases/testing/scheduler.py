"""Asking the open cells of one test run.

Invariant: one thread decides everything. Nothing is sent before its start is durably recorded, and a call holds its
place at the endpoint until its end is durably recorded, so that a crash loses at most as many complete answers as calls
may run at once. A recorded cell is never asked again. A few hundred cells are in memory, whatever the size of the run.
The thread sleeps until something happens or a deadline passes.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace

from workbench.core.runs import Failure, Result
from workbench.core.testing.cells import CellKey
from workbench.engine.calls import Call, CallEnded, CallRetrying, EngineError, Event
from workbench.store.testing.records import CellEnd
from workbench.usecases.problems import Problem, problem_of
from workbench.usecases.testing.budget import BudgetLedger
from workbench.usecases.testing.cell_requests import RenderedTexts
from workbench.usecases.testing.cell_supply import CellGate, CellSupply, StartsRecorded
from workbench.usecases.testing.concurrency import REFUSED
from workbench.usecases.testing.end_writer import EndsWritten, EndWriter
from workbench.usecases.testing.job import SuiteJob
from workbench.usecases.testing.progress import SuiteHandle, SuiteState
from workbench.usecases.testing.suite_parts import ENGINE_DIED, MOST_TRIES, AskedCell, SuiteLimits, SuiteTools

_MOST_DEATHS = 4 * MOST_TRIES
"""The run is stopped after this number of engines that ended without an answer, per call that may run at once."""
_TIME_UP = "The limit of minutes was reached."
_REACHED = "The budget was reached."
_NO_ENGINE = "The engine ends again and again. Run “workbench doctor” for details, then continue the test."


class SuiteScheduler:
    """Runs the open cells of one job. `offer`, `stop`, `pause` and `go_on` may be called from any thread."""

    def __init__(
        self, tools: SuiteTools, job: SuiteJob, handle: SuiteHandle, limits: SuiteLimits, ledger: BudgetLedger
    ) -> None:
        """`ledger` may be shared with judges of the answers."""
        self._tools, self._job, self._handle, self._limits = tools, job, handle, limits
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._ledger = ledger
        # What others settle may make room for a call that waits.
        ledger.listen(lambda: self._inbox.put("settled"))
        self._supply = CellSupply(tools, job, limits, ledger, self._inbox.put)
        self._writer = EndWriter(self._write_ends, tools.owner.now, tools.listeners, self._inbox.put)
        self._live: dict[str, AskedCell] = {}
        self._tries: dict[CellKey, int] = {}
        self._deaths = 0
        self._is_paused = self._is_stopping = self._gives_up = False
        self.why = ""
        """The sentence about the limit that was reached, "" for none."""

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

    def count_scored(self, count: int) -> None:
        """Add scored cells to the progress."""
        self._handle.update(lambda now: replace(now, scored=now.scored + count))

    # The scheduling thread

    def unlock(self) -> None:
        """Build the call of each column, whose key may have to be unlocked. Raises RefusedError if one has none.

        Blocks as long as the keyring does.
        """
        self._supply.unlock()

    def run(self) -> SuiteState:
        """Ask the cells until there is nothing to do, and return how it ended."""
        while True:
            try:
                self._pump()
            except Exception as error:
                if self._is_stopping:
                    raise
                self._fail(problem_of(error))
            self._tell()
            if self._is_over():
                break
            self._take(self._wait())
        if self._is_stopping:
            return "stopped"
        if self._supply.is_over_budget and not self.why:
            self.why = _REACHED
        return "budget" if self.why else "finished"

    @property
    def unsaved(self) -> int:
        """Number of ends that could not be recorded."""
        return self._writer.unsaved

    def _pump(self) -> None:
        if self._ledger.is_time_up and not self.why:
            self.why = _TIME_UP
            self._drop_ready()
        if not (self._is_stopping or self._is_paused or self.why):
            self._supply.prepare()
        if not (self._is_stopping or self._is_paused):
            self._send()
        self._writer.write(len(self._live))

    def _wait(self) -> object:
        deadlines = [self._writer.deadline]
        if not self.why and (left := self._ledger.seconds_left) is not None:
            deadlines.append(time.monotonic() + left)
        due = min((one for one in deadlines if one is not None), default=None)
        try:
            return self._inbox.get(timeout=None if due is None else max(0.0, due - time.monotonic()))
        except queue.Empty:
            return None

    def _take(self, first: object) -> None:
        message = first
        while message is not None:
            self._handle_message(message)
            message = None if self._inbox.empty() else self._inbox.get()

    def _handle_message(self, message: object) -> None:
        match message:
            case CallEnded():
                self._call_ended(message)
            case CallRetrying(code=code, id=uid):
                if code == REFUSED and (cell := self._live.get(uid)) is not None:
                    self._supply.gates[cell.place].limit.refused(cell.ticket)
            case StartsRecorded():
                self._starts_recorded(message)
            case EndsWritten():
                self._ends_written(message)
            case RenderedTexts():
                self._supply.take_texts(message)
            case "stop":
                self._begin_stop()
            case "pause" | "go on":
                self._is_paused = message == "pause"

    def _is_over(self) -> bool:
        gates = self._supply.gates.values()
        if self._live or self._supply.is_recording or self._writer.is_writing or any(gate.ready for gate in gates):
            return False
        if not self._writer.is_idle:
            return self._gives_up
        if self._is_stopping or self.why:
            return True
        return self._supply.is_dry

    # Calling

    def _starts_recorded(self, message: StartsRecorded) -> None:
        self._supply.take_starts(message)
        if message.error is not None:
            self._fail(problem_of(message.error))
        elif self._is_stopping or self._ledger.is_time_up:
            self._drop_ready()

    def _send(self) -> None:
        for gate in self._supply.gates.values():
            while gate.ready and gate.running < gate.limit.limit:
                self._send_one(gate, gate.ready.popleft())

    def _send_one(self, gate: CellGate, cell: AskedCell) -> None:
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
        gate, result = self._supply.gates[cell.place], event.result
        code = result.failure.code if result.failure is not None else ""
        if result.state == "finished":
            gate.limit.answered()
            self._deaths = 0
        elif result.state == "stopped":
            # The cell stays open, so that the next start asks it.
            result = replace(result, state="interrupted")
        elif code == REFUSED:
            gate.limit.refused(cell.ticket)
        elif code == ENGINE_DIED and self._is_to_be_repeated(cell.key):
            result = replace(result, state="interrupted", failure=None)
            self._supply.return_cells([cell.key])
        try:
            result = self._tools.pricing.price(result, cell.call.endpoint, self._model(cell.key))
        except Exception as error:  # noqa: BLE001 - an answer without a price is still an answer
            self._tools.listeners.problem(problem_of(error))
        self._end(cell, result)

    def _is_to_be_repeated(self, key: CellKey) -> bool:
        """Whether to make a call again that the engine's end interrupted."""
        if self._is_stopping:
            return False
        self._deaths += 1
        if self._deaths >= _MOST_DEATHS * max(1, self._most_at_once):
            self._fail(Problem(_NO_ENGINE))
            return True
        self._tries[key] = self._tries.get(key, 0) + 1
        return self._tries[key] < MOST_TRIES

    def _end(self, cell: AskedCell, result: Result) -> None:
        cell.result = result
        self._ledger.settle(cell.uid, result)
        self._tools.session.ended(result)
        self._writer.add(cell)

    def _write_ends(self, cells: Sequence[AskedCell], ended_at: str) -> Future[None]:
        return self._tools.records.finish_outputs([CellEnd(one.uid, one.result, ended_at) for one in cells])

    def _ends_written(self, written: EndsWritten[AskedCell]) -> None:
        recorded = self._writer.take(written)
        if written.error is not None:
            self._gives_up = self._is_stopping
            return
        for cell in recorded:
            self._supply.gates[cell.place].running -= 1
        self._count([cell.result for cell in recorded])
        if self._job.scoring_uid:
            inputs = [cell.scored_input() for cell in recorded if cell.result.state in ("finished", "failed")]
            self._tools.scorer.score(self._job, inputs, self.count_scored)

    def _model(self, key: CellKey) -> str:
        return self._job.columns[key.column].lane.model

    @property
    def _most_at_once(self) -> int:
        return sum(gate.limit.limit for gate in self._supply.gates.values())

    # Stopping

    def _begin_stop(self) -> None:
        self._is_stopping = True
        self._drop_ready()
        self._supply.clear()
        for uid in list(self._live):
            self._tools.engine.cancel(uid)

    def _drop_ready(self) -> None:
        """End cells that were recorded and will not be sent; they stay open."""
        for gate in self._supply.gates.values():
            while gate.ready:
                gate.running += 1
                cell = gate.ready.popleft()
                self._end(cell, Result("interrupted", model=self._model(cell.key)))

    def _fail(self, problem: Problem) -> None:
        """Stop the run because it cannot go on."""
        said = Problem(f"The test was stopped. {problem.sentence}", problem.detail)
        self._handle.refuse(said)
        self._tools.listeners.problem(said)
        self._begin_stop()

    # Progress

    def _count(self, results: Sequence[Result]) -> None:
        finished = sum(result.state == "finished" for result in results)
        failures = [result.failure for result in results if result.state == "failed"]
        failed, said = len(failures), next((one.sentence for one in reversed(failures) if one is not None), "")
        self._handle.update(
            lambda now: replace(
                now,
                answered=now.answered + finished,
                failed=now.failed + failed,
                done=now.done + finished + failed,
                failure=said or now.failure,
            )
        )

    def _tell(self) -> None:
        state: SuiteState = "paused" if self._is_paused else "running"
        ledger, running, limits, unsaved = self._ledger, len(self._live), self._most_at_once, self._writer.unsaved
        self._handle.update(
            lambda now: replace(
                now,
                state=now.state if now.has_ended else state,
                running=running,
                requests=ledger.calls,
                spent_usd=ledger.spent_usd,
                reserved_usd=ledger.reserved_usd,
                unknown=ledger.unknown,
                limits=limits,
                unsaved=unsaved,
            )
        )
