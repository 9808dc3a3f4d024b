"""Hard limits of a test run: what a call may cost at most is reserved before it is sent.

Invariant: spent plus reserved dollars never exceed the limit, and neither do calls. A call of unknown cost counts with
its reservation. Limits apply to one start of a run; answers from earlier starts are not counted.
"""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.core.billing import prices_of
from workbench.core.money import Rates
from workbench.core.price_sheet import has_token_prices
from workbench.core.rendered_content import RenderedRequest
from workbench.core.runs import Result
from workbench.core.testing.settings import SuiteBudget
from workbench.engine.estimate import MESSAGE_OVERHEAD, tokens

INPUT_MARGIN = 1.25
"""Vocabularies differ from the estimate."""
_IMAGE_TOKENS = 1600
"""The most that providers count for an image."""
_TOLERANCE = 1e-9
_OUTPUT_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens")


@dataclass(frozen=True, slots=True)
class CallBound:
    """The most that a call can cost, in dollars (None for unknown) and in requests."""

    usd: float | None
    calls: int = 1


class Reservation(enum.Enum):
    """Whether a call may be sent: yes, once running calls have ended, or not within this budget."""

    MADE = "made"
    LATER = "later"
    NEVER = "never"


def most_output(params: dict[str, Any], max_output: int | None) -> int | None:
    """Return the most output tokens of a request with these parameters; `max_output` is the model's limit.

    None for no known limit.
    """
    limits = [params[name] for name in _OUTPUT_LIMITS if type(params.get(name)) is int]
    known = [limit for limit in (*limits[:1], max_output) if limit is not None and limit > 0]
    return min(known) if known else None


def call_bound(
    rendered: RenderedRequest, params: dict[str, Any], rates: Rates | None, max_output: int | None
) -> CallBound:
    """Return the most that a call costs: its input by estimate, and as much output as it may have.

    The dollars are None without a price per token, and without a limit of the output.
    """
    calls = 1 + (rendered.tool_rounds if rendered.tools else 0)
    if rates is not None and rates.source == "local":
        return CallBound(0.0, calls)
    output = most_output(params, max_output)
    if rates is None or output is None:
        return CallBound(None, calls)
    given = input_tokens(rendered)
    prices = highest_prices(rates, given, str(params.get("service_tier") or ""))
    if prices is None:
        return CallBound(None, calls)
    choices = params.get("n")
    output *= choices if type(choices) is int and choices > 1 else 1
    # Each round with tools sends everything before it again.
    whole = sum(INPUT_MARGIN * given + number * output for number in range(calls))
    return CallBound(whole * prices[0] + calls * output * prices[1], calls)


def input_tokens(rendered: RenderedRequest) -> int:
    """Return the estimated input tokens of a request."""
    beside = [f"{tool.name}\n{tool.description}\n{tool.parameters}" for tool in rendered.tools]
    if rendered.output is not None and rendered.output.schema:
        beside.append(rendered.output.schema)
    images = sum(one.is_image for message in rendered.messages for one in message.attachments)
    texts = sum(tokens(message.text) + MESSAGE_OVERHEAD for message in rendered.messages)
    return texts + sum(map(tokens, beside)) + _IMAGE_TOKENS * images


def highest_prices(rates: Rates, given: int, tier: str = "") -> tuple[float, float] | None:
    """Return the highest prices of an input and of an output token, None if tokens have no price."""
    if not rates.sheet:
        return max(rates.input, rates.writing), rates.output
    if not has_token_prices(rates.sheet):
        return None
    found = prices_of(rates.sheet, int(INPUT_MARGIN * given), tier=tier)
    return max(found.input, found.write), max(found.output, found.reasoning)


class BudgetLedger:
    """What one start of a run has spent and reserved; thread-safe, because answers and judges share it."""

    def __init__(self, budget: SuiteBudget, clock: Callable[[], float]) -> None:
        """`clock` returns monotonic seconds."""
        self._budget = budget
        self._clock = clock
        self._began = clock()
        self._lock = threading.Lock()
        self._held: dict[str, CallBound] = {}
        self._listeners: list[Callable[[], None]] = []
        self.spent_usd = 0.0
        self.unknown = 0
        """Number of calls of unknown cost; `spent_usd` includes their reservations."""
        self.calls = 0

    @property
    def reserved_usd(self) -> float:
        """Dollars reserved for running calls."""
        with self._lock:
            return self._reserved()

    @property
    def is_time_up(self) -> bool:
        """Whether the limit of minutes has passed."""
        return self.seconds_left is not None and self.seconds_left <= 0

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the limit of minutes, None without one."""
        minutes = self._budget.minutes
        return None if minutes is None else self._began + 60 * minutes - self._clock()

    def reserve(self, uid: str, bound: CallBound) -> Reservation:
        """Reserve what the call `uid` may cost, if it fits."""
        with self._lock:
            if self._fits(bound, self._reserved(), sum(one.calls for one in self._held.values())):
                self._held[uid] = bound
                return Reservation.MADE
            return Reservation.LATER if self._held and self._fits(bound, 0.0, 0) else Reservation.NEVER

    def settle(self, uid: str, result: Result) -> None:
        """Replace the reservation of a call by what it cost."""
        with self._lock:
            bound = self._held.pop(uid, None)
            if bound is None:
                return
            self._add(bound, result)
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()

    def listen(self, on_settled: Callable[[], None]) -> None:
        """Call `on_settled` whenever a reservation was replaced, on the thread that did it."""
        with self._lock:
            self._listeners.append(on_settled)

    def _add(self, bound: CallBound, result: Result) -> None:
        if result.request is None:
            # Nothing was sent.
            return
        self.calls += requests_of(result)
        if result.cost_usd is not None:
            self.spent_usd += result.cost_usd
        else:
            self.unknown += 1
            self.spent_usd += bound.usd or 0.0

    def _reserved(self) -> float:
        return sum(bound.usd or 0.0 for bound in self._held.values())

    def _fits(self, bound: CallBound, reserved: float, calls: int) -> bool:
        limits = self._budget
        if limits.calls is not None and self.calls + calls + bound.calls > limits.calls:
            return False
        if limits.usd is None or bound.usd is None:
            # A plan with a limit of dollars has no column of unknown cost without a limit of calls.
            return True
        return self.spent_usd + reserved + bound.usd <= limits.usd * (1 + _TOLERANCE)


def requests_of(result: Result) -> int:
    """Return the number of requests of an answer: one, and one more for each round with tools."""
    kinds = [step.kind for step in result.steps]
    return 1 + sum(
        kind == "tool_result" and before != "tool_result" for before, kind in zip(("", *kinds), kinds, strict=False)
    )
