"""Summary of one test column: pass rate, mean score, latency, cost, flaky cases, pass^k.

Invariant: every figure says how many cases or cells it stands on, and unknown latencies and costs are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb, fsum, isfinite
from statistics import quantiles

from workbench.core.statistics.bootstrap import resample
from workbench.core.statistics.clusters import FEWEST, gather, rate_interval
from workbench.core.statistics.proportions import ConfidenceInterval
from workbench.core.statistics.results import CaseResults, ColumnResults, cluster_keys, is_majority


@dataclass(frozen=True, slots=True)
class PassRate:
    """The pass rate of a column: the mean over cases of passed / scored samples.

    `cases` have a scored sample; `passing` of them pass by majority, in `clusters` clusters. `interval` is the 95 %
    interval for `effective` independent draws; None below ten clusters, where only counts should be shown.
    """

    rate: float
    cases: int
    passing: int
    clusters: int
    effective: float
    interval: ConfidenceInterval | None


@dataclass(frozen=True, slots=True)
class MeanScore:
    """The mean score over cases, with its 95 % interval: None below ten clusters, and if all clusters are alike."""

    mean: float
    cases: int
    interval: ConfidenceInterval | None


@dataclass(frozen=True, slots=True)
class LatencyQuartiles:
    """Quartiles of the latency in seconds over the `known` cells that have one."""

    first: float
    median: float
    third: float
    known: int


@dataclass(frozen=True, slots=True)
class PassPower:
    """pass^k: the probability that `k` samples of a case all pass, averaged over the `cases` with k scored samples."""

    k: int
    rate: float
    cases: int


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """The figures of one column. The counts of states are of cells, that is samples.

    Latency and `cost_per_1000`, in dollars, are of the cells with an answer; `latency_unknown` and `cost_unknown` count
    those without the figure. `flaky` are the cases of which samples both passed and failed. `votes` are, in a column
    that votes, the numbers of cases with an answer, with a majority for it, and with all samples alike; its counts and
    costs are then those of cases.
    """

    name: str
    cases: int
    cells: int
    passed: int
    failed: int
    unscored: int
    unanswered: int
    passes: PassRate | None
    score: MeanScore | None
    latency: LatencyQuartiles | None
    latency_unknown: int
    cost_per_1000: float | None
    cost_unknown: int
    flaky: tuple[str, ...]
    pass_powers: tuple[PassPower, ...]
    votes: tuple[int, int, int] | None = None

    @property
    def unscored_share(self) -> float:
        """The share of cells that are unscored; 0 without cells."""
        return self.unscored / self.cells if self.cells else 0.0

    @property
    def unanswered_share(self) -> float:
        """The share of cells without an answer; 0 without cells."""
        return self.unanswered / self.cells if self.cells else 0.0


def summarise(column: ColumnResults) -> ColumnSummary:
    """Return the figures of a column."""
    cells = [cell for case in column.cases for cell in case.cells]
    states = [cell.state for cell in cells]
    answered = [cell for cell in cells if cell.state != "no_answer"]
    seconds = _known(cell.seconds for cell in answered)
    costs = _known(cell.cost_usd for cell in answered)
    counts = [case.counts for case in column.cases]
    return ColumnSummary(
        column.name,
        len(column.cases),
        len(cells),
        states.count("pass"),
        states.count("fail"),
        states.count("unscored"),
        states.count("no_answer"),
        pass_rate(column.cases),
        _mean_score(column.cases),
        _quartiles(seconds),
        len(answered) - len(seconds),
        1000 * fsum(costs) / len(costs) if costs else None,
        len(answered) - len(costs),
        tuple(case.case for case, (passed, scored) in zip(column.cases, counts, strict=True) if 0 < passed < scored),
        pass_powers(counts),
        _votes(column.cases),
    )


def _votes(cases: Sequence[CaseResults]) -> tuple[int, int, int] | None:
    votes = [case.votes for case in cases if case.votes is not None]
    if not votes:
        return None
    cast = [(for_it, answers) for for_it, answers in votes if answers]
    majority = sum(2 * for_it > answers for for_it, answers in cast)
    return len(cast), majority, sum(for_it == answers for for_it, answers in cast)


def pass_rate(cases: Iterable[CaseResults]) -> PassRate | None:
    """Return the pass rate of some cases; None if no sample is scored."""
    counted = [(case, case.counts) for case in cases]
    scored = [(case, passed, total) for case, (passed, total) in counted if total]
    if not scored:
        return None
    keys = cluster_keys(case for case, _, _ in scored)
    rates = gather(keys, (passed / total for _, passed, total in scored))
    interval, effective = rate_interval(rates, sum(total for _, _, total in scored))
    passing = sum(is_majority(passed, total) for _, passed, total in scored)
    return PassRate(rates.mean, len(scored), passing, rates.count, effective, interval)


def pass_powers(counts: Sequence[tuple[int, int]]) -> tuple[PassPower, ...]:
    """Return pass^k for every k up to the most scored samples, from (passed, scored) of each case.

    The mean over cases of C(passed, k) / C(scored, k), which is unbiased: Yao et al. 2024, "tau-bench: a benchmark for
    tool-agent-user interaction in real-world domains", section 3. Cases with fewer than k samples do not count.
    """
    powers = []
    for k in range(1, max((scored for _, scored in counts), default=0) + 1):
        shares = [comb(passed, k) / comb(scored, k) for passed, scored in counts if scored >= k]
        powers.append(PassPower(k, fsum(shares) / len(shares), len(shares)))
    return tuple(powers)


def _mean_score(cases: Iterable[CaseResults]) -> MeanScore | None:
    scored = [(case, score) for case in cases if (score := case.score) is not None]
    if not scored:
        return None
    values = gather(cluster_keys(case for case, _ in scored), (score for _, score in scored))
    means = resample(values) if values.count >= FEWEST else None
    return MeanScore(values.mean, len(scored), means.interval() if means is not None else None)


def _quartiles(seconds: list[float]) -> LatencyQuartiles | None:
    if not seconds:
        return None
    # Method 7 of Hyndman and Fan 1996, as in numpy and spreadsheets. It needs two values.
    first, median, third = quantiles(seconds * 2 if len(seconds) == 1 else seconds, n=4, method="inclusive")
    return LatencyQuartiles(first, median, third, len(seconds))


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None and isfinite(value)]
