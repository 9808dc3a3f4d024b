"""Bootstrap over clusters: intervals of means that follow from no formula.

Invariant: an interval contains its estimate, mirrors if all values are negated, and is None if nothing varies.

Clusters are drawn with replacement (Cameron, Gelbach and Miller 2008, "Bootstrap-based improvements for inference with
clustered errors", Review of Economics and Statistics 90), and the interval is the bias-corrected and accelerated one
(Efron 1987, "Better bootstrap confidence intervals", JASA 82, 171-185; Efron and Tibshirani 1993, "An introduction to
the bootstrap", 14.3). Resampling n clusters understates the variance by (n - 1) / n and ignores that it is estimated;
therefore the ends are at sqrt(n / (n - 1)) times Student's t with n - 1 degrees of freedom instead of the normal
quantile (Hesterberg 2015, "What teachers should know about the bootstrap", The American Statistician 69, "expanded
percentile").
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from workbench.core.statistics.clusters import ClusterValues, Floats
from workbench.core.statistics.proportions import Z_95, ConfidenceInterval, student_point

RESAMPLES = 4_000
_DRAWN = 200_000
"""Clusters drawn per call: numpy holds the GIL meanwhile, for about a millisecond."""
_KIND_DRAWS = 40
"""Drawing the number of clusters of one kind takes as long as drawing this many clusters."""


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapMeans:
    """The sorted means of the resamples of some values, with bias and acceleration; `sign` as in `oriented`."""

    mean: float
    means: Floats
    bias: float
    acceleration: float
    clusters: int
    sign: int

    def interval(self, z: float = Z_95, *, expanded: bool = True) -> ConfidenceInterval:
        """Return the interval with the normal quantile `z`; without `expanded` the one of Efron 1987."""
        if expanded:
            z = sqrt(self.clusters / (self.clusters - 1)) * student_point(self.clusters - 1, z)
        low, high = np.quantile(self.means, [self._level(-z), self._level(z)])
        found = ConfidenceInterval(min(float(low), self.mean), max(float(high), self.mean))
        if not self.sign:
            return found.hull(-found)
        return found if self.sign > 0 else -found

    def _level(self, z: float) -> float:
        shifted = self.bias + z
        stretch = 1 - self.acceleration * shifted
        # Beyond it the formula turns round: the end is the outermost resample.
        if stretch <= 0:
            return 0.0 if shifted < 0 else 1.0
        return NormalDist().cdf(self.bias + shifted / stretch)


def resample(values: ClusterValues, resamples: int = RESAMPLES) -> BootstrapMeans | None:
    """Resample the mean of the values; None if all clusters have the same mean."""
    if values.count < 2 or values.is_constant:
        return None
    values, sign = values.oriented()
    means = np.sort(_means(values, resamples))
    near = 1e-12 * float(np.abs(values.sums).sum())
    below = np.searchsorted(means, [values.mean - near, values.mean + near])
    # Half of the resamples that equal the estimate count as below it; none or all of them would be infinite.
    share = min(max(float(below.mean()) / resamples, 0.5 / resamples), 1 - 0.5 / resamples)
    total, size = values.sums.sum(), values.sizes.sum()
    without = (total - values.sums) / (size - values.sizes)
    rest = without.mean() - without
    spread = float((rest**2).sum())
    acceleration = float((rest**3).sum()) / (6 * spread**1.5) if spread else 0.0
    return BootstrapMeans(values.mean, means, NormalDist().inv_cdf(share), acceleration, values.count, sign)


def _means(values: ClusterValues, resamples: int) -> Floats:
    random, parts = np.random.default_rng(values.seed), list[Floats]()
    kinds, clusters = np.unique(np.column_stack([values.sums, values.sizes]), axis=0, return_counts=True)
    # Which clusters of a kind are drawn changes nothing, only how many: with few kinds their numbers are drawn.
    has_few_kinds = _KIND_DRAWS * len(kinds) <= values.count
    rows = max(1, _DRAWN // (_KIND_DRAWS * len(kinds) if has_few_kinds else values.count))
    same_size = bool(np.ptp(values.sizes) == 0)
    for done in range(0, resamples, rows):
        size = min(rows, resamples - done)
        if has_few_kinds:
            sums, sizes = (random.multinomial(values.count, clusters / values.count, size) @ kinds).T
        else:
            drawn = random.integers(0, values.count, size=(size, values.count), dtype=np.int32)
            sums = values.sums[drawn].sum(axis=1)
            sizes = values.sizes[0] * values.count if same_size else values.sizes[drawn].sum(axis=1)
        parts.append(sums / sizes)
    return np.concatenate(parts)
