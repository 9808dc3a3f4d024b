"""What judging a test may take, before anything is sent.

Invariant: numbers of calls are upper limits, because a judgement that is stored, or about equal answers, is not made
again. Unknown prices are said to be unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from workbench.core.cases import Check
from workbench.core.checks.check_sets import single_checks
from workbench.core.checks.check_types import CHECK_TYPES, PAIRWISE
from workbench.core.forecast import AmountSpan, show_span
from workbench.core.judging.decision_checks import DECIDED_TYPES
from workbench.core.judging.judge_prompts import PROMPT_TYPES, default_content
from workbench.core.judging.judged_checks import is_judged, most_calls
from workbench.core.lanes import Endpoint
from workbench.core.money import Rates
from workbench.core.templates import template_texts
from workbench.core.text import counted
from workbench.engine.estimate import tokens
from workbench.usecases.judging.judge_models import Judge, JudgeModels, QuestionKind, tested_words
from workbench.usecases.testing.budget import highest_prices
from workbench.usecases.testing.plan import SuitePlan

_ANSWER = 250
"""Tokens of an answer that is not there yet."""
_REPLY = (60, 400)
"""Tokens of a judge's reply, with its reason."""


@dataclass(frozen=True, slots=True)
class JudgeEstimate:
    """At most `calls` of judges. `cost` is in dollars over those with a price, None if none has one.

    `judges` are the titles of the models, `unpriced` of those without a price. `tested` is a sentence about judges that
    are tested themselves, and `lacking` one about checks that nobody judges; "" for neither.
    """

    calls: int
    cost: AmountSpan | None = None
    judges: tuple[str, ...] = ()
    unpriced: tuple[str, ...] = ()
    tested: str = ""
    lacking: str = ""

    @property
    def words(self) -> str:
        """The calls and their cost, such as "up to 64 judgements by gpt-5-mini, est. $0.0100 to $0.0300"."""
        if not self.calls:
            return ""
        said = f"up to {counted(self.calls, 'judgement')} by {' and '.join(self.judges)}"
        if self.cost is None:
            return f"{said}, cost unknown"
        if self.unpriced:
            return f"{said}, est. {show_span(self.cost)} + {' and '.join(self.unpriced)} without a price"
        return f"{said}, free" if not self.cost.high else f"{said}, est. {show_span(self.cost)}"

    @property
    def sentences(self) -> tuple[str, ...]:
        """What to know about the judges before the start."""
        return tuple(filter(None, (self.lacking, self.tested)))


def estimate_judges(
    plan: SuitePlan, models: JudgeModels, rates: Callable[[Endpoint, str], Rates | None]
) -> JudgeEstimate | None:
    """Return what judging a plan may take, None if it has no judged checks."""
    cells, lacking = _cells_by_check(plan), ""
    if not cells:
        return None
    calls, given = Counter[Judge](), Counter[Judge]()
    for check, count in cells.items():
        decides = models.decides(check)
        if decides and check.type not in DECIDED_TYPES:
            continue
        questions: dict[QuestionKind, int] = {"decision": 1} if decides else _questions(check)
        for kind, number in questions.items():
            judge = models.find(check, kind)
            if isinstance(judge, str):
                lacking = lacking or judge
                continue
            asked = count * number * plan.settings.judge.repeats
            calls[judge] += asked
            given[judge] += asked * _input(check, kind, plan)
    cost: AmountSpan | None = None
    unpriced = []
    for judge, number in calls.items():
        known = rates(judge.endpoint, judge.lane.model)
        is_free = judge.endpoint.is_local or (known is not None and known.source == "local")
        prices = (0.0, 0.0) if is_free else None if known is None else highest_prices(known, given[judge] // number)
        if prices is None:
            unpriced.append(judge.lane.title)
            continue
        before = cost or AmountSpan(0.0, 0.0)
        # Vectors and decisions are not billed as output.
        writes = judge.lane.slot == "judge" and not plan.settings.judge.decides
        replies = number * prices[1] if writes else 0.0
        low, high = (given[judge] * prices[0] + reply * replies for reply in _REPLY)
        cost = AmountSpan(before.low + low, before.high + high)
    return JudgeEstimate(
        sum(calls.values()),
        cost,
        tuple(dict.fromkeys(judge.lane.title for judge in calls)),
        tuple(unpriced),
        tested_words((judge.lane for judge in calls), plan.columns),
        lacking,
    )


def _cells_by_check(plan: SuitePlan) -> Counter[Check]:
    """Return how many cells each judged check is evaluated in."""
    found = Counter[Check]()
    columns = len(plan.columns)
    for checks, cases in ((plan.settings.checks, len(plan.cases)), *((case.checks, 1) for case in plan.cases)):
        for check in checks:
            for one in single_checks(check):
                if is_judged(one):
                    found[one] += cases * plan.samples * (columns - 1 if one.type == PAIRWISE else columns)
    return found


def _questions(check: Check) -> dict[QuestionKind, int]:
    row, most = CHECK_TYPES[check.type], most_calls(check)
    if row.needs_judge and row.needs_embeddings:
        return {"chat": most - 1, "embedding": 1}
    return {"chat": most} if row.needs_judge else {"embedding": most}


def _input(check: Check, kind: QuestionKind, plan: SuitePlan) -> int:
    answers = 2 if check.type == PAIRWISE else 1
    said = answers * _ANSWER + tokens(check.value)
    if kind != "chat" or check.type not in PROMPT_TYPES:
        return said
    texts = [text for _, text in template_texts(default_content(check.type))]
    asked = [text for _, text in template_texts(plan.contents[0])] if plan.contents else []
    return said + sum(map(tokens, [check.rubric_prompt] if check.rubric_prompt else texts)) + sum(map(tokens, asked))
