"""Forecast of the next run: tokens, cost and calls, before anything is sent.

Invariant: unknown amounts stay None and are shown as unknown; every cost is an estimate and labelled as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.core.billing import TokenPrices, prices_of
from workbench.core.money import SMALLEST_SHOWN, Rates, show_cost
from workbench.core.price_sheet import has_token_prices
from workbench.core.text import plural
from workbench.core.token_counts import TokenCount, Tokenizer, show_tokens

FEW = 10
"""Below this number of past answers a span is minimum to maximum, from it on the 10th to the 90th percentile."""


@dataclass(frozen=True, slots=True)
class AmountSpan:
    """A closed interval from `low` to `high`."""

    low: float
    high: float


def span_of(amounts: Sequence[float], most: int | None = None) -> AmountSpan | None:
    """Return the span of past output tokens or dollars, capped at the limit `most`; None without amounts."""
    ordered = sorted(amounts)
    if not ordered:
        return None
    edge = 0 if len(ordered) < FEW else len(ordered) // 10
    low, high = ordered[edge], ordered[-1 - edge]
    return AmountSpan(low, high) if most is None else AmountSpan(min(low, most), min(high, most))


@dataclass(frozen=True, slots=True)
class PastAmounts:
    """Output tokens of a past answer, and its cost in dollars as reported by the server; None if unknown."""

    output: int | None
    reported_usd: float | None


@dataclass(frozen=True, slots=True)
class LaneForecast:
    """Forecast of one lane.

    `counts` are the token counts of its prompts, one per value set; each is sent `samples` times. `sets` is the number
    of value sets when nothing is counted. `context` is the model's context window in tokens, None if unknown. `output`
    is the span of output tokens per answer, None while this prompt has no answer of this model. `past` is the number of
    past answers. `trouble` is the reason if nothing could be counted.
    """

    slot: str
    title: str
    counts: tuple[TokenCount, ...] = ()
    samples: int = 1
    context: int | None = None
    output: AmountSpan | None = None
    past: int = 0
    rates: Rates | None = None
    is_local: bool = False
    trouble: str = ""
    is_current: bool = True
    """Whether it uses the text in the editor, not an earlier version."""
    sets: int = 1
    tier: str = ""
    """The requested service tier, "" for the default."""
    reported: AmountSpan | None = None
    """Dollars per call as the server reported them for past answers, None if it reported nothing."""

    @property
    def tokenizer(self) -> Tokenizer | None:
        """The tokenizer of the counts, None without counts."""
        return self.counts[0].tokenizer if self.counts else None

    @property
    def about(self) -> bool:
        """Whether a count is an estimate."""
        return any(count.about for count in self.counts)

    @property
    def calls(self) -> int:
        """Number of calls."""
        return (len(self.counts) or self.sets) * self.samples

    @property
    def largest(self) -> int:
        """Input tokens of the longest prompt."""
        return max((count.whole for count in self.counts), default=0)

    @property
    def input(self) -> int:
        """Input tokens of all calls."""
        return self.samples * sum(count.whole for count in self.counts)

    @property
    def cacheable(self) -> int:
        """Input tokens of all calls that are read from the provider's cache or written into it."""
        return self.samples * sum(count.cacheable for count in self.counts)

    @property
    def is_over(self) -> bool:
        """Whether the longest prompt exceeds the model's context window."""
        return self.context is not None and self.largest > self.context

    @property
    def input_cost(self) -> AmountSpan | None:
        """Input cost of all calls in dollars, None if the price is unknown.

        The span runs from all cacheable tokens read from the cache to all of them written into it.
        """
        if self.is_local:
            return AmountSpan(0.0, 0.0)
        prices = self._prices
        if prices is None or not self.counts:
            return None
        low = high = 0.0
        for count, price in zip(self.counts, prices, strict=True):
            rest = (count.whole - count.cacheable) * price.input
            least, most = sorted((price.read, price.write))
            low, high = low + rest + count.cacheable * least, high + rest + count.cacheable * most
        return AmountSpan(self.samples * low, self.samples * high)

    @property
    def _prices(self) -> tuple[TokenPrices, ...] | None:
        """The token prices of each prompt, which may depend on its length; None if unknown."""
        rates = self.rates
        if rates is None or (rates.sheet and not has_token_prices(rates.sheet)):
            return None
        if rates.sheet:
            return tuple(prices_of(rates.sheet, count.whole, tier=self.tier) for count in self.counts)
        read, write = rates.reading, rates.writing
        return (TokenPrices(rates.input, rates.output, read, write, write, write, rates.output),) * len(self.counts)

    @property
    def cost(self) -> AmountSpan | None:
        """Cost of all calls in dollars, None if the price or the length of the answers is unknown."""
        given, prices = self.input_cost, self._prices
        if self.is_local:
            return AmountSpan(0.0, 0.0)
        if given is None or prices is None:
            return self._by_reports
        if not any(price.output or price.reasoning for price in prices):
            return given
        if self.output is None:
            return self._by_reports
        # Some models price reasoning tokens separately, and their share is unknown in advance.
        least = sum(min(price.output, price.reasoning) for price in prices) * self.samples
        most = sum(max(price.output, price.reasoning) for price in prices) * self.samples
        return AmountSpan(given.low + least * self.output.low, given.high + most * self.output.high)

    @property
    def _by_reports(self) -> AmountSpan | None:
        told = self.reported
        return None if told is None else AmountSpan(self.calls * told.low, self.calls * told.high)

    @property
    def known_cost(self) -> AmountSpan | None:
        """Dollars as far as they are known: of a lane without past answers only its prompts."""
        return self.cost or self.input_cost


@dataclass(frozen=True, slots=True)
class Forecast:
    """Forecast of the next run, by lane."""

    lanes: tuple[LaneForecast, ...] = ()

    @property
    def calls(self) -> int:
        """Number of calls."""
        return sum(lane.calls for lane in self.lanes)

    @property
    def tokens(self) -> int:
        """Input tokens of all calls plus, where known, the upper bound of output tokens."""
        return sum(lane.input + int(lane.calls * lane.output.high if lane.output else 0) for lane in self.lanes)

    @property
    def known_cost(self) -> AmountSpan:
        """Dollars as far as they are known: of a lane without past answers only its prompts."""
        low = high = 0.0
        for lane in self.lanes:
            if (cost := lane.known_cost) is not None:
                low, high = low + cost.low, high + cost.high
        return AmountSpan(low, high)

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Titles of the lanes without a known price."""
        return tuple(lane.title for lane in self.lanes if not lane.is_local and lane.known_cost is None)

    @property
    def open_ended(self) -> tuple[str, ...]:
        """Titles of the lanes with a known price but unknown output length."""
        return tuple(lane.title for lane in self.lanes if lane.input_cost is not None and lane.cost is None)

    @property
    def over(self) -> tuple[LaneForecast, ...]:
        """Lanes whose longest prompt exceeds the model's context window."""
        return tuple(lane for lane in self.lanes if lane.is_over)

    def parts(self, count: int) -> tuple[str, ...]:
        """Return the token count of each of `count` messages as text, "" for unknown and for zero."""
        counts = [c for lane in self.lanes if lane.is_current for c in lane.counts[:1]]
        counts = [c for c in counts if len(c.parts) == count]
        if not counts:
            return ("",) * count
        about = any(not c.tokenizer.exact for c in counts)
        ranges = [(min(c.parts[i] for c in counts), max(c.parts[i] for c in counts)) for i in range(count)]
        return tuple(show_tokens(least, most, about=about) if most else "" for least, most in ranges)


def line(forecast: Forecast) -> str:
    """Return for example "412 tokens · est. $0.0011 for 3 lanes"; "" if no lane has a count or all are zero."""
    counted = [lane for lane in forecast.lanes if lane.counts]
    if not counted:
        return ""
    least, most = min(lane.largest for lane in counted), max(lane.largest for lane in counted)
    if not most:
        return ""
    tokens = show_tokens(least, most, about=any(lane.about for lane in counted))
    number = len(forecast.lanes)
    lanes = f"{number} {plural(number, 'lane')}"
    if forecast.calls != number:
        lanes += f", {forecast.calls:,} calls"
    over = [lane.title for lane in forecast.over]
    warning = f"▲ Too long for {over[0] if len(over) == 1 else f'{len(over)} lanes'} · " if over else ""
    money = _money(forecast)
    # “… + 2 lanes without prices for 4 lanes” would be hard to read.
    return f"{warning}{tokens} · {money}" if money.endswith("prices") else f"{warning}{tokens} · {money} for {lanes}"


def _money(forecast: Forecast) -> str:
    if all(lane.is_local for lane in forecast.lanes):
        return "free"
    known, unpriced = forecast.known_cost, len(forecast.unpriced)
    if unpriced == len(forecast.lanes):
        return "cost unknown"
    span = show_span(known)
    if forecast.open_ended and 0 < known.low < SMALLEST_SHOWN:
        # “At least nothing” would say nothing.
        said = f"input {span}"
    else:
        said = f"est. {'at least ' if forecast.open_ended and known.low else ''}{span}"
    return f"{said}{f' + {lanes_without_prices(unpriced)}' if unpriced else ''}"


def lanes_without_prices(count: int) -> str:
    """Return for example "2 lanes without prices"."""
    return f"{count} {plural(count, 'lane without prices', 'lanes without prices')}"


def show_span(span: AmountSpan) -> str:
    """Return for example "$0.0011", or "$0.0008–0.0015" or "up to $0.0002" if both ends differ as formatted."""
    low, high = show_cost(span.low), show_cost(span.high)
    if low != high and low.startswith("<"):
        return f"up to {high}"
    return low if low == high else f"{low}–{high.removeprefix('$')}"


def detail(forecast: Forecast) -> str:
    """Return one line per lane: tokens, tokenizer, share of the context window, cost."""
    lines = [f"{lane.title}: {_lane(lane)}" for lane in forecast.lanes]
    return "\n".join([*lines, "Counted on this computer; nothing is sent."])


def _lane(lane: LaneForecast) -> str:
    if lane.trouble:
        return f"not counted. {lane.trouble}"
    if lane.tokenizer is None:
        return "counts no tokens, free."
    said = [f"{show_tokens(lane.largest, about=lane.about)} by {lane.tokenizer.name}"]
    if lane.context is None:
        said.append("context window unknown")
    elif lane.is_over:
        said.append(f"▲ more than its context window of {lane.context:,} tokens; shorten the prompt")
    else:
        said.append(f"{_percent(lane.largest / lane.context)} of its context window of {lane.context:,}")
    if lane.calls > 1:
        said.append(f"{lane.calls} calls")
    return "; ".join([*said, _lane_cost(lane)]) + "."


def _percent(share: float) -> str:
    return "less than 1 %" if share < 0.01 else f"{share * 100:.0f} %"


def _lane_cost(lane: LaneForecast) -> str:
    if lane.is_local:
        return "free"
    answers = f"{lane.past} {plural(lane.past, 'past answer')}"
    if lane.rates is None or (given := lane.input_cost) is None:
        if lane.cost is not None:
            return f"{show_span(lane.cost)}, from the reported cost of {answers}"
        by_time = lane.rates is not None and bool(lane.rates.sheet)
        return "priced by time" if by_time else "price unknown; set it in the model picker"
    asked = _input_cost(lane, lane.rates, given)
    if lane.cost is not None and lane.output is None and lane.past:
        return f"{show_span(lane.cost)}, from the reported cost of {answers}"
    if lane.cost is None or lane.output is None:
        return f"{asked}, output unknown until this model has answered this prompt"
    length = show_tokens(int(lane.output.low), int(lane.output.high))
    return f"{show_span(lane.cost)}: {asked}, and {length} of output as in {answers}"


def _input_cost(lane: LaneForecast, rates: Rates, given: AmountSpan) -> str:
    if not lane.cacheable:
        return f"input {show_cost(given.high)}"
    if rates.cached is None and rates.written is None and not rates.sheet:
        return f"input {show_cost(given.high)}, cache prices unknown"
    some = show_tokens(max(count.cacheable for count in lane.counts), about=lane.about)
    low, high = show_cost(given.low), show_cost(given.high)
    return f"input {low} with {some} read from the cache, {high} when written to it"
