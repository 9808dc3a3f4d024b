"""Limits of one run above which the user is asked for confirmation.

Invariant: a limit that is not set never asks. With a cost limit an unknown price asks too, because the limit cannot be
checked. Unknown amounts are mentioned along with exceeded limits.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from workbench.core.forecast import Forecast
from workbench.core.json_parts import load
from workbench.core.money import show_cost
from workbench.core.text import plural

LIMITS = "limits"
"""The key under which a history stores the limits."""
MOST = 10**15
"""Larger stored numbers are rejected as damaged."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits per run: dollars, input plus output tokens, calls; None for no limit."""

    usd: float | None = None
    tokens: int | None = None
    calls: int | None = None

    @property
    def any(self) -> bool:
        """Whether any limit is set."""
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
            raise ValueError("the limits are not an object")
        usd, tokens, calls = (data.get(name) for name in ("usd", "tokens", "calls"))
        for value, kinds in ((usd, int | float), (tokens, int), (calls, int)):
            wrong = isinstance(value, bool) or not isinstance(value, kinds) or not 0 <= value <= MOST
            if value is not None and wrong:
                raise ValueError("a limit is not a number")
        return cls(None if usd is None else float(usd), tokens, calls)


def excess(limits: Limits, forecast: Forecast, what: str = "This run") -> str:
    """Return a sentence about the limits that `what` exceeds, "" if none."""
    over: list[str] = []
    if limits.calls is not None and forecast.calls > limits.calls:
        over.append(f"{forecast.calls:,} {plural(forecast.calls, 'call')} (your limit is {limits.calls:,})")
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
        told.append(f"The output of {_names(forecast.open_ended)} is not known yet and not counted.")
    return " ".join(told)


def _names(titles: tuple[str, ...]) -> str:
    return titles[0] if len(titles) == 1 else f"{len(titles)} lanes"
