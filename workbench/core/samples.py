"""Several independent samples of one lane, and their spread.

Invariant: no two samples use the same seed, because a server that honours it would give the same answer twice.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.core.lanes import Lane, Params
from workbench.core.money import show_cost
from workbench.core.runs import Result

_BLANK = re.compile(r"\s+")


def nth(lane: Lane, sample: int) -> Lane:
    """Return the lane for a sample, from 0: a seed that is set is increased by `sample`."""
    params = lane.params
    if not sample:
        return lane
    if (seed := params.get("seed")) is not None:
        params = Params(values=params.values, extra=params.extra, unknown=params.unknown, seed=seed + sample)
    try:
        extra = json.loads(params.extra) if params.extra else {}
    except ValueError:
        extra = {}
    if isinstance(extra, dict) and type(extra.get("seed")) is int:
        params = replace(params, extra=json.dumps({**extra, "seed": extra["seed"] + sample}, ensure_ascii=False))
    return replace(lane, params=params)


@dataclass(frozen=True, slots=True)
class SampleSpread:
    """Counts of answers, of distinct answers and of the most frequent one, and ranges (minimum, maximum).

    Lengths are in characters, times in ms from sending to the end, costs in dollars; None if unknown.
    """

    count: int
    distinct: int
    agreeing: int
    lengths: tuple[int, int] | None
    times: tuple[int, int] | None
    costs: tuple[float, float] | None


def spread(results: Sequence[Result]) -> SampleSpread:
    """Return the spread of the finished results. Answers that differ only in white space or case count as equal."""
    done = [result for result in results if result.state == "finished"]
    alike = Counter(_BLANK.sub(" ", result.text).strip().casefold() for result in done)
    lengths = [len(result.text) for result in done]
    times = [took for result in done if (took := result.timing.duration) is not None]
    costs = [result.cost_usd for result in done if result.cost_usd is not None]
    return SampleSpread(
        len(done),
        len(alike),
        max(alike.values(), default=0),
        (min(lengths), max(lengths)) if lengths else None,
        (min(times), max(times)) if times else None,
        (min(costs), max(costs)) if costs else None,
    )


def spread_words(found: SampleSpread) -> str:
    """Describe a spread in one line."""
    if found.count < 2:
        return "Two finished samples are needed to compare."
    if found.distinct == 1:
        parts = [f"{found.count} samples, all alike"]
    elif found.distinct == found.count:
        parts = [f"{found.count} samples, all different"]
    else:
        parts = [f"{found.count} samples, {found.distinct} distinct"]
    if found.lengths is not None:
        parts.append(f"{_range(*(f'{length:,}' for length in found.lengths))} characters")
    if found.times is not None:
        low, high = (f"{ms / 1000:.2f}" for ms in found.times)
        # "0.00 s" would be misleading.
        took = "<0.01" if high == "0.00" else f"up to {high}" if low == "0.00" else _range(low, high)
        parts.append(f"{took} s")
    if found.costs is not None and found.costs[1]:
        parts.append(_range(*(show_cost(usd) for usd in found.costs)))
    return " · ".join(parts)


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"
