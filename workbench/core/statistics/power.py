"""How many more cases would show a difference of a size that a person names.

Invariant: numbers are no more precise than their basis: rounded up to about one digit, None above `MOST`.

The number of clusters for which the test finds a difference d with a probability of 80 % at two-sided 5 %:
n = (z √s + z' √(s - d²))² / d², with s the mean square of the clusters' contributions in the results at hand. Without
clusters and samples s is the share of pairs that differ, and this is the formula of Connor 1987, "Sample size for
testing differences in proportions for the paired-sample design", Biometrics 43, 207-211. With them it is the same
normal approximation for the sign-flip test, whose variance under the null hypothesis is s / n. The exact McNemar test
needs more, as if corrected for continuity: d n - 1 takes the place of d n (as Fleiss, Tytun and Ury 1980, Biometrics
36, do for independent rates).

For several columns the level is that of Holm's first step, 5 % divided by their number. s is at least what d implies if
every case that differs is fixed, and all do so independently.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.core.statistics.comparisons import PassComparison

CHANCE = 0.8
MOST = 100_000
"""Largest number of cases that is reported."""
_LEVEL = 0.05
_STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class CaseNeed:
    """About how many `more` cases would show `difference`, a fraction, with `CHANCE`; None above `MOST`.

    0 means that the cases at hand would probably have shown it.
    """

    difference: float
    more: int | None


def rounded(number: int) -> int:
    """Return a number rounded up to about one significant digit: 31 to 40, 104 to 120."""
    ten = int(10 ** floor(log10(number)))
    return next(ceil(step * ten) for step in _STEPS if step * ten >= number)


def cases_needed(difference: float, differing: float, columns: int = 1, *, is_exact: bool = True) -> float:
    """Return the number of independent pairs that show a difference of rates, of which the share `differing` differ.

    `is_exact` is for the exact McNemar test.
    """
    first = NormalDist().inv_cdf(1 - _LEVEL / columns / 2) * sqrt(differing)
    reach = first + NormalDist().inv_cdf(CHANCE) * sqrt(max(differing - difference**2, 0.0))
    root = (reach + sqrt(reach**2 + (4 * difference if is_exact else 0.0))) / (2 * difference)
    return root**2


def more_cases(comparison: PassComparison, difference: float, columns: int = 1) -> CaseNeed:
    """Return how many more cases like these would show a difference of rates, a fraction above 0, in either direction.

    Raises ValueError for another difference.
    """
    if not 0 < difference <= 1:
        raise ValueError("The difference must be above 0 and at most 100 points.")
    per_cluster = comparison.pairs / comparison.clusters
    least = difference**2 + (difference - difference**2) / per_cluster
    spread = max(comparison.mean_square, least)
    is_exact = comparison.method == "mcnemar"
    needed = cases_needed(difference, spread, columns, is_exact=is_exact) * per_cluster
    more = ceil(needed - comparison.pairs)
    if more <= 0:
        return CaseNeed(difference, 0)
    return CaseNeed(difference, rounded(more) if more <= MOST else None)
