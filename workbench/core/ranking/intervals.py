"""95 % intervals of strengths, from the profile likelihood and from a bootstrap over runs.

Invariant: an interval always contains its estimate, is the same for the same verdicts and seed, and is never based on
resampling alone.

An interval contains each value whose deviance is at most 1.96 squared. The deviance is twice the drop of the log
likelihood, prior included, from its maximum to the maximum at this value (the profile; Venzon and Moolgavkar 1988, "A
method for computing profile-likelihood-based confidence intervals", Applied Statistics 37). It need not be symmetric,
and its coverage is more accurate than that of the curvature at the peak. The deviance is scaled by the correction of
`davidson.covariance` for pairs of one verdict (Varin, Reid and Firth 2011). For more than `PROFILED` strengths the
corrected curvature gives both ends.

If a run has several value sets, its verdicts may be correlated, which the likelihood ignores. Runs are then resampled
with replacement, and strengths fitted to each resample (Efron and Tibshirani 1993, "An introduction to the bootstrap";
whole runs, because verdicts of one run form a cluster: Cameron, Gelbach and Miller 2008, "Bootstrap-based improvements
for inference with clustered errors", Review of Economics and Statistics 90). The interval then extends at least to the
standard error of these fits times Student's t. Its degrees of freedom are runs - 1 for the part of the variance that
the curvature does not explain (`StrengthPrecision._freedom`).

With two to five runs a resampled variance is unreliable. But m correlated verdicts of a run have at most m times the
variance of independent ones, 1 + (m - 1) rho times for an intraclass correlation rho (Kish 1965, "Survey sampling",
ch. 5). The interval by curvature is then widened by the variance that the resampled one makes likely (`_widening`).

Measured with tests/core/ranking/coverage.py (1,000 repetitions, 400 resamples): coverage in per cent of the intervals
of the strengths, by the curvature alone ("curve"), and as computed here ("told"):

                                                                         curve   told
    2 entrants 1 apart, 2 lanes, 8 runs                                  96.5   96.5
    2 entrants 3 apart, 2 lanes, 8 runs                                  93.5   93.5
    2 entrants 3 apart, 2 lanes, 20 runs, ties 0.3                       95.0   96.2
    2 entrants 1 apart, 2 lanes, 100 runs, ties 0.5                      96.6   96.1
    4 entrants 2 apart, 2 lanes, 30 runs, ties 0.3                       96.5   95.0
    4 entrants 2 apart, 4 lanes, 6 runs, ties 0.3                        98.2   95.9
    4 entrants 2 apart, 4 lanes, 12 runs, ties 0.3                       97.5   95.2
    4 entrants 2 apart, 4 lanes, 200 runs, ties 0.3                      95.3   95.1
    8 entrants 4 apart, 3 lanes, 40 runs, ties 0.3                       97.1   96.0
    8 entrants 4 apart, 4 lanes, 300 runs, ties 0.3                      96.4   96.2
    2 entrants 1 apart, 2 lanes, 6 runs of 5 sets, shift 1.5             79.7   93.7
    2 entrants 1 apart, 2 lanes, 20 runs of 5 sets, shift 1.5            79.2   95.3
    4 entrants 2 apart, 3 lanes, 12 runs of 5 sets, shift 1, ties 0.3    87.5   95.1
    4 entrants 2 apart, 3 lanes, 100 runs of 3 sets, shift 1             90.8   95.2
    2 entrants 1 apart, 2 lanes, 2 runs of 8 sets, shift 1.5             69.0   96.0
    2 entrants 1 apart, 2 lanes, 3 runs of 8 sets, shift 1.5             69.7   96.5
    2 entrants 1 apart, 2 lanes, 4 runs of 5 sets, shift 1               83.0   97.6
    2 entrants 1 apart, 2 lanes, 3 runs of 8 sets                        95.7   99.7
    2 entrants 1 apart, 2 lanes, 6 runs of 5 sets                        95.0   94.5
    4 entrants 2 apart, 2 lanes, 12 runs of 5 sets, ties 0.3             96.4   97.0
    3 entrants 0 apart, 2 lanes, 12 runs                                 97.7   94.0
    8 entrants 4 apart, 2 lanes, 12 runs                                 97.9   97.3
    10 entrants 3.6 apart, 2 lanes, 30 runs                              96.7   96.0
    10 entrants 3.6 apart, 2 lanes, 100 runs                             95.9   95.0

Outside 93 to 97: two to five runs do not show how strongly their verdicts correlate, so that intervals allow for more
correlation than there is; and with 12 verdicts on 8 entrants the prior outweighs the verdicts. (These and the other
cases of two to four runs with 3,000 repetitions.) A rule that never makes an interval narrower than the likelihood's
cannot keep within 93 to 97 both for two runs with correlated verdicts and for two runs without.

With a shift, each entrant's strength in a run, in all of its value sets, is changed by a normal random number with that
standard deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, erf, sqrt

import numpy as np

from workbench.core.ranking.davidson import DavidsonFit, chance_of, spread
from workbench.core.ranking.evidence import Floats, gather
from workbench.core.ranking.judgements import ComparisonSet
from workbench.core.ranking.likelihood import DavidsonModel, LikelihoodPeak
from workbench.core.statistics.proportions import student_point

RESAMPLES = 1000
NORMAL = 1.959964
"""The 97.5 % point of the normal distribution."""

_STUDENT = (12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.30600, 2.26216)
"""The 97.5 % points of Student's t with 1 to 9 degrees of freedom."""

_CELLS = 500_000
"""Approximate maximum size of a matrix while fitting resamples: larger ones are slower, and the memory is not returned
by the thread that allocated it."""
PRIOR_SHARE = 0.5
"""Share of the prior's own uncertainty in intervals. 1 is right if strengths have the standard deviation of 2 that the
prior's curvature implies; 0.5 if it is 1.4."""
PROFILED = 60
"""Maximum number of strengths for profile intervals; above it only the curvature at the peak is used, which takes a
hundredth of the time."""
_LEAST = 1e-12
_FEW_RUNS = 6
_AGREEMENT: Floats = (np.arange(100) + 0.5) / 100
"""Grid of intraclass correlations of the verdicts of a run. Their prior density is 4 (1 - rho)³, with mean 0.2."""
_REACHED = np.linspace(0, 5, 501)
_WITHIN = np.array([erf(reach / sqrt(2)) for reach in _REACHED])
"""Probability that a normal variable is within that many standard deviations of its mean."""
MANY = 150
"""Above this number of strengths a resample is approximated by one Newton step, in a thousandth of the time."""
_DRAWN = 200_000
"""Approximate number of random numbers per call: numpy holds the GIL meanwhile, for about a millisecond."""


def student(freedom: int) -> float:
    """Return the 97.5 % point of Student's t with `freedom` degrees of freedom, to three digits."""
    if freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    return student_point(freedom, NORMAL)


@dataclass(frozen=True, slots=True)
class StrengthInterval:
    """An interval from `low` to `high` around `estimate`, on the natural log scale of strengths."""

    low: float
    estimate: float
    high: float

    @property
    def chances(self) -> tuple[float, float]:
        """Both ends as probabilities of winning, given that there is no tie."""
        return chance_of(self.low), chance_of(self.high)


@dataclass(frozen=True, slots=True, eq=False)
class StrengthPrecision:
    """The uncertainty of the strengths of a model at its peak.

    `covariances` is the covariance matrix by curvature, corrected as in `davidson.covariance`; `inverse` is the one
    without that correction. `drawn` is that of the resamples of `runs` runs, None without resampling. `verdicts` is the
    mean number of verdicts per run, weighted by size.
    """

    model: DavidsonModel
    peak: LikelihoodPeak
    covariances: Floats
    inverse: Floats
    drawn: Floats | None
    runs: int
    verdicts: float = 1.0

    def intervals(self, directions: Floats) -> list[StrengthInterval]:
        """Return the interval of each direction, which is a row of weights for the strengths."""
        estimates = directions @ self.peak.strengths[0]
        corrected = _variances(self.covariances, directions)
        half = NORMAL * np.sqrt(corrected)
        ends = np.column_stack([estimates - half, estimates + half])
        # A single entrant is the average itself, so its direction is zero and nothing is uncertain.
        if self.model.size <= PROFILED and directions.any(axis=1).all():
            levels = NORMAL**2 * corrected / _variances(self.inverse, directions)
            step = max(1, _CELLS // (2 * (self.model.size + 2) ** 2))
            for start in range(0, len(directions), step):
                part = slice(start, start + step)
                ends[part] = self.model.profile(self.peak, directions[part], levels[part])
        if self.drawn is not None:
            drawn = _variances(self.drawn, directions)
            if self.runs < _FEW_RUNS:
                half = half * np.sqrt(_widening(drawn / corrected, self.runs, self.verdicts))
            else:
                half = np.array([student(self._freedom(one)) for one in corrected / drawn]) * np.sqrt(drawn)
            ends[:, 0] = np.minimum(ends[:, 0], estimates - half)
            ends[:, 1] = np.maximum(ends[:, 1], estimates + half)
        return [StrengthInterval(*map(float, one)) for one in zip(ends[:, 0], estimates, ends[:, 1], strict=True)]

    def _freedom(self, share: float) -> int:
        """Return the degrees of freedom of a resampled variance of which the curvature explains `share`.

        Only the rest is estimated from the runs (Satterthwaite 1946, Biometrics Bulletin 2).
        """
        return int(min((self.runs - 1) / max(1 - share, 1e-3) ** 2, 1e6))


def _widening(ratios: Floats, runs: int, verdicts: float) -> Floats:
    """Return the factors for the variance by curvature, given the ratios of the resampled variance to it.

    With the variance inflated by the correlation within runs, the ratio is distributed as a chi-squared variable with
    runs - 1 degrees of freedom divided by their number; resampling reduces it by (runs - 1) / runs.
    """
    times = 1 + (max(verdicts, 1.0) - 1) * _AGREEMENT
    freedom, ratios = runs - 1, ratios[:, None] * runs / (runs - 1)
    chances = 3 * np.log(1 - _AGREEMENT) - freedom / 2 * (np.log(times) + ratios / times)
    chances = np.exp(chances - chances.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    low, high = np.zeros(len(ratios)), np.full(len(ratios), NORMAL * sqrt(times[-1]))
    for _ in range(30):
        middle = (low + high) / 2
        within = (chances * np.interp(middle[:, None] / np.sqrt(times), _REACHED, _WITHIN)).sum(axis=1)
        low, high = np.where(within < 0.95, middle, low), np.where(within < 0.95, high, middle)
    widening: Floats = (high / NORMAL) ** 2
    return widening


def _variances(covariances: Floats, directions: Floats) -> Floats:
    variances: Floats = np.maximum(((directions @ covariances) * directions).sum(axis=1), _LEAST)
    return variances


@dataclass(frozen=True, slots=True, eq=False)
class FitUncertainty:
    """The uncertainty of a fit. `strengths` are the intervals of the strengths, in the order of the entrants."""

    fit: DavidsonFit
    precision: StrengthPrecision
    strengths: tuple[StrengthInterval, ...]

    def of(self, entrant: str) -> StrengthInterval:
        """Return the interval of an entrant's strength. Raises ValueError if it is not ranked.

        Strength is the distance from the average, which is uncertain too: an entrant with few verdicts widens all
        intervals by its share of the average. The distances of `between` are not affected.
        """
        return self.strengths[self.fit.entrants.index(entrant)]

    def between(self, entrant: str, other: str) -> StrengthInterval:
        """Return the interval of the strength of `entrant` minus that of `other`."""
        direction = np.zeros((1, len(self.fit.entrants)))
        direction[0, self.fit.entrants.index(entrant)] += 1
        direction[0, self.fit.entrants.index(other)] -= 1
        return self.precision.intervals(direction)[0]


def measure(
    comparisons: ComparisonSet, fitted: DavidsonFit, seed: int = 0, resamples: int = RESAMPLES
) -> FitUncertainty:
    """Return the uncertainty of `fitted`, which must be the fit of these comparisons.

    Raises ValueError if it was made without a prior, because a resample may then have no finite strengths.
    """
    if not fitted.prior:
        raise ValueError("Intervals need a prior: a resample may have no finite strengths without one.")
    model = DavidsonModel(gather(comparisons.items, fitted.entrants), fitted.prior)
    sure = precision(comparisons, model, fitted.peak, seed, resamples)
    size = len(fitted.entrants)
    found = sure.intervals(np.eye(size) - 1 / size)
    # Use the strengths of the fit, so that estimates do not differ by rounding.
    strengths = (StrengthInterval(one.low, told, one.high) for one, told in zip(found, fitted.strengths, strict=True))
    return FitUncertainty(fitted, sure, tuple(strengths))


def precision(
    comparisons: ComparisonSet, model: DavidsonModel, peak: LikelihoodPeak, seed: int, resamples: int
) -> StrengthPrecision:
    """Return the uncertainty of the strengths of a model of these comparisons at its peak."""
    covariances, inverse = spread(model, peak, PRIOR_SHARE)
    runs = model.evidence.runs
    is_drawn = runs > 1 and comparisons.cases > comparisons.runs
    drawn = redrawn(model, peak, seed, resamples) if is_drawn else None
    each = np.bincount(model.evidence.run, minlength=1).astype(np.float64)
    # Weighted by size, so that larger runs weigh more; in verdicts, because one on several answers is several items.
    verdicts = (each**2).sum() / max(each.sum(), 1.0) ** 2 * comparisons.cases
    return StrengthPrecision(model, peak, covariances, inverse, drawn, runs, float(verdicts))


def redrawn(model: DavidsonModel, peak: LikelihoodPeak, seed: int, resamples: int) -> Floats:
    """Return the covariance matrix of the strengths fitted to resamples of runs. Needs at least two runs."""
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
        at = LikelihoodPeak(np.repeat(peak.strengths, number, axis=0), np.repeat(peak.nu, number))
        rows.append(model.climb(evidence.sums(times), at).strengths)
    return np.atleast_2d(np.cov(np.concatenate(rows), rowvar=False))
