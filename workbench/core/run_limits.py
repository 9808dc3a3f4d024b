"""What one run may take before a person is asked.

Invariant: a limit that is not set never asks; what is unknown is told beside what is over, and an unknown price asks
where a limit of money is set, because nobody can tell that it is kept.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from workbench.core.forecast import Forecast
from workbench.core.json_parts import load
from workbench.core.money import show_cost

LIMITS = "limits"
"""The fact of a history that holds them."""
MOST = 10**15
"""A larger number is damage, not a limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of one run: dollars, tokens in and out, calls; None for no limit."""

    usd: float | None = None
    tokens: int | None = None
    calls: int | None = None

    @property
    def any(self) -> bool:
        """Whether there is a limit."""
        return self != Limits()

    def to_text(self) -> str:
        """Return the stored form, JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Limits:
        """Read `to_text` back. Raises ValueError for anything else."""
        try:
            data = load(text)
        except RecursionError as error:
            raise ValueError("the limits are nested too deeply") from error
        if not isinstance(data, dict):
            raise ValueError("the limits are no object")
        usd, tokens, calls = (data.get(name) for name in ("usd", "tokens", "calls"))
        for value in (usd, tokens, calls):
            wrong = isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST
            if value is not None and wrong:
                raise ValueError("a limit is no number")
        return cls(
            None if usd is None else float(usd),
            None if tokens is None else int(tokens),
            None if calls is None else int(calls),
        )


def excess(limits: Limits, forecast: Forecast, what: str = "This run") -> str:
    """Return a sentence about what of `what` is over the limits, "" when nothing is."""
    over: list[str] = []
    if limits.calls is not None and forecast.calls > limits.calls:
        over.append(f"{forecast.calls:,} {'call' if forecast.calls == 1 else 'calls'} (your limit is {limits.calls:,})")
    if limits.tokens is not None and forecast.tokens > limits.tokens:
        over.append(f"about {forecast.tokens:,} tokens (your limit is {limits.tokens:,})")
    if limits.usd is not None:
        known = forecast.known_cost.high
        if known > limits.usd:
            over.append(f"about {show_cost(known)} (your limit is {show_cost(limits.usd)})")
    told = [f"{what} takes {', and '.join(over)}."] if over else []
    if limits.usd is not None and forecast.unpriced:
        told.append(f"The price of {_names(forecast.unpriced)} is unknown.")
    if told and limits.usd is not None and forecast.open_ended:
        told.append(f"How long {_names(forecast.open_ended)} will answer is not known yet and not counted.")
    return " ".join(told)


def _names(titles: tuple[str, ...]) -> str:
    return titles[0] if len(titles) == 1 else f"{len(titles)} lanes"
