"""Values of cases, summed by cluster: what is resampled and flipped as one draw.

Invariant: the order of cases changes nothing. Sums are correctly rounded, and clusters are sorted by their numbers.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from math import fsum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from workbench.core.statistics.proportions import ConfidenceInterval, student_point, wilson

Floats: TypeAlias = NDArray[np.float64]

FEWEST = 10
"""Fewer clusters give counts only: too few draws show how much a new one would differ."""
_DIGITS = 9


@dataclass(frozen=True, slots=True, eq=False)
class ClusterValues:
    """The sum of the values and the number of cases of each cluster, sorted; at least one cluster."""

    sums: Floats
    sizes: Floats

    @property
    def count(self) -> int:
        """The number of clusters."""
        return len(self.sums)

    @property
    def cases(self) -> int:
        """The number of cases."""
        return int(self.sizes.sum())

    @property
    def mean(self) -> float:
        """The mean over cases."""
        return fsum(self.sums) / fsum(self.sizes)

    @property
    def mean_square(self) -> float:
        """The mean square of the clusters' contributions: divided by `count`, the variance of a mean that is 0."""
        return self.count * fsum(self.sums**2) / fsum(self.sizes) ** 2

    @property
    def variance(self) -> float:
        """The variance of `mean` between clusters; at least two are needed.

        The linearised variance of a ratio, because clusters may differ in size (Cochran 1977, "Sampling techniques",
        6.3 and 9A.2).
        """
        rest = self.sums - self.mean * self.sizes
        return self.count / (self.count - 1) * fsum(rest**2) / fsum(self.sizes) ** 2

    @property
    def differing(self) -> int:
        """The number of clusters whose sum is not 0."""
        return int(np.count_nonzero(np.abs(self.sums) > 10.0**-_DIGITS))

    @property
    def is_constant(self) -> bool:
        """Whether all clusters have the same mean, so that nothing shows how much a new one would differ."""
        means = self.sums / self.sizes
        return bool(np.ptp(means) < 10.0**-_DIGITS)

    @property
    def seed(self) -> int:
        """A number derived from the values: the first 64 bits of SHA-256 of sums and sizes per average cluster.

        Both are rounded to nine digits. Twice the same cases have the same seed, those of other clusters another one.
        """
        scaled = np.concatenate([self.sums, self.sizes]) * (self.count / self.sizes.sum())
        return int.from_bytes(hashlib.sha256((np.round(scaled, _DIGITS) + 0.0).tobytes()).digest()[:8], "big")

    def oriented(self) -> tuple[ClusterValues, int]:
        """Return the values and 1, or the negated values and -1: the same ones for values and negated values.

        Whatever is drawn for the result then mirrors exactly if two columns change places. 0 stands for values that are
        their own mirror image.
        """
        negated = cluster_values(-self.sums, self.sizes)
        here, there = ((fsum(one.sums), *one.sums, *one.sizes) for one in (self, negated))
        return (negated, -1) if here < there else (self, int(here > there))


def gather(keys: Iterable[Hashable], values: Iterable[float]) -> ClusterValues:
    """Sum the values of cases by the key of their cluster. Raises ValueError without cases."""
    found = defaultdict[Hashable, list[float]](list)
    for key, value in zip(keys, values, strict=True):
        found[key].append(value)
    if not found:
        raise ValueError("There are no cases.")
    sums = np.array([fsum(members) for members in found.values()])
    return cluster_values(sums, np.array([float(len(members)) for members in found.values()]))


def cluster_values(sums: Floats, sizes: Floats) -> ClusterValues:
    """Return clusters in their canonical order."""
    order = np.lexsort((sizes, sums))
    return ClusterValues(sums[order], sizes[order])


def effective_size(rates: ClusterValues, scored: int) -> float:
    """Return the number of independent draws that a pass rate over `scored` cells of these clusters is worth.

    rate (1 - rate) / variance, times the square of the ratio of Student's t with as many degrees of freedom as cells
    and as clusters allow, and at most the number of cells: Korn and Graubard 1998, "Confidence intervals for
    proportions with small expected number of positive counts estimated from survey data", Survey Methodology 24,
    193-201, section 2. At 0 or 100 % nothing varies; then it is the number of clusters. Needs `FEWEST` clusters.
    """
    rate = rates.mean
    # A mean of fractions can miss 1 by rounding.
    if min(rate, 1 - rate) < 10.0**-_DIGITS:
        return float(rates.count)
    variance = rates.variance
    if variance <= rate * (1 - rate) / scored * 1e-6:
        return float(scored)
    ratio = student_point(scored - 1) / student_point(rates.count - 1)
    return float(min(scored, rate * (1 - rate) / variance * ratio**2))


def rate_interval(rates: ClusterValues, scored: int) -> tuple[ConfidenceInterval | None, float]:
    """Return the 95 % interval of a pass rate and its effective number of draws, from the pass rates of cases.

    Without clusters and samples this is Wilson's interval of the cases. Otherwise it takes the effective number of
    draws; below `FEWEST` clusters there is no interval, and the number is 0.
    """
    if scored == rates.count == rates.cases:
        size = float(scored)
    elif rates.count < FEWEST:
        return None, 0.0
    else:
        size = effective_size(rates, scored)
    return wilson(min(max(rates.mean, 0.0), 1.0), size), size
