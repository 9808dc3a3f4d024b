"""Preparing questions to judges: reserved and durably recorded before they are sent.

Invariant: a prepared question is recorded as waiting in a judge run, and the most that it can cost is reserved. A
scoring has one judge run for each judge prompt, whose lanes are the judges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple, TypeAlias

from workbench.core.lanes import Lane
from workbench.core.runs import Failure, Result
from workbench.core.testing.settings import SuiteBudget
from workbench.engine.call_limits import CallPlace, place_of
from workbench.store.judging.records import JudgeLaneStart, JudgementStart, JudgeRunStart
from workbench.store.records import RunBegun
from workbench.usecases.judging.cell_judging import OpenQuestion
from workbench.usecases.judging.judge_calls import AskedQuestion, JudgeCalls
from workbench.usecases.testing.budget import BudgetLedger, Reservation
from workbench.usecases.testing.cell_supply import ECHO_LIMIT
from workbench.usecases.testing.concurrency import CallGate
from workbench.usecases.testing.suite_parts import SuiteTools

_BATCH = 64
"""Questions that are recorded at once before they are sent."""
_NO_PRICE = (
    "The judge has no known price, or no limit of output tokens, so dollars cannot limit it. Set its price and Max "
    "tokens, or add a limit of calls."
)

JudgeGate: TypeAlias = CallGate[OpenQuestion, AskedQuestion]


class _Judge(NamedTuple):
    """A judge as a lane of a run: the version of the judge prompt, and the model."""

    version: int
    lane: Lane


@dataclass(frozen=True, slots=True)
class _JudgeRun:
    """The run of one judge prompt, with the positions of its judges."""

    uid: str
    places: dict[_Judge, int]


@dataclass(frozen=True, slots=True)
class QuestionsRecorded:
    """Questions were recorded, or not."""

    questions: tuple[AskedQuestion, ...]
    error: BaseException | None


class JudgeSupply:
    """Fills the gates of one scoring. Not thread-safe; `tell` gets `QuestionsRecorded` on any thread."""

    def __init__(
        self,
        tools: SuiteTools,
        scoring_uid: str,
        budget: SuiteBudget,
        ledger: BudgetLedger,
        concurrency: int | None,
        tell: Callable[[QuestionsRecorded], None],
        refuse: Callable[[OpenQuestion, str], None],
    ) -> None:
        """`refuse` takes a question that is not asked, and a sentence about why."""
        self._tools, self._scoring_uid, self._budget, self._ledger = tools, scoring_uid, budget, ledger
        self._concurrency, self._tell, self._refuse = concurrency, tell, refuse
        self._calls = JudgeCalls(tools)
        self._gates: dict[str, JudgeGate] = {}
        self._runs: dict[str, _JudgeRun] = {}
        """By judge prompt."""
        self._recording = 0
        self.is_over_budget = False
        """Whether a question did not fit into the budget any more."""

    @property
    def gates(self) -> Mapping[str, JudgeGate]:
        """The gates by place."""
        return self._gates

    @property
    def is_recording(self) -> bool:
        """Whether questions are being recorded."""
        return self._recording > 0

    @property
    def has_ready(self) -> bool:
        """Whether a recorded question was not sent."""
        return any(gate.ready for gate in self._gates.values())

    def add(self, question: OpenQuestion) -> None:
        """Put a question to those that are to be asked."""
        judge = question.judge
        place = place_of(judge.endpoint, judge.lane.model) or CallPlace(judge.lane.endpoint, ECHO_LIMIT)
        if place.name not in self._gates:
            most = self._concurrency or place.limit
            if most > place.limit and judge.endpoint.kind != "echo":
                self._tools.engine.set_limit(judge.endpoint.uid, most)
            self._gates[place.name] = CallGate(most)
            self._tools.pricing.prepare(judge.endpoint)
        self._gates[place.name].pending.append(question)

    def prepare(self) -> None:
        """Reserve and record more questions if there is room."""
        if self._recording:
            return
        by_prompt: dict[str, list[AskedQuestion]] = defaultdict(list)
        for name, gate in self._gates.items():
            if gate.is_low:
                asked = self._built(name, gate, min(gate.room, _BATCH))
                gate.preparing += len(asked)
                for one in asked:
                    by_prompt[one.asked.prompt.prompt_uid].append(one)
        for prompt_uid, some in by_prompt.items():
            self._record(prompt_uid, some)

    def take_starts(self, recorded: QuestionsRecorded) -> None:
        """Take questions whose start was recorded, or release what was reserved for them."""
        self._recording -= 1
        for one in recorded.questions:
            gate = self._gates[one.place]
            gate.preparing -= 1
            if recorded.error is None:
                gate.ready.append(one)
            else:
                self._ledger.settle(one.uid, Result("interrupted"))

    def take_pending(self) -> list[OpenQuestion]:
        """Return and forget the questions that are not prepared."""
        found = [one for gate in self._gates.values() for one in gate.pending]
        for gate in self._gates.values():
            gate.pending.clear()
        return found

    def _built(self, place: str, gate: JudgeGate, most: int) -> list[AskedQuestion]:
        """Return questions of a gate whose most possible cost is reserved."""
        found: list[AskedQuestion] = []
        while gate.pending and len(found) < most and not self.is_over_budget:
            question = gate.pending.popleft()
            uid = self._tools.owner.new_uid()
            call = self._calls.call(question, uid)
            if isinstance(call, Failure):
                self._refuse(question, f"The judge could not be asked. {call.sentence}")
                continue
            bound = self._calls.bound(question, call)
            if bound.usd is None and self._budget.usd is not None and self._budget.calls is None:
                self._refuse(question, _NO_PRICE)
                continue
            reserved = self._ledger.reserve(uid, bound)
            if reserved is not Reservation.MADE:
                gate.pending.appendleft(question)
                self.is_over_budget = reserved is Reservation.NEVER
                break
            found.append(AskedQuestion(question, uid, place, call))
        return found

    def _record(self, prompt_uid: str, batch: Sequence[AskedQuestion]) -> None:
        owner, judges = self._tools.owner, self._tools.judges
        known = self._runs.get(prompt_uid)
        run = known or self._runs.setdefault(prompt_uid, _JudgeRun(owner.new_uid(), {}))
        asked = dict.fromkeys(map(_judge, batch))
        new = [judge for judge in asked if judge not in run.places]
        run.places.update({judge: len(run.places) + place for place, judge in enumerate(new)})
        lanes = tuple(JudgeLaneStart(owner.new_uid(), judge.lane, judge.version) for judge in new)
        starts, now = tuple(_start(one, run.places[_judge(one)]) for one in batch), owner.now()
        done: Future[RunBegun] | Future[None]
        if known is None:
            begun = JudgeRunStart(run.uid, prompt_uid, self._scoring_uid, owner.uid, now, lanes, starts)
            done = judges.begin_run(begun)
        else:
            done = judges.start_judgements(run.uid, starts, owner.uid, now, lanes)
        done.add_done_callback(partial(self._tell_recorded, tuple(batch)))
        for one in batch:
            one.call = replace(one.call, group=run.uid)
        self._recording += 1

    def _tell_recorded(self, batch: tuple[AskedQuestion, ...], done: Future[object]) -> None:
        self._tell(QuestionsRecorded(batch, done.exception()))


def _judge(one: AskedQuestion) -> _Judge:
    return _Judge(one.asked.prompt.number, one.lane)


def _start(one: AskedQuestion, lane: int) -> JudgementStart:
    asked = one.asked
    values = asked.question.values or tuple(
        (f"text{number}", text) for number, text in enumerate(asked.question.texts, start=1)
    )
    return JudgementStart(asked.key, asked.check, asked.identity, one.uid, asked.answer_uid, asked.title, values, lane)
