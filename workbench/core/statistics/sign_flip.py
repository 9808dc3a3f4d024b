"""Sign-flip permutation test: whether the mean of paired differences is 0, with clusters as units.

Invariant: the p value is exact, or at least as large on average as the exact one. If two columns are alike, exchanging
them in one cluster only changes the sign of this cluster's sum of differences, so all signs are equally likely (Fisher
1935, "The design of experiments", section 21; Winkler et al. 2014, "Permutation inference for the general linear
model", NeuroImage 92, section "Exchangeability blocks"). With one case per cluster, and differences of -1, 0 and 1, it
is the exact McNemar test.

Three ways to the distribution of the sum over all signs, by the size of the problem:
- enumeration, up to `ENUMERATED` clusters that differ;
- convolution, if all sums are multiples of a common fraction, which differences of pass rates are: exact for any number
  of clusters (Pagano and Tritchler 1983, "On obtaining permutation distributions in polynomial time", JASA 78);
- else `FLIPS` random signs, seeded with the data, and p = (1 + hits) / (1 + flips) (Phipson and Smyth 2010,
  "Permutation p-values should never be zero", Statistical Applications in Genetics and Molecular Biology 9).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, gcd

import numpy as np

from workbench.core.statistics.clusters import ClusterValues, Floats

ENUMERATED = 16
FLIPS = 19_999
_STEPS = 100_000_000
"""Most additions for a convolution: about 0.1 s."""
_DRAWN = 200_000
"""Random signs per call: numpy holds the GIL meanwhile, for about a millisecond."""
_NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class SignFlipTest:
    """The p values of a mean of 0: two-sided, and one-sided for a mean above 0.

    `flips` is the number of random signs; 0 for an exact test.
    """

    p: float
    p_greater: float
    flips: int = 0


def sign_flip(values: ClusterValues, grid: int | None = None) -> SignFlipTest:
    """Test whether the mean of the values is 0. With `grid` all sums are multiples of 1 / grid."""
    oriented, sign = values.oriented()
    sums = oriented.sums[np.abs(oriented.sums) > _NEAR]
    total = fsum(sums)
    if not len(sums):
        return SignFlipTest(1.0, 1.0)
    numbers = _on_grid(sums, grid)
    if len(sums) <= ENUMERATED:
        above, equal = _enumerated(sums, total)
    elif numbers is not None:
        above, equal = _convolved(numbers)
    else:
        return _drawn(sums, total, oriented.seed, sign)
    at_least = above + equal
    p = 1.0 if total <= _NEAR else min(1.0, 2 * at_least)
    # The distribution is symmetric: P(sum >= -total) = 1 - P(sum > total).
    return SignFlipTest(p, at_least if sign >= 0 else 1 - above)


def _on_grid(sums: Floats, grid: int | None) -> list[int] | None:
    """Return the sums as the smallest whole numbers; None if a convolution of them would take too long."""
    if grid is None:
        return None
    numbers = [int(one) for one in np.rint(sums * grid)]
    common = gcd(*numbers)
    numbers = [one // common for one in numbers]
    return numbers if len(numbers) * sum(map(abs, numbers)) <= _STEPS else None


def _enumerated(sums: Floats, total: float) -> tuple[float, float]:
    """Return the shares of all signs with a sum above and equal to the total."""
    reached: Floats = np.zeros(1)
    for one in sums:
        reached = np.concatenate([reached + one, reached - one])
    near = _NEAR * float(np.abs(sums).sum())
    above = int(np.count_nonzero(reached > total + near))
    equal = int(np.count_nonzero(np.abs(reached - total) <= near))
    return above / len(reached), equal / len(reached)


def _convolved(numbers: list[int]) -> tuple[float, float]:
    """Return the probabilities of a sum above and equal to the total, adding one cluster after the other.

    With the positive part of the signs, sum = 2 positive - all.
    """
    chances: Floats = np.ones(1)
    for one in sorted(map(abs, numbers)):
        wider: Floats = np.zeros(len(chances) + one)
        wider[: len(chances)] = chances
        wider[one:] += chances
        chances = wider / 2
    place = (sum(numbers) + len(chances) - 1) // 2
    return float(chances[place + 1 :].sum()), float(chances[place])


def _drawn(sums: Floats, total: float, seed: int, sign: int) -> SignFlipTest:
    random = np.random.default_rng(seed)
    near = _NEAR * float(np.abs(sums).sum())
    both = above = below = done = 0
    rows = max(1, _DRAWN // len(sums))
    while done < FLIPS:
        signs = random.integers(0, 2, size=(min(rows, FLIPS - done), len(sums)), dtype=np.uint8)
        reached = 2 * (signs @ sums) - total
        both += int(np.count_nonzero(np.abs(reached) >= total - near))
        above += int(np.count_nonzero(reached >= total - near))
        below += int(np.count_nonzero(reached >= -total - near))
        done += len(signs)
    return SignFlipTest((1 + both) / (1 + FLIPS), (1 + (above if sign >= 0 else below)) / (1 + FLIPS), FLIPS)
