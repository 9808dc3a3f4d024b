"""How sure the strengths are: 95 % intervals from a bootstrap over runs that is never narrower than the likelihood.

Invariant: an interval always holds its estimate, is the same for the same verdicts and seed, and is never claimed from
resampling alone.

Runs are drawn with replacement, as many as there are, and strengths fitted anew to each draw (Efron and Tibshirani
1993, "An introduction to the bootstrap"; whole runs, because verdicts of one run belong together: Cameron, Gelbach and
Miller 2008, "Bootstrap-based improvements for inference with clustered errors", Review of Economics and Statistics 90).
The interval is the estimate and, on both sides, the larger of

- the standard error of these fits times Student's t with runs - 1 degrees of freedom, and
- the standard error of Laplace's approximation (`davidson.covariance`) times 1.96.

Why both: with few runs, or an entrant that hardly ever loses, every resample says the same, and bootstrap intervals
alone are far too narrow; where verdicts of one run agree more than chance, only the bootstrap notices. Measured with
tests/core/ranking/coverage.py (1,000 repetitions, 400 resamples; how many of a hundred intervals of the strengths held
the truth, by the bootstrap with 1.96, by the curvature, and as told here):

                                                                           boot  curve   both
    2 entrants 1 apart, 2 lanes, 8 runs                                    92.0   96.5  100.0
    2 entrants 3 apart, 2 lanes, 8 runs                                    28.2   93.5   99.1
    2 entrants 3 apart, 2 lanes, 20 runs, ties 0.3                         54.8   95.0   97.6
    2 entrants 1 apart, 2 lanes, 100 runs, ties 0.5                        96.8   96.6   97.1
    4 entrants 2 apart, 2 lanes, 30 runs, ties 0.3                         96.3   96.9   98.5
    4 entrants 2 apart, 4 lanes, 6 runs, ties 0.3                          68.7   98.3   99.5
    4 entrants 2 apart, 4 lanes, 12 runs, ties 0.3                         83.2   97.6   98.9
    4 entrants 2 apart, 4 lanes, 200 runs, ties 0.3                        95.2   95.4   95.9
    8 entrants 4 apart, 3 lanes, 40 runs, ties 0.3                         92.9   97.3   98.2
    8 entrants 4 apart, 4 lanes, 300 runs, ties 0.3                        96.1   96.4   97.0
    2 entrants 1 apart, 2 lanes, 6 runs of 5 sets, shift 1.5               92.7   79.7   96.1
    2 entrants 1 apart, 2 lanes, 20 runs of 5 sets, shift 1.5              94.9   79.2   96.4
    4 entrants 2 apart, 3 lanes, 12 runs of 5 sets, shift 1, ties 0.3      93.8   87.5   96.9
    4 entrants 2 apart, 3 lanes, 100 runs of 3 sets, shift 1               95.2   90.8   95.4

With a shift, each entrant is stronger or weaker in a run, in all of its value sets, by a normal number with that
standard deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from workbench.core.ranking.davidson import Fit, centred, chance_of, laplace
from workbench.core.ranking.evidence import Floats, gather
from workbench.core.ranking.judgements import Comparisons
from workbench.core.ranking.likelihood import Model, Peak

RESAMPLES = 1000
NORMAL = 1.959964
"""The 97.5 % point of the normal distribution."""

_STUDENT = (12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.30600, 2.26216)
"""The 97.5 % points of Student's t with 1 to 9 degrees of freedom."""

_CELLS = 500_000
"""About so many numbers a matrix has while resamples are fitted: more take longer, and a thread that took room for them
keeps it."""
MANY = 150
"""Beyond so many strengths a draw is not fitted but followed for one step, which takes a thousandth of the time."""
_DRAWN = 200_000
"""About so many are drawn at once: numpy keeps the interpreter's lock meanwhile, a millisecond."""


def student(freedom: int) -> float:
    """Return the 97.5 % point of Student's t, to three digits.

    From ten degrees on it is the expansion in powers of 1 / freedom (Abramowitz and Stegun 1964, 26.7.5).
    """
    if freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    z = NORMAL
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high` around `estimate`, on the log scale of strengths."""

    low: float
    estimate: float
    high: float

    @property
    def chances(self) -> tuple[float, float]:
        """Both ends as the chance to win, when one of the two wins."""
        return chance_of(self.low), chance_of(self.high)


@dataclass(frozen=True, slots=True, eq=False)
class Uncertainty:
    """How sure a fit is. `curved` are the covariances by the likelihood's curvature, `drawn` those of the resamples.

    `drawn` is None when a single run holds all verdicts, so that nothing can be drawn.
    """

    fit: Fit
    curved: Floats
    drawn: Floats | None
    runs: int

    def of(self, entrant: str) -> Interval:
        """Return the interval of an entrant's strength. Raises ValueError for one that is not ranked.

        It is about the distance from the average, which is uncertain too: an entrant that was hardly judged widens all
        intervals by its share of the average. The distances that `between` gives know nothing of that.
        """
        place = self.fit.entrants.index(entrant)
        return self._around(self.fit.strength(entrant), place)

    def between(self, entrant: str, other: str) -> Interval:
        """Return the interval of the distance from `other` up to `entrant`."""
        first, second = self.fit.entrants.index(entrant), self.fit.entrants.index(other)
        return self._around(self.fit.strength(entrant) - self.fit.strength(other), first, second)

    def _around(self, estimate: float, first: int, second: int | None = None) -> Interval:
        drawn = None if self.drawn is None else _error(self.drawn, first, second)
        return around(estimate, _error(self.curved, first, second), drawn, self.runs)


def around(estimate: float, curved: float, drawn: float | None, runs: int) -> Interval:
    """Return the interval that standard errors by the curvature and of resamples of `runs` runs give."""
    half = NORMAL * curved
    if drawn is not None:
        half = max(half, student(runs - 1) * drawn)
    return Interval(estimate - half, estimate, estimate + half)


def _error(covariances: Floats, first: int, second: int | None) -> float:
    variance = covariances[first, first]
    if second is not None:
        variance += covariances[second, second] - 2 * covariances[first, second]
    return sqrt(max(float(variance), 0.0))


def measure(comparisons: Comparisons, fitted: Fit, seed: int = 0, resamples: int = RESAMPLES) -> Uncertainty:
    """Return how sure `fitted` is, which must be the fit of these comparisons.

    Raises ValueError when it was made without a prior: a resample may then have no finite strengths.
    """
    if not fitted.prior:
        raise ValueError("Intervals need a prior: a resample may have no finite strengths without one.")
    evidence = gather(comparisons.items, fitted.entrants)
    curved = laplace(evidence, fitted)
    if evidence.runs < 2:
        return Uncertainty(fitted, curved, None, evidence.runs)
    drawn = centred(redrawn(Model(evidence, fitted.prior), fitted.peak, seed, resamples))
    return Uncertainty(fitted, curved, drawn, evidence.runs)


def redrawn(model: Model, peak: Peak, seed: int, resamples: int) -> Floats:
    """Return variances and covariances of the strengths fitted to draws of runs, of which there must be two or more."""
    evidence = model.evidence
    generator, runs, size, rows = np.random.default_rng(seed), evidence.runs, model.size, []
    is_many = size > MANY
    step = max(1, _CELLS // max(runs, len(evidence.first), size + 1 if is_many else (size + 1) ** 2))
    curve = np.add(*model.curvature(evidence.sums(), peak)) if is_many else None
    for start in range(0, resamples, step):
        number = min(step, resamples - start)
        times = np.empty((number, runs))
        for piece in np.array_split(times, ceil(times.size / _DRAWN)):
            chosen = generator.integers(0, runs, piece.shape) + np.arange(len(piece))[:, None] * runs
            piece[:] = np.bincount(chosen.ravel(), minlength=piece.size).reshape(piece.shape)
        if curve is not None:
            rows.append(model.one_step(evidence.sums(times), peak, curve))
            continue
        at = Peak(np.repeat(peak.strengths, number, axis=0), np.repeat(peak.nu, number))
        rows.append(model.climb(evidence.sums(times), at).strengths)
    return np.atleast_2d(np.cov(np.concatenate(rows), rowvar=False))
