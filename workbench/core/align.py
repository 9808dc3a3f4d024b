"""Alignment of two sequences by their longest common subsequence (LCS).

Invariant: time and memory are bounded for sequences of any length. The exact algorithm needs one bit per pair of
items. Above `EXACT_PAIRS`, both sides are first split at runs of items that are unique on each side (as patience diff
does), and the exact algorithm works between the splits. The result is then a common subsequence, perhaps not the
longest.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Callable, Sequence

# 2^26 pairs take 8 MB and about 30 ms; two prompts of 50 kB stay below that.
EXACT_PAIRS = 1 << 26
# Lengths of the unique runs, tried in order: long ones seldom match by chance, single items are the fallback.
_STRETCHES = (8, 1)
STRIDE = 100_000
"""Number of items compared per slice."""


def leftovers(before: Sequence[str], after: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return the positions in `before` and in `after` that are not part of the common subsequence, ascending."""
    removed: list[int] = []
    added: list[int] = []
    _align(before, after, 0, 0, _STRETCHES, removed, added)
    return removed, added


def _align(
    before: Sequence[str],
    after: Sequence[str],
    from_before: int,
    from_after: int,
    stretches: tuple[int, ...],
    removed: list[int],
    added: list[int],
) -> None:
    """Append the leftovers of two slices; `from_before` and `from_after` are their offsets in the whole sequences."""
    head, tail = _common_ends(before, after)
    before, after = before[head : len(before) - tail], after[head : len(after) - tail]
    from_before, from_after = from_before + head, from_after + head
    if before and after and len(before) * len(after) <= EXACT_PAIRS:
        # Imported here to keep it out of the first paint; nothing is compared before a run starts.
        from rapidfuzz.distance import LCSseq

        for op in LCSseq.editops(before, after):
            if op.tag == "insert":
                added.append(from_after + op.dest_pos)
            else:
                removed.append(from_before + op.src_pos)
        return
    if not (stretches and before and after):
        removed.extend(range(from_before, from_before + len(before)))
        added.extend(range(from_after, from_after + len(after)))
        return
    at_before = at_after = 0
    for cut_before, cut_after in [*_cuts(before, after, stretches[0]), (len(before), len(after))]:
        if at_before < cut_before or at_after < cut_after:
            _align(
                before[at_before:cut_before],
                after[at_after:cut_after],
                from_before + at_before,
                from_after + at_after,
                stretches[1:],
                removed,
                added,
            )
        at_before, at_after = cut_before + 1, cut_after + 1


def _common_ends(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """Return the lengths of the common prefix and of the common suffix, which do not overlap."""
    shorter = min(len(before), len(after))
    head = longest(shorter, lambda n, m: before[n:m] == after[n:m])
    ends = len(before), len(after)
    tail = longest(shorter - head, lambda n, m: before[ends[0] - m : ends[0] - n] == after[ends[1] - m : ends[1] - n])
    return head, tail


def longest(limit: int, same: Callable[[int, int], bool]) -> int:
    """Return the length of the common prefix of two sequences, at most `limit`.

    `same(n, m)` compares their slices [n:m]. Slices are compared in C, which is fast. Each is at most STRIDE long,
    because a comparison holds the GIL.
    """
    for low in range(0, limit, STRIDE):
        high = min(low + STRIDE, limit)
        if not same(low, high):
            break
    else:
        return limit
    while high - low > 1:
        middle = (low + high) // 2
        if same(low, middle):
            low = middle
        else:
            high = middle
    return low


def _cuts(before: Sequence[str], after: Sequence[str], size: int) -> list[tuple[int, int]]:
    """Return positions (before, after) of equal items, ascending on both sides, from runs unique on both sides."""
    places = _places(after, size)
    pairs = [
        (at, to) for stretch, at in _places(before, size).items() if at >= 0 and (to := places.get(stretch, -1)) >= 0
    ]
    return _longest_ascent(pairs)


def _places(items: Sequence[str], size: int) -> dict[tuple[str, ...], int]:
    """Return the position of each run of `size` items, or -1 for a run that occurs more than once, in order."""
    places: dict[tuple[str, ...], int] = {}
    for at, stretch in enumerate(zip(*(itertools.islice(items, offset, None) for offset in range(size)), strict=False)):
        places[stretch] = -1 if stretch in places else at
    return places


def _longest_ascent(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest increasing subsequence by second number; the first numbers ascend already."""
    ends: list[int] = []
    last: list[int] = []
    came_from: list[int] = []
    for index, (_, value) in enumerate(pairs):
        length = bisect_left(ends, value)
        came_from.append(last[length - 1] if length else -1)
        if length == len(ends):
            ends.append(value)
            last.append(index)
        else:
            ends[length] = value
            last[length] = index
    chain: list[tuple[int, int]] = []
    index = last[-1] if last else -1
    while index >= 0:
        chain.append(pairs[index])
        index = came_from[index]
    return chain[::-1]
