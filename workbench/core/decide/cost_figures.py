"""The costs of a prompt and of a tuned model as the page shows them: lines, savings, the break-even and its bars.

Invariant: None means unknown, never 0. Money is US dollars.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class CostLine:
    """A straight line of cost by calls a month: `monthly_usd` without a call, and `call_usd` for each."""

    id: Literal["prompt", "prompt_after", "tuned"]
    title: str
    monthly_usd: float
    call_usd: float


@dataclass(frozen=True, slots=True)
class Saving:
    """A cheap lever of cost: what a call costs with it and all before it, and the dollars that it saves a month."""

    id: str
    title: str
    call_usd: float
    saved_usd: float | None
    sentence: str


SwingInput = Literal["prompt", "tuned", "hosting", "fixed", "months"]


@dataclass(frozen=True, slots=True)
class SensitivityBar:
    """The break-even with one input halved and doubled; None means that it never pays then."""

    input: SwingInput
    title: str
    value: float
    at_half: float | None
    at_double: float | None


@dataclass(frozen=True, slots=True)
class CostPicture:
    """Costs of the prompt today, after cheap levers, and of a tuned model; None if a needed figure is unknown.

    `break_even` is calls a month after cheap levers, `break_even_before` without them; None if unknown, or if
    `is_never`; a bound from below if `is_bound`, because the work of people is not known. `tuned_usd`, `hosting_usd`
    and `fixed_usd` are c1, H and F; `months` is T. `gain_needed_usd` is what better answers must be worth a month so
    that it pays at the volume, 0 or less if they need not. `route` is the title of the route that the figures are of.
    `missing` names the figures that are needed and unknown, `assumptions` what was taken from the dated data.
    """

    volume: float | None = None
    call_usd: float | None = None
    after_usd: float | None = None
    monthly_usd: float | None = None
    after_monthly_usd: float | None = None
    tuned_usd: float | None = None
    hosting_usd: float | None = None
    fixed_usd: float | None = None
    months: float | None = None
    break_even: float | None = None
    break_even_before: float | None = None
    is_never: bool = False
    is_bound: bool = False
    gain_needed_usd: float | None = None
    route: str = ""
    savings: tuple[Saving, ...] = ()
    lines: tuple[CostLine, ...] = ()
    bars: tuple[SensitivityBar, ...] = ()
    would_pay: str = ""
    missing: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
