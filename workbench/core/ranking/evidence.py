"""Comparisons as arrays, and their sums over any selection of runs.

Invariant: pairs are numbered in the order of their names, so that sums do not depend on the order of the verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.core.ranking.judgements import EntrantComparison

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]

_CELLS = 500_000
"""Approximate maximum number of temporary numbers while summing."""


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonSums:
    """Sufficient statistics of each selection of runs, one row each.

    `counts` are comparisons per pair, `leads` half of wins minus losses per entrant, `ties` the tied comparisons.
    """

    counts: Floats
    leads: Floats
    ties: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonEvidence:
    """Comparisons between `entrants`; `first` and `second` are the indices of each pair's entrants.

    Comparisons are sorted by pair; those of pair p begin at `starts[p]`. `run` is the index of each one's run, `lanes`
    the number of entrants in its verdict. `run_leads` and `run_ties` have a row for each run.
    """

    entrants: tuple[str, ...]
    first: Ints
    second: Ints
    starts: Ints
    run: Ints
    lanes: Floats
    run_leads: Floats
    run_ties: Floats

    @property
    def runs(self) -> int:
        """Number of runs."""
        return len(self.run_ties)

    def sums(self, times: Floats | None = None) -> ComparisonSums:
        """Return the sums for each row of `times`, which has the weight of every run; None counts each once."""
        times = np.ones((1, self.runs)) if times is None else times
        counts = np.empty((len(times), len(self.first)))
        step = max(1, _CELLS // max(1, len(self.run)))
        for start in range(0, len(times), step) if len(self.first) else ():
            chosen = times[start : start + step, self.run]
            counts[start : start + step] = np.add.reduceat(chosen, self.starts, axis=1)
        return ComparisonSums(counts, times @ self.run_leads, times @ self.run_ties)

    def lane_counts(self) -> Floats:
        """Return half the sum of `lanes` per pair: the counts for the variance of the score (see `davidson.spread`)."""
        return np.add.reduceat(self.lanes, self.starts) / 2 if len(self.first) else np.zeros(0)


def gather(items: Sequence[EntrantComparison], entrants: Sequence[str]) -> ComparisonEvidence:
    """Return the evidence of these comparisons. All their entrants must be in `entrants`."""
    place = {entrant: number for number, entrant in enumerate(entrants)}
    runs = {run: number for number, run in enumerate(sorted({item.run for item in items}))}
    ordered = sorted(items, key=lambda item: (place[item.first], place[item.second], item.run))
    first = np.array([place[item.first] for item in ordered], dtype=np.intp)
    second = np.array([place[item.second] for item in ordered], dtype=np.intp)
    run = np.array([runs[item.run] for item in ordered], dtype=np.intp)
    leads = np.array([(item.won - item.lost) / 2 for item in ordered])
    tied = np.array([item.tied for item in ordered])
    run_leads = np.zeros((len(runs), len(entrants)))
    np.add.at(run_leads, (run, first), leads)
    np.add.at(run_leads, (run, second), -leads)
    run_ties = np.zeros(len(runs))
    np.add.at(run_ties, run, tied)
    starts = np.flatnonzero((np.diff(first, prepend=-1) != 0) | (np.diff(second, prepend=-1) != 0))
    lanes = np.array([item.lanes for item in ordered])
    return ComparisonEvidence(tuple(entrants), first[starts], second[starts], starts, run, lanes, run_leads, run_ties)
