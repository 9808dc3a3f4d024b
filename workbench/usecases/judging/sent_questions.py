"""Questions on their way: sent to the engine, ended, and recorded.

Invariant: a question keeps its place at the endpoint until its end is durably recorded. What the engine's end
interrupted is asked again, a few times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import replace

from workbench.core.runs import Result
from workbench.engine.calls import EngineError
from workbench.store.judging.records import JudgementEnd, JudgementKey
from workbench.usecases.judging.judge_calls import AskedQuestion
from workbench.usecases.judging.judge_supply import JudgeGate, JudgeSupply
from workbench.usecases.problems import problem_of
from workbench.usecases.testing.budget import BudgetLedger
from workbench.usecases.testing.concurrency import REFUSED
from workbench.usecases.testing.end_writer import EndsWritten, EndWriter
from workbench.usecases.testing.suite_parts import ENGINE_DIED, MOST_TRIES, SuiteTools


class SentQuestions:
    """Sends the questions of a supply. Not thread-safe, except `has`; `tell` gets `EndsWritten` on any thread."""

    def __init__(
        self,
        tools: SuiteTools,
        supply: JudgeSupply,
        ledger: BudgetLedger,
        tell: Callable[[EndsWritten[AskedQuestion]], None],
    ) -> None:
        self._tools, self._supply, self._ledger = tools, supply, ledger
        self._writer: EndWriter[AskedQuestion] = EndWriter(self._write, tools.owner.now, tools.listeners, tell)
        self._live: dict[str, AskedQuestion] = {}
        self._tries: dict[JudgementKey, int] = {}

    def __len__(self) -> int:
        """The number of running calls."""
        return len(self._live)

    def has(self, uid: str) -> bool:
        """Whether a call runs."""
        return uid in self._live

    @property
    def deadline(self) -> float | None:
        """The monotonic time at which `write` has something to do, None if that depends on events."""
        return self._writer.deadline

    def is_finished(self, *, has_failed: bool) -> bool:
        """Whether nothing is on its way; `has_failed` does not wait for ends that cannot be recorded.

        Such an end is recorded as interrupted when the history is opened again.
        """
        if self._live or self._supply.is_recording or self._supply.has_ready or self._writer.is_writing:
            return False
        return self._writer.is_idle or (has_failed and self._writer.unsaved > 0)

    def send(self) -> None:
        """Send what is recorded and has a place."""
        for gate in self._supply.gates.values():
            while gate.ready and gate.running < gate.limit.limit:
                self._send(gate, gate.ready.popleft())

    def write(self) -> None:
        """Record ends if it is time for that."""
        self._writer.write(len(self._live))

    def retrying(self, uid: str, code: str) -> None:
        """Take that the engine makes a call again."""
        one = self._live.get(uid)
        if one is not None and code == REFUSED:
            self._supply.gates[one.place].limit.refused(one.ticket)

    def ended(self, uid: str, result: Result, *, is_stopping: bool) -> None:
        """Take how a call ended."""
        one = self._live.pop(uid, None)
        if one is None:
            return
        gate, code = self._supply.gates[one.place], result.failure.code if result.failure is not None else ""
        if result.state == "finished":
            gate.limit.answered()
        elif result.state == "stopped" or (code == ENGINE_DIED and (is_stopping or self._is_repeated(one))):
            result = replace(result, state="interrupted", failure=None)
        elif code == REFUSED:
            gate.limit.refused(one.ticket)
        try:
            result = self._tools.pricing.price(result, one.call.endpoint, one.lane.model)
        except Exception as error:  # noqa: BLE001 - a reply without a price is still a reply
            self._tools.listeners.problem(problem_of(error))
        self._end(one, result)

    def take(self, written: EndsWritten[AskedQuestion]) -> Iterable[AskedQuestion]:
        """Take the outcome of a write, and return the questions whose ends are recorded now."""
        recorded = self._writer.take(written)
        for one in recorded:
            self._supply.gates[one.place].running -= 1
        return recorded

    def drop_ready(self) -> None:
        """End questions that were recorded and will not be sent; they stay open."""
        for gate in self._supply.gates.values():
            while gate.ready:
                gate.running += 1
                one = gate.ready.popleft()
                self._end(one, Result("interrupted", model=one.lane.model))

    def stop(self) -> None:
        """Stop all calls; what is recorded and not sent stays open."""
        self.drop_ready()
        for uid in list(self._live):
            self._tools.engine.cancel(uid)

    def _send(self, gate: JudgeGate, one: AskedQuestion) -> None:
        gate.running += 1
        one.ticket = gate.limit.send()
        self._live[one.uid] = one
        try:
            self._tools.engine.start()
            self._tools.engine.run(one.call)
        except EngineError as error:
            del self._live[one.uid]
            self._end(one, Result("failed", model=one.call.model, failure=error.failure))

    def _is_repeated(self, one: AskedQuestion) -> bool:
        """Whether to make a call again that the engine's end interrupted."""
        self._tries[one.asked.key] = self._tries.get(one.asked.key, 0) + 1
        return self._tries[one.asked.key] < MOST_TRIES

    def _end(self, one: AskedQuestion, result: Result) -> None:
        one.result = result
        self._ledger.settle(one.uid, result)
        self._tools.session.ended(result)
        self._writer.add(one)

    def _write(self, ended: Sequence[AskedQuestion], ended_at: str) -> Future[None]:
        return self._tools.judges.finish_judgements([JudgementEnd(one.uid, one.result, ended_at) for one in ended])
