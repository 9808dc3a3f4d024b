"""Making calls of questions to judges.

Invariant: a call is built with the key of its judge, which may block once per judge; then nothing here blocks. Calls of
judges do not stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from workbench.core.blocks import OutputFormat
from workbench.core.content import Message
from workbench.core.lanes import Lane
from workbench.core.money import Rates
from workbench.core.price_sheet import has_token_prices
from workbench.core.rendered_content import RenderedRequest
from workbench.core.runs import Failure, Result
from workbench.core.samples import nth
from workbench.engine.calls import Call, CallTask
from workbench.engine.estimate import tokens
from workbench.usecases.judging.cell_judging import OpenQuestion
from workbench.usecases.judging.judge_models import Judge
from workbench.usecases.lane_calls import call_for
from workbench.usecases.testing.budget import INPUT_MARGIN, CallBound, call_bound, highest_prices
from workbench.usecases.testing.cell_requests import RETRIES
from workbench.usecases.testing.suite_parts import SuiteTools

_EMPTY = RenderedRequest(())
_TASKS: Mapping[str, CallTask] = {"chat": "chat", "embedding": "embed", "decision": "decide"}


@dataclass(slots=True)
class AskedQuestion:
    """A question from its record to its recorded end. `ticket` is its number among the calls of its `place`."""

    asked: OpenQuestion
    uid: str
    place: str
    call: Call
    ticket: int = 0
    result: Result = field(default_factory=lambda: Result("waiting"))

    @property
    def lane(self) -> Lane:
        """The model that is asked, with the parameters that its repeats share."""
        return self.asked.judge.lane


class JudgeCalls:
    """Builds calls. Not thread-safe."""

    def __init__(self, tools: SuiteTools) -> None:
        self._tools = tools
        self._made: dict[tuple[Judge, int, OutputFormat | None], Call | Failure] = {}

    def call(self, asked: OpenQuestion, uid: str) -> Call | Failure:
        """Return the call of a question, or the failure that says why there is none."""
        question, call = asked.question, self._template(asked)
        if isinstance(call, Failure):
            return call
        messages = question.messages or tuple(Message("user", text) for text in question.texts)
        return replace(call, id=uid, messages=messages, task=_TASKS[question.kind], questions=question.decisions)

    def bound(self, asked: OpenQuestion, call: Call) -> CallBound:
        """Return the most that a call can cost."""
        tools, model = self._tools, asked.judge.lane.model
        rates = tools.pricing.rates_for(call.endpoint, model)
        if call.writes:
            request = RenderedRequest(call.messages, call.output)
            return call_bound(request, call.params, rates, tools.max_output(call.endpoint, model))
        return read_bound(call, rates)

    def _template(self, asked: OpenQuestion) -> Call | Failure:
        """Return the call of a judge and a repeat, whose messages are replaced for each question."""
        judge, tools = asked.judge, self._tools
        place = (judge, asked.key.repeat, asked.question.output)
        call = self._made.get(place)
        if call is None:
            call = call_for(
                tools.keys,
                tools.provider_of,
                judge.endpoint,
                nth(judge.lane, asked.key.repeat),
                replace(_EMPTY, output=asked.question.output),
                output_uid="",
                run_uid="",
                lacks=tools.lacks,
                files=tools.files,
            )
            if isinstance(call, Call):
                call = replace(call, stream=False, retries=RETRIES)
            self._made[place] = call
        return call


def read_bound(call: Call, rates: Rates | None) -> CallBound:
    """Return the most that a call costs whose reply is not billed; its dollars are None without a price per token."""
    if rates is not None and rates.source == "local":
        return CallBound(0.0)
    if rates is None or (rates.sheet and not has_token_prices(rates.sheet)):
        return CallBound(None)
    texts = [*(one.text for one in call.messages), *(one.instructions for one in call.questions)]
    # Vocabularies differ from the estimate.
    given = round(INPUT_MARGIN * sum(map(tokens, texts)))
    prices = highest_prices(rates, given)
    return CallBound(None if prices is None else given * prices[0])
