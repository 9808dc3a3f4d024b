"""Letting a judge compare pairs of answers to the same prompt and values, apart from tests.

Invariant: every pair is asked in both orders, in a run of kind `judge` of the prompt's judge prompt that is stored
before anything is sent. The verdict of a pair is stored as soon as both replies have ended, as one of a judge; a reply
that cannot be read gives none. A pair that this judge has compared by this criterion is not asked again. Pairs that a
person compared come first, because only they show how far the judge can be trusted.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from workbench.core.cases import Check
from workbench.core.checks.check_types import PAIRWISE
from workbench.core.forecast import AmountSpan
from workbench.core.judging.judged_checks import judged_result, next_questions, question_problem
from workbench.core.judging.pairwise import preference
from workbench.core.judging.questions import JudgeReply
from workbench.core.lanes import Lane
from workbench.core.rendered_content import RenderedRequest
from workbench.core.runs import RunSet
from workbench.core.text import counted
from workbench.engine.estimate import tokens
from workbench.store import Store
from workbench.store.judging.judge_pairs import CRITERION, Better, JudgePairStart
from workbench.store.judging.records import JudgeVersion
from workbench.store.records import LaneStart, OutputStart, RunStart
from workbench.usecases.judging.judge_models import is_same_model
from workbench.usecases.judging.judge_prompt_versions import JudgePrompts
from workbench.usecases.judging.pair_plan import (
    DEFAULT_CRITERION,
    JudgeChoice,
    PairPlan,
    PairTexts,
    PlannedPair,
    candidates,
)
from workbench.usecases.lane_calls import NO_ENDPOINT, LaneQuestion
from workbench.usecases.model_access import ModelAccess
from workbench.usecases.problems import Problem, RefusedError, problem_of
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.runner import Runner, RunOwner
from workbench.usecases.testing.budget import highest_prices

_REPLY = (60, 400)
"""Tokens of a judge's reply, with its reason."""
_NO_PAIRS = "No pairs left for this judge. Run other versions or models on the same values to get new ones."
_RECORD_EVERY_S = 0.25
_STORED_WITHIN_S = 30.0
_LANE, _CRITERION = "pair_judge_lane", "pair_judge_criterion"
_BETTER: dict[str, Better] = {"better": "first", "worse": "second", "undecided": "neither"}


@dataclass(slots=True)
class PairRun:
    """A started run: how many of its pairs have a verdict, no clear reply, or still wait."""

    plan: PairPlan
    handle: RunHandle
    decided: int = 0
    unclear: int = 0
    problem: Problem | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def words(self) -> str:
        """How far it is, or how it ended."""
        done, every = self.decided + self.unclear, len(self.plan.pairs)
        unclear = f" {counted(self.unclear, 'pair')} got no clear reply." if self.unclear else ""
        if self.problem is not None:
            return self.problem.sentence
        if not self.ended.is_set():
            return f"{done:,} of {counted(every, 'pair')} compared.{unclear}"
        stopped = f" {every - done:,} were stopped." if done < every else ""
        return f"{counted(self.decided, 'pair')} compared.{unclear}{stopped}"


class PairJudging:
    """Plans and starts comparisons by a judge. `choice` and `plan` block."""

    def __init__(self, store: Store, runner: Runner, models: ModelAccess, owner: RunOwner) -> None:
        self._store, self._runner, self._models, self._owner = store, runner, models, owner

    def choice(self, prompt_uid: str) -> JudgeChoice:
        """Return the judge used last, else the one of the prompt's tests."""
        criterion = self._store.get_meta(_CRITERION) or DEFAULT_CRITERION
        try:
            return JudgeChoice(Lane.from_json(json.loads(self._store.get_meta(_LANE) or "null")), criterion)
        except ValueError:
            # None yet, or another release stored it differently.
            chosen = self._store.tests.settings(prompt_uid).judge
            return JudgeChoice(None if chosen.decides else chosen.lane, criterion)

    def remember(self, choice: JudgeChoice) -> tuple[Future[None], ...]:
        """Keep a choice for the next start; returns at once."""
        is_default = choice.criterion == DEFAULT_CRITERION
        kept = self._store.set_meta(_CRITERION, "" if is_default else choice.criterion)
        if choice.lane is None:
            return (kept,)
        return kept, self._store.set_meta(_LANE, json.dumps(choice.lane.to_json()))

    def plan(self, prompt_uid: str, choice: JudgeChoice) -> PairPlan:
        """Return what a start would ask and cost. Raises StoreError."""
        plan = PairPlan(prompt_uid, choice)
        lane = choice.lane
        if lane is None:
            return _refused(plan, "Choose a judge model.")
        if not choice.criterion.strip():
            return _refused(plan, "Enter the criterion by which answers are compared.")
        endpoint = self._models.endpoints.find(lane.endpoint)
        if endpoint is None:
            return _refused(plan, f"The judge cannot be asked. {NO_ENDPOINT.sentence}")
        check = _check(choice.criterion)
        version = JudgePrompts(self._store.judges, prompt_uid, self._owner.new_uid, self._owner.now).of(check)
        if isinstance(version, str):
            return _refused(plan, version)
        found, shared = candidates(self._store, prompt_uid, lane, choice.criterion, version)
        pairs: list[PlannedPair] = []
        texts = PairTexts(self._store, prompt_uid)
        measuring, problem = 0, ""
        for place, (first, second) in enumerate(found):
            if len(pairs) == choice.pairs:
                break
            answer = texts.judged(first, second)
            problem = question_problem(check, answer, version.content) or problem
            if questions := next_questions(check, answer, version.content, ()):
                pairs.append(PlannedPair(first.uid, second.uid, answer, questions))
                measuring += place < shared
        if not pairs:
            return _refused(plan, problem or _NO_PAIRS)
        given = [sum(tokens(message.text) for message in one.messages) for pair in pairs for one in pair.questions]
        rates = self._models.pricing.rates_for(endpoint, lane.model)
        is_free = endpoint.is_local or (rates is not None and rates.source == "local")
        prices = None if rates is None or is_free else highest_prices(rates, max(given))
        cost = None
        if prices is not None:
            low, high = (sum(given) * prices[0] + len(given) * reply * prices[1] for reply in _REPLY)
            cost = AmountSpan(low, high)
        makers = {(one.who.endpoint, one.who.model) for pair in found for one in pair}
        own = any(is_same_model((lane.endpoint, lane.model), maker) for maker in makers)
        return PairPlan(prompt_uid, choice, tuple(pairs), measuring, version, cost, is_free, own=own)

    def start(self, plan: PairPlan, changed: Callable[[PairRun], object]) -> PairRun:
        """Send a plan; returns at once. `changed` is called on a thread when verdicts were stored, and at the end.

        Raises RefusedError.
        """
        version, lane = plan.version, plan.choice.lane
        if version is None or lane is None or not plan.pairs:
            raise RefusedError(plan.problem or "There are no pairs to compare.")
        asked = [
            LaneQuestion(lane, RenderedRequest(question.messages, question.output))
            for pair in plan.pairs
            for question in pair.questions
        ]
        handle = self._runner.start_aside(
            version.prompt_uid, asked, lambda handle, owner: _run_start(plan, version, lane, handle, owner)
        )
        run = PairRun(plan, handle)
        threading.Thread(target=self._follow, args=(run, changed), name="pair-judging", daemon=True).start()
        return run

    def stop(self, run: PairRun) -> None:
        """Stop the calls of a run; verdicts so far are kept."""
        self._runner.stop_all(run.handle.run_uid)

    def _follow(self, run: PairRun, changed: Callable[[PairRun], object]) -> None:
        """Store verdicts as replies end."""
        check, waiting = _check(run.plan.choice.criterion), dict(enumerate(run.plan.pairs))
        is_over = False
        try:
            while waiting and not is_over:
                is_over = run.handle.wait(_RECORD_EVERY_S)
                starts = []
                before = run.unclear
                for place, pair in list(waiting.items()):
                    results = [one.result for one in run.handle.transcripts[2 * place : 2 * place + 2]]
                    if any(result is None for result in results):
                        continue
                    del waiting[place]
                    uids = run.handle.output_uids[2 * place : 2 * place + 2]
                    replies = [
                        JudgeReply(uid, result.text)
                        if result is not None and result.state == "finished"
                        else JudgeReply(uid, problem="The call did not end.")
                        for uid, result in zip(uids, results, strict=True)
                    ]
                    said = preference(check, judged_result(check, pair.answer, replies))
                    if said in _BETTER:
                        made = self._owner.new_uid()
                        starts.append(JudgePairStart(made, pair.first, pair.second, _BETTER[said], uids))
                    elif all(result is not None and result.state in ("finished", "failed") for result in results):
                        run.unclear += 1
                if starts:
                    self._store.judges.compare(starts, self._owner.now()).result(_STORED_WITHIN_S)
                    run.decided += len(starts)
                if starts or run.unclear != before:
                    changed(run)
            run.problem = run.handle.problem
        except Exception as error:  # noqa: BLE001 - whoever waits for the run must be told
            run.problem = problem_of(error)
        finally:
            run.ended.set()
            changed(run)


def _check(criterion: str) -> Check:
    return Check(PAIRWISE, value=json.dumps(criterion))


def _refused(plan: PairPlan, problem: str) -> PairPlan:
    return PairPlan(plan.prompt_uid, plan.choice, problem=problem)


def _run_start(plan: PairPlan, version: JudgeVersion, lane: Lane, handle: RunHandle, owner: RunOwner) -> RunStart:
    sets = []
    for pair in plan.pairs:
        # Each value set names the answer that is shown first; a purge of answers relies on both being there.
        for uid, question in zip((pair.first, pair.second), pair.questions, strict=True):
            recorded = dict(question.values)
            recorded.setdefault(CRITERION, plan.choice.criterion)
            sets.append(RunSet(uid, "", tuple(recorded.items())))
    outputs = tuple(OutputStart(one.uid, one.sample, one.value_set) for one in handle.transcripts)
    asked = Lane("judge", lane.endpoint, lane.model, lane.params, version.number, lane.label)
    return RunStart(
        uid=handle.run_uid,
        kind="judge",
        prompt_uid=version.prompt_uid,
        owner_uid=owner.uid,
        started_at=owner.now(),
        based_on=version.number,
        content=None,
        version_uid="",
        sets=tuple(sets),
        lanes=(LaneStart(owner.new_uid(), asked, 0, outputs),),
    )
