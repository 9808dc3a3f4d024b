"""Means of tokens, cost and time over the calls of a column, with the prices that they were paid at.

Invariant: a mean stands on the calls that have the figure; without one it is unknown, never 0.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from math import fsum
from statistics import quantiles

from workbench.core.decide.evidence import CallFigures, TokenPrices
from workbench.core.money import Rates
from workbench.core.price_sheet import PREFIX, number
from workbench.store.decide.calls import StoredCall

_MILLION = 1e6
_LONGEST_PAUSE_S = 120.0
"""A longer time between two ends of calls is a pause, such as that between a stop and a second start."""
_SOURCES = {
    "catalogue": "LiteLLM's price list",
    "user": "your price",
    "provider": "the provider's report",
    "gateway": "the gateway's price list",
}


def call_figures(calls: Sequence[StoredCall], rates: Rates | None, stable_tokens: float | None) -> CallFigures | None:
    """Return the figures of calls, oldest first; None without one.

    `rates` are today's prices of the model: they say what stored answers do not know, the prices of writing into a
    cache and of a batch. `stable_tokens` of the prompt never change.
    """
    if not calls:
        return None
    given = _mean([one.input_tokens for one in calls])
    first = sorted(one.ttft_ms for one in calls if one.ttft_ms is not None)
    whole = sorted(one.duration_ms for one in calls if one.duration_ms is not None)
    is_free = all(one.rate_source == "local" for one in calls)
    return CallFigures(
        len(calls),
        given,
        _mean([one.output_tokens for one in calls]),
        _mean([one.cached_tokens for one in calls]),
        stable_tokens if given is None or stable_tokens is None else min(stable_tokens, given),
        _mean([one.cost_usd for one in calls]),
        *_percentiles(first),
        *_percentiles(whole),
        calls_per_minute=_pace([one for one in calls if one.is_own]),
        prices=None if is_free else token_prices(calls, rates),
        is_free=is_free,
    )


def token_prices(calls: Sequence[StoredCall], rates: Rates | None) -> TokenPrices | None:
    """Return the prices of the newest priced call, else today's; None if neither is known."""
    newest = next((one for one in reversed(calls) if one.rate_input is not None and one.rate_output is not None), None)
    listed = None if rates is None or rates.source == "local" else _listed(rates)
    if newest is None or newest.rate_input is None or newest.rate_output is None:
        return listed
    # A cost that the server reported comes without prices of tokens.
    if not newest.rate_input and not newest.rate_output and newest.rate_source == "provider":
        return listed
    price = TokenPrices(
        newest.rate_input * _MILLION,
        newest.rate_output * _MILLION,
        None if newest.rate_cached is None else newest.rate_cached * _MILLION,
        source=_SOURCES.get(newest.rate_source, newest.rate_source),
        read_on=_day(newest.ended_at),
    )
    if listed is None or abs(listed.input - price.input) > 1e-6 * price.input:
        return price
    return replace(
        price,
        cache_read=listed.cache_read if price.cache_read is None else price.cache_read,
        cache_write=listed.cache_write,
        batch=listed.batch,
        minimum_prefix=listed.minimum_prefix,
    )


def _listed(rates: Rates) -> TokenPrices:
    batched, prefix = rates.sheet.get("input_cost_per_token_batches"), number(rates.sheet, PREFIX)
    return TokenPrices(
        rates.input * _MILLION,
        rates.output * _MILLION,
        None if rates.cached is None else rates.cached * _MILLION,
        None if rates.written is None else rates.written * _MILLION,
        batched / rates.input if isinstance(batched, int | float) and rates.input and batched >= 0 else None,
        None if prefix is None else round(prefix),
        rates.named or _SOURCES.get(rates.source, rates.source),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) / len(known) if known else None


def _percentiles(values: Sequence[int]) -> tuple[float | None, float | None]:
    """Return the median and the 95th percentile; method 7 of Hyndman and Fan 1996, as in spreadsheets."""
    if len(values) < 2:
        return (float(values[0]), float(values[0])) if values else (None, None)
    cuts = quantiles(values, n=20, method="inclusive")
    return cuts[9], cuts[18]


def _pace(calls: Sequence[StoredCall]) -> float | None:
    """Return calls per minute from the times between their ends, without pauses."""
    ends = sorted(at for at in (_moment(one.ended_at) for one in calls) if at is not None)
    gaps = [(after - before).total_seconds() for before, after in itertools.pairwise(ends)]
    busy = [gap for gap in gaps if gap <= _LONGEST_PAUSE_S]
    seconds = fsum(busy)
    return 60 * len(busy) / seconds if seconds > 0 else None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    at = _moment(text)
    return None if at is None else at.date()
