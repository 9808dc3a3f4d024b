"""Asking judges about the cells of one scoring.

Invariant: one thread decides everything. Nothing is sent before it is durably recorded with the most that it can cost
reserved, and a question that a stored reply answers is not asked again. A cell that was taken is given back once: with
its score when nothing is asked any more, or without one when judging was stopped. A few hundred questions are in
memory, whatever the size of the test.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple, TypeAlias

from workbench.core.checks.check_result import unscored
from workbench.core.judging.questions import JudgeReply
from workbench.core.lanes import Lane
from workbench.core.runs import Failure, Result
from workbench.core.testing.settings import SuiteBudget
from workbench.engine.call_limits import CallPlace, place_of
from workbench.engine.calls import Call, CallEnded, CallRetrying, EngineError, Event
from workbench.store.judging.records import (
    JudgeLaneStart,
    JudgementEnd,
    JudgementKey,
    JudgementStart,
    JudgeRunStart,
    ReusedJudgement,
    StoredJudgement,
)
from workbench.store.testing.records import CellScored
from workbench.usecases.judging.cell_judging import CellJudging, OpenQuestion, calls_of
from workbench.usecases.judging.embeddings import EmbeddingCall, EmbeddingReply, read_vectors, stored_vectors
from workbench.usecases.judging.judge_calls import AskedQuestion, JudgeCalls
from workbench.usecases.judging.judge_models import JudgeModels
from workbench.usecases.judging.judge_progress import JudgeProgress
from workbench.usecases.judging.judge_prompt_versions import JudgePrompts
from workbench.usecases.problems import Problem, problem_of
from workbench.usecases.testing.budget import BudgetLedger, Reservation
from workbench.usecases.testing.cell_judge import CellToJudge, JudgeOffer
from workbench.usecases.testing.cell_supply import ECHO_LIMIT
from workbench.usecases.testing.concurrency import REFUSED, CallGate
from workbench.usecases.testing.end_writer import EndsWritten, EndWriter
from workbench.usecases.testing.suite_parts import ENGINE_DIED, MOST_TRIES, SuiteTools

MOST_CALLS = 512
"""Calls that the cells in memory may take; one cell is always taken."""
_BATCH = 64
_STORED_WITHIN_S = 30.0
_CLOSE_WITHIN_S = 10.0
OVER_BUDGET = "The budget was reached before the judge was asked. Raise it and score again."
_NO_PRICE = (
    "The judge has no known price, or no limit of output tokens, so dollars cannot limit it. Set its price and Max "
    "tokens, or add a limit of calls."
)
_CHANGED = "The judge was changed since this scoring began. Score again."

JudgeGate: TypeAlias = CallGate[OpenQuestion, AskedQuestion]
OnJudged: TypeAlias = Callable[[Sequence[CellScored], Sequence[str]], None]
"""Takes scores, and the uids of the answers of cells that got none because judging was stopped."""


class _RunKey(NamedTuple):
    """What the calls of one judge run share."""

    prompt_uid: str
    version: int
    lane: Lane


@dataclass(frozen=True, slots=True)
class _Recorded:
    questions: tuple[AskedQuestion, ...]
    error: BaseException | None


@dataclass(frozen=True, slots=True)
class _Embedded:
    uid: str
    reply: EmbeddingReply


class Judging:
    """Judges cells. `offer`, `when_*`, `stop`, `pause` and `go_on` may be called from any thread."""

    def __init__(
        self,
        tools: SuiteTools,
        *,
        scoring_uid: str,
        models: JudgeModels,
        prompts: JudgePrompts,
        repeats: int,
        budget: SuiteBudget,
        ledger: BudgetLedger,
        concurrency: int | None,
        on_judged: OnJudged,
        tell: Callable[[JudgeProgress], None] = lambda progress: None,
    ) -> None:
        """`ledger` may be shared with a running test; `on_judged` and `tell` are called on the judging thread."""
        self._tools, self._scoring_uid, self._models, self._prompts = tools, scoring_uid, models, prompts
        self._repeats, self._budget, self._ledger, self._concurrency = repeats, budget, ledger, concurrency
        self._on_judged, self._tell = on_judged, tell
        self._calls = JudgeCalls(tools)
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._writer: EndWriter[AskedQuestion] = EndWriter(
            self._write_ends, tools.owner.now, tools.listeners, self._inbox.put
        )
        ledger.listen(lambda: self._inbox.put("settled"))
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._expected: OrderedDict[str, int] = OrderedDict()
        self._for_room: list[Callable[[], None]] = []
        self._for_idle: list[Callable[[], None]] = []
        self._has_ended = False
        # On the judging thread.
        self._cells: dict[str, CellJudging] = {}
        self._stored: dict[str, dict[JudgementKey, StoredJudgement]] = {}
        self._frontier: list[OpenQuestion] = []
        self._gates: dict[str, JudgeGate] = {}
        self._runs: dict[_RunKey, str] = {}
        self._recording = 0
        self._live: dict[str, AskedQuestion] = {}
        self._vectors: dict[str, EmbeddingReply] = {}
        self._tries: dict[JudgementKey, int] = {}
        self._progress = JudgeProgress()
        self._is_paused = self._is_stopping = self._is_closing = False
        self._is_continued: bool | None = None
        """Whether the scoring had judgements before, None until that is known."""
        self.why = ""
        """The sentence about the limit that was reached, "" for none."""
        self.problem: Problem | None = None
        """Why judging was stopped early, None if it was not."""

    # Any thread

    def offer(self, asked: CellToJudge) -> JudgeOffer:
        """Judge a cell if there is room; returns at once. A cell that is here already counts as taken."""
        uid, calls = asked.cell.output_uid, calls_of(asked, self._repeats)
        with self._lock:
            if self._has_ended or self._is_stopping:
                return "stopped"
            if uid in self._expected:
                return "taken"
            if self._expected and sum(self._expected.values()) + calls > MOST_CALLS:
                return "full"
            self._expected[uid] = calls
            self._inbox.put(asked)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="suite-judge", daemon=True)
                self._thread.start()
        return "taken"

    def when_room(self, then: Callable[[], None]) -> None:
        """Call `then` once cells were given back and there is room, or nothing is judged any more."""
        with self._lock:
            if not self._is_over and self._expected:
                self._for_room.append(then)
                return
        then()

    def when_idle(self, then: Callable[[], None]) -> None:
        """Call `then` once all cells that were taken are given back."""
        with self._lock:
            if self._expected and not self._has_ended:
                self._for_idle.append(then)
                return
        then()

    def offer_event(self, event: Event) -> bool:
        """Take an event of the engine if it is about a call of this scoring."""
        if isinstance(event, CallEnded | CallRetrying) and event.id in self._live:
            self._inbox.put(event)
            return True
        return False

    def stop(self) -> None:
        """Stop the running calls and send no more; the cells that wait are given back without a score."""
        with self._lock:
            self._is_stopping = True
        self._inbox.put("stop")

    def pause(self) -> None:
        """Send no more calls until `go_on`; running ones end."""
        self._inbox.put("pause")

    def go_on(self) -> None:
        """End a pause."""
        self._inbox.put("go on")

    @property
    def was_stopped(self) -> bool:
        """Whether it was told to stop, or could not go on."""
        return self._is_stopping

    def end(self) -> None:
        """End the thread once nothing is judged any more; returns at once."""
        with self._lock:
            self._is_closing = True
        self._inbox.put("close")

    def close(self) -> None:
        """End the thread once nothing is judged any more, and wait for it a while."""
        self.end()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_CLOSE_WITHIN_S)

    @property
    def _is_over(self) -> bool:
        return self._has_ended or self._is_stopping

    # The judging thread

    def _work(self) -> None:
        try:
            while True:
                try:
                    self._pump()
                except Exception as error:  # noqa: BLE001 - what waits for cells must be told
                    if self.problem is not None:
                        break
                    self._fail(problem_of(error))
                    continue
                self._show()
                if self._is_finished():
                    break
                self._take(self._wait())
        finally:
            with self._lock:
                self._has_ended = True
            self._give_back([], list(self._expected))
            self._show()

    def _pump(self) -> None:
        if self._ledger.is_time_up and not self.why:
            self._reach_limit("The limit of minutes was reached.")
            self._drop_ready()
        self._look_up()
        if not (self._is_stopping or self._is_paused):
            self._prepare()
            self._send()
        self._writer.write(len(self._live))
        self._end_cells()

    def _wait(self) -> object:
        if self._frontier:
            return None
        deadlines = [self._writer.deadline]
        if not self.why and (left := self._ledger.seconds_left) is not None and self._expected:
            deadlines.append(time.monotonic() + left)
        due = min((one for one in deadlines if one is not None), default=None)
        try:
            return self._inbox.get(timeout=None if due is None else max(0.0, due - time.monotonic()))
        except queue.Empty:
            return None

    def _take(self, first: object) -> None:
        message = first
        while message is not None:
            self._handle(message)
            message = None if self._inbox.empty() else self._inbox.get()

    def _handle(self, message: object) -> None:
        match message:
            case CellToJudge():
                self._begin_cell(message)
            case CallEnded():
                self._call_ended(message.id, message.result)
            case CallRetrying(code=code, id=uid):
                if code == REFUSED and (asked := self._live.get(uid)) is not None:
                    self._gates[asked.place].limit.refused(asked.ticket)
            case _Embedded():
                self._vectors[message.uid] = message.reply
                self._call_ended(message.uid, message.reply.result)
            case _Recorded():
                self._starts_recorded(message)
            case EndsWritten():
                self._ends_written(message)
            case "stop":
                self._begin_stop()
            case "pause" | "go on":
                self._is_paused = message == "pause"

    def _is_finished(self) -> bool:
        if self._live or self._recording or self._writer.is_writing:
            return False
        if any(gate.ready for gate in self._gates.values()):
            return False
        if self._is_stopping:
            # An end that cannot be written is written as interrupted when the history is opened again.
            return self._writer.is_idle or self._writer.unsaved > 0
        return self._is_closing and not self._expected and self._writer.is_idle

    # Cells

    def _begin_cell(self, asked: CellToJudge) -> None:
        uid, key = asked.cell.output_uid, asked.cell.key
        if self._is_stopping:
            return
        if self._is_continued is None:
            self._is_continued = self._tools.judges.counts(self._scoring_uid).judgements > 0
        if self._is_continued:
            stored = self._tools.judges.replies(self._scoring_uid, key, key)
            self._stored[uid] = {one.key: one for one in stored}
        self._cells[uid] = CellJudging(asked, self._prompts.of, self._repeats, self._models)
        self._frontier += self._cells[uid].questions()

    def _look_up(self) -> None:
        """Answer questions by stored replies, and put the others to those that are to be asked."""
        while self._frontier:
            questions, self._frontier = self._frontier, []
            unknown: list[OpenQuestion] = []
            for one in questions:
                known = self._stored.get(one.answer_uid, {}).get(one.key)
                reply = None if known is None else _stored_reply(one, known)
                if reply is not None:
                    self._put(one, reply, is_reused=True)
                elif known is not None and known.state == "finished":
                    one.round.give_up(_CHANGED)
                    self._advance(one)
                else:
                    unknown.append(one)
            by_prompt: dict[str, list[OpenQuestion]] = defaultdict(list)
            for one in unknown:
                by_prompt[one.prompt.prompt_uid].append(one)
            for prompt_uid, some in by_prompt.items():
                self._reuse(prompt_uid, some)

    def _reuse(self, prompt_uid: str, questions: Sequence[OpenQuestion]) -> None:
        """Record the replies to equal questions of earlier scorings, and ask the others."""
        judges = self._tools.judges
        found = judges.reusable(prompt_uid, [one.identity for one in questions])
        reused = {one.key: one for one in questions if one.identity in found}
        if reused:
            rows = [ReusedJudgement(key, one.check, one.identity, found[one.identity]) for key, one in reused.items()]
            judges.reuse(self._scoring_uid, rows).result(_STORED_WITHIN_S)
        replies: dict[JudgementKey, JudgeReply] = {}
        for cell in dict.fromkeys(key.cell for key in reused):
            for stored in judges.replies(self._scoring_uid, cell, cell):
                known = reused.get(stored.key)
                if known is not None and (reply := _stored_reply(known, stored)) is not None:
                    replies[stored.key] = reply
        for one in questions:
            if one.key in replies:
                self._put(one, replies[one.key], is_reused=True)
            elif self.why:
                self._refuse(one, OVER_BUDGET)
            else:
                self._gate(one).pending.append(one)

    def _put(self, question: OpenQuestion, reply: JudgeReply, *, is_reused: bool = False) -> None:
        question.round.put(question.key.step, reply)
        if is_reused:
            self._progress = replace(self._progress, reused=self._progress.reused + 1)
        self._advance(question)

    def _advance(self, question: OpenQuestion) -> None:
        cell = self._cells.get(question.answer_uid)
        if cell is not None and not self._is_stopping:
            self._frontier += cell.questions()

    def _end_cells(self) -> None:
        """Give back the cells about which nothing is asked any more."""
        if self._frontier or self._is_stopping:
            return
        done = [uid for uid, cell in self._cells.items() if cell.is_done]
        scores = [_scored(self._cells.pop(uid)) for uid in done]
        for uid in done:
            self._stored.pop(uid, None)
        if scores:
            self._give_back(scores, ())

    def _give_back(self, scores: Sequence[CellScored], dropped: Iterable[str]) -> None:
        left = tuple(dropped)
        if scores or left:
            self._on_judged(scores, left)
        with self._lock:
            for uid in (*(one.output_uid for one in scores), *left):
                self._expected.pop(uid, None)
            has_room = self._is_over or sum(self._expected.values()) <= MOST_CALLS // 2
            room, idle = (self._for_room if has_room else []), ([] if self._expected else self._for_idle)
            self._for_room = [] if has_room else self._for_room
            self._for_idle = self._for_idle if self._expected else []
        for then in (*room, *idle):
            then()

    # Recording and sending

    def _gate(self, question: OpenQuestion) -> JudgeGate:
        place = self._place(question)
        if place.name not in self._gates:
            endpoint, most = question.judge.endpoint, self._concurrency or place.limit
            if most > place.limit and endpoint.kind != "echo":
                self._tools.engine.set_limit(endpoint.uid, most)
            self._gates[place.name] = CallGate(most)
            self._tools.pricing.prepare(endpoint)
        return self._gates[place.name]

    def _place(self, question: OpenQuestion) -> CallPlace:
        judge = question.judge
        return place_of(judge.endpoint, judge.lane.model) or CallPlace(judge.lane.endpoint, ECHO_LIMIT)

    def _prepare(self) -> None:
        if self._recording:
            return
        batch: list[AskedQuestion] = []
        for name, gate in list(self._gates.items()):
            if gate.is_low:
                asked = self._built(name, gate, min(gate.room, _BATCH))
                gate.preparing += len(asked)
                batch += asked
        by_run: dict[_RunKey, list[AskedQuestion]] = defaultdict(list)
        for one in batch:
            prompt = one.asked.prompt
            by_run[_RunKey(prompt.prompt_uid, prompt.number, one.lane)].append(one)
        for key, some in by_run.items():
            self._record(key, some)

    def _built(self, place: str, gate: JudgeGate, most: int) -> list[AskedQuestion]:
        """Return questions of a gate whose most possible cost is reserved."""
        found: list[AskedQuestion] = []
        while gate.pending and len(found) < most and not self.why:
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
                if reserved is Reservation.NEVER:
                    self._reach_limit("The budget was reached.")
                break
            found.append(AskedQuestion(question, uid, place, call))
        return found

    def _refuse(self, question: OpenQuestion, problem: str) -> None:
        question.round.give_up(problem)
        self._advance(question)

    def _reach_limit(self, why: str) -> None:
        """Ask nothing more; cells that lack replies are unscored. Running calls end."""
        self.why = why
        for gate in self._gates.values():
            while gate.pending:
                self._refuse(gate.pending.popleft(), OVER_BUDGET)

    def _record(self, key: _RunKey, batch: Sequence[AskedQuestion]) -> None:
        owner, judges = self._tools.owner, self._tools.judges
        starts = tuple(self._start(one) for one in batch)
        run_uid, now = self._runs.get(key), owner.now()
        if run_uid is None:
            run_uid = self._runs[key] = owner.new_uid()
            lane = JudgeLaneStart(owner.new_uid(), key.lane, key.version)
            begun = JudgeRunStart(run_uid, key.prompt_uid, self._scoring_uid, owner.uid, now, (lane,), starts)
            judges.begin_run(begun).add_done_callback(partial(self._recorded, tuple(batch)))
        else:
            judges.start_judgements(run_uid, starts, owner.uid, now).add_done_callback(
                partial(self._recorded, tuple(batch))
            )
        for one in batch:
            if isinstance(one.call, Call):
                one.call = replace(one.call, group=run_uid)
        self._recording += 1

    def _recorded(self, batch: tuple[AskedQuestion, ...], done: Future[object]) -> None:
        self._inbox.put(_Recorded(batch, done.exception()))

    def _start(self, one: AskedQuestion) -> JudgementStart:
        asked = one.asked
        cell = self._cells[asked.answer_uid].asked
        name = f"{cell.case.name or f'case {asked.key.case + 1}'}, column {asked.key.column + 1}"
        values = asked.question.values or tuple(
            (f"text{number}", text) for number, text in enumerate(asked.question.texts, start=1)
        )
        return JudgementStart(asked.key, asked.check, asked.identity, one.uid, asked.answer_uid, name, values)

    def _starts_recorded(self, message: _Recorded) -> None:
        self._recording -= 1
        for one in message.questions:
            gate = self._gates[one.place]
            gate.preparing -= 1
            if message.error is None:
                gate.ready.append(one)
            else:
                self._ledger.settle(one.uid, Result("interrupted"))
        if message.error is not None:
            self._fail(problem_of(message.error))
        elif self._is_stopping or self._ledger.is_time_up:
            self._drop_ready()

    def _send(self) -> None:
        for gate in self._gates.values():
            while gate.ready and gate.running < gate.limit.limit:
                self._send_one(gate, gate.ready.popleft())

    def _send_one(self, gate: JudgeGate, one: AskedQuestion) -> None:
        gate.running += 1
        one.ticket = gate.limit.send()
        self._live[one.uid] = one
        try:
            if isinstance(one.call, Call):
                self._tools.engine.run(one.call)
            elif self._tools.vectors is not None:
                self._tools.vectors.embed(one.call).add_done_callback(partial(self._embedded, one.call))
        except EngineError as error:
            del self._live[one.uid]
            self._end(one, Result("failed", model=one.call.model, failure=error.failure))

    def _embedded(self, call: EmbeddingCall, done: Future[EmbeddingReply]) -> None:
        error = done.exception()
        if error is None:
            reply = done.result()
        elif isinstance(error, EngineError):
            reply = EmbeddingReply(Result("failed", model=call.model, failure=error.failure))
        else:
            problem = problem_of(error)
            failure = Failure("internal", problem.sentence, problem.detail)
            reply = EmbeddingReply(Result("failed", model=call.model, failure=failure))
        self._inbox.put(_Embedded(call.id, reply))

    # Ends

    def _call_ended(self, uid: str, result: Result) -> None:
        one = self._live.pop(uid, None)
        if one is None:
            return
        gate, model = self._gates[one.place], one.lane.model
        code = result.failure.code if result.failure is not None else ""
        if result.state == "finished":
            gate.limit.answered()
        elif result.state == "stopped" or (code == ENGINE_DIED and self._is_stopping):
            result = replace(result, state="interrupted", failure=None)
        elif code == REFUSED:
            gate.limit.refused(one.ticket)
        elif code == ENGINE_DIED:
            self._tries[one.asked.key] = self._tries.get(one.asked.key, 0) + 1
            if self._tries[one.asked.key] < MOST_TRIES:
                result = replace(result, state="interrupted", failure=None)
        try:
            result = self._tools.pricing.price(result, one.call.endpoint, model)
        except Exception as error:  # noqa: BLE001 - a reply without a price is still a reply
            self._tools.listeners.problem(problem_of(error))
        vectors = self._vectors.get(uid)
        if vectors is not None and vectors.vectors:
            result = replace(result, text=stored_vectors(vectors.vectors))
        self._end(one, result)

    def _end(self, one: AskedQuestion, result: Result) -> None:
        one.result = result
        self._ledger.settle(one.uid, result)
        self._tools.session.ended(result)
        self._writer.add(one)

    def _write_ends(self, ended: Sequence[AskedQuestion], ended_at: str) -> Future[None]:
        return self._tools.judges.finish_judgements([JudgementEnd(one.uid, one.result, ended_at) for one in ended])

    def _ends_written(self, written: EndsWritten[AskedQuestion]) -> None:
        for one in self._writer.take(written):
            self._gates[one.place].running -= 1
            self._vectors.pop(one.uid, None)
            self._count(one.result)
            if self._is_stopping:
                continue
            match one.result.state:
                case "finished":
                    self._put(one.asked, _reply(one.asked, one.uid, one.result.text))
                case "interrupted":
                    # The engine ended, or the limit of minutes was reached before it was sent.
                    if self.why:
                        self._refuse(one.asked, OVER_BUDGET)
                    else:
                        self._gates[one.place].pending.append(one.asked)
                case _:
                    failure = one.result.failure
                    self._put(
                        one.asked, JudgeReply(one.uid, problem=failure.sentence if failure else "The call failed.")
                    )

    def _count(self, result: Result) -> None:
        now = self._progress
        if result.state in ("finished", "failed"):
            self._progress = replace(now, done=now.done + 1, failed=now.failed + (result.state == "failed"))

    # Stopping

    def _begin_stop(self) -> None:
        with self._lock:
            self._is_stopping = True
        self._frontier = []
        self._cells, self._stored = {}, {}
        for gate in self._gates.values():
            gate.pending.clear()
        self._drop_ready()
        for uid, one in list(self._live.items()):
            if isinstance(one.call, Call):
                self._tools.engine.cancel(uid)
            else:
                # Nothing can be cancelled; its reply is not waited for.
                self._call_ended(uid, Result("stopped", model=one.call.model))

    def _drop_ready(self) -> None:
        """End questions that were recorded and will not be sent; they stay open."""
        for gate in self._gates.values():
            while gate.ready:
                gate.running += 1
                one = gate.ready.popleft()
                self._end(one, Result("interrupted", model=one.lane.model))

    def _fail(self, problem: Problem) -> None:
        """Stop judging because it cannot go on."""
        self.problem = Problem(f"Judging was stopped. {problem.sentence}", problem.detail)
        self._tools.listeners.problem(self.problem)
        self._begin_stop()

    def _show(self) -> None:
        ledger = self._ledger
        self._tell(
            replace(
                self._progress,
                waiting=len(self._expected),
                running=len(self._live),
                spent_usd=ledger.spent_usd,
                reserved_usd=ledger.reserved_usd,
                unknown=ledger.unknown,
            )
        )


def _scored(cell: CellJudging) -> CellScored:
    try:
        return cell.scored()
    except Exception as error:  # noqa: BLE001 - one answer must not end the judging of all others
        asked, sentence = cell.asked, f"The replies of the judge could not be read. {problem_of(error).sentence}"
        return CellScored(
            asked.cell.key,
            asked.cell.output_uid,
            "unscored",
            None,
            sentence,
            tuple((check, unscored(sentence)) for check in asked.case.checks),
        )


def _stored_reply(question: OpenQuestion, stored: StoredJudgement) -> JudgeReply | None:
    """Return a stored reply to a question, None if it is to another one, or is none."""
    if stored.identity != question.identity or stored.state != "finished":
        return None
    return _reply(question, stored.output_uid, stored.text)


def _reply(question: OpenQuestion, uid: str, text: str) -> JudgeReply:
    if question.question.kind == "embedding":
        return JudgeReply(uid, vectors=read_vectors(text))
    return JudgeReply(uid, text)
