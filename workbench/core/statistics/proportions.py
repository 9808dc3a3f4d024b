"""Exact tests and intervals for counts: Wilson, Newcombe, McNemar, Holm.

Invariant: an interval contains its estimate and lies within the possible values. Nothing here needs numpy.

`z` is the normal quantile of an interval's ends: `Z_95` for a two-sided 95 % interval, whose ends are also those of the
one-sided 97.5 % intervals; `Z_90` for a two-sided 90 % interval and one-sided 95 % ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

Z_95 = NormalDist().inv_cdf(0.975)
Z_90 = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True, slots=True)
class ConfidenceInterval:
    """An interval from `low` to `high`; rates and differences of rates are fractions, not percent."""

    low: float
    high: float

    def __neg__(self) -> ConfidenceInterval:
        return ConfidenceInterval(-self.high, -self.low)

    def hull(self, other: ConfidenceInterval) -> ConfidenceInterval:
        """Return the smallest interval that contains both."""
        return ConfidenceInterval(min(self.low, other.low), max(self.high, other.high))


def student_point(freedom: float, z: float = Z_95) -> float:
    """Return the point of Student's t that has the probability of `z`, to three digits from nine degrees of freedom on.

    The expansion in powers of 1 / freedom (Abramowitz and Stegun 1964, "Handbook of mathematical functions", 26.7.5).
    """
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    fourth = (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160
    return z + first / freedom + second / freedom**2 + third / freedom**3 + fourth / freedom**4


def wilson(rate: float, size: float, z: float = Z_95) -> ConfidenceInterval:
    """Return the score interval of a rate of `size` draws; `size` may be an effective one, which is not whole.

    Wilson 1927, "Probable inference, the law of succession, and statistical inference", JASA 22, 209-212. Raises
    ValueError without draws.
    """
    if size <= 0:
        raise ValueError("There is no interval without results.")
    square = z * z / size
    middle = (rate + square / 2) / (1 + square)
    half = z / (1 + square) * sqrt(rate * (1 - rate) / size + square / (4 * size))
    # Rounding must not put 0 % or 100 % outside.
    return ConfidenceInterval(max(0.0, min(rate, middle - half)), min(1.0, max(rate, middle + half)))


def newcombe(both: float, fixed: float, broke: float, neither: float, z: float = Z_95) -> ConfidenceInterval:
    """Return the interval of the difference of two paired rates, (fixed - broke) / n, from the numbers of pairs.

    Method 10 of Newcombe 1998, "Improved confidence intervals for the difference between binomial proportions based on
    paired data", Statistics in Medicine 17, 2635-2650: Wilson's intervals of both rates, combined with their
    correlation phi, which is corrected for continuity. Averages over samples give numbers that are not whole.
    """
    size = both + fixed + broke + neither
    after, before = (both + fixed) / size, (both + broke) / size
    ends_after, ends_before = wilson(min(after, 1.0), size, z), wilson(min(before, 1.0), size, z)
    margins = (both + fixed) * (broke + neither) * (both + broke) * (fixed + neither)
    product = both * neither - fixed * broke
    if product > 0:
        product = max(product - size / 2, 0.0)
    phi = max(-1.0, min(1.0, product / sqrt(margins))) if margins > 0 else 0.0

    def distance(one: float, other: float) -> float:
        return sqrt(max(one * one - 2 * phi * one * other + other * other, 0.0))

    difference = after - before
    low = difference - distance(after - ends_after.low, ends_before.high - before)
    high = difference + distance(ends_after.high - after, before - ends_before.low)
    return ConfidenceInterval(max(-1.0, low), min(1.0, high))


def lower_tail(hits: int, trials: int) -> float:
    """Return the probability of at most `hits` heads in `trials` tosses of a fair coin, exactly."""
    term = total = 1 if hits >= 0 else 0
    for count in range(1, hits + 1):
        term = term * (trials - count + 1) // count
        total += term
    return total / (1 << trials)


def mcnemar(fixed: int, broke: int) -> float:
    """Return the exact two-sided p of McNemar's test: a sign test of the pairs that differ.

    McNemar 1947, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12, 153-157; the exact form as in Agresti 2013, "Categorical data analysis", 11.1.2.
    """
    return min(1.0, 2 * lower_tail(min(fixed, broke), fixed + broke))


def mcnemar_greater(fixed: int, broke: int) -> float:
    """Return the exact one-sided p of McNemar's test that more pairs are fixed than broken."""
    return lower_tail(broke, fixed + broke)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p values adjusted for their number, in their order: reject those below the level.

    Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 65-70.
    """
    adjusted, highest = [0.0] * len(p_values), 0.0
    for step, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - step) * p_values[index]))
        adjusted[index] = highest
    return adjusted
