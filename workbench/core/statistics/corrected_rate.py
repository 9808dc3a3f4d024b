"""The pass rate of a column as people would see it: the judge's rate, corrected with random labels of this column.

Invariant: the corrected rate and its interval stay within 0 and 1, and the interval contains the rate. With a label for
every answer they are the plain rate of the labels and its interval. The judge's verdict is only a hint about an answer:
however bad the judge, the rate is right on average, and a bad judge makes the interval wide. Labels of another column
never count, because a judge errs differently about other answers.

**The rate** is that of prediction-powered inference: the mean of the judge's verdicts, corrected by what random labels
say about its errors (Angelopoulos et al. 2023, "Prediction-powered inference", Science 382, 669-674), with the weight
of the judge tuned to its worth (Angelopoulos, Duchi and Zrnic 2023, "PPI++: efficient prediction-powered inference",
arXiv 2311.01453). For a judge that says pass or fail this is the mean over both verdicts of people's pass rate there
(Tenenbein 1970, "A double sampling scheme for estimating from binomial data with misclassifications", JASA 65,
1350-1361): share passed by the judge x people's pass rate of these + share failed by the judge x people's pass rate of
those. A verdict without a label may be right or wrong: its rate is one half, from 0 to 1.

**The interval** is about the cases that could have been drawn, like that of the raw rate. Its ends are the 2.5 and 97.5
% quantiles of that sum, with each of its three rates drawn from its posterior with Jeffreys' prior (Hofer et al. 2024,
"Bayesian prediction-powered inference", arXiv 2405.06034). With 20 to 30 labels the normal interval of PPI and PPI++ is
too narrow, because one of the three rates often stands on five labels or fewer: if the judge is right about them all,
the variance there is estimated as 0 although every tenth verdict may be wrong. Wider quantiles (Student's t) hardly
help, because they multiply the same 0, nor do resamples, which only repeat what was seen (a bootstrap covers 82 % in
the row of 95 % below). A posterior knows that five right verdicts of five leave room for errors. For a single rate it
gives the Jeffreys interval, which covers as well as Wilson's (Brown, Cai and DasGupta 2001, "Interval estimation for a
binomial proportion", Statistical Science 16).

With samples or clusters, what was drawn at once counts less: the numbers of labels are divided by the design effect,
the variance between clusters (linearised, with what the judge's verdicts and the labels of a cluster have in common) by
that of independent answers, adjusted and limited as in Korn and Graubard 1998 (`clusters.effective_size`).

Measured with tests/core/statistics/judge_studies.py (2,000 studies), a judge that catches 90 % and gives 15 % false
alarms, coverage in per cent of the 95 % intervals; the last two are the normal interval of PPI++ and that with t:

                                                           raw   corrected   normal      t
    60 cases, 70 %, 20 labels                              70.2      95.0      90.8   93.2
    60 cases, 70 %, 25 labels                              70.1      94.7      91.8   93.7
    60 cases, 70 %, 30 labels                              70.7      95.8      93.6   94.7
    120 cases, 85 %, 20 labels                             12.2      95.9      82.3   87.9
    500 cases, 70 %, 25 labels                              5.8      95.3      90.8   92.5
    500 cases, 95 %, 20 labels                              0.0      94.7      58.1   58.9
    120 cases, 70 %, 30 labels, catches 60 %, alarms 40 %   3.6      93.6      92.7   94.7
    20 clusters of 6 cases, 70 %, 25 labels                69.9      96.5      89.1   91.5
    20 clusters of 6 on average, 70 %, 110 labels          68.8      93.4      82.7   83.3
    40 cases of 5 samples, 70 %, 25 labels                 64.2      95.5      86.4   89.3
    40 cases of 5 samples, 70 %, 100 labels                63.4      95.0      79.3   80.2
    difference of two columns: 60 cases, 25 labels each               95.0
    difference of 10 points: 20 clusters of 6, 25 each                96.2
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum, sqrt
from statistics import NormalDist
from typing import TypeAlias

import numpy as np

from workbench.core.statistics.clusters import FEWEST, Floats
from workbench.core.statistics.columns import PassRate, pass_rate
from workbench.core.statistics.comparisons import LeftOutPairs
from workbench.core.statistics.judge_cells import (
    FEWEST_LABELS,
    JudgedCell,
    JudgeVerdict,
    judged_cases,
    label_counts,
    labelled_cases,
)
from workbench.core.statistics.proportions import Z_95, ConfidenceInterval, student_point

DRAWS = 20_000
"""Draws from the posterior: the ends of an interval then sway by about 0.1 points."""
_JEFFREYS = 0.5
_LEVELS = (0.025, 0.975)
_DIGITS = 9

_ByDraw: TypeAlias = dict[tuple[str, str], float]
"""A number for each cluster, or case without one."""


@dataclass(frozen=True, slots=True)
class CorrectedRate:
    """The pass rate of a column according to the judge (`raw`), and corrected with its random labels.

    `rate` is None with too few labels (`missing` are needed), `interval` also below ten clusters with labels. `labels`
    are those that count, of `answers` with a verdict of the judge. `unsure` labels are left out, and others of
    `unscored` answers, too.
    """

    raw: PassRate
    answers: int
    labels: int
    unsure: int
    unscored: int
    rate: float | None = None
    interval: ConfidenceInterval | None = None

    @property
    def missing(self) -> int:
        """How many more random labels are needed: no more than there are answers."""
        return max(0, min(FEWEST_LABELS, self.answers) - self.labels)


@dataclass(frozen=True, slots=True)
class CorrectedDifference:
    """The difference of the corrected rates of two columns, as a fraction, over the `cases` judged in both.

    `raw` is the difference according to the judge. `difference` is None if one side has too few labels (`missing` are
    needed in the baseline and in the column), `interval` also below ten clusters with labels.
    """

    cases: int
    left_out: LeftOutPairs
    raw: float
    missing: tuple[int, int]
    difference: float | None = None
    interval: ConfidenceInterval | None = None

    @property
    def p(self) -> float | None:
        """The two-sided p value that the interval implies, None without one. It is below 0.05 if 0 is outside.

        Altman and Bland 2011, "How to obtain the P value from a confidence interval", BMJ 343, d2304; here from the end
        towards 0, because the interval is not symmetric.
        """
        if self.difference is None or self.interval is None:
            return None
        low, high = self.interval.low, self.interval.high
        towards = self.difference - low if self.difference > 0 else high - self.difference
        if towards <= 0:
            return 1.0 if self.difference == 0 else 0.0
        return 2 * NormalDist().cdf(-Z_95 * abs(self.difference) / towards)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """The answers with one verdict: their share of the column, and people's pass rate of `labels` among them.

    `weight` is the sum of the weights of these labels. `labels` is the number of equal weights that it is worth (Kish
    1965, "Survey sampling").
    """

    share: float
    rate: float
    weight: float
    labels: float


@dataclass(frozen=True, slots=True)
class _Estimate:
    """A corrected rate, and how much each cluster moves it: the linearised contributions, whose sum is 0."""

    rate: float
    interval: ConfidenceInterval | None
    contributions: _ByDraw


def corrected_rate(cells: Iterable[JudgedCell]) -> CorrectedRate | None:
    """Correct the judge's pass rate of one column; None if the judge scored no answer.

    Raises ValueError if samples of a case are in different clusters.
    """
    cells = list(cells)
    raw = pass_rate(judged_cases(cells))
    if raw is None:
        return None
    counts = label_counts(cells)
    answers = sum(cell.is_scored for cell in cells)
    found = CorrectedRate(raw, answers, counts["counted"], counts["unsure"], counts["unscored"])
    if found.missing:
        return found
    estimate = _estimate(cells, raw)
    return CorrectedRate(raw, answers, found.labels, found.unsure, found.unscored, estimate.rate, estimate.interval)


def corrected_difference(baseline: Iterable[JudgedCell], column: Iterable[JudgedCell]) -> CorrectedDifference | None:
    """Correct the difference of the judge's pass rates of two columns, column minus baseline.

    Only cases judged in both count; None without one. The interval combines those of both rates with the correlation of
    the columns (Zou and Donner 2008, "Construction of confidence limits about effect measures", Statistics in Medicine
    27, 1693-1702), as Newcombe's does for plain rates. Exchanging the columns mirrors it.
    """
    sides = list(baseline), list(column)
    scored = tuple({cell.case for cell in side if cell.is_scored} for side in sides)
    shared = scored[0] & scored[1]
    if not shared:
        return None
    present = tuple({cell.case for cell in side} for side in sides)
    met = present[0] & present[1]
    left_out = LeftOutPairs(len(present[0] | present[1]) - len(met), len(met) - len(shared))
    paired = [[cell for cell in side if cell.case in shared] for side in sides]
    before, after = (corrected_rate(side) for side in paired)
    assert before is not None
    assert after is not None
    missing = before.missing, after.missing
    raw = after.raw.rate - before.raw.rate
    if any(missing):
        return CorrectedDifference(len(shared), left_out, raw, missing)
    first, second = _estimate(paired[0], before.raw), _estimate(paired[1], after.raw)
    return CorrectedDifference(
        len(shared), left_out, raw, missing, second.rate - first.rate, _difference_interval(first, second)
    )


def _estimate(cells: list[JudgedCell], raw: PassRate) -> _Estimate:
    """Return the corrected rate of a column. A case counts once: a cell weighs 1 / the scored cells of its case."""
    scored = [cell for cell in cells if cell.is_scored]
    labelled = [cell for cell in scored if cell.is_measuring]
    samples = Counter(cell.case for cell in scored)
    passing = _verdict("pass", raw.rate, labelled, samples)
    failing = _verdict("fail", 1 - raw.rate, labelled, samples)
    rate = min(max(passing.share * passing.rate + failing.share * failing.rate, 0.0), 1.0)

    def of_verdict(cell: JudgedCell) -> float:
        judged = (cell.verdict == "pass") - raw.rate
        return (passing.rate - failing.rate) * judged / samples[cell.case] / raw.cases

    def of_label(cell: JudgedCell) -> float:
        met = passing if cell.verdict == "pass" else failing
        return met.share / met.weight * ((cell.label == "pass") - met.rate) / samples[cell.case]

    by_verdicts = _summed((cell.draw, of_verdict(cell)) for cell in scored)
    by_labels = _summed((cell.draw, of_label(cell)) for cell in labelled)
    contributions = {draw: value + by_labels.get(draw, 0.0) for draw, value in by_verdicts.items()}
    if len(labelled) == len(scored):
        plain = pass_rate(labelled_cases(cells))
        return _Estimate(rate, plain.interval if plain is not None else None, contributions)
    if len(by_verdicts) == len(scored):
        worth = 1.0
    elif len(by_labels) < FEWEST:
        return _Estimate(rate, None, contributions)
    else:
        worth = _worth(fsum(of_label(cell) ** 2 for cell in labelled), len(labelled), by_labels, by_verdicts)
    return _Estimate(rate, _posterior(passing, failing, raw.effective, worth, rate), contributions)


def _verdict(verdict: JudgeVerdict, share: float, labelled: list[JudgedCell], samples: Mapping[str, int]) -> _Verdict:
    weights = [(1 / samples[cell.case], cell.label == "pass") for cell in labelled if cell.verdict == verdict]
    if not weights:
        return _Verdict(share, 0.5, 0.0, 0.0)
    weight = fsum(one for one, _ in weights)
    passed = fsum(one for one, is_pass in weights if is_pass)
    return _Verdict(share, passed / weight, weight, weight**2 / fsum(one**2 for one, _ in weights))


def _summed(values: Iterable[tuple[tuple[str, str], float]]) -> _ByDraw:
    found = defaultdict[tuple[str, str], list[float]](list)
    for draw, value in values:
        found[draw].append(value)
    return {draw: fsum(several) for draw, several in found.items()}


def _worth(independent: float, labels: int, by_labels: _ByDraw, by_verdicts: _ByDraw) -> float:
    """Return the share of the labels that as many independent ones are worth: 1 / the design effect, at most 1.

    `independent` is the variance of the labels' part if they were independent. If the judge is always right, nothing
    varies; then it is the number of clusters with labels.
    """
    clusters = len(by_labels)
    if independent < 10.0**-_DIGITS / labels:
        return clusters / labels
    between = clusters / (clusters - 1) * fsum(value**2 for value in by_labels.values())
    between += 2 * fsum(value * by_verdicts[draw] for draw, value in by_labels.items())
    ratio = student_point(labels - 1) / student_point(clusters - 1)
    within = labels / (labels - 1) * independent * ratio**2
    return 1.0 if between <= within else within / between


def _posterior(passing: _Verdict, failing: _Verdict, answers: float, worth: float, rate: float) -> ConfidenceInterval:
    """Return the interval of a corrected rate for so many independent `answers`, seeded with its numbers."""
    numbers = [passing.share, answers, passing.rate, worth * passing.labels, failing.rate, worth * failing.labels]
    digest = hashlib.sha256((np.round(numbers, _DIGITS) + 0.0).tobytes()).digest()
    random = np.random.default_rng(int.from_bytes(digest[:8], "big"))

    def drawn(mean: float, size: float) -> Floats:
        return random.beta(max(mean * size, 0.0) + _JEFFREYS, max((1 - mean) * size, 0.0) + _JEFFREYS, DRAWS)

    share = drawn(passing.share, answers)
    rates = share * drawn(passing.rate, numbers[3]) + (1 - share) * drawn(failing.rate, numbers[5])
    low, high = np.quantile(rates, _LEVELS)
    # With all labels alike the quantile would not reach 0 or 1.
    return ConfidenceInterval(min(float(low), rate), max(float(high), rate))


def _difference_interval(first: _Estimate, second: _Estimate) -> ConfidenceInterval | None:
    if first.interval is None or second.interval is None:
        return None
    draws = first.contributions.keys() | second.contributions.keys()
    pairs = [(first.contributions.get(draw, 0.0), second.contributions.get(draw, 0.0)) for draw in draws]
    squares = fsum(one**2 for one, _ in pairs) * fsum(other**2 for _, other in pairs)
    correlation = fsum(one * other for one, other in pairs) / sqrt(squares) if squares > 0 else 0.0

    def distance(one: float, other: float) -> float:
        return sqrt(max(one * one - 2 * correlation * one * other + other * other, 0.0))

    difference = second.rate - first.rate
    low = difference - distance(second.rate - second.interval.low, first.interval.high - first.rate)
    high = difference + distance(second.interval.high - second.rate, first.rate - first.interval.low)
    return ConfidenceInterval(max(-1.0, low), min(1.0, high))
