"""Answers as a judge and a person see them: the input of the statistics of judges.

Invariant: only random labels count. Whoever picks answers by what the judge said, or by how they look, labels the hard
ones, and rates from such labels say nothing about the other answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Literal

from workbench.core.statistics.results import CaseResults, CellResult

FEWEST_LABELS = 20
"""A judge with fewer random labels is unmeasured: its rates could be almost anything."""

UNMEASURED = "judge unmeasured"
"""As it stands beside a judge's number."""
JudgeVerdict = Literal["pass", "fail", "unscored"]
"""unscored: the judge did not answer, or its answer could not be read."""
RandomLabel = Literal["pass", "fail", "unsure"]


@dataclass(frozen=True, slots=True)
class JudgedCell:
    """The answer to one sample of a case, with the judge's verdict.

    `label` is what a person said of the answer; None without a random label. Cells with the same `case` are samples or
    columns of it. Cases with the same `cluster` belong together; "" is a cluster of its own. `probability` is that of a
    pass according to a decision model, from 0 to 1. `is_undecided`: a judge that compares preferred neither answer.
    """

    case: str
    verdict: JudgeVerdict
    label: RandomLabel | None = None
    cluster: str = ""
    probability: float | None = None
    is_undecided: bool = False

    @property
    def is_scored(self) -> bool:
        """Whether the judge passed or failed the answer."""
        return self.verdict != "unscored"

    @property
    def is_measuring(self) -> bool:
        """Whether both the judge and a person passed or failed the answer, so that they can be compared."""
        return self.is_scored and self.label in ("pass", "fail")

    @property
    def draw(self) -> tuple[str, str]:
        """A key of what was drawn at once: the cluster, or the case without one."""
        return (self.cluster, "") if self.cluster else ("", self.case)


def origin_words(*, is_measured: bool, is_corrected: bool) -> str:
    """Return the few words beside a number that rests on a judge, for pages that have no room for the raw rate."""
    if not is_measured:
        return UNMEASURED
    return "judged, corrected" if is_corrected else "judged, not corrected"


def label_counts(cells: Iterable[JudgedCell]) -> Counter[str]:
    """Count the random labels: "counted" ones, "unsure" ones, and others of answers that are "unscored"."""
    labelled = (cell for cell in cells if cell.label is not None)
    return Counter(
        "unsure" if cell.label == "unsure" else "counted" if cell.is_scored else "unscored" for cell in labelled
    )


def judged_cases(cells: Iterable[JudgedCell]) -> tuple[CaseResults, ...]:
    """Return the cases of one column, with the judge's verdicts as results.

    Raises ValueError if samples of a case are in different clusters.
    """
    return _cases((cell, cell.verdict) for cell in cells)


def labelled_cases(cells: Iterable[JudgedCell]) -> tuple[CaseResults, ...]:
    """Return the cases of one column, with the labels of passed or failed answers as results."""
    return _cases((cell, "pass" if cell.label == "pass" else "fail") for cell in cells if cell.is_measuring)


def _cases(results: Iterable[tuple[JudgedCell, JudgeVerdict]]) -> tuple[CaseResults, ...]:
    states, draws = dict[str, list[CellResult]](), dict[str, Hashable]()
    clusters = dict[str, str]()
    for cell, state in results:
        if draws.setdefault(cell.case, cell.draw) != cell.draw:
            raise ValueError("Samples of a case are in different clusters.")
        clusters[cell.case] = cell.cluster
        states.setdefault(cell.case, []).append(CellResult(state))
    return tuple(CaseResults(case, tuple(found), clusters[case]) for case, found in states.items())
