"""Simulated tests with clusters and samples: `python -m tests.core.statistics.simulated` prints coverage and false
alarms of every design.

The latent quality of a cell is a sum of normal numbers: of its cluster, its case, the same two for its column, and of
its sample; a cell passes above 0. So the true pass rate of a column is known.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from workbench.core.statistics.columns import pass_rate
from workbench.core.statistics.comparisons import compare_columns
from workbench.core.statistics.proportions import ConfidenceInterval, mcnemar
from workbench.core.statistics.results import CaseResults, CellResult, CellState, ColumnResults


@dataclass(frozen=True)
class Design:
    """Numbers of clusters, cases per cluster and samples per case; pass rates; standard deviations of the latent parts
    of cluster and case, shared by the columns and of one column, next to 1 for the sample."""

    clusters: int
    size: int = 1
    samples: int = 1
    rate: float = 0.7
    better: float = 0.0
    shared: tuple[float, float] = (0.7, 1.0)
    own: tuple[float, float] = (0.5, 0.5)
    uneven: bool = False

    def __str__(self) -> str:
        told = f"{self.clusters} clusters of {self.size}{' on average' if self.uneven else ''}, {self.samples} samples"
        told += f", {100 * self.rate:.0f} %" + (f" and {100 * self.better:+.0f}" if self.better else "")
        return told + (", columns nearly alike" if sum(self.own) < 0.5 else "")

    @property
    def spread(self) -> float:
        return sqrt(1 + sum(one**2 for one in (*self.shared, *self.own)))

    @property
    def true_score(self) -> float:
        """The difference of the mean scores, which are the latent quality."""
        first, second = (NormalDist().inv_cdf(rate) for rate in (self.rate, self.rate + self.better))
        return (second - first) * self.spread


DESIGNS = (
    Design(40),
    Design(120, better=0.1),
    Design(20, 6),
    Design(20, 6, uneven=True),
    Design(12, 5),
    Design(40, 1, 5),
    Design(40, 1, 5, better=0.1),
    Design(40, 1, 5, rate=0.95),
    Design(20, 6, rate=0.95),
    Design(12, 10, rate=0.9),
    Design(30, 4, 3, better=-0.1),
    Design(100, 1, 3),
    Design(20, 6, own=(0.0, 0.1), shared=(1.5, 1.5)),
    Design(100, 1, 3, own=(0.0, 0.2), shared=(0.0, 2.0)),
    Design(200, 2, 2, rate=0.85, better=0.05),
)
SHORT = (DESIGNS[2], DESIGNS[5])


def made(design: Design, random: np.random.Generator) -> tuple[ColumnResults, ColumnResults]:
    """Return a baseline and a column."""
    sizes = np.full(design.clusters, design.size)
    if design.uneven:
        sizes = random.integers(1, 2 * design.size, design.clusters)
    of = np.repeat(np.arange(design.clusters), sizes)
    shared = (design.shared[0] * random.normal(size=design.clusters))[of]
    shared = shared + design.shared[1] * random.normal(size=len(of))
    columns = []
    for name, rate in (("A", design.rate), ("B", design.rate + design.better)):
        own = (design.own[0] * random.normal(size=design.clusters))[of] + design.own[1] * random.normal(size=len(of))
        quality = (shared + own)[:, None] + random.normal(size=(len(of), design.samples))
        quality += NormalDist().inv_cdf(rate) * design.spread
        columns.append(
            ColumnResults(
                name,
                tuple(
                    CaseResults(
                        str(case),
                        tuple(CellResult(state_of(one > 0), score=one) for one in row),
                        str(cluster) if design.size > 1 else "",
                    )
                    for case, (cluster, row) in enumerate(zip(of, quality.tolist(), strict=True))
                ),
            )
        )
    return columns[0], columns[1]


def state_of(passes: bool) -> CellState:
    return "pass" if passes else "fail"


def naive_p(baseline: ColumnResults, column: ColumnResults) -> float:
    """Return McNemar's p of all pairs of samples, as if they were independent."""
    pairs = [
        (one.state, other.state)
        for case, there in zip(column.cases, baseline.cases, strict=True)
        for one, other in zip(case.cells, there.cells, strict=True)
    ]
    return mcnemar(pairs.count(("pass", "fail")), pairs.count(("fail", "pass")))


@dataclass
class Shares:
    """Shares of the repetitions: intervals that contain the truth, one-sided lower ends below it, and p < 0.05."""

    rate: float = 0.0
    difference: float = 0.0
    lower: float = 0.0
    score: float = 0.0
    alarms: float = 0.0
    score_alarms: float = 0.0
    naive: float = 0.0


def contains(interval: ConfidenceInterval | None, truth: float) -> bool:
    return interval is not None and interval.low <= truth <= interval.high


def shares(design: Design, repetitions: int, seed: int) -> Shares:
    """Simulate a design."""
    random, found = np.random.default_rng(seed), Shares()
    for _ in range(repetitions):
        baseline, column = made(design, random)
        (comparison,) = compare_columns(baseline, [column])
        passes, scores, rate = comparison.passes, comparison.scores, pass_rate(baseline.cases)
        assert passes is not None
        assert scores is not None
        assert rate is not None
        found.rate += contains(rate.interval, design.rate)
        found.difference += contains(passes.interval, design.better)
        found.lower += passes.interval is not None and passes.interval.low <= design.better
        found.score += contains(scores.interval, design.true_score)
        found.alarms += passes.verdict != "no_difference"
        found.score_alarms += scores.verdict != "no_difference"
        found.naive += naive_p(baseline, column) < 0.05
    return Shares(**{name: value / repetitions for name, value in vars(found).items()})


HEAD = f"{'per cent':58}{'rate':>7}{'diff.':>7}{'lower':>7}{'score':>7}{'p<.05':>7}{'score':>7}{'naive':>7}"


def line(design: Design, found: Shares) -> str:
    """Return a line of the table."""
    return f"{design!s:58}" + "".join(f"{100 * value:7.1f}" for value in vars(found).values())


def main() -> None:
    """Print a line per design."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(HEAD)
    for design in DESIGNS:
        print(line(design, shares(design, repetitions, 7)), flush=True)


if __name__ == "__main__":
    main()
