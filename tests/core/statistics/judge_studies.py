"""Simulated studies of a fake judge: `python -m tests.core.statistics.judge_studies` prints the coverage of intervals.

The quality of answers is that of `simulated`; a person's label says whether an answer passes. The judge errs with fixed
rates, on answers to cases of some clusters more often if `topical`. A random sample of the answers is labelled.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from tests.core.statistics.simulated import Design, contains, made
from workbench.core.statistics.columns import pass_rate
from workbench.core.statistics.corrected_rate import corrected_difference, corrected_rate
from workbench.core.statistics.judge_cells import JudgedCell, judged_cases
from workbench.core.statistics.proportions import Z_95, ConfidenceInterval, student_point
from workbench.core.statistics.results import ColumnResults


@dataclass(frozen=True)
class Study:
    """A column, or two with `design.better`, with random `labels` of each; `topical` as a standard deviation."""

    design: Design
    labels: int
    catch: float = 0.90
    alarms: float = 0.15
    topical: float = 0.0

    def __str__(self) -> str:
        told = f"{self.design}, {self.labels} labels"
        if self.catch < 0.9:
            told += f", judge {100 * self.catch:.0f}/{100 * self.alarms:.0f}"
        return told + (", errs by topic" if self.topical else "")


STUDIES = (
    Study(Design(60), 20),
    Study(Design(60), 25),
    Study(Design(60), 30),
    Study(Design(30), 25),
    Study(Design(120, rate=0.85), 20),
    Study(Design(120, rate=0.5), 30),
    Study(Design(500), 25),
    Study(Design(500, rate=0.95), 20),
    Study(Design(120), 30, 0.6, 0.4),
    Study(Design(20, 6), 25),
    Study(Design(20, 6), 25, topical=1.0),
    Study(Design(20, 6, rate=0.9), 30),
    Study(Design(20, 6, uneven=True), 110),
    Study(Design(40, 1, 5), 25),
    Study(Design(40, 1, 5), 100),
    Study(Design(30, 4, 3), 30, topical=1.0),
)
SHORT = STUDIES[1:2]
PAIRS = (
    Study(Design(60), 25),
    Study(Design(120, better=0.15), 30),
    Study(Design(60, better=0.1), 60),
    Study(Design(20, 6, better=0.1), 25),
    Study(Design(40, 1, 3, better=-0.1), 25, topical=1.0),
)


def judged(column: ColumnResults, study: Study, random: np.random.Generator) -> list[JudgedCell]:
    """Return the answers of a column with the verdicts of the fake judge and random labels."""
    answers = [(case, cell.state == "pass") for case in column.cases for cell in case.cells]
    groups = list(dict.fromkeys(case.cluster or case.case for case, _ in answers))
    lean = dict(zip(groups, study.topical * random.normal(size=len(groups)), strict=True))
    spread = sqrt(1 + study.topical**2)
    ends = {True: NormalDist().inv_cdf(1 - study.alarms), False: NormalDist().inv_cdf(1 - study.catch)}
    labelled = set(random.choice(len(answers), min(study.labels, len(answers)), replace=False).tolist())
    noise = random.normal(size=len(answers))
    cells = []
    for at, (case, passes) in enumerate(answers):
        error = (lean[case.cluster or case.case] + noise[at]) / spread
        label = ("fail", "pass")[passes] if at in labelled else None
        verdict = "pass" if error < ends[passes] else "fail"
        cells.append(JudgedCell(case.case, verdict, label, case.cluster))  # type: ignore[arg-type]
    return cells


def studies(study: Study, repetitions: int, seed: int) -> Iterator[tuple[list[JudgedCell], list[JudgedCell]]]:
    """Yield baseline and column of every simulated study."""
    random = np.random.default_rng(seed)
    for _ in range(repetitions):
        baseline, column = made(study.design, random)
        yield judged(baseline, study, random), judged(column, study, random)


def normal_intervals(cells: list[JudgedCell]) -> tuple[ConfidenceInterval, ConfidenceInterval]:
    """Return PPI++'s normal interval, and that with Student's t, as if all answers were independent."""
    verdicts = np.array([float(cell.verdict == "pass") for cell in cells])
    chosen = np.array([cell.label is not None for cell in cells])
    labels = np.array([float(cell.label == "pass") for cell in cells])[chosen]
    judged_too = verdicts[chosen]
    varies = float(judged_too.var())
    slope = float(np.mean((labels - labels.mean()) * (judged_too - judged_too.mean()))) / varies if varies else 0.0
    rate = float(labels.mean() + slope * (verdicts.mean() - judged_too.mean()))
    rest = float((labels - slope * judged_too).var())
    freedom = len(labels) - 2
    found = []
    for point, within in ((Z_95, rest), (student_point(freedom), rest * len(labels) / freedom)):
        half = point * sqrt(within / len(labels) + slope**2 * float(verdicts.var()) / len(cells))
        found.append(ConfidenceInterval(rate - half, rate + half))
    return found[0], found[1]


@dataclass
class Coverage:
    """Shares of the studies whose intervals contain the truth, and the mean width of the corrected one.

    `nothing` is the share without an interval: the labels are in fewer than ten clusters. They do not count.
    """

    raw: float = 0.0
    corrected: float = 0.0
    normal: float = 0.0
    student: float = 0.0
    width: float = 0.0
    mean: float = 0.0
    nothing: float = 0.0


def coverage(study: Study, repetitions: int, seed: int) -> Coverage:
    """Simulate studies of one column."""
    found, truth = Coverage(), study.design.rate
    for cells, _ in studies(study, repetitions, seed):
        corrected, raw = corrected_rate(cells), pass_rate(judged_cases(cells))
        assert raw is not None
        assert corrected is not None
        assert corrected.rate is not None
        found.mean += corrected.rate
        if corrected.interval is None:
            found.nothing += 1
            continue
        normal, student = normal_intervals(cells)
        found.raw += contains(raw.interval, truth)
        found.corrected += contains(corrected.interval, truth)
        found.normal += contains(normal, truth)
        found.student += contains(student, truth)
        found.width += corrected.interval.high - corrected.interval.low
    return _shares(found, repetitions)


def difference_coverage(study: Study, repetitions: int, seed: int) -> Coverage:
    """Simulate studies of two columns; `raw`, `normal` and `student` stay 0."""
    found, truth = Coverage(), study.design.better
    for baseline, column in studies(study, repetitions, seed):
        corrected = corrected_difference(baseline, column)
        assert corrected is not None
        assert corrected.difference is not None
        found.mean += corrected.difference
        if corrected.interval is None:
            found.nothing += 1
            continue
        found.corrected += contains(corrected.interval, truth)
        found.width += corrected.interval.high - corrected.interval.low
    return _shares(found, repetitions)


def _shares(found: Coverage, repetitions: int) -> Coverage:
    with_interval = repetitions - found.nothing
    shares = {name: value / with_interval for name, value in vars(found).items()}
    return Coverage(**shares | {"mean": found.mean / repetitions, "nothing": found.nothing / repetitions})


HEAD = f"{'per cent':68}{'raw':>7}{'corr.':>7}{'normal':>7}{'t':>7}{'width':>7}{'mean':>7}{'none':>7}"


def line(study: Study, found: Coverage) -> str:
    """Return a line of the table."""
    return f"{study!s:68}" + "".join(f"{100 * value:7.1f}" for value in vars(found).values())


def main() -> None:
    """Print a line per study."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(HEAD)
    for study in STUDIES:
        print(line(study, coverage(study, repetitions, 7)), flush=True)
    for study in PAIRS:
        print(line(study, difference_coverage(study, repetitions, 7)), flush=True)


if __name__ == "__main__":
    main()
