"""Pairwise judgements: in how many cases a judge prefers a column's answer to the baseline's, with a sign test.

Invariant: exchanging column and baseline exchanges won and lost and changes nothing else. Undecided cases are counted
and say nothing for either side; cases without a judgement are left out and counted.

One sample per case and no clusters: the exact two-sided sign test of the cases won and lost, which is McNemar's
(`proportions.mcnemar`). Otherwise a case counts by the mean of its samples, 1 for better and -1 for worse, and cases
are summed by cluster: sign-flip test (`sign_flip`); below ten clusters counts only. p is adjusted by Holm for the
columns compared with the baseline at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import lcm
from typing import Literal

from workbench.core.statistics.clusters import FEWEST, gather
from workbench.core.statistics.comparisons import LEVEL
from workbench.core.statistics.proportions import holm, mcnemar
from workbench.core.statistics.sign_flip import sign_flip

Preference = Literal["better", "worse", "undecided", "unscored"]
"""What a judge says of an answer against the baseline's, asked in both orders.

undecided: the orders disagree, or both answers are alike. unscored: the judge did not answer.
"""
PreferenceVerdict = Literal["better", "worse", "no_difference", "too_few"]
_VALUES = {"better": 1, "worse": -1, "undecided": 0}


@dataclass(frozen=True, slots=True)
class PreferenceCell:
    """The judgement of one sample of a case; `cluster` as in `results.CaseResults`."""

    case: str
    preference: Preference
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class PreferenceCount:
    """The cases that a column `won` and `lost` against the baseline, of `cases` with a judgement, in `clusters`.

    A case with samples is won if more of them are better than worse. `unscored` cases are left out. `p` is two-sided,
    None with too few clusters; `p_adjusted` is `p` by Holm for `columns` columns. `flips` is the number of random
    signs, 0 for an exact test.
    """

    cases: int
    won: int
    lost: int
    unscored: int
    clusters: int
    p: float | None = None
    p_adjusted: float | None = None
    flips: int = 0
    columns: int = 1

    @property
    def undecided(self) -> int:
        """The number of cases that neither side won."""
        return self.cases - self.won - self.lost

    @property
    def verdict(self) -> PreferenceVerdict:
        """What the adjusted p says."""
        if self.p_adjusted is None:
            return "too_few"
        if self.p_adjusted >= LEVEL:
            return "no_difference"
        return "better" if self.won > self.lost else "worse"


def count_preferences(columns: Sequence[Iterable[PreferenceCell]]) -> list[PreferenceCount]:
    """Count and test the judgements of each column against the same baseline."""
    counts = [_count(list(cells)) for cells in columns]
    adjusted = iter(holm([one.p for one in counts if one.p is not None]))
    return [
        replace(one, p_adjusted=next(adjusted) if one.p is not None else None, columns=len(counts)) for one in counts
    ]


def _count(cells: list[PreferenceCell]) -> PreferenceCount:
    values = dict[str, list[int]]()
    draws = dict[str, tuple[str, str]]()
    for cell in cells:
        scored = values.setdefault(cell.case, [])
        draws[cell.case] = (cell.cluster, "") if cell.cluster else ("", cell.case)
        if cell.preference != "unscored":
            scored.append(_VALUES[cell.preference])
    judged = {case: found for case, found in values.items() if found}
    sums = [sum(found) for found in judged.values()]
    won, lost = sum(one > 0 for one in sums), sum(one < 0 for one in sums)
    clusters = len({draws[case] for case in judged})
    count = PreferenceCount(len(judged), won, lost, len(values) - len(judged), clusters)
    if not judged:
        return count
    if clusters == len(judged) and all(len(found) == 1 for found in judged.values()):
        return replace(count, p=mcnemar(won, lost))
    if clusters < FEWEST:
        return count
    means = gather((draws[case] for case in judged), (sum(found) / len(found) for found in judged.values()))
    test = sign_flip(means, lcm(*{len(found) for found in judged.values()}))
    return replace(count, p=test.p, flips=test.flips)
