"""Formulas of cost: of a call, of training, of a month, and the number of calls from which a tuned model pays.

Invariant: an unknown input gives None, never 0. Money is US dollars, prices are per million tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from workbench.core.decide.cost_figures import SensitivityBar, SwingInput
from workbench.core.decide.evidence import TokenPrices

MILLION = 1_000_000
HOURS_A_MONTH = 730
MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class CallShape:
    """What a call is made of: tokens in and out, the share of the input that never changes, and the share of that
    which is read from a cache (`hit_rate`). `batch_share` of the calls can wait for a batch, at `batch` of the price.
    """

    input_tokens: float
    output_tokens: float
    stable_share: float = 0.0
    hit_rate: float = 0.0
    is_cached: bool = False
    batch_share: float = 0.0


def call_cost(shape: CallShape, prices: TokenPrices) -> float | None:
    """Return the dollars of a call; None if a price that it needs is unknown.

    c = t_in · [(1 − s) · p_in + s · (h · p_read + (1 − h) · p_write)] + t_out · p_out, with the stable share s and the
    hit rate h; without a cache s is 0. In a batch c · (1 − b · (1 − d)), with the share b and the factor d.
    """
    stable = shape.stable_share if shape.is_cached else 0.0
    given = prices.input
    if stable:
        if prices.cache_read is None:
            return None
        written = prices.input if prices.cache_write is None else prices.cache_write
        cached = shape.hit_rate * prices.cache_read + (1 - shape.hit_rate) * written
        given = (1 - stable) * prices.input + stable * cached
    cost = (shape.input_tokens * given + shape.output_tokens * prices.output) / MILLION
    if not shape.batch_share:
        return cost
    return None if prices.batch is None else cost * (1 - shape.batch_share * (1 - prices.batch))


def training_cost(rows: float, tokens_per_row: float, epochs: float, price: float, runs: float = 1) -> float:
    """Return runs · rows · tokens · epochs · price: the dollars of training, without the work of people."""
    return runs * rows * tokens_per_row * epochs * price / MILLION


def hosting_cost(usd_per_hour: float, replicas: float = 1) -> float:
    """Return the dollars a month of servers that always run."""
    return HOURS_A_MONTH * usd_per_hour * replicas


@dataclass(frozen=True, slots=True)
class TunedCosts:
    """The figures that a return is computed from.

    `prompt` and `tuned` are dollars a call, `hosting` dollars a month, `fixed` dollars once, spread over `months`.
    """

    prompt: float
    tuned: float
    hosting: float
    fixed: float
    months: float

    @property
    def monthly(self) -> float:
        """Dollars a month of the tuned model without a call: H + F / T."""
        return self.hosting + self.fixed / self.months

    @property
    def break_even(self) -> float | None:
        """Calls a month from which the tuned model is cheaper, V* = (H + F / T) / (c0 − c1); None if it never is."""
        saved = self.prompt - self.tuned
        return self.monthly / saved if saved > 0 else None

    def gain_needed(self, volume: float, safety: float) -> float:
        """Return the dollars a month that better answers must be worth, so that it pays with a factor of safety.

        It pays without any if this is 0 or less: safety · (H + F / T) − V · (c0 − c1).
        """
        return safety * self.monthly - volume * (self.prompt - self.tuned)


def base_months(months_left: float | None) -> float:
    """Return T: the months until the base model retires, at most 12; 12 if it has no date."""
    return MOST_MONTHS if months_left is None else min(MOST_MONTHS, max(months_left, 0.0))


_LEAST_MOVE = 0.01
"""Share of the break-even: less is no bar that can be seen."""
_TITLES: Mapping[SwingInput, str] = {
    "prompt": "Cost of a prompted call",
    "tuned": "Cost of a tuned call",
    "hosting": "Hosting a month",
    "fixed": "Spent once",
    "months": "Months of use",
}


def swings(costs: TunedCosts) -> tuple[SensitivityBar, ...]:
    """Return how the break-even moves with each input halved and doubled, the largest move first.

    An input that moves it by less than `_LEAST_MOVE` is left out.
    """
    least = _LEAST_MOVE * (costs.break_even or 0.0)

    def moved(name: SwingInput, factor: float) -> float | None:
        change: Callable[..., TunedCosts] = replace
        return change(costs, **{name: getattr(costs, name) * factor}).break_even

    found = [
        SensitivityBar(name, title, value, moved(name, 0.5), moved(name, 2))
        for name, title in _TITLES.items()
        if (value := getattr(costs, name))
    ]
    found = [bar for bar in found if _spread(bar) > least]
    return tuple(sorted(found, key=lambda bar: (-_spread(bar), bar.title)))


def _spread(bar: SensitivityBar) -> float:
    if bar.at_half is None or bar.at_double is None:
        return float("inf")
    return abs(bar.at_double - bar.at_half)
