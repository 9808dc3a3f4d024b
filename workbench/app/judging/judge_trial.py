"""Trying a judged check on an answer that is shown: one call, as a run of the judge prompt.

Invariant: nothing is sent before the person has seen who is asked and what it costs. The judge is asked exactly what a
test would ask. Everything blocks, except `start`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.app.judging.judged_among import lacks_judge
from workbench.core.checks.check_types import CHECK_TYPES
from workbench.core.drafts import Draft
from workbench.core.forecast import Forecast, show_span
from workbench.core.judging.judged_checks import judged_result, most_calls, next_questions, question_problem
from workbench.core.judging.questions import JudgedAnswer, JudgeReply

if TYPE_CHECKING:
    from workbench.core.cases import Check
    from workbench.core.checks.check_result import CheckResult
    from workbench.core.checks.inputs import CheckedAnswer
    from workbench.core.lanes import Endpoint
    from workbench.core.runs import Result
    from workbench.store import Store
    from workbench.usecases.judging.judge_models import QuestionKind
    from workbench.usecases.run_handle import RunHandle
    from workbench.usecases.runner import Runner

_IN_TESTS = "This check takes several calls or compares with the baseline, so it is tried in a test."
_DECIDES = "A decision model is asked in tests only. Run a test to try this check."
_OWN_PROMPT = "This check has a judge prompt of its own, so it is tried in a test."


@dataclass(frozen=True, slots=True)
class JudgeTrialOffer:
    """What trying a check on an answer takes. `why_not` is the sentence that says why it cannot be tried, "" if it can.

    `lacks` says that no judge is chosen. `judge` is the title of the model, and `price` what one call costs, in words.
    """

    check: Check
    answer: JudgedAnswer
    why_not: str = ""
    lacks: bool = False
    judge: str = ""
    price: str = ""
    prompt_uid: str = ""
    draft: Draft = Draft()  # noqa: RUF009 - a frozen value
    forecast: Forecast = Forecast()  # noqa: RUF009 - as above


class JudgeTrials:
    """Offers and makes trials of judged checks."""

    def __init__(
        self,
        store: Store,
        runner: Callable[[], Runner],
        forecast: Callable[[str, Draft], Forecast],
        endpoint: Callable[[str], Endpoint | None],
        endpoints: Callable[[], Sequence[Endpoint]],
        new_uid: Callable[[], str],
        now: Callable[[], str],
    ) -> None:
        self._store, self._runner, self._forecast = store, runner, forecast
        self._endpoint, self._endpoints = endpoint, endpoints
        self._new_uid, self._now = new_uid, now

    def offer(self, prompt_uid: str, case_uid: str, check: Check, answer: CheckedAnswer) -> JudgeTrialOffer:
        """Return what asking the judge of a prompt about an answer takes. Raises StoreError."""
        from dataclasses import replace

        from workbench.usecases.judging.judge_book import JudgeBook
        from workbench.usecases.judging.judge_models import JudgeModels

        settings = self._store.tests.settings(prompt_uid).judge
        expectation = ""
        if case_uid:
            cases = self._store.packs.cases(prompt_uid)
            expectation = next((case.expectation for case in cases if case.uid == case_uid), "")
        asked = JudgedAnswer(answer.text, answer.prompt, answer.values, expectation)
        models = JudgeModels(settings, self._endpoint, self._endpoints, lambda lane, content: "")
        row = CHECK_TYPES.get(check.type)
        kinds: tuple[QuestionKind, ...] = ("chat",) if row is None or row.needs_judge else ()
        if row is not None and row.needs_embeddings:
            kinds += ("embedding",)
        judges = [models.find(check, kind) for kind in kinds]
        if problem := next((judge for judge in judges if isinstance(judge, str)), ""):
            return JudgeTrialOffer(check, asked, problem, lacks_judge(problem))
        judge = judges[0]
        if isinstance(judge, str) or kinds != ("chat",) or most_calls(check) != 1:
            return JudgeTrialOffer(check, asked, _IN_TESTS)
        if models.decides(check) or check.rubric_prompt:
            return JudgeTrialOffer(check, asked, _DECIDES if models.decides(check) else _OWN_PROMPT)
        prompt = JudgeBook(self._store, self._new_uid, self._now).prompt(prompt_uid, check.type)
        version = self._store.judges.newest(prompt.uid)
        if problem := question_problem(check, asked, version.content):
            return JudgeTrialOffer(check, asked, problem)
        (question,) = next_questions(check, asked, version.content, ())
        lane = replace(judge.lane, slot=self._new_uid())
        draft = Draft(version.content, question.values, (lane,), version.number)
        forecast = self._forecast(prompt.uid, draft)
        return JudgeTrialOffer(
            check, asked, "", False, judge.lane.title, price_words(forecast), prompt.uid, draft, forecast
        )

    def start(self, offer: JudgeTrialOffer) -> RunHandle:
        """Ask the judge. Raises RefusedError."""
        return self._runner().start_iteration(offer.prompt_uid, offer.draft, based_on=offer.draft.based_on)


def trial_result(offer: JudgeTrialOffer, result: Result) -> CheckResult:
    """Return what a judge's reply says of the check."""
    problem = ""
    if result.state != "finished":
        problem = result.failure.sentence if result.failure is not None else "The call was stopped."
    return judged_result(offer.check, offer.answer, (JudgeReply(text=result.text, problem=problem),))


def price_words(forecast: Forecast) -> str:
    """Return "free", "about $0.0003", or that it is not known."""
    if all(lane.is_local for lane in forecast.lanes):
        return "free"
    if forecast.unpriced:
        return "cost unknown"
    least = "at least" if forecast.open_ended else "about"
    return f"{least} {show_span(forecast.known_cost)}"
