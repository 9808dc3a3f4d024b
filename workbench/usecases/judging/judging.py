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
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from workbench.core.checks.check_result import unscored
from workbench.core.judging.questions import JudgeReply
from workbench.core.testing.settings import SuiteBudget
from workbench.engine.calls import CallEnded, CallRetrying, Event
from workbench.store.testing.records import CellScored
from workbench.usecases.judging.cell_judging import CellJudging, OpenQuestion, calls_of
from workbench.usecases.judging.judge_calls import AskedQuestion
from workbench.usecases.judging.judge_models import JudgeModels
from workbench.usecases.judging.judge_progress import JudgeProgress
from workbench.usecases.judging.judge_prompt_versions import JudgePrompts
from workbench.usecases.judging.judge_supply import JudgeSupply, QuestionsRecorded
from workbench.usecases.judging.sent_questions import SentQuestions
from workbench.usecases.judging.stored_replies import StoredReplies, read_reply
from workbench.usecases.judging.taken_cells import TakenCells
from workbench.usecases.problems import Problem, problem_of
from workbench.usecases.testing.budget import BudgetLedger
from workbench.usecases.testing.cell_judge import CellToJudge, JudgeOffer
from workbench.usecases.testing.end_writer import EndsWritten
from workbench.usecases.testing.suite_parts import SuiteTools

MOST_CALLS = 512
"""Calls that the cells in memory may take; one cell is always taken."""
_CLOSE_WITHIN_S = 10.0
OVER_BUDGET = "The budget was reached before the judge was asked. Raise it and score again."
_CHANGED = "The judge was changed since this scoring began. Score again."

OnJudged: TypeAlias = Callable[[Sequence[CellScored], Sequence[str]], None]
"""Takes scores, and the uids of the answers of cells that got none because judging was stopped."""


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
        self._tools, self._models, self._prompts, self._repeats = tools, models, prompts, repeats
        self._ledger = ledger
        self._on_judged, self._tell = on_judged, tell
        self._inbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._supply = JudgeSupply(tools, scoring_uid, budget, ledger, concurrency, self._inbox.put, self._refuse)
        self._replies = StoredReplies(tools.judges, scoring_uid)
        self._sent = SentQuestions(tools, self._supply, ledger, self._inbox.put)
        ledger.listen(lambda: self._inbox.put("settled"))
        self._thread: threading.Thread | None = None
        self._taken = TakenCells(MOST_CALLS)
        # On the judging thread.
        self._cells: dict[str, CellJudging] = {}
        self._frontier: list[OpenQuestion] = []
        self._asking: dict[str, list[OpenQuestion]] = {}
        self._progress = JudgeProgress()
        self._is_paused = self._is_stopping = self._is_closing = False
        self._is_ending = self.was_stopped = False
        """Whether it was told to stop, or could not go on."""
        self.why = ""
        """The sentence about the limit that was reached, "" for none."""
        self.problem: Problem | None = None
        """Why judging was stopped early, None if it was not."""

    # Any thread

    def offer(self, asked: CellToJudge) -> JudgeOffer:
        """Judge a cell if there is room; returns at once. A cell that is here already counts as taken."""
        uid, calls = asked.cell.output_uid, calls_of(asked, self._repeats)
        return self._taken.take(uid, calls, lambda: self._begin(asked))

    def _begin(self, asked: CellToJudge) -> None:
        self._inbox.put(asked)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="suite-judge", daemon=True)
            self._thread.start()

    def when_room(self, then: Callable[[], None]) -> None:
        """Call `then` once cells were given back and there is room, or nothing is judged any more."""
        self._taken.when_room(then)

    def when_idle(self, then: Callable[[], None]) -> None:
        """Call `then` once all cells that were taken are given back."""
        self._taken.when_idle(then)

    def offer_event(self, event: Event) -> bool:
        """Take an event of the engine if it is about a call of this scoring."""
        if isinstance(event, CallEnded | CallRetrying) and self._sent.has(event.id):
            self._inbox.put(event)
            return True
        return False

    def stop(self) -> None:
        """Stop the running calls and send no more; the cells that wait are given back without a score."""
        self._taken.end()
        self.was_stopped = True
        self._inbox.put("stop")

    def pause(self) -> None:
        """Send no more calls until `go_on`; running ones end."""
        self._inbox.put("pause")

    def go_on(self) -> None:
        """End a pause."""
        self._inbox.put("go on")

    @property
    def has_ended(self) -> bool:
        """Whether it was told to end, and its thread has."""
        return self._is_ending and (self._thread is None or not self._thread.is_alive())

    def end(self) -> None:
        """End the thread once nothing is judged any more; returns at once."""
        self._is_ending = True
        self._inbox.put("close")

    def close(self) -> None:
        """End the thread once nothing is judged any more, and wait for it a while."""
        self.end()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_CLOSE_WITHIN_S)

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
            self._taken.end()
            self._give_back((), self._taken.uids())
            self._show()

    def _pump(self) -> None:
        if self._ledger.is_time_up and not self.why:
            self._reach_limit("The limit of minutes was reached.")
            self._sent.drop_ready()
        self._look_up()
        if not (self._is_stopping or self._is_paused):
            if not self.why:
                self._supply.prepare()
                if self._supply.is_over_budget:
                    self._reach_limit("The budget was reached.")
            self._sent.send()
        self._sent.write()
        self._end_cells()

    def _wait(self) -> object:
        if self._frontier:
            return None
        deadlines = [self._sent.deadline]
        if not self.why and (left := self._ledger.seconds_left) is not None and len(self._taken):
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
                self._sent.ended(message.id, message.result, is_stopping=self._is_stopping)
            case CallRetrying(code=code, id=uid):
                self._sent.retrying(uid, code)
            case QuestionsRecorded():
                self._starts_recorded(message)
            case EndsWritten():
                self._ends_written(message)
            case "stop":
                self._begin_stop()
            case "close":
                self._is_closing = True
            case "pause" | "go on":
                self._is_paused = message == "pause"

    def _is_finished(self) -> bool:
        is_finished = self._sent.is_finished(has_failed=self._is_stopping)
        return is_finished and (self._is_stopping or (self._is_closing and not len(self._taken)))

    # Cells

    def _begin_cell(self, asked: CellToJudge) -> None:
        uid, key = asked.cell.output_uid, asked.cell.key
        if self._is_stopping:
            return
        self._replies.read(uid, key)
        self._cells[uid] = CellJudging(asked, self._prompts.of, self._repeats, self._models)
        self._frontier += self._cells[uid].questions()

    def _look_up(self) -> None:
        """Answer questions by stored replies, and put the others to those that are to be asked."""
        while self._frontier:
            questions, self._frontier = self._frontier, []
            found = self._replies.find(questions)
            for question, reply in found.answered:
                self._progress = replace(self._progress, reused=self._progress.reused + 1)
                question.round.put(question.key.step, reply)
                self._advance(question)
            for question in found.changed:
                self._refuse(question, _CHANGED)
            for question in found.unknown:
                if self.why:
                    self._refuse(question, OVER_BUDGET)
                elif question.identity in self._asking:
                    # The same about an equal answer: its reply is used for both.
                    self._asking[question.identity].append(question)
                else:
                    self._asking[question.identity] = []
                    self._supply.add(question)

    def _refuse(self, question: OpenQuestion, problem: str) -> None:
        question.round.give_up(problem)
        self._release(question)
        self._advance(question)

    def _release(self, question: OpenQuestion) -> None:
        """Look up the questions that wait for the reply to an equal one."""
        self._frontier += self._asking.pop(question.identity, ())

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
            self._replies.forget(uid)
        if scores:
            self._give_back(scores, ())

    def _give_back(self, scores: Sequence[CellScored], dropped: Sequence[str]) -> None:
        if scores or dropped:
            self._on_judged(scores, dropped)
        self._taken.give_back((*(one.output_uid for one in scores), *dropped))

    # Sending

    def _reach_limit(self, why: str) -> None:
        """Ask nothing more; cells that lack replies are unscored. Running calls end."""
        self.why = why
        for question in self._supply.take_pending():
            self._refuse(question, OVER_BUDGET)

    def _starts_recorded(self, message: QuestionsRecorded) -> None:
        self._supply.take_starts(message)
        if message.error is not None:
            self._fail(problem_of(message.error))
        elif self._is_stopping or self._ledger.is_time_up:
            self._sent.drop_ready()

    def _ends_written(self, written: EndsWritten[AskedQuestion]) -> None:
        for one in self._sent.take(written):
            now, state = self._progress, one.result.state
            if state in ("finished", "failed"):
                self._progress = replace(now, done=now.done + 1, failed=now.failed + (state == "failed"))
            if self._is_stopping:
                continue
            match one.result.state:
                case "interrupted":
                    # The engine ended, or the limit of minutes was reached before it was sent.
                    if self.why:
                        self._refuse(one.asked, OVER_BUDGET)
                    else:
                        self._supply.add(one.asked)
                case _:
                    self._release(one.asked)
                    one.asked.round.put(one.asked.key.step, _reply(one))
                    self._advance(one.asked)

    # Stopping

    def _begin_stop(self) -> None:
        self._taken.end()
        self.was_stopped = self._is_stopping = True
        self._frontier, self._asking = [], {}
        self._cells = {}
        self._supply.take_pending()
        self._sent.stop()

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
                waiting=len(self._taken),
                running=len(self._sent),
                requests=ledger.calls,
                spent_usd=ledger.spent_usd,
                reserved_usd=ledger.reserved_usd,
                unknown=ledger.unknown,
            )
        )


def _reply(one: AskedQuestion) -> JudgeReply:
    if one.result.state == "finished":
        return read_reply(one.asked, one.uid, one.result.text)
    failure = one.result.failure
    return JudgeReply(one.uid, problem="The call failed." if failure is None else failure.sentence)


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
