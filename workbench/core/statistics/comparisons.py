"""Comparison of test columns with a baseline column, case by case.

Invariant: exchanging column and baseline mirrors every figure. A pair needs a scored sample on both sides; the other
cases are left out and counted. One rule says better or worse: the two-sided p, adjusted by Holm for the compared
columns, is below `LEVEL`. The interval is shown beside it and may touch 0 then.

One sample per case and no clusters: exact McNemar test and Newcombe's interval. Otherwise cases are averaged and
summed by cluster: sign-flip test (`sign_flip`) and bootstrap (`bootstrap`); below ten clusters counts only. If fewer
than ten clusters differ, resamples cannot show what rare differences may do: with none they would all be 0. The
interval then extends at least to Newcombe's for as many pairs as clusters. (Without this, intervals of 40 cases of 5
samples at 95 % contain the truth in 88 %.)

Measured with tests/core/statistics/simulated.py (2,000 repetitions), in per cent: coverage of the intervals of a pass
rate, of a difference and of a score's difference; p < 0.05 with equal columns, as computed here and as if all samples
were independent ("naive"):

                                          rate   diff.   score   p < .05   naive
    40 cases, 70 %                        95.0    96.2    95.3       2.2     2.2
    40 cases of 5 samples, 70 %           96.4    94.2    95.5       4.2    11.7
    40 cases of 5 samples, 95 %           92.8    97.5    95.5       1.6     7.9
    100 cases of 3 samples, 70 %          96.0    94.3    94.6       4.5     8.0
    12 clusters of 5 cases, 70 %          95.8    99.2    95.0       2.1     4.3
    20 clusters of 6 cases, 70 %          95.8    94.5    94.2       4.0     7.4
    20 clusters of 6 on average, 70 %     94.2    95.2    94.3       2.9     7.4
    20 clusters of 6 cases, 95 %          95.0    99.6    94.2       1.4     3.1
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import Literal, TypeVar

from workbench.core.statistics.bootstrap import resample
from workbench.core.statistics.clusters import FEWEST, ClusterValues, gather
from workbench.core.statistics.proportions import (
    Z_90,
    Z_95,
    ConfidenceInterval,
    holm,
    mcnemar,
    mcnemar_greater,
    newcombe,
)
from workbench.core.statistics.results import CaseResults, ColumnResults, cluster_keys, is_majority
from workbench.core.statistics.sign_flip import sign_flip

LEVEL = 0.05

ComparisonVerdict = Literal["better", "worse", "no_difference", "too_few", "no_pairs"]
"""no_difference: none is shown. too_few: counts only. no_pairs: no case is scored on both sides."""
ComparisonMethod = Literal["mcnemar", "sign_flip", "counts"]


@dataclass(frozen=True, slots=True)
class LeftOutPairs:
    """Cases without a pair: not in both columns (`missing`), or without a scored sample on one side.

    Of the latter, `unscored` have an answer there, and `unanswered` do not.
    """

    missing: int = 0
    unscored: int = 0
    unanswered: int = 0

    @property
    def total(self) -> int:
        """The number of cases left out."""
        return self.missing + self.unscored + self.unanswered


@dataclass(frozen=True, slots=True)
class PassComparison:
    """Passes of a column against those of the baseline, over `pairs` cases in `clusters` clusters.

    A case is `fixed` if it passes by majority only in the column, and `broken` if only in the baseline. `difference` is
    that of the pass rates, column minus baseline, as a fraction. `interval` is its 95 % interval, `interval_90` that
    with one-sided 95 % ends. `p` is two-sided, `p_greater` one-sided for a better column, `p_adjusted` is `p` by Holm.
    `mean_square` is the mean square of the clusters' contributions: without clusters and samples the share of pairs
    that differ. `flips` is the number of random signs, 0 for an exact test.
    """

    pairs: int
    clusters: int
    both: int
    fixed: int
    broken: int
    neither: int
    difference: float
    mean_square: float
    method: ComparisonMethod
    interval: ConfidenceInterval | None = None
    interval_90: ConfidenceInterval | None = None
    p: float | None = None
    p_greater: float | None = None
    p_adjusted: float | None = None
    flips: int = 0

    @property
    def verdict(self) -> ComparisonVerdict:
        """What the adjusted p says."""
        return _verdict(self.p_adjusted, self.difference)


@dataclass(frozen=True, slots=True)
class ScoreComparison:
    """Mean scores of a column against those of the baseline; fields as in `PassComparison`."""

    pairs: int
    clusters: int
    difference: float
    interval: ConfidenceInterval | None = None
    p: float | None = None
    p_adjusted: float | None = None
    flips: int = 0

    @property
    def verdict(self) -> ComparisonVerdict:
        """What the adjusted p says."""
        return _verdict(self.p_adjusted, self.difference)


@dataclass(frozen=True, slots=True)
class ColumnComparison:
    """A column against the baseline; `passes` and `scores` are None without a pair. `columns` were compared at once."""

    column: str
    baseline: str
    left_out: LeftOutPairs
    passes: PassComparison | None
    scores: ScoreComparison | None
    columns: int = 1

    @property
    def verdict(self) -> ComparisonVerdict:
        """The verdict on passes."""
        return self.passes.verdict if self.passes is not None else "no_pairs"


@dataclass(frozen=True, slots=True)
class NoWorseResult:
    """Whether a column is worse by less than `margin`, a fraction chosen before the run.

    `low` is the lower end of the one-sided 97.5 % interval of the difference; None, like `holds`, for counts only.
    """

    margin: float
    low: float | None
    holds: bool | None


@dataclass(frozen=True, slots=True)
class _Pair:
    column: CaseResults
    baseline: CaseResults
    counts: tuple[int, int]
    baseline_counts: tuple[int, int]

    @property
    def rates(self) -> tuple[float, float]:
        return self.counts[0] / self.counts[1], self.baseline_counts[0] / self.baseline_counts[1]


def compare_columns(baseline: ColumnResults, columns: Sequence[ColumnResults]) -> tuple[ColumnComparison, ...]:
    """Compare each column with the baseline. Holm counts the columns for which there is a test.

    Raises ValueError if a case is in another cluster in the baseline than in a column.
    """
    compared = [_compare(baseline, column) for column in columns]
    passes = _adjusted([one.passes for one in compared])
    scores = _adjusted([one.scores for one in compared])
    tested = max(1, sum(one is not None and one.p is not None for one in passes))
    return tuple(
        replace(one, passes=passed, scores=score, columns=tested)
        for one, passed, score in zip(compared, passes, scores, strict=True)
    )


def compare_passes(baseline: ColumnResults, column: ColumnResults) -> PassComparison | None:
    """Compare the passes of one column with the baseline; None without a pair. There is no adjusted p.

    Raises ValueError as `compare_columns`.
    """
    pairs, _ = _paired(baseline, column)
    return _compare_passes(pairs) if pairs else None


def no_worse(comparison: PassComparison, margin: float) -> NoWorseResult:
    """Test whether the column is no worse than the baseline by more than `margin`, a fraction above 0.

    Yes if the lower end of the one-sided 97.5 % interval is above -margin: the fixed-margin method (Food and Drug
    Administration 2016, "Non-inferiority clinical trials", section IV). Raises ValueError for another margin.
    """
    if margin <= 0:
        raise ValueError("The margin must be above 0.")
    if comparison.interval is None:
        return NoWorseResult(margin, None, None)
    return NoWorseResult(margin, comparison.interval.low, comparison.interval.low > -margin)


def _verdict(p_adjusted: float | None, difference: float) -> ComparisonVerdict:
    if p_adjusted is None:
        return "too_few"
    if p_adjusted >= LEVEL:
        return "no_difference"
    return "better" if difference > 0 else "worse"


AnyComparison = TypeVar("AnyComparison", PassComparison, ScoreComparison)


def _adjusted(compared: Sequence[AnyComparison | None]) -> list[AnyComparison | None]:
    """Return the comparisons with p adjusted by Holm over those that have a p."""
    tested = [(one, one.p) for one in compared if one is not None and one.p is not None]
    adjusted = iter(holm([p for _, p in tested]))
    return [
        replace(one, p_adjusted=next(adjusted)) if one is not None and one.p is not None else one for one in compared
    ]


def _compare(baseline: ColumnResults, column: ColumnResults) -> ColumnComparison:
    pairs, left_out = _paired(baseline, column)
    if not pairs:
        return ColumnComparison(column.name, baseline.name, left_out, None, None)
    return ColumnComparison(column.name, baseline.name, left_out, _compare_passes(pairs), _compare_scores(pairs))


def _paired(baseline: ColumnResults, column: ColumnResults) -> tuple[list[_Pair], LeftOutPairs]:
    there = {case.case: case for case in baseline.cases}
    pairs, unscored, unanswered, shared = list[_Pair](), 0, 0, 0
    for case in column.cases:
        if (other := there.get(case.case)) is None:
            continue
        if case.cluster != other.cluster:
            raise ValueError("A case is in different clusters in two columns.")
        shared += 1
        pair = _Pair(case, other, case.counts, other.counts)
        without = [side for side, counts in ((case, pair.counts), (other, pair.baseline_counts)) if not counts[1]]
        if not without:
            pairs.append(pair)
        elif any(side.is_unscored for side in without):
            unscored += 1
        else:
            unanswered += 1
    missing = len(baseline.cases) + len(column.cases) - 2 * shared
    return pairs, LeftOutPairs(missing, unscored, unanswered)


def _values(pairs: Iterable[_Pair], values: Iterable[float]) -> ClusterValues:
    return gather(cluster_keys(pair.column for pair in pairs), values)


def _compare_passes(pairs: list[_Pair]) -> PassComparison:
    outcomes = [(is_majority(*pair.counts), is_majority(*pair.baseline_counts)) for pair in pairs]
    both, fixed = outcomes.count((True, True)), outcomes.count((True, False))
    broken, neither = outcomes.count((False, True)), outcomes.count((False, False))
    rates = [pair.rates for pair in pairs]
    values = _values(pairs, (after - before for after, before in rates))
    found = PassComparison(
        len(pairs), values.count, both, fixed, broken, neither, values.mean, values.mean_square, "counts"
    )
    if values.count == len(pairs) and all(pair.counts[1] == pair.baseline_counts[1] == 1 for pair in pairs):
        return replace(
            found,
            method="mcnemar",
            interval=newcombe(both, fixed, broken, neither),
            interval_90=newcombe(both, fixed, broken, neither, Z_90),
            p=mcnemar(fixed, broken),
            p_greater=mcnemar_greater(fixed, broken),
        )
    if values.count < FEWEST:
        return found
    grid = lcm(*{pair.counts[1] for pair in pairs}, *{pair.baseline_counts[1] for pair in pairs})
    test = sign_flip(values, grid)
    interval, interval_90 = _difference_intervals(values, rates)
    return replace(
        found,
        method="sign_flip",
        interval=interval,
        interval_90=interval_90,
        p=test.p,
        p_greater=test.p_greater,
        flips=test.flips,
    )


def _difference_intervals(
    values: ClusterValues, rates: list[tuple[float, float]]
) -> tuple[ConfidenceInterval, ConfidenceInterval]:
    """Return the 95 % and the 90 % interval of a difference of pass rates with clusters or samples."""
    means = resample(values)
    if means is not None and values.differing >= FEWEST:
        return means.interval(Z_95), means.interval(Z_90)
    share = values.count / len(rates)
    both = sum(after * before for after, before in rates) * share
    fixed = sum(after * (1 - before) for after, before in rates) * share
    broken = sum((1 - after) * before for after, before in rates) * share
    neither = sum((1 - after) * (1 - before) for after, before in rates) * share
    least = newcombe(both, fixed, broken, neither, Z_95), newcombe(both, fixed, broken, neither, Z_90)
    if means is None:
        return least
    return least[0].hull(means.interval(Z_95)), least[1].hull(means.interval(Z_90))


def _compare_scores(pairs: list[_Pair]) -> ScoreComparison | None:
    scored = [
        (pair, after - before)
        for pair in pairs
        if (after := pair.column.score) is not None and (before := pair.baseline.score) is not None
    ]
    if not scored:
        return None
    values = _values([pair for pair, _ in scored], (difference for _, difference in scored))
    found = ScoreComparison(len(scored), values.count, values.mean)
    if values.count < FEWEST:
        return found
    # Scores without parts are 0 or 1: then the test is exact, as that of pass rates.
    is_whole = all(difference.is_integer() for _, difference in scored)
    means, test = resample(values), sign_flip(values, 1 if is_whole else None)
    interval = means.interval() if means is not None else None
    return replace(found, interval=interval, p=test.p, flips=test.flips)
